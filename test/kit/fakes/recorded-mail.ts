import type { Mail, MailMessage } from '../../../src/ports/mail.ts'
import type { Outcome } from '../../../src/ports/outcome.ts'

export interface RecordedMail extends Mail {
  /** Every mail that was handed over, also those that were not taken. */
  readonly sent: MailMessage[]
  /** What the next mails are answered; `done` unless told. */
  answer(message: MailMessage): Promise<Outcome<null>> | Outcome<null>
}

/** Mail that a test reads. */
export function recordedMail(): RecordedMail {
  const sent: MailMessage[] = []
  return {
    name: 'recorded',
    isSimulated: true,
    sent,
    answer: () => ({ kind: 'done', value: null }),
    async send({ message }) {
      sent.push(message)
      return this.answer(message)
    },
  }
}

/** The token that a mail of an invitation shows. */
export function tokenIn({ text }: MailMessage): string {
  const [token] = /inv_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}/.exec(text) ?? []
  if (token === undefined) throw new Error('the mail shows no token')
  return token
}
