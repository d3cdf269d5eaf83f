import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

const CARD = '4242424242424242'

describe('the grammar of an Idempotency-Key', () => {
  let app: TestApp
  let org: TestOrganization
  let path: string

  before(async () => {
    app = await testApp()
    org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}`
  })
  after(() => app[Symbol.asyncDispose]())

  async function written(): Promise<unknown> {
    const [row] = await app.sql(
      `select (select count(*) from idempotency_keys)::int as keys, (select sum(version) from profiles)::int as versions,
              (select count(*) from profile_history)::int as changes`,
    )
    return row
  }

  const GOOD: [string, string][] = [
    ['one character', 'a'],
    ['255 characters', 'x'.repeat(255)],
    ['the published example', 'req_abc123_retry1'],
    ['letters, digits, hyphen and underscore', 'aZ09-_'],
    ['a UUID', '550e8400-e29b-41d4-a716-446655440000'],
    ['a number that no issuer gives', '1234567890123456'],
  ]
  for (const [says, key] of GOOD) {
    test(`taken: ${says}`, async () => {
      const first = await org.admin.patch(path, { short_name: 'ABC' }, { 'idempotency-key': key })
      const again = await org.admin.patch(path, { short_name: 'ABC' }, { 'idempotency-key': key })
      assert.deepEqual([first.status, again.status], [200, 200])
      assert.equal(again.headers['idempotent-replayed'], 'true')
    })
  }

  const BAD: [string, string][] = [
    ['empty', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a space inside', 'a b'],
    ['a letter beyond ASCII', 'é'],
    ['in quotes, as the IETF draft writes it', '"abc"'],
    ['a comma', 'a,b'],
    ['a dot', 'a.b'],
    ['a slash', 'a/b'],
    ['the mark of claims without a key', '~550e8400-e29b-41d4-a716-446655440000'],
    ['a card number', CARD],
    ['a card number in groups', '4242-4242-4242-4242'],
    ['a card number inside a word', `order${CARD}`],
  ]
  for (const [says, key] of BAD) {
    test(`refused with VALIDATION_007, and nothing written: ${says}`, async () => {
      const before = await written()
      for (const reply of [
        await org.admin.patch(path, { short_name: 'ABC' }, { 'idempotency-key': key }),
        await org.admin.post('/v3/profiles', { name: 'Never' }, { 'idempotency-key': key }),
        await org.admin.delete(path, undefined, { 'idempotency-key': key }),
      ]) {
        assert.deepEqual([reply.status, reply.error.code], [400, 'VALIDATION_007'])
        const isCard = says.startsWith('a card number')
        assert.equal(
          reply.error.message,
          `Invalid Idempotency-Key format${isCard ? ': it looks like a card number' : ''}`,
        )
      }
      assert.deepEqual(await written(), before)
    })
  }

  test('a header that is sent twice is refused, also when both lines say the same', async () => {
    const before = await written()
    const status = await new Promise((resolve, reject) => {
      const headers = { 'x-api-key': org.admin.apiKey ?? '', 'idempotency-key': ['twice', 'twice'] }
      const outgoing = request(`${app.url}${path}`, { method: 'PATCH', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    assert.equal(status, 400)
    assert.deepEqual(await written(), before)
  })

  test('a key is judged before the body, and after role and x-profile-id', async () => {
    const bad = { 'idempotency-key': 'a b' }
    const broken = await org.admin.request('PATCH', path, { body: '{', headers: bad })
    assert.equal(broken.error.code, 'VALIDATION_007')
    assert.equal((await org.developer.patch(path, {}, bad)).error.code, 'AUTH_004')
    assert.equal((await org.admin.patch(path, {}, { ...bad, 'x-profile-id': 'x' })).error.code, 'VALIDATION_003')
  })

  test('a card number that was sent as a key is in no log line', async () => {
    await org.admin.patch(path, {}, { 'idempotency-key': CARD })
    const lines = app.lines.join('\n')
    assert.match(lines, /VALIDATION_007/)
    assert.doesNotMatch(lines, new RegExp(CARD))
  })

  test('a read takes no notice of the header', async () => {
    const before = await written()
    for (const key of ['fine', 'a b']) {
      assert.equal((await org.admin.get(path, { 'idempotency-key': key })).status, 200)
    }
    assert.deepEqual(await written(), before)
  })
})
