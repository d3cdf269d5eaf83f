import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { outboxMail } from '../../src/adapters/mail-folder/index.ts'
import { aMail, FROM, type MailHarness, mailSuite, newLog } from './mail.suite.ts'

async function open(): Promise<MailHarness & { folder: string }> {
  const above = await mkdtemp(join(tmpdir(), 'letterhead-outbox-'))
  const folder = join(above, 'data', 'mail')
  const { log, logged } = newLog()
  return {
    folder,
    mail: outboxMail({ folder, from: FROM, log }),
    logged,
    sources: async () =>
      Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), { encoding: 'utf8' }))),
    breakDown: () => writeFile(join(above, 'data'), ''),
    [Symbol.asyncDispose]: () => rm(above, { recursive: true, force: true }),
  }
}

mailSuite('outbox', open)

test('a mail is a file for its owner’s eyes, and sent again it takes its own place', async () => {
  await using harness = await open()
  assert.equal(harness.mail.isSimulated, true)
  for (const text of ['First', 'Second']) await harness.mail.send({ message: aMail({ text }) })
  await harness.mail.send({ message: aMail({ id: 'other' }) })
  const names = (await readdir(harness.folder)).sort()
  assert.deepEqual(names, ['0190a0b0-0000-7000-8000-000000000002.aBc_-123.eml', 'other.eml'])
  assert.match(await readFile(join(harness.folder, names[0] ?? ''), 'utf8'), /Second/)
  assert.equal((await stat(harness.folder)).mode & 0o777, 0o700)
  assert.equal((await stat(join(harness.folder, 'other.eml'))).mode & 0o777, 0o600)
})

test('a long line stays one line, so that a link can be copied from the file', async () => {
  await using harness = await open()
  const line = `curl -X POST http://127.0.0.1:8080/v3/users/invitations/${'x'.repeat(100)}/accept`
  await harness.mail.send({ message: aMail({ text: `Hello Jörg,\n\n  ${line}\n` }) })
  const [source = ''] = await harness.sources()
  assert.ok(source.endsWith(`\n\nHello Jörg,\n\n  ${line}\n`), source)
})
