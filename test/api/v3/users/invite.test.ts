import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { everything } from '../../../kit/everything.ts'
import { tokenIn } from '../../../kit/fakes/recorded-mail.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import { kindOf } from '../../../kit/tally.ts'

const JANE = { email: 'Jane.Doe@Example.com', name: 'Jane Doe', role: 'developer' }

describe('POST /v3/users', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  /** The mails that the jobs send now. */
  async function mails() {
    const before = app.mail.sent.length
    await app.app.jobs.runDue()
    return app.mail.sent.slice(before)
  }

  test('makes a user who is invited, and mails one invitation after the commit', async () => {
    const org = await app.organization({ name: 'Acme' })
    const reply = await org.admin.post('/v3/users', JANE)
    assert.equal(reply.status, 201, reply.text)
    const { id, invited_at: invitedAt, created_at: createdAt, ...user } = reply.data
    assert.deepEqual(user, {
      email: 'jane.doe@example.com',
      name: 'Jane Doe',
      role: 'developer',
      status: 'invited',
      last_login_at: null,
      updated_at: null,
    })
    assert.equal(invitedAt, createdAt)
    assert.ok(Math.abs(Date.parse(String(invitedAt)) - Date.now()) < 60_000)
    assert.deepEqual((await org.admin.get(`/v3/users/${id}`)).data, reply.data)
    const [mail, ...more] = await mails()
    assert.deepEqual(more, [])
    assert.deepEqual(mail?.to, { name: 'Jane Doe', address: 'jane.doe@example.com' })
    assert.equal(mail?.subject, 'Invitation to Acme')
    assert.ok(mail?.text.includes(`${app.url}/v3/users/invitations/${tokenIn(mail)}`))
    assert.match(mail?.text, /answered once, until \d{4}-\d\d-\d\d \d\d:\d\d UTC\./)
    assert.equal(reply.text.includes(tokenIn(mail)), false)
    assert.deepEqual(await mails(), [])
  })

  test('every problem of the body is told at once, in the published words', async () => {
    const org = await app.organization()
    const cases: [unknown, Record<string, string[]>][] = [
      [
        {},
        {
          email: ['Email is required'],
          name: ['Name is required'],
          role: ['Role must be one of: admin, billing, developer'],
        },
      ],
      [{ ...JANE, email: 'jane' }, { email: ['Email must be a valid email address'] }],
      [{ ...JANE, email: 7 }, { email: ['Email must be a valid email address'] }],
      [{ ...JANE, email: 'a@example.com\r\nBcc: b@example.com' }, { email: ['Email must be a valid email address'] }],
      [{ ...JANE, email: `${'a'.repeat(250)}@example.com` }, { email: ['Email must be a valid email address'] }],
      [{ ...JANE, name: '' }, { name: ['Name must be 1 to 255 characters on one line'] }],
      [{ ...JANE, name: ' ' }, { name: ['Name must be 1 to 255 characters on one line'] }],
      [{ ...JANE, name: 'Jane\r\nBcc: b@example.com' }, { name: ['Name must be 1 to 255 characters on one line'] }],
      [{ ...JANE, name: '4111 1111 1111 1111' }, { name: ['Name must not contain a card number'] }],
      [{ ...JANE, role: 'owner' }, { role: ['Role must be one of: admin, billing, developer'] }],
      [{ ...JANE, role: 'Admin' }, { role: ['Role must be one of: admin, billing, developer'] }],
      [{ ...JANE, role: null }, { role: ['Role must be one of: admin, billing, developer'] }],
      [{ ...JANE, test_mode: true }, { sandbox: ['Use sandbox instead of test_mode'] }],
    ]
    for (const [body, details] of cases) {
      const reply = await org.admin.post('/v3/users', body)
      assert.equal(kindOf(reply), '400 VALIDATION_001', JSON.stringify(body))
      assert.equal(reply.error.message, 'Request validation failed')
      assert.deepEqual(reply.error.details, details)
    }
    assert.equal(((await org.admin.get('/v3/users')).data.users as unknown[]).length, 3)
  })

  test('who is invited is invited anew: same user, new name, role and token', async () => {
    const org = await app.organization()
    const first = await org.admin.post('/v3/users', JANE)
    const [firstMail] = await mails()
    const again = await org.admin.post('/v3/users', {
      ...JANE,
      email: 'JANE.DOE@example.com',
      name: 'Jane',
      role: 'billing',
    })
    assert.equal(again.status, 201)
    assert.equal(again.data.id, first.data.id)
    assert.deepEqual([again.data.name, again.data.role, again.data.status], ['Jane', 'billing', 'invited'])
    assert.equal(again.data.created_at, first.data.created_at)
    assert.equal(again.data.updated_at, again.data.invited_at)
    const [secondMail] = await mails()
    assert.ok(firstMail !== undefined && secondMail !== undefined)
    const look = (token: string) => app.nobody.get(`/v3/users/invitations/${token}`)
    assert.equal(kindOf(await look(tokenIn(firstMail))), '404 RESOURCE_016')
    assert.equal((await look(tokenIn(secondMail))).data.role, 'billing')
  })

  test('who is invited twice before a mail went gets the newer invitation alone', async () => {
    const org = await app.organization()
    await org.admin.post('/v3/users', JANE)
    await org.admin.post('/v3/users', { ...JANE, role: 'admin' })
    const sent = await mails()
    assert.equal(sent.length, 1)
    assert.ok(sent[0]?.text.includes('as admin.'))
  })

  test('who is active or suspended, and the owner, is a duplicate that no client sends again', async () => {
    const org = await app.organization()
    const suspended = await org.user('developer', 'suspended')
    for (const id of [org.developer.userId, suspended, org.owner.userId]) {
      const [row] = await app.sql<{ email: string }>('select email from users where id = $1', [id])
      const reply = await org.admin.post('/v3/users', { ...JANE, email: row?.email })
      assert.equal(kindOf(reply), '409 RESOURCE_007')
      assert.equal(reply.headers['x-should-retry'], 'false')
      assert.equal(reply.headers['retry-after'], undefined)
    }
    assert.deepEqual(await mails(), [])
  })

  test('who has rejected may be invited anew', async () => {
    const org = await app.organization()
    const { data } = await org.admin.post('/v3/users', JANE)
    const [mail] = await mails()
    assert.ok(mail !== undefined)
    await app.nobody.post(`/v3/users/invitations/${tokenIn(mail)}/reject`, {})
    assert.equal((await org.admin.get(`/v3/users/${data.id}`)).data.status, 'rejected')
    const again = await org.admin.post('/v3/users', JANE)
    assert.deepEqual([again.status, again.data.id, again.data.status], [201, data.id, 'invited'])
    assert.equal((await mails()).length, 1)
  })

  test('who was removed is invited as another user', async () => {
    const org = await app.organization()
    const { data } = await org.admin.post('/v3/users', JANE)
    assert.equal((await org.admin.delete(`/v3/users/${data.id}`)).status, 204)
    const again = await org.admin.post('/v3/users', JANE)
    assert.equal(again.status, 201)
    assert.notEqual(again.data.id, data.id)
    assert.equal((await mails()).length, 1)
  })

  test('one address can be a user of several organizations', async () => {
    for (const org of [await app.organization(), await app.organization()])
      assert.equal((await org.admin.post('/v3/users', JANE)).status, 201)
  })

  test('a dry run and a test key write nothing and mail nothing', async () => {
    const org = await app.organization()
    const tester = await org.key(org.admin.userId ?? '', { mode: 'test' })
    await mails()
    const before = await everything(app)
    for (const reply of [
      await org.admin.post('/v3/users', { ...JANE, sandbox: true }),
      await tester.post('/v3/users', JANE),
    ]) {
      assert.equal(reply.status, 201)
      assert.equal(reply.headers['x-sandbox'], 'true')
      assert.equal(reply.data.status, 'invited')
      assert.equal(kindOf(await org.admin.get(`/v3/users/${reply.data.id}`)), '404 RESOURCE_006')
    }
    assert.equal(await everything(app), before)
    assert.deepEqual(await mails(), [])
  })

  test('a replay mails nothing again', async () => {
    const org = await app.organization()
    const key = { 'idempotency-key': 'invite-jane' }
    const first = await org.admin.post('/v3/users', JANE, key)
    const second = await org.admin.post('/v3/users', JANE, key)
    assert.deepEqual([second.status, second.headers['idempotent-replayed'], second.text], [201, 'true', first.text])
    assert.equal((await mails()).length, 1)
  })

  test('a standalone account is no organization', async () => {
    const standalone = await app.organization({ kind: 'user' })
    assert.equal(kindOf(await standalone.owner.post('/v3/users', JANE)), '404 RESOURCE_005')
  })

  test('B2: whoever acts as a profile invites nobody, whatever the role', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    for (const { userId } of [org.owner, org.admin, org.developer]) {
      const key = await org.key(userId ?? '', { profileId: id })
      assert.equal(kindOf(await key.post('/v3/users', JANE)), '403 AUTH_004')
    }
    assert.equal(kindOf(await org.admin.post('/v3/users', JANE, { 'x-profile-id': id })), '403 AUTH_004')
    assert.equal((await org.admin.post('/v3/users', JANE)).status, 201)
  })
})

