import type { ErrorCode } from '../contract/errors.ts'
import type { Details } from '../contract/failure.ts'
import type { JsonObject, JsonValue } from '../contract/fields/json-value.ts'
import type { ParsedBody } from '../contract/fields/patch.ts'
import type { TSchema } from '../contract/fields/schema.ts'
import type { Operation } from '../contract/permissions.ts'
import type { Executor } from '../db/database.ts'
import type { BrandRegistry, RegistryFees } from '../ports/brand-registry.ts'
import type { Carrier } from '../ports/carrier.ts'
import type { Mail } from '../ports/mail.ts'
import type { Outcome } from '../ports/outcome.ts'
import type { Payments } from '../ports/payments.ts'
import type { Whatsapp } from '../ports/whatsapp.ts'
import type { Caller } from './caller.ts'
import type { CardInput } from './card-input.ts'
import type { StoredResponse } from './idempotency/idempotency.store.ts'

/** What an endpoint reads together with the caller, in the first statement of the request. */
export interface TargetRead<Target> {
  /** A select list and FROM … WHERE on the organization `$1` and the id `$6`, joined laterally; column names start with `t_`. */
  sql: string
  /** Names the row to lock when the write takes the transaction form: organization `$1`, id `$2`. */
  lock: { name: string; text: string }
  decode(row: Record<string, unknown>, caller: Caller): Target | null
}

/** Everything that a decision may know of one request. */
export interface Call<Target = unknown> {
  caller: Caller
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  target: Target
  body: JsonObject
  /** What the body says about each member that the operation knows. */
  reading: ParsedBody
  /** The body is a JSON merge patch (RFC 7396). */
  merge: boolean
  card: CardInput | null
  /** Problems found before the fields: of the card, and of a misspelt `sandbox`. */
  earlyProblems: Details
  /** Unknown members are problems (decision 22). */
  isStrict: boolean
  /** The database's clock at the first read, as the API writes it; what is written carries it. */
  now: string
  requestId: string
  /** The id that a newly created row takes; the same for every turn and retry of one claimed request. */
  newId: string
  /** The id that a brand takes when the request makes one. */
  newBrandId: string
  /** The keyed digest under which an API key is stored and found. */
  digestOfKey(text: string): string
  /** The keyed digest under which the token of an invitation is stored and found. */
  digestOfInvitation(text: string): string
  /** The keyed digest under which the number of a person is found: of E.164, or of the digits of its national form. */
  digestOfNumber(number: string): string
  /** Which providers this server has; what they are asked is another matter. */
  providers: Providers
  /** Why this server would never call the address: the end of a sentence, or `not_a_url`; null when it would. */
  urlProblem(url: string): string | null
}

export interface Ports {
  payments: Payments | null
  whatsapp: Whatsapp | null
  mail: Mail | null
  brandRegistry: BrandRegistry | null
  carrier: Carrier | null
}

/** What is configured: the ports, whether the registry has brands vetted, what it charges, and whether templates can be reviewed. */
export type Providers = Readonly<
  Record<keyof Ports | 'vetting' | 'mocks' | 'templateReview', boolean> & {
    changeableInCampaign: readonly string[]
    registryFees: RegistryFees
  }
>

/** A call to a provider that must happen inside the request, because its input may not be stored. */
export interface ProviderStep {
  /** Part of the once-key, and the port's name in PROVIDER_001. */
  name: 'payments' | 'whatsapp' | 'mail'
  /** The request member that refusals are reported under. */
  root: string
  /** Null when the provider is not configured. */
  run: ((onceKey: string, signal: AbortSignal) => Promise<Outcome<ProviderResults>>) | null
}

/** What the callProviders steps brought; kept with the claim as soon as the processor has the card. */
export interface ProviderResults {
  payment_method?: JsonObject
  waba_phone_number_id?: string | null
}

