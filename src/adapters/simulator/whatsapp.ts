import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import type { Whatsapp, WhatsappAccount, WhatsappCredentials } from '../../ports/whatsapp.ts'
import { isGraphId, WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'
import { MAGIC_TOKENS, type TokenBehaviour } from './magic-tokens.ts'
import { type Sleep, sleepUntilAborted } from './sleep.ts'

/** One call as a test may look at it: ids and the outcome, never the token. */
export interface SimulatedVerification {
  wabaId: string
  outcome: Outcome<unknown>['kind']
}

export interface SimulatedWhatsappOptions {
  sleep?: Sleep
  timeoutMs?: number
}

export interface SimulatedWhatsapp extends Whatsapp {
  /** The last 1,000 calls. */
  readonly calls: readonly SimulatedVerification[]
}

const CALLS_MAX = 1000

/**
 * A Graph API that is none: documented magic tokens (`docs/PROVIDERS.md`) drive it, and any other token that begins with
 * `EAA`, as Meta's do, is accepted for any account. The simulated account has no numbers of its own: it holds the one given.
 */
export function simulatedWhatsapp(options: SimulatedWhatsappOptions = {}): SimulatedWhatsapp {
  const { sleep = sleepUntilAborted, timeoutMs = 10_000 } = options
  const calls: SimulatedVerification[] = []

  async function verify(credentials: WhatsappCredentials, signal?: AbortSignal): Promise<Outcome<WhatsappAccount>> {
    const { wabaId, phoneNumberId, accessToken } = credentials
    if (!isGraphId(wabaId)) return refused(WHATSAPP_REASONS.wabaShape)
    if (phoneNumberId !== null && !isGraphId(phoneNumberId)) return refused(WHATSAPP_REASONS.numberUnseen)
    const behaviour = behaviourOf(accessToken)
    if (behaviour.does === 'refuse') return refused(behaviour.refusal)
    if (behaviour.does === 'outage') return unavailable()
    if (behaviour.does === 'timeout') {
      await sleep(timeoutMs, signal)
      return { kind: 'timeout' }
    }
    return done({ wabaId, phoneNumberId, name: 'Simulated WhatsApp Business Account' })
  }

  return {
    name: 'simulator',
    isSimulated: true,
    calls,
    async verifyAccount({ credentials, signal }) {
      const outcome = await verify(credentials, signal)
      calls.push({ wabaId: credentials.wabaId, outcome: outcome.kind })
      if (calls.length > CALLS_MAX) calls.shift()
      return outcome
    },
  }
}

function behaviourOf(token: string): TokenBehaviour {
  const magic = MAGIC_TOKENS.find((entry) => entry.token === token)
  if (magic !== undefined) return magic.behaviour
  return token.startsWith('EAA') ? { does: 'accept' } : { does: 'refuse', refusal: WHATSAPP_REASONS.tokenInvalid }
}
