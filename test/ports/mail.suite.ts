import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Log } from '../../src/observability/log.ts'
import type { Mail, MailMessage } from '../../src/ports/mail.ts'
import type { Logged } from '../kit/jobs.ts'

/** One adapter under the suite, with everything it logged and the mails that left the context, as bytes. */
export interface MailHarness extends AsyncDisposable {
  mail: Mail
  logged: readonly Logged[]
  sources(): Promise<string[]>
  /** From now on the service takes nothing. */
  breakDown(): Promise<void>
}

/** A log that keeps event and fields of every line, and fails for an error object: those quote the mail. */
export function newLog(): { log: Log; logged: Logged[] } {
  const logged: Logged[] = []
  const write =
    (level: Logged['level']): Log['error'] =>
    (event, fields = {}, error) => {
      assert.equal(error, undefined)
      logged.push({ level, event, fields })
    }
  return { log: { info: write('info'), warn: write('warn'), error: write('error') }, logged }
}

export function aMail(members: Partial<MailMessage> = {}): MailMessage {
  return {
    id: '0190a0b0-0000-7000-8000-000000000002.aBc_-123',
    to: Object.freeze({ name: 'Jane Doe', address: 'jane@example.com' }),
    subject: 'Invitation to Acme',
    text: 'Hello Jane,\n\nyou are invited.\n',
    ...members,
  }
}

/** The head of a mail with folded lines joined. */
function headOf(source: string): string {
  const [head = ''] = source.replaceAll('\r\n', '\n').split('\n\n')
  return head.replaceAll(/\n[ \t]+/g, ' ')
}

/** The text of a mail, whatever way it travelled. */
function textOf(source: string): string {
  const plain = source.replaceAll('\r\n', '\n')
  const body = plain.slice(plain.indexOf('\n\n') + 2)
  const encoding = /^Content-Transfer-Encoding: (.+)$/m.exec(headOf(source))?.[1]
  if (encoding === '8bit' || encoding === '7bit') return body
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  assert.equal(encoding, 'quoted-printable')
  const unfolded = body
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(unfolded, 'latin1').toString()
}

/** Who sends the mails of the suite; frozen, as the configuration is. */
export const FROM: { readonly name: string; readonly address: string } = Object.freeze({
  name: 'Letterhead',
  address: 'no-reply@example.org',
})

/** What every adapter of the mail port promises. */
export function mailSuite(name: string, open: () => Promise<MailHarness>): void {
  describe(`mail port: ${name}`, () => {
    it('hands the mail over as it was given', async () => {
      await using harness = await open()
      assert.deepEqual(await harness.mail.send({ message: aMail() }), { kind: 'done', value: null })
      const [source = '', ...more] = await harness.sources()
      assert.deepEqual(more, [])
      const head = headOf(source)
      assert.match(head, /^From: Letterhead <no-reply@example\.org>$/m)
      assert.match(head, /^To: Jane Doe <jane@example\.com>$/m)
      assert.match(head, /^Subject: Invitation to Acme$/m)
      assert.match(head, /^Auto-Submitted: auto-generated$/m)
      assert.match(head, /^Message-ID: <0190a0b0-0000-7000-8000-000000000002\.aBc_-123@example\.org>$/m)
      assert.match(source.replaceAll('\r\n', '\n'), /\n\nHello Jane,\n\nyou are invited\.\n/)
    })

    it('takes names and texts of any script, and no line break makes a header of them', async () => {
      await using harness = await open()
      const name = 'Jane\r\nBcc: eve@example.com'
      const message = aMail({
        to: { name, address: 'jane@example.com' },
        subject: 'Einladung zu Müller & Söhne\r\nBcc: eve@example.com',
        text: '你好, مرحبا\n.\nBcc: eve@example.com\n',
      })
      assert.equal((await harness.mail.send({ message })).kind, 'done')
      const [source = ''] = await harness.sources()
      assert.doesNotMatch(headOf(source), /^Bcc:/im)
      assert.equal(textOf(source), message.text)
    })

    it('says that the service is not there, and logs nothing of the mail', async () => {
      await using harness = await open()
      await harness.breakDown()
      const outcome = await harness.mail.send({ message: aMail() })
      assert.ok(outcome.kind === 'unavailable' || outcome.kind === 'timeout', outcome.kind)
      assert.equal(harness.logged.length, 1)
      const said = JSON.stringify(harness.logged)
      for (const word of ['jane', 'Jane', 'Invitation', 'invited', '0190a0b0']) assert.ok(!said.includes(word), said)
    })

    it('sends nothing for a signal that was aborted before', async () => {
      await using harness = await open()
      const outcome = await harness.mail.send({ message: aMail(), signal: AbortSignal.abort() })
      assert.deepEqual(outcome, { kind: 'timeout', of: 'service' })
    })
  })
}
