import type { Outcome } from './outcome.ts'
import type { TemplateReviewer } from './template-review.ts'

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
  /** Who reviews message templates; null where this provider cannot hand them in. */
  readonly templates: TemplateReviewer | null
  /**
   * Verifies, without changing anything: the token is valid, holds both scopes, reaches the WABA, and the number is in it.
   * Refusal members: `access_token`, `waba_id`, `phone_number_id`.
   */
  verifyAccount(request: { credentials: WhatsappCredentials; signal?: AbortSignal }): Promise<Outcome<WhatsappAccount>>
  /**
   * Registers the number for the Cloud API with the configured PIN. `accessToken` null: the configured token of the
   * system user. Meta allows few registrations of one number (10 in 72 hours), so it is not repeated idly; registering a
   * registered number again is harmless. Outcomes as at a registry (`brand-registry.ts`). Refusal members: as above.
   */
  registerNumber(request: {
    wabaId: string
    phoneNumberId: string
    accessToken: string | null
    signal?: AbortSignal
  }): Promise<Outcome<{ phoneNumberId: string }>>
  /** Subscribes our app to the events of the account. May be repeated. */
  subscribeApp(request: { wabaId: string; accessToken: string | null; signal?: AbortSignal }): Promise<Outcome<null>>
}
