import { type Details, Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { databaseTrouble } from '../../db/database-error.ts'
import type { RegistryFees } from '../../ports/brand-registry.ts'
import { type Outcome, unanswered } from '../../ports/outcome.ts'
import type { AppContext } from '../app-context.ts'
import type { Caller } from '../caller.ts'
import type { Ports, ProviderResults, ProviderStep, Providers } from '../endpoint.ts'
import type { ChangeRow } from '../first-read.store.ts'
import {
  type Claim,
  claimRequest,
  recordPaymentMethod,
  releaseClaim,
  takeOverClaim,
} from '../idempotency/claim.store.ts'
import type { WriteRequest } from './write-request.ts'

/**
 * The one kind of outside call that happens inside a request: what it carries may not be stored (decision 18).
 *
 * The claim is written first, with a job that looks after it; read-only checks come next, the card last; what the
 * processor gave is recorded before it is used. No transaction is open meanwhile. The once-key is claim, step and
 * attempt: the same after an unknown outcome, another one after a definite refusal.
 */
export interface ProviderCalls {
  claim: Claim
  providerResults: ProviderResults
}

/** Without an Idempotency-Key the claim has a key that no client can send. */
function claimKey(request: WriteRequest): string {
  return request.requestHeaders.idempotencyKey ?? `~${request.newId}`
}

async function claim(
  context: AppContext,
  request: WriteRequest,
  caller: Caller,
  row: ChangeRow,
): Promise<Claim | null> {
  const { organization_id: organizationId } = caller.organization
  const { operation, target, fingerprint } = request.identity
  const { requestId } = request.incoming
  const { leaseMs } = context.times
  const owner = { customerId: caller.customerId, mode: caller.mode, key: claimKey(request) }
  if (row.i_id !== null) {
    const held = { ...owner, id: row.i_id, fence: row.i_fence, attempt: row.i_attempt }
    return await takeOverClaim(context.db, organizationId, held, { requestId, fingerprint, leaseMs })
  }
  try {
    const fresh = { ...owner, id: request.newId, operation, target, fingerprint, requestId, isSandbox: false }
    return await claimRequest(context.db, organizationId, fresh, leaseMs)
  } catch (error) {
    if (databaseTrouble(error).kind === 'unique') return null
    throw error
  }
}

const UNKNOWN_FEES: RegistryFees = { brand: null, revet: null, vetting: null, campaignReview: null }

/** What is configured, for an endpoint that only has to know. */
export function configuredProviders({ payments, whatsapp, brandRegistry, carrier, mail }: Ports): Providers {
  return {
    payments: payments !== null,
    whatsapp: whatsapp !== null,
    brandRegistry: brandRegistry !== null,
    carrier: carrier !== null,
    mail: mail !== null,
    vetting: brandRegistry?.hasVetting === true,
    mocks: brandRegistry?.takesMocks === true,
    templateReview: whatsapp !== null && whatsapp.templates !== null,
    changeableInCampaign: brandRegistry?.changeableInCampaign ?? [],
    registryFees: brandRegistry?.fees() ?? UNKNOWN_FEES,
  }
}

/** @throws Failure PROVIDER_001 naming every member whose provider is not configured (decision 23). */
export function checkConfigured(steps: readonly ProviderStep[]): void {
  const missing = steps.filter(({ run }) => run === null)
  if (missing.length === 0) return
  const details = Object.fromEntries(
    missing.map(({ name, root }) => [root, [`The ${name} provider is not configured on this server`]]),
  )
  throw new Failure('PROVIDER_001', { details })
}

/**
 * Claims the request and runs its steps. Null when another request has the claim: read again.
 *
 * @throws Failure PROVIDER_001, VALIDATION_001, CONFLICT_001, CONFLICT_002, INTERNAL_003, INTERNAL_004.
 */
export async function callProviders(
  context: AppContext,
  request: WriteRequest,
  caller: Caller,
  at: { row: ChangeRow; steps: readonly ProviderStep[] },
): Promise<ProviderCalls | null> {
  checkConfigured(at.steps)
  // What the processor gave for the interrupted request would belong to nobody if this one did without a card.
  if (at.row.i_payment_method !== null && !at.steps.some(({ name }) => name === 'payments')) throw otherRequest()
  const held = await claim(context, request, caller, at.row)
  if (held === null) return null
  const providerResults: ProviderResults = {}
  for (const step of at.steps) Object.assign(providerResults, await runStep(context, caller, held, step))
  return { claim: held, providerResults }
}

async function runStep(context: AppContext, caller: Caller, held: Claim, step: ProviderStep): Promise<ProviderResults> {
  const { organization_id: organizationId } = caller.organization
  const onceKey = `${held.id}-${step.name}-${held.attempt}`
  const outcome = (await step.run?.(onceKey, AbortSignal.timeout(context.times.providerMs))) ?? unanswered('subject')
  if (outcome.kind !== 'done') {
    // A refusal by WhatsApp says nothing about a card that an earlier try may have left at the processor.
    const isFinal = outcome.kind === 'refused' && (step.name === 'payments' || held.fence === 1)
    await releaseClaim(context.db, organizationId, held, isFinal ? 'corrected' : 'retry')
    throw refusal(outcome, step.root)
  }
  const method = outcome.value.payment_method
  if (method !== undefined) await recordOrReport(context, organizationId, held, method)
  return outcome.value
}

/**
 * Writes down what the processor gave. Where that fails twice nobody will ever detach it: the log names it for the
 * operator (decision 18), and the client learns that the outcome is open. A claim that is another's by now is no loss by
 * itself, since its new owner gets the same method under the same once-key; the log names it all the same.
 */
async function recordOrReport(
  context: AppContext,
  organizationId: string,
  held: Claim,
  method: JsonObject,
): Promise<void> {
  const record = () => recordPaymentMethod(context.db, organizationId, held, method)
  const isRecorded = await record().catch(() => record().catch(() => null))
  if (isRecorded === true) return
  const named = { claim: held.id, processor: String(method.processor), reference: String(method.reference) }
  if (isRecorded === false) {
    context.metrics.idempotency('fenced')
    context.log.warn('payment_method_claim_lost', named)
    throw new Failure('CONFLICT_001')
  }
  context.metrics.idempotency('abandoned')
  context.log.error('payment_method_left_behind', { ...named, reason: 'not_recorded' })
  throw new Failure('INTERNAL_004')
}

function otherRequest(): Failure {
  return new Failure('CONFLICT_002', {
    message:
      'The interrupted request with this Idempotency-Key carried other data. Send it unchanged, or use a new key.',
  })
}

function refusal(outcome: Exclude<Outcome<unknown>, { kind: 'done' }>, root: string): Failure {
  switch (outcome.kind) {
    case 'refused':
      return new Failure('VALIDATION_001', { details: refusalDetails(outcome.refusals, root) })
    case 'mismatch':
      return otherRequest()
    case 'unavailable':
    case 'not_asked':
      return new Failure('INTERNAL_003', { headers: { 'retry-after': String(outcome.retryAfterSeconds) } })
    case 'timeout':
      return new Failure('INTERNAL_004')
  }
}

function refusalDetails(refusals: readonly { member: string; says: string }[], root: string): Details {
  const details: Details = {}
  for (const { member, says } of refusals) {
    const path = member === '' ? root : `${root}.${member}`
    details[path] = [...(details[path] ?? []), says]
  }
  return details
}