/** What a request will do and answer, decided before anything is written. */
export interface Plan {
  /** The status of the answer, where it is one of the operation's others. */
  status?: keyof NonNullable<EndpointDocument['otherResponses']>
  data: JsonValue
  etag: string | null
  callProviders?: (ports: Ports) => ProviderStep[]
  /**
   * Writes everything in one statement, the stored response with it.
   *
   * @returns false when the row is no longer what was read: nothing was written.
   */
  write: ((db: Executor, providerResults: ProviderResults, kept: StoredResponse | null) => Promise<boolean>) | null
}

export interface EndpointDocument {
  summary: string
  description: string
  /** Schema of `data`; null for an answer without a body. */
  answer: TSchema | null
  /** Other answers of success, by their status. */
  otherResponses?: Partial<Record<200 | 202, { description: string; answer: TSchema }>>
  body?: TSchema
  mergePatch?: boolean
  query?: TSchema
  tag: string
}

/** Completes "Failed to …" of a 500; or takes its place; or is all that is said, where the contract has it so (contract 2.4). */
export type FailPhrase = string | { sentence: string } | { whole: string }

interface EndpointCommon<Target> {
  operation: Operation
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** As `/v3/profiles/:profileId`. */
  path: string
  rateClass: 'standard' | 'sensitive' | 'webhook_test'
  status: 200 | 201 | 202 | 204
  /** Codes beyond those that every endpoint can answer. */
  errors: readonly ErrorCode[]
  failPhrase: FailPhrase
  document: EndpointDocument
  /** The body may hold a card, which is cut out before anything else reads it. */
  takesCard?: boolean
  /** The path member that names the target. */
  targetParam?: string
  target?: TargetRead<Target>
  /** What the target is called where a refusal names it; a profile unless told. */
  noun?: string
  /** What an unknown target answers. */
  notFound?: ErrorCode
  /**
   * What a 400 says where an id in the path is no UUID: a sentence, or the code whose own it is. Without it such an id is not
   * found, as an unknown one (contract 17-13).
   */
  malformedId?: string | { code: ErrorCode }
  /** The answer holds what only its own user may see again: another user's request with the same key is another request. */
  bindsReplayToUser?: boolean
  /** A key that acts as a profile cannot run it at all (contract 1.4). */
  organizationOnly?: boolean
  /** It changes what belongs to the organization: a caller who acts as a profile is refused, an account of one's own is not. */
  notAsProfile?: boolean
}

/** How a read asks an outside service. */
export interface Outside {
  ports: Ports
  /** Ends when a request may no longer wait for a provider. */
  deadline(): AbortSignal
}

export interface ReadEndpoint<Target = unknown> extends EndpointCommon<Target> {
  kind: 'read'
  read(
    db: Executor,
    call: Call<Target>,
    outside: Outside,
  ): Promise<{ data: JsonValue; etag?: string; headers?: Record<string, string> }>
}

export interface WriteEndpoint<Target = unknown, Facts = unknown> extends EndpointCommon<Target> {
  kind: 'write'
  takesBody: 'required' | 'optional'
  /** It only asks: its plan has no write, and an Idempotency-Key is ignored, since there is nothing to do once. */
  writesNothing?: boolean
  /** Judged against If-Match (decision 26). */
  etagOf?(target: Target): string
  /** Member -> the requests that changed it since the version of a stale ETag; null when that is not known. */
  changedSince?(db: Executor, call: Call<Target>, etag: string): Promise<Record<string, string[]> | null>
  /** Other rows that the rules need, read by the pool or inside the transaction. */
  facts?(db: Executor, call: Call<Target>): Promise<Facts>
  /** The rules read other rows, so the write locks the organization row first (decision 8). */
  locksOrganization?(call: Call<Target>): boolean
  /** @throws Failure VALIDATION_001 with every problem of the request. */
  decide(call: Call<Target>, facts: Facts): Plan
}

export type Endpoint = ReadEndpoint<unknown> | WriteEndpoint<unknown, unknown>
