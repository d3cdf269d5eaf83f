import { done, type Outcome, refused, unanswered, unavailable } from '../../ports/outcome.ts'
import type { Whatsapp, WhatsappAccount, WhatsappCredentials } from '../../ports/whatsapp.ts'
import { isGraphId, WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'
import { MAGIC_REGISTRATIONS, MAGIC_TOKENS, type TokenBehaviour } from './magic-values/tokens.ts'
import type { SimulatorOptions } from './simulated-call.ts'
import { type Sleep, sleepUntilAborted } from './sleep.ts'
import { type SimulatedTemplateReviewer, simulatedTemplateReviewer } from './template-reviewer.ts'

/** One call as a test may look at it: ids and the outcome, never the token. */
export interface SimulatedWhatsappCall {
  operation: 'verifyAccount' | 'registerNumber' | 'subscribeApp'
  wabaId: string
  outcome: Outcome<unknown>['kind']
}

export interface SimulatedWhatsappOptions extends SimulatorOptions {
  sleep?: Sleep
  timeoutMs?: number
}

export interface SimulatedWhatsapp extends Whatsapp {
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedWhatsappCall[]
  readonly templates: SimulatedTemplateReviewer
}

const CALLS_MAX = 1000
/** Meta counts the registrations of a number over 72 hours; it says no time to come back. */
const REGISTRATION_WAIT_SECONDS = 3600

/**
 * A Graph API that is none: documented magic tokens (`docs/PROVIDERS.md`) drive it, and any other token that begins with
 * `EAA`, as Meta's do, is accepted for any account. The simulated account has no numbers of its own: it holds the one given.
 */
export function simulatedWhatsapp(options: SimulatedWhatsappOptions = {}): SimulatedWhatsapp {
  const { sleep = sleepUntilAborted, timeoutMs = 10_000 } = options
  const calls: SimulatedWhatsappCall[] = []
  const registered = new Set<string>()

  async function verify(credentials: WhatsappCredentials, signal?: AbortSignal): Promise<Outcome<WhatsappAccount>> {
    const { wabaId, phoneNumberId, accessToken } = credentials
    if (!isGraphId(wabaId)) return refused(WHATSAPP_REASONS.wabaShape)
    if (phoneNumberId !== null && !isGraphId(phoneNumberId)) return refused(WHATSAPP_REASONS.numberUnseen)
    const blocked = await blockedBy(accessToken, sleep, timeoutMs, signal)
    return blocked ?? done({ wabaId, phoneNumberId, name: 'Simulated WhatsApp Business Account' })
  }

  async function register(phoneNumberId: string, accessToken: string | null, signal?: AbortSignal) {
    if (!isGraphId(phoneNumberId)) return refused(WHATSAPP_REASONS.numberUnseen)
    const blocked = accessToken === null ? null : await blockedBy(accessToken, sleep, timeoutMs, signal)
    if (blocked !== null) return blocked
    const behaviour = MAGIC_REGISTRATIONS.find(({ token }) => token === accessToken)?.behaviour
    if (behaviour?.does === 'refuse') return refused(behaviour.refusal)
    if (behaviour?.does === 'limit') return unavailable('subject', REGISTRATION_WAIT_SECONDS)
    if (behaviour?.does === 'loseAnswer' && !registered.has(phoneNumberId)) {
      registered.add(phoneNumberId)
      await sleep(timeoutMs, signal)
      return unanswered('service')
    }
    return done({ phoneNumberId })
  }

  function note(call: SimulatedWhatsappCall): void {
    calls.push(call)
    if (calls.length > CALLS_MAX) calls.shift()
  }

  return {
    name: 'simulator',
    isSimulated: true,
    calls,
    templates: simulatedTemplateReviewer(options),
    async registerNumber({ wabaId, phoneNumberId, accessToken, signal }) {
      const outcome = await register(phoneNumberId, accessToken, signal)
      note({ operation: 'registerNumber', wabaId, outcome: outcome.kind })
      return outcome
    },
    async subscribeApp({ wabaId, accessToken, signal }) {
      const blocked = accessToken === null ? null : await blockedBy(accessToken, sleep, timeoutMs, signal)
      const outcome: Outcome<null> = isGraphId(wabaId) ? (blocked ?? done(null)) : refused(WHATSAPP_REASONS.wabaShape)
      note({ operation: 'subscribeApp', wabaId, outcome: outcome.kind })
      return outcome
    },
    async verifyAccount({ credentials, signal }) {
      const outcome = await verify(credentials, signal)
      note({ operation: 'verifyAccount', wabaId: credentials.wabaId, outcome: outcome.kind })
      return outcome
    },
  }
}

/** What stops every call with this token; null when nothing does. */
async function blockedBy(
  accessToken: string,
  sleep: Sleep,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Outcome<never> | null> {
  const behaviour = behaviourOf(accessToken)
  if (behaviour.does === 'refuse') return refused(behaviour.refusal)
  if (behaviour.does === 'outage') return unavailable('service')
  if (behaviour.does === 'accept') return null
  await sleep(timeoutMs, signal)
  return unanswered('service')
}

function behaviourOf(token: string): TokenBehaviour {
  const magic = MAGIC_TOKENS.find((entry) => entry.token === token)
  if (magic !== undefined) return magic.behaviour
  return token.startsWith('EAA') ? { does: 'accept' } : { does: 'refuse', refusal: WHATSAPP_REASONS.tokenInvalid }
}