test('without mail an invitation is refused, a dry run too, and nothing is written', async () => {
  await using app = await testApp({ ports: { mail: null } })
  const org = await app.organization()
  const before = await everything(app)
  for (const body of [JANE, { ...JANE, sandbox: true }]) {
    const reply = await org.admin.post('/v3/users', body, { 'idempotency-key': 'no-mail' })
    assert.equal(kindOf(reply), '503 PROVIDER_001')
    assert.equal(reply.headers['x-should-retry'], 'false')
    assert.deepEqual(reply.error.details, { email: ['The mail provider is not configured on this server'] })
  }
  assert.equal(kindOf(await org.admin.post('/v3/users', { ...JANE, role: 'x' })), '400 VALIDATION_001')
  assert.equal(await everything(app), before)
})

test('invitations are of the sensitive class: ten a minute', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'on' } })
  const org = await app.organization()
  const kinds = new Map<string, number>()
  for (let index = 0; index < 24; index += 1) {
    const reply = await org.admin.post('/v3/users', { ...JANE, email: `jane${index}@example.com` })
    assert.equal(reply.headers['x-ratelimit-limit'], '10')
    kinds.set(kindOf(reply), (kinds.get(kindOf(reply)) ?? 0) + 1)
  }
  // The minute may turn once on the way.
  assert.ok((kinds.get('201') ?? 0) <= 20)
  assert.ok((kinds.get('429 BUSINESS_002') ?? 0) >= 4)
})
