import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../observability/log.ts'
import type { Mail, MailMessage } from '../../ports/mail.ts'
import { done, unanswered, unavailable } from '../../ports/outcome.ts'
import { type MailFields, mailFields } from '../mail/mail-fields.ts'

export interface OutboxMailOptions {
  /** Made, for its owner's eyes only, when the first mail comes. */
  folder: string
  from: MailFields['from']
  log: Log
}

/**
 * Mail that goes nowhere: each is one file, `<id>.eml`, as a mail server of today would have been given it. A mail that is
 * sent again takes its own file's place.
 */
export function outboxMail(options: OutboxMailOptions): Mail {
  return {
    name: 'outbox',
    isSimulated: true,
    async send({ message, signal }) {
      if (signal?.aborted === true) return unanswered('service')
      try {
        await put(options, message)
        return done(null)
      } catch (error) {
        options.log.warn('mail.unavailable', { reason: `folder_${systemCode(error)}` })
        return unavailable('service')
      }
    },
  }
}

/** The file appears whole or not at all. */
async function put({ folder, from }: OutboxMailOptions, message: MailMessage): Promise<void> {
  const bytes = await toBytes(message, from)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${message.id}.eml`)
  await writeFile(`${path}.part`, bytes, { mode: 0o600 })
  await rename(`${path}.part`, path)
}

/** The library is loaded with the first mail: most starts on a laptop send none. */
async function toBytes(message: MailMessage, from: MailFields['from']): Promise<Buffer> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  // The file is read in a terminal too, and an encoding for old servers would break the line of a link.
  transport.use('stream', (mail, next) => {
    mail.message.getTransferEncoding = () => '8bit'
    next(null)
  })
  const sent = await transport.sendMail(mailFields(message, from))
  return Buffer.isBuffer(sent.message) ? sent.message : Buffer.from([])
}

/** The code of a system error, or the kind of any other: its text may quote the mail. */
function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
