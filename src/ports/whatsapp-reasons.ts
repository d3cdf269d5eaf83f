import type { Refusal } from './outcome.ts'

/** The permissions that direct credentials need (contract 8.7). */
export const WHATSAPP_SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'] as const

/** Why credentials are refused, in our words: the only sentences that reach a client, whichever adapter is behind the port. */
export const WHATSAPP_REASONS = {
  tokenInvalid: { member: 'access_token', says: 'The access token is invalid, expired or revoked.' },
  tokenDenied: {
    member: 'access_token',
    says: 'The access token lacks the permission or the access level for this WhatsApp Business Account.',
  },
  wabaShape: { member: 'waba_id', says: 'The id of a WhatsApp Business Account is 1 to 32 digits.' },
  wabaUnseen: {
    member: 'waba_id',
    says: 'The WhatsApp Business Account does not exist or the access token does not reach it.',
  },
  wabaRejected: { member: 'waba_id', says: 'Meta has rejected the WhatsApp Business Account in its review.' },
  wabaBlocked: { member: 'waba_id', says: 'Meta has blocked or locked the WhatsApp Business Account.' },
  numberUnseen: {
    member: 'phone_number_id',
    says: 'The phone number does not belong to the WhatsApp Business Account.',
  },
  tokenMissing: {
    member: 'access_token',
    says: 'There is no access token for this WhatsApp Business Account on this server.',
  },
  pinMissing: { member: '', says: 'This server has no PIN to register WhatsApp numbers with.' },
  pinWrong: {
    member: 'phone_number_id',
    says: 'The phone number has two-step verification with another PIN. Turn it off in WhatsApp Manager, then try again.',
  },
  numberUnverified: {
    member: 'phone_number_id',
    says: 'The phone number is not verified. Verify it in WhatsApp Manager, then try again.',
  },
} as const satisfies Record<string, Refusal>

/** The refusal for one permission that the token does not hold. */
export function scopeMissing(scope: string): Refusal {
  return { member: 'access_token', says: `The access token lacks the permission ${scope}.` }
}

/** Meta's ids are decimal numbers. The check comes before any call, because an id becomes part of a path. */
export function isGraphId(text: string): boolean {
  return /^\d{1,32}$/.test(text)
}

/** Whether a token can travel in a header at all. */
export function isTokenShaped(text: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(text)
}
