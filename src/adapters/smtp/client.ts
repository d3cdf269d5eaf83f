import { createTransport } from 'nodemailer'
import type { MailFields } from '../mail/mail-fields.ts'

export interface SmtpServer {
  host: string
  port: number
  /** TLS from the first byte. */
  secure: boolean
  /** The connection must change to TLS before anything is said over it. */
  requireTLS: boolean
  auth: { user: string; pass: string } | null
}

/** Hands one mail over in a connection of its own. Rejects with the library's error, whose texts may quote the mail. */
export type Deliver = (mail: MailFields) => Promise<void>

/**
 * Reads `smtp://` and `smtps://`, with the ports 587 and 465 unless told. Credentials and tokens travel over it, so
 * without TLS nothing is sent but to this machine.
 */
export function readSmtpUrl(text: string): SmtpServer {
  const url = new URL(text)
  const secure = url.protocol === 'smtps:'
  const isLoopback = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname)
  const user = decodeURIComponent(url.username)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback,
    auth: user === '' ? null : { user, pass: decodeURIComponent(url.password) },
  }
}

/** @param timeoutMs for each wait: connection, greeting, and silence. */
export function openSmtp({ auth, ...server }: SmtpServer, timeoutMs: number): Deliver {
  const transport = createTransport({
    ...server,
    ...(auth === null ? {} : { auth }),
    tls: { minVersion: 'TLSv1.2' },
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    logger: false,
    debug: false,
  })
  return async (mail) => {
    await transport.sendMail(mail)
  }
}
