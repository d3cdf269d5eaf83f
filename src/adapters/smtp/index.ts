import type { Log } from '../../observability/log.ts'
import type { Mail } from '../../ports/mail.ts'
import { done, type Outcome, unanswered } from '../../ports/outcome.ts'
import { openDeadline } from '../http-client/deadline.ts'
import { type MailFields, mailFields } from '../mail/mail-fields.ts'
import { type Deliver, openSmtp, readSmtpUrl } from './client.ts'
import { toFault } from './faults.ts'

export interface SmtpMailOptions {
  /** `smtp://` or `smtps://`, as the configuration checked it. */
  url: string
  from: MailFields['from']
  log: Log
  /** For one mail altogether; default 10 s. */
  timeoutMs?: number
}

/** Mail over SMTP: one connection a mail, verified TLS but to this machine. Nothing of a mail or an address is logged. */
export function smtpMail({ url, from, log, timeoutMs = 10_000 }: SmtpMailOptions): Mail {
  const deliver = openSmtp(readSmtpUrl(url), timeoutMs)
  return {
    name: 'smtp',
    isSimulated: false,
    async send({ message, signal }) {
      const deadline = openDeadline(timeoutMs, signal)
      try {
        return await unlessAborted(deadline.signal, deliverOnce(deliver, mailFields(message, from), log))
      } finally {
        deadline.close()
      }
    },
  }
}

async function deliverOnce(deliver: Deliver, mail: MailFields, log: Log): Promise<Outcome<null>> {
  try {
    await deliver(mail)
    return done(null)
  } catch (error) {
    const { outcome, reason, responseCode } = toFault(error)
    log.warn(outcome.kind === 'refused' ? 'mail.refused' : 'mail.unavailable', { reason, response_code: responseCode })
    return outcome
  }
}

/** The library cannot be told to stop: what it still does is over with its own, equally long, waits. */
function unlessAborted(signal: AbortSignal, work: Promise<Outcome<null>>): Promise<Outcome<null>> {
  return new Promise((resolve, reject) => {
    const late = () => resolve(unanswered('service'))
    if (signal.aborted) late()
    signal.addEventListener('abort', late, { once: true })
    work.then(resolve, reject)
  })
}
