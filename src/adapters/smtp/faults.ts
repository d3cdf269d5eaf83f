import { type Outcome, refused, unavailable } from '../../ports/outcome.ts'

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

/** Reads an error of nodemailer. */
export function toFault(error: unknown): SmtpFault {
  const {
    code,
    command,
    responseCode: given,
  } = (error instanceof Error ? error : {}) as {
    code?: unknown
    command?: unknown
    responseCode?: unknown
  }
  const responseCode = typeof given === 'number' ? given : null
  const fault = (outcome: Outcome<never>, reason: string): SmtpFault => ({ outcome, reason, responseCode })
  if (code === 'ETIMEDOUT') return fault({ kind: 'timeout' }, 'no_answer')
  if (
    code === 'EENVELOPE' &&
    (command === 'RCPT TO' || command === 'API') &&
    (command === 'API' || isFinal(responseCode))
  )
    return fault(RECIPIENT, 'recipient_not_accepted')
  if ((code === 'EMESSAGE' || command === 'DATA') && isFinal(responseCode)) return fault(MESSAGE, 'mail_not_accepted')
  if (code === 'EENVELOPE' && command === 'MAIL FROM') return fault(unavailable(), 'sender_not_accepted')
  return fault(unavailable(), typeof code === 'string' ? (REASONS[code] ?? 'not_now') : 'not_now')
}
