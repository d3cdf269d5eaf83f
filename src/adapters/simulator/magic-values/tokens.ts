import type { Refusal } from '../../../ports/outcome.ts'
import { scopeMissing, WHATSAPP_REASONS } from '../../../ports/whatsapp-reasons.ts'

/** What the simulated Graph API does with a token. */
export type TokenBehaviour =
  | { does: 'accept' }
  | { does: 'refuse'; refusal: Refusal }
  | { does: 'timeout' }
  | { does: 'outage' }

/** What the simulated Graph API does when a number is registered with a token that it accepts. */
export type RegistrationBehaviour = { does: 'refuse'; refusal: Refusal } | { does: 'limit' } | { does: 'loseAnswer' }

export interface MagicToken {
  token: string
  behaviour: TokenBehaviour
  says: string
}

const refuse = (token: string, refusal: Refusal): MagicToken => ({
  token,
  behaviour: { does: 'refuse', refusal },
  says: `Refused on \`${refusal.member}\`: "${refusal.says}"`,
})

/** The access tokens that drive the simulator. None of them can be a token of Meta. `docs/PROVIDERS.md` lists them. */
export const MAGIC_TOKENS: readonly MagicToken[] = [
  { token: 'EAAtest_ok', behaviour: { does: 'accept' }, says: 'Accepted.' },
  refuse('EAAtest_expired', WHATSAPP_REASONS.tokenInvalid),
  refuse('EAAtest_noscope', scopeMissing('whatsapp_business_messaging')),
  refuse('EAAtest_wrongwaba', WHATSAPP_REASONS.wabaUnseen),
  refuse('EAAtest_wrongnumber', WHATSAPP_REASONS.numberUnseen),
  { token: 'EAAtest_timeout', behaviour: { does: 'timeout' }, says: 'No answer for 10 seconds.' },
  { token: 'EAAtest_outage', behaviour: { does: 'outage' }, says: 'The Graph API is down, every time.' },
]

export interface MagicRegistration {
  token: string
  behaviour: RegistrationBehaviour
  says: string
}

const refuseNumber = (token: string, refusal: Refusal): MagicRegistration => ({
  token,
  behaviour: { does: 'refuse', refusal },
  says: `Accepted; the registration of the number is refused: "${refusal.says}"`,
})

/** Tokens that are accepted and drive the registration of the number. */
export const MAGIC_REGISTRATIONS: readonly MagicRegistration[] = [
  refuseNumber('EAAtest_pin', WHATSAPP_REASONS.pinWrong),
  refuseNumber('EAAtest_unverified', WHATSAPP_REASONS.numberUnverified),
  refuseNumber('EAAtest_blocked', WHATSAPP_REASONS.wabaBlocked),
  {
    token: 'EAAtest_limit',
    behaviour: { does: 'limit' },
    says: 'Accepted; the number was registered too often (10 times in 72 hours), so it must wait.',
  },
  {
    token: 'EAAtest_lost',
    behaviour: { does: 'loseAnswer' },
    says: 'Accepted; the first registration of the number is done, but not answered for 10 seconds.',
  },
]
