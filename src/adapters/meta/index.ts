import type { Log } from '../../observability/log.ts'
import { done, type Outcome, type Refusal, refused, unavailable } from '../../ports/outcome.ts'
import type { Whatsapp, WhatsappAccount, WhatsappCredentials } from '../../ports/whatsapp.ts'
import {
  isGraphId,
  isTokenShaped,
  scopeMissing,
  WHATSAPP_REASONS,
  WHATSAPP_SCOPES,
} from '../../ports/whatsapp-reasons.ts'
import { providerBaseUrl } from '../http-client/bounded-fetch.ts'
import { openDeadline } from '../http-client/deadline.ts'
import { type GraphResponse, type GraphSession, openSession } from './client.ts'
import { isUnseen } from './faults.ts'
import { type TokenFacts, toNumbersPage, toSuccess, toTokenFacts, toWabaFacts } from './wire.ts'

export interface MetaWhatsappOptions {
  /** With the version; default `https://graph.facebook.com/v25.0`. */
  baseUrl?: string
  /** An app access token: it inspects tokens of the same app. Other tokens inspect themselves. */
  appToken?: string
  /** The token of a system user, for accounts that came without one of their own. */
  systemToken?: string
  /** Six digits: the two-step verification PIN that numbers are registered with. */
  registrationPin?: string
  log: Log
  /** For all reads of one verification together; default 10 s (the provider step of the timeout ladder). */
  timeoutMs?: number
}

/** 10 pages of 100: far above the numbers that Meta allows one account. */
const PAGES_MAX = 10

/** Meta's code for a parameter that it does not accept, here the token to inspect. */
const CODE_PARAMETER = 100

/**
 * WhatsApp through the Graph API: the token with both permissions, then the account, then its numbers (contract 8.7);
 * after that the registration of the number and the subscription to the account's events. Fails at construction if the base URL is not safe to send a token to.
 */
export function metaWhatsapp(options: MetaWhatsappOptions): Whatsapp {
  const baseUrl = providerBaseUrl('META_GRAPH_BASE_URL', options.baseUrl ?? 'https://graph.facebook.com/v25.0')
  const within = async <T>(
    signal: AbortSignal | undefined,
    work: (session: GraphSession) => Promise<T>,
  ): Promise<T> => {
    const deadline = openDeadline(options.timeoutMs ?? 10_000, signal)
    try {
      return await work(openSession(baseUrl, options.log, deadline))
    } finally {
      deadline.close()
    }
  }
  const tokenFor = (accessToken: string | null) => accessToken ?? options.systemToken ?? null
  return {
    name: 'meta',
    isSimulated: false,
    // Templates are not handed in at Meta by this adapter.
    templates: null,
    async verifyAccount({ credentials, signal }) {
      const misshapen = misshapenMember(credentials)
      if (misshapen !== null) return refused(misshapen)
      return within(signal, (session) => verify(session, credentials, options.appToken ?? null))
    },
    async registerNumber({ wabaId, phoneNumberId, accessToken, signal }) {
      const pin = options.registrationPin
      const token = tokenFor(accessToken)
      if (pin === undefined) return refused(WHATSAPP_REASONS.pinMissing)
      if (token === null) return refused(WHATSAPP_REASONS.tokenMissing)
      const misshapen = misshapenMember({ wabaId, phoneNumberId, accessToken: token })
      if (misshapen !== null) return refused(misshapen)
      return within(signal, (session) => registerNumber(session, { phoneNumberId, token, pin }))
    },
    async subscribeApp({ wabaId, accessToken, signal }) {
      const token = tokenFor(accessToken)
      if (token === null) return refused(WHATSAPP_REASONS.tokenMissing)
      const misshapen = misshapenMember({ wabaId, phoneNumberId: null, accessToken: token })
      if (misshapen !== null) return refused(misshapen)
      return within(signal, (session) => subscribeApp(session, wabaId, token))
    },
  }
}

/** With the PIN, which becomes the number's two-step verification PIN if it has none. */
async function registerNumber(
  session: GraphSession,
  { phoneNumberId, token, pin }: { phoneNumberId: string; token: string; pin: string },
): Promise<Outcome<{ phoneNumberId: string }>> {
  const { outcome, fault } = await session.post({
    name: 'register_number',
    path: `${phoneNumberId}/register`,
    bearer: token,
    body: { messaging_product: 'whatsapp', pin },
    read: toSuccess,
  })
  if (outcome.kind === 'done') return done({ phoneNumberId })
  const isUnknown = outcome.kind === 'refused' && fault !== null && isUnseen(fault)
  return isUnknown ? refused(WHATSAPP_REASONS.numberUnseen) : outcome
}

