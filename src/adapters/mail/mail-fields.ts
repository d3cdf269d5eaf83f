import type { MailMessage } from '../../ports/mail.ts'

/** A mail as nodemailer takes it: structured, so that the library alone writes headers, and no text can add one. */
export interface MailFields {
  from: { name: string; address: string }
  to: { name: string; address: string }
  subject: string
  text: string
  messageId: string
  headers: Record<string, string>
  disableFileAccess: true
  disableUrlAccess: true
}

/**
 * The addresses are copies: nodemailer 10 writes the normalized address back into the objects that it is given, and the
 * configuration is frozen.
 *
 * @param from the sender, as the configuration read it.
 */
export function mailFields({ id, to, subject, text }: MailMessage, from: MailFields['from']): MailFields {
  const host = from.address.slice(from.address.lastIndexOf('@') + 1)
  return {
    from: { ...from },
    to: { ...to },
    subject,
    text,
    messageId: `<${id}@${host}>`,
    // RFC 3834: nobody's out-of-office answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
