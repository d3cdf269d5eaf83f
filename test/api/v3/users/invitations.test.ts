import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../../src/contract/new-id.ts'
import { newInvitationToken, organizationOfInvitation } from '../../../../src/contract/tokens/invitation-token.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { tokenIn } from '../../../kit/fakes/recorded-mail.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import { Client, type Json, type Reply } from '../../../kit/servers/client.ts'
import { kindOf, tally } from '../../../kit/tally.ts'

const JANE = { email: 'jane@example.com', name: 'Jane Doe', role: 'developer' }
const pathOf = (token: string, answer = '') => `/v3/users/invitations/${encodeURIComponent(token)}${answer}`

/** Invites Jane and reads the token from her last mail of this organization: one of an earlier test may still be on its way. */
async function invite(app: TestApp, org: TestOrganization): Promise<{ token: string; user: Json }> {
  const reply = await org.admin.post('/v3/users', JANE)
  assert.equal(reply.status, 201, reply.text)
  await app.app.jobs.runDue()
  const token = app.mail.sent.map(tokenIn).findLast((each) => organizationOfInvitation(each) === org.id)
  assert.ok(token !== undefined, 'the invitation was mailed')
  return { token, user: reply.data }
}

describe('/v3/users/invitations/{token}', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp({ env: { TRUST_PROXY: '127.0.0.1' } })
  })
  after(() => app[Symbol.asyncDispose]())

  let addresses = 0
  /** Somebody without a key, from an address of their own: wrong tokens are counted. */
  const ask = (method: string, path: string, body?: unknown): Promise<Reply> => {
    addresses += 1
    const headers = { 'x-forwarded-for': `198.51.${Math.floor(addresses / 250)}.${addresses % 250}` }
    return app.nobody.request(method, path, body === undefined ? { headers } : { body, headers })
  }

  test('is looked at without a key, as often as one likes', async () => {
    org = await app.organization({ name: 'Acme' })
    const { token, user } = await invite(app, org)
    assert.match(token, /^inv_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/)
    const first = await ask('GET', pathOf(token))
    assert.equal(first.status, 200, first.text)
    const { expires_at: expiresAt, ...shown } = first.data
    assert.deepEqual(shown, {
      organization_name: 'Acme',
      user_id: user.id,
      email: 'jane@example.com',
      name: 'Jane Doe',
      role: 'developer',
      status: 'invited',
      invited_at: user.invited_at,
    })
    assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(user.invited_at)), 7 * 24 * 3_600_000)
    assert.equal(first.headers['x-ratelimit-limit'], undefined)
    assert.deepEqual((await ask('GET', pathOf(token))).data, first.data)
  })

  for (const [answer, status] of [
    ['/accept', 'active'],
    ['/reject', 'rejected'],
  ] as const) {
    test(`${answer} makes the user ${status}, once`, async () => {
      org = await app.organization()
      const { token, user } = await invite(app, org)
      const before = (await ask('GET', pathOf(token))).data
      const reply = await ask('POST', pathOf(token, answer))
      assert.equal(reply.status, 200, reply.text)
      assert.deepEqual(reply.data, { ...before, status })
      const after = (await org.admin.get(`/v3/users/${user.id}`)).data
      assert.equal(after.status, status)
      assert.notEqual(after.updated_at, null)
      for (const [method, end] of [
        ['GET', ''],
        ['POST', '/accept'],
        ['POST', '/reject'],
      ] as const)
        assert.equal(kindOf(await ask(method, pathOf(token, end))), '404 RESOURCE_016')
      const caller = await org.key(String(user.id))
      assert.equal(kindOf(await caller.get('/v3/users')), status === 'active' ? '200' : '403 AUTH_004')
    })
  }

  test('an unknown, ended, answered, replaced, foreign and impossible token are told apart by nothing', async () => {
    org = await app.organization()
    const stranger = await app.organization()
    const { token: answered } = await invite(app, org)
    assert.equal((await ask('POST', pathOf(answered, '/reject'))).status, 200)
    const { token: replaced, user } = await invite(app, org)
    const { token: ended } = await invite(app, org)
    await app.sql("update users set invitation_expires_at = now() - interval '1 second' where id = $1", [user.id])
    const tokens = [
      newInvitationToken(org.id),
      newInvitationToken(newId()),
      newInvitationToken(stranger.id),
      ended,
      answered,
      replaced,
      ended.toLowerCase(),
      ended.slice(0, -1),
      `${ended.slice(0, -1)}${ended.endsWith('a') ? 'b' : 'a'}`,
      'string',
      '%00',
      '../accept',
      "' or '1'='1",
      org.admin.apiKey ?? '',
      'x'.repeat(1000),
    ]
    const said = (reply: Reply) => ({
      status: reply.status,
      error: reply.error,
      headers: Object.keys(reply.headers).sort(),
    })
    for (const [method, end] of [
      ['GET', ''],
      ['POST', '/accept'],
      ['POST', '/reject'],
    ] as const) {
      const first = said(await ask(method, pathOf(newInvitationToken(org.id), end)))
      assert.equal(first.error.code, 'RESOURCE_016')
      for (const token of tokens) assert.deepEqual(said(await ask(method, pathOf(token, end))), first, token)
    }
    assert.equal((await org.admin.get(`/v3/users/${user.id}`)).data.status, 'invited')
  })

  test('of answers that come at once exactly one wins', async () => {
    for (let round = 0; round < 10; round += 1) {
      org = await app.organization()
      const { token, user } = await invite(app, org)
      const answers = ['/accept', '/reject', '/accept', '/reject']
      const replies = await Promise.all(answers.map((answer) => ask('POST', pathOf(token, answer))))
      assert.deepEqual(tally(replies), { 200: 1, '404 RESOURCE_016': 3 })
      const won = replies.find(({ status }) => status === 200)?.data.status
      assert.equal((await org.admin.get(`/v3/users/${user.id}`)).data.status, won)
    }
  })

  test('a new invitation and an answer to the old one leave one valid story', async () => {
    for (let round = 0; round < 20; round += 1) {
      org = await app.organization()
      const { token, user } = await invite(app, org)
      const [again, accepted] = await Promise.all([
        org.admin.post('/v3/users', JANE),
        ask('POST', pathOf(token, '/accept')),
      ])
      const { status } = (await org.admin.get(`/v3/users/${user.id}`)).data
      if (accepted.status === 200) {
        assert.equal(kindOf(again), '409 RESOURCE_007')
        assert.equal(status, 'active')
      } else {
        assert.deepEqual([kindOf(accepted), kindOf(again), status], ['404 RESOURCE_016', '201', 'invited'])
      }
    }
  })

  test('a dry run answers what would be and changes nothing', async () => {
    org = await app.organization()
    const { token } = await invite(app, org)
    for (const [answer, status] of [
      ['/accept', 'active'],
      ['/reject', 'rejected'],
    ] as const) {
      const dry = await ask('POST', pathOf(token, answer), { sandbox: true })
      assert.deepEqual([dry.status, dry.headers['x-sandbox'], dry.data.status], [200, 'true', status])
    }
    assert.equal((await ask('GET', pathOf(token))).data.status, 'invited')
  })

  test('bodies are read as everywhere', async () => {
    org = await app.organization()
    const { token } = await invite(app, org)
    const path = pathOf(token, '/accept')
    assert.deepEqual((await ask('POST', path, { test_mode: true })).error.details, {
      sandbox: ['Use sandbox instead of test_mode'],
    })
    assert.equal(kindOf(await ask('POST', path, '{')), '400 REQUEST_400')
    assert.equal(kindOf(await ask('GET', pathOf(token), {})), '400 REQUEST_400')
    assert.equal(kindOf(await ask('PUT', path)), '405 REQUEST_405')
    const strict = { 'content-type': 'application/json', prefer: 'handling=strict' }
    const odd = await app.nobody.post(path, { colour: 'red' }, strict)
    assert.deepEqual(odd.error.details, { colour: ['colour is not a known member'] })
    const reply = await ask('POST', path, { colour: 'red' })
    assert.deepEqual([reply.status, reply.headers['x-unknown-fields']], [200, 'colour'])
  })

  test('no line of the log has a token in it', async () => {
    org = await app.organization()
    const { token } = await invite(app, org)
    await ask('GET', pathOf(token))
    await ask('POST', pathOf(token, '/accept'))
    const lines = app.lines.filter((line) => line.includes('/v3/users/invitations/:token'))
    assert.ok(lines.length >= 2)
    assert.equal(
      app.lines.some((line) => line.includes(token) || line.includes('inv_')),
      false,
    )
  })
})

test('wrong tokens are slowed down with wrong keys, by address; a right one passes all the while', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { token } = await invite(app, org)
  const replies: Reply[] = []
  for (let index = 0; index < 5; index += 1) {
    replies.push(await app.nobody.get(pathOf(newInvitationToken(org.id))))
    replies.push(await app.nobody.get(pathOf('nonsense')))
  }
  assert.deepEqual(tally(replies), { '404 RESOURCE_016': 10 })
  const locked = await app.nobody.post(pathOf(newInvitationToken(org.id), '/accept'), {})
  assert.deepEqual([kindOf(locked), locked.headers['retry-after']], ['429 BUSINESS_002', '60'])
  const wrongKey = new Client(app.url, { apiKey: 'sk_live_wrong', keyId: '', userId: '' })
  assert.equal(kindOf(await wrongKey.get('/v3/me')), '429 BUSINESS_002')
  assert.equal((await app.nobody.get(pathOf(token))).status, 200)
})
