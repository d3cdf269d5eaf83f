import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { outboxMail } from '../../../../src/adapters/mail-folder/index.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { recordedLog } from '../../../kit/fakes/recorded-log.ts'
import { tokenIn } from '../../../kit/fakes/recorded-mail.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

const JANE = { email: 'jane@example.com', name: 'Jane Doe', role: 'developer' }

async function invite(org: TestOrganization): Promise<string> {
  const reply = await org.admin.post('/v3/users', JANE)
  assert.equal(reply.status, 201, reply.text)
  return String(reply.data.id)
}

const makeDue = (app: TestApp) => app.sql("update jobs set due_at = now() - interval '1 second'")
const stored = async (app: TestApp, id: string) =>
  (
    await app.sql<{ invitation_token: string | null; invitation_digest: string | null }>(
      'select invitation_token, invitation_digest from users where id = $1',
      [id],
    )
  )[0]

test('a mail that cannot be sent now is sent later with the same token, and the token stays sealed until then', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const outcomes = [
    { kind: 'unavailable', of: 'service', retryAfterSeconds: 1 },
    { kind: 'timeout', of: 'service' },
  ] as const
  let tries = 0
  app.mail.answer = () => outcomes[tries++] ?? { kind: 'done', value: null }
  const id = await invite(org)
  for (let turn = 1; turn <= 3; turn += 1) {
    const { invitation_token: encrypted } = (await stored(app, id)) ?? {}
    assert.match(String(encrypted), /^v1\./)
    await makeDue(app)
    assert.equal(await app.app.jobs.runDue(), 1)
  }
  const tokens = app.mail.sent.map(tokenIn)
  assert.equal(new Set(tokens).size, 1)
  assert.equal(new Set(app.mail.sent.map((mail) => mail.id)).size, 1, 'a mailbox can tell that it is one mail')
  const row = await stored(app, id)
  assert.equal(row?.invitation_token, null)
  assert.notEqual(row?.invitation_digest, null)
  await makeDue(app)
  assert.equal(await app.app.jobs.runDue(), 0)
  assert.equal((await app.nobody.get(`/v3/users/invitations/${tokens[0]}`)).status, 200)
})

test('after eight tries the job is parked, and a person can let it run again', async () => {
  await using app = await testApp()
  app.expectErrors('job_parked')
  const org = await app.organization()
  app.mail.answer = () => ({ kind: 'unavailable', of: 'service', retryAfterSeconds: 1 })
  const id = await invite(org)
  for (let turn = 1; turn <= 12; turn += 1) {
    await makeDue(app)
    await app.app.jobs.runDue()
  }
  assert.equal(app.mail.sent.length, 8)
  app.mail.answer = () => ({ kind: 'done', value: null })
  await app.sql("update jobs set attempts = 0, due_at = now() - interval '1 second'")
  assert.equal(await app.app.jobs.runDue(), 1)
  assert.equal((await stored(app, id))?.invitation_token, null)
  assert.deepEqual(await app.sql('select id from jobs'), [])
})

test('an address that takes no mail is not tried again; its user stays invited and can be invited anew', async () => {
  await using app = await testApp()
  const org = await app.organization()
  app.mail.answer = () => ({ kind: 'refused', refusals: [{ member: 'to', says: 'No.' }] })
  const id = await invite(org)
  assert.equal(await app.app.jobs.runDue(), 1)
  assert.deepEqual(await app.sql('select id from jobs'), [])
  assert.equal((await stored(app, id))?.invitation_token, null)
  const warned = app.lines.filter((line) => line.includes('invitation_not_mailed'))
  assert.equal(warned.length, 1)
  assert.equal(warned[0]?.includes('jane'), false)
  app.mail.answer = () => ({ kind: 'done', value: null })
  assert.equal(await invite(org), id)
  await app.app.jobs.runDue()
  assert.equal(app.mail.sent.length, 2)
})

test('what has ended before its mail went is not mailed, and its token is forgotten', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const id = await invite(org)
  await app.sql("update users set invitation_expires_at = now() - interval '1 second' where id = $1", [id])
  assert.equal(await app.app.jobs.runDue(), 1)
  assert.deepEqual(app.mail.sent, [])
  assert.equal((await stored(app, id))?.invitation_token, null)
})

test('a mail that was overtaken by a new invitation while it was sent leaves the new token to be sent', async () => {
  await using app = await testApp()
  const org = await app.organization()
  app.mail.answer = async () => {
    app.mail.answer = () => ({ kind: 'done', value: null })
    await invite(org)
    return { kind: 'done', value: null }
  }
  await invite(org)
  await app.app.jobs.runDue()
  await app.app.jobs.runDue()
  const [first, second, ...more] = app.mail.sent.map(tokenIn)
  assert.deepEqual(more, [])
  assert.equal((await app.nobody.get(`/v3/users/invitations/${first}`)).status, 404)
  assert.equal((await app.nobody.get(`/v3/users/invitations/${second}`)).status, 200)
})

test('the mail links to the operator’s own page where there is one', async () => {
  await using app = await testApp({ env: { INVITATION_URL: 'https://app.example.com/join?t={token}' } })
  const org = await app.organization()
  await invite(org)
  await app.app.jobs.runDue()
  const [mail] = app.mail.sent
  assert.ok(mail !== undefined)
  assert.ok(mail.text.includes(`https://app.example.com/join?t=${tokenIn(mail)}`))
  assert.equal(mail.text.includes('curl'), false)
})

test('on a laptop the mail is a file in the outbox', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'letterhead-outbox-')), 'mail')
  try {
    await using app = await testApp({
      ports: {
        mail: outboxMail({
          folder,
          from: { name: 'Letterhead', address: 'letterhead@localhost' },
          log: recordedLog().log,
        }),
      },
    })
    const org = await app.organization({ name: 'Acme' })
    await invite(org)
    await app.app.jobs.runDue()
    const [file, ...more] = readdirSync(folder)
    assert.deepEqual(more, [])
    const text = readFileSync(join(folder, String(file)), 'utf8').replaceAll('=\n', '')
    assert.match(text, /^Subject: Invitation to Acme$/m)
    const [token] = /inv_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}/.exec(text) ?? []
    assert.equal((await app.nobody.post(`/v3/users/invitations/${token}/accept`, {})).data.status, 'active')
  } finally {
    rmSync(join(folder, '..'), { recursive: true, force: true })
  }
})