async function subscribeApp(session: GraphSession, wabaId: string, token: string): Promise<Outcome<null>> {
  const { outcome } = await session.post({
    name: 'subscribe_app',
    path: `${wabaId}/subscribed_apps`,
    bearer: token,
    body: {},
    read: toSuccess,
  })
  return outcome.kind === 'done' ? done(null) : outcome
}

/** Ids become part of a path and the token part of a header, so neither leaves unchecked. */
function misshapenMember({ wabaId, phoneNumberId, accessToken }: WhatsappCredentials): Refusal | null {
  if (!isTokenShaped(accessToken)) return WHATSAPP_REASONS.tokenInvalid
  if (!isGraphId(wabaId)) return WHATSAPP_REASONS.wabaShape
  return phoneNumberId === null || isGraphId(phoneNumberId) ? null : WHATSAPP_REASONS.numberUnseen
}

async function verify(
  session: GraphSession,
  credentials: WhatsappCredentials,
  appToken: string | null,
): Promise<Outcome<WhatsappAccount>> {
  const { wabaId, phoneNumberId, accessToken } = credentials
  const token = await inspectToken(session, accessToken, appToken)
  if (token.kind !== 'done') return token
  const refusals = tokenRefusals(token.value, wabaId)
  if (refusals.length > 0) return refused(...refusals)

  const waba = await session.get({
    name: 'read_account',
    path: wabaId,
    query: { fields: 'id,name,account_review_status' },
    bearer: accessToken,
    read: (answer) => {
      const facts = toWabaFacts(answer)
      return facts?.id === wabaId ? facts : null
    },
  })
  if (waba.outcome.kind !== 'done') return waba.outcome
  if (waba.outcome.value.reviewStatus === 'REJECTED') return refused(WHATSAPP_REASONS.wabaRejected)

  const number = await findNumber(session, credentials)
  if (number.kind !== 'done') return number
  if (phoneNumberId !== null && number.value === null) return refused(WHATSAPP_REASONS.numberUnseen)
  return done({ wabaId, phoneNumberId: number.value, name: waba.outcome.value.name })
}

/**
 * The app's token inspects tokens of its own app only. A token of another app (a customer's own system user) inspects
 * itself, and so does every token where no app token is configured.
 */
async function inspectToken(
  session: GraphSession,
  accessToken: string,
  appToken: string | null,
): Promise<Outcome<TokenFacts>> {
  if (appToken !== null) {
    const { outcome } = await debugToken(session, accessToken, appToken)
    if (!isInspectionRefused(outcome)) return outcome
  }
  const { outcome, fault } = await debugToken(session, accessToken, accessToken)
  return fault?.code === CODE_PARAMETER && outcome.kind === 'refused' ? refused(WHATSAPP_REASONS.tokenInvalid) : outcome
}

function isInspectionRefused(outcome: Outcome<TokenFacts>): boolean {
  if (outcome.kind === 'refused') return true
  return outcome.kind === 'done' && !outcome.value.isValid && outcome.value.errorCode === CODE_PARAMETER
}

function debugToken(session: GraphSession, accessToken: string, bearer: string): Promise<GraphResponse<TokenFacts>> {
  return session.get({
    name: 'inspect_token',
    path: 'debug_token',
    query: { input_token: accessToken },
    bearer,
    read: toTokenFacts,
  })
}

function tokenRefusals(token: TokenFacts, wabaId: string): Refusal[] {
  if (!token.isValid) return [WHATSAPP_REASONS.tokenInvalid]
  const missing = WHATSAPP_SCOPES.filter((scope) => !token.scopes.includes(scope)).map(scopeMissing)
  if (missing.length > 0) return missing
  const isElsewhere = token.targets.some(
    (target) => WHATSAPP_SCOPES.some((scope) => scope === target.scope) && !target.ids.includes(wabaId),
  )
  return isElsewhere ? [WHATSAPP_REASONS.wabaUnseen] : []
}

/** The given number if the account has it; without one, the only number of the account; else null. */
async function findNumber(
  session: GraphSession,
  { wabaId, phoneNumberId, accessToken }: WhatsappCredentials,
): Promise<Outcome<string | null>> {
  let after: string | null = null
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const { outcome }: GraphResponse<{ ids: readonly string[]; after: string | null }> = await session.get({
      name: 'list_numbers',
      path: `${wabaId}/phone_numbers`,
      query: { fields: 'id', limit: '100', ...(after === null ? {} : { after }) },
      bearer: accessToken,
      read: toNumbersPage,
    })
    if (outcome.kind !== 'done') return outcome
    const { ids } = outcome.value
    if (phoneNumberId !== null && ids.includes(phoneNumberId)) return done(phoneNumberId)
    if (phoneNumberId === null) return done(ids.length === 1 && outcome.value.after === null ? (ids[0] ?? null) : null)
    if (outcome.value.after === null) return done(null)
    after = outcome.value.after
  }
  return unavailable('subject')
}
