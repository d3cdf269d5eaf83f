import type { Refusal } from '../../ports/outcome.ts'
import { scopeMissing, WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'

/** What the simulated Graph API does with a token. */
export type TokenBehaviour =
  | { does: 'accept' }
  | { does: 'refuse'; refusal: Refusal }
  | { does: 'timeout' }
  | { does: 'outage' }

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
