import type { MailMessage } from '../ports/mail.ts'

/** A mail as nodemailer takes it: structured, so that the library alone writes headers, and no text can add one. */
export interface MailFields {
  from: string
  to: { name: string; address: string }
  subject: string
  text: string
  messageId: string
  headers: Record<string, string>
  disableFileAccess: true
  disableUrlAccess: true
}

/** @param from `name@host` or `Words <name@host>`, as the configuration checked it. */
export function mailFields({ id, to, subject, text }: MailMessage, from: string): MailFields {
  const host = /@([A-Za-z0-9.-]+)>?$/.exec(from)?.[1] ?? 'localhost'
  return {
    from,
    to,
    subject,
    text,
    messageId: `<${id}@${host}>`,
    // RFC 3834: nobody's out-of-office answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
