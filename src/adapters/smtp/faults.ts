import { type About, type Outcome, refused, unanswered, unavailable } from '../../ports/outcome.ts'

/** What a failed delivery means. The library's texts quote the server, which quotes addresses: codes alone are read. */
export interface SmtpFault {
  outcome: Outcome<never>
  /** For the log; a word from our own list. */
  reason: string
  responseCode: number | null
}

/** The server's answer was about this person, or this mail: it will be the same tomorrow. */
const RECIPIENT = refused({ member: 'to', says: 'The address does not take mail.' })
const MESSAGE = refused({ member: '', says: 'The mail server does not take this mail.' })

const REASONS: Readonly<Record<string, string>> = {
  EAUTH: 'credentials_not_accepted',
  ENOAUTH: 'credentials_not_accepted',
  ETLS: 'tls_failed',
  EDNS: 'host_not_found',
  ESOCKET: 'unreachable',
  ECONNECTION: 'unreachable',
  EPROTOCOL: 'unexpected_answer',
}

/** RFC 5321, 4.2.1: 5yz is final. 503 is about the session, 530 to 538 about credentials and TLS (RFC 4954). */
function isFinal(code: number | null): boolean {
  return code !== null && code >= 500 && code <= 599 && code !== 503 && !(code >= 530 && code <= 538)
}

/** The third part of a class of enhanced status codes that speak of the mail system as a whole (RFC 3463, 3.4). */
const SYSTEM_FULL_OR_DOWN = /^4\d\d[ -]4\.3\./

/**
 * Whom a temporary answer is about. Once the sender was taken it is about the recipient: a full mailbox, a domain that puts
 * strangers off (grey-listing), a policy of theirs. 421 ends the session, so it is the server's, and so is what says that
 * the server has no room.
 */
function aboutOf({ code, command, responseCode, response }: SmtpError): About {
  const isAtRecipient = code === 'EENVELOPE' && command === 'RCPT TO'
  const isAtMail = code === 'EMESSAGE' || command === 'DATA'
  if (!isAtRecipient && !isAtMail) return 'service'
  if (responseCode === null || responseCode < 400 || responseCode > 499 || responseCode === 421) return 'service'
  if (SYSTEM_FULL_OR_DOWN.test(response)) return 'service'
  return isAtMail && responseCode === 452 ? 'service' : 'subject'
}

interface SmtpError {
  code: unknown
  command: unknown
  responseCode: number | null
  /** Quotes addresses; only its code at the front is looked at. */
  response: string
}

/** Reads an error of nodemailer. */
export function toFault(error: unknown): SmtpFault {
  const given = (error instanceof Error ? error : {}) as Partial<Record<keyof SmtpError, unknown>>
  const { code, command } = given
  const responseCode = typeof given.responseCode === 'number' ? given.responseCode : null
  const response = typeof given.response === 'string' ? given.response : ''
  const fault = (outcome: Outcome<never>, reason: string): SmtpFault => ({ outcome, reason, responseCode })
  if (code === 'ETIMEDOUT') return fault(unanswered('service'), 'no_answer')
  if (
    code === 'EENVELOPE' &&
    (command === 'RCPT TO' || command === 'API') &&
    (command === 'API' || isFinal(responseCode))
  )
    return fault(RECIPIENT, 'recipient_not_accepted')
  if ((code === 'EMESSAGE' || command === 'DATA') && isFinal(responseCode)) return fault(MESSAGE, 'mail_not_accepted')
  if (code === 'EENVELOPE' && command === 'MAIL FROM') return fault(unavailable('service'), 'sender_not_accepted')
  return fault(
    unavailable(aboutOf({ code, command, responseCode, response })),
    typeof code === 'string' ? (REASONS[code] ?? 'not_now') : 'mail_not_made',
  )
}
