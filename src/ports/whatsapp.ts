import type { Outcome } from './outcome.ts'

/** Direct credentials of a WhatsApp Business Account (WABA), as a request carries them. */
export interface WhatsappCredentials {
  wabaId: string
  phoneNumberId: string | null
  accessToken: string
}

export interface WhatsappAccount {
  wabaId: string
  /** The number that will be used: the given one, or the only one of the account, or null where the account has several or none. */
  phoneNumberId: string | null
  name: string | null
}

export interface Whatsapp {
  readonly name: string
  readonly isSimulated: boolean
  /**
   * Verifies, without changing anything: the token is valid, holds both scopes, reaches the WABA, and the number is in it.
   * Refusal members: `access_token`, `waba_id`, `phone_number_id`.
   */
  verifyAccount(request: { credentials: WhatsappCredentials; signal?: AbortSignal }): Promise<Outcome<WhatsappAccount>>
}
