import type { Outcome } from './outcome.ts'

/** One mail to one person. Texts are plain; whoever sends it encodes them. */
export interface MailMessage {
  /** The same for every try of one mail, 1 to 64 letters, digits, dots, hyphens and underscores: the Message-ID is made of it. */
  id: string
  to: { name: string; address: string }
  subject: string
  text: string
}

export interface Mail {
  readonly name: string
  readonly isSimulated: boolean
  /**
   * Hands the mail over. `done`: the service has taken it, which does not say that it arrives. `refused`: it will never
   * take this mail for this address. After `timeout` it may have been taken: sending it again may double it.
   * An aborted `signal` is a `timeout`. Refusal member: `to`.
   */
  send(request: { message: MailMessage; signal?: AbortSignal }): Promise<Outcome<null>>
}
