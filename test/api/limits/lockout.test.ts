import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/contract/new-id.ts'
import { newKeyText } from '../../../src/contract/tokens/key-text.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Reply } from '../../kit/servers/client.ts'
import { kindOf, tally } from '../../kit/tally.ts'

const guess = (app: TestApp, headers: Record<string, string> = {}): Promise<Reply> =>
  app.nobody.get('/v3/me', { 'x-api-key': newKeyText('live', newId()), ...headers })

async function guesses(app: TestApp, count: number, headers: (index: number) => Record<string, string> = () => ({})) {
  const replies: Reply[] = []
  for (let index = 0; index < count; index += 1) replies.push(await guess(app, headers(index)))
  return replies
}

test('after ten wrong keys the address waits a minute, and a valid key from it passes all the while', async () => {
  await using app = await testApp()
  const { admin } = await app.organization()
  assert.deepEqual(tally(await guesses(app, 10)), { '401 AUTH_002': 10 })
  const locked = await guess(app)
  assert.deepEqual([kindOf(locked), locked.headers['retry-after']], ['429 BUSINESS_002', '60'])
  assert.equal(locked.error.message, 'Too many requests with an invalid API key')
  assert.equal(locked.headers['x-should-retry'], 'false', 'B5')
  for (let index = 0; index < 3; index += 1) assert.equal((await admin.get('/v3/me')).status, 200)
  assert.equal(kindOf(await guess(app)), '429 BUSINESS_002')
})

test('every kind of wrong key counts, a missing one does not', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const revoked = await org.key(org.admin.userId ?? '')
  await app.sql('update api_keys set revoked_at = now() where id = $1', [revoked.keyId])
  const wrong = [
    'nonsense',
    `${org.admin.apiKey}x`,
    (org.admin.apiKey ?? '').replace('sk_live_', 'sk_test_'),
    '550e8400-e29b-41d4-a716-446655440000',
    newKeyText('live', org.id),
    revoked.apiKey ?? '',
  ]
  for (let index = 0; index < 10; index += 1) {
    assert.equal(kindOf(await app.nobody.get('/v3/me')), '401 AUTH_001')
    const key = wrong[index % wrong.length] ?? ''
    assert.equal(kindOf(await app.nobody.get('/v3/me', { 'x-api-key': key })), '401 AUTH_002')
  }
  for (const key of wrong) {
    assert.equal(kindOf(await app.nobody.get('/v3/me', { 'x-api-key': key })), '429 BUSINESS_002')
  }
  assert.equal(kindOf(await app.nobody.get('/v3/me')), '401 AUTH_001')
})

test('an address that it says itself counts only from a trusted proxy', async () => {
  await using app = await testApp()
  const replies = await guesses(app, 11, (index) => ({ 'x-forwarded-for': `203.0.113.${index}` }))
  assert.equal(kindOf(replies[10] as Reply), '429 BUSINESS_002')
})

test('behind a trusted proxy every client is counted for itself, an IPv6 client by its /64', async () => {
  await using app = await testApp({ env: { TRUST_PROXY: '127.0.0.1' } })
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const apart = await guesses(app, 15, (index) => from(`203.0.113.${index}`))
  assert.deepEqual(tally(apart), { '401 AUTH_002': 15 })
  const batcher = await guesses(app, 11, (index) => from(`2001:db8:1:2:${index.toString(16)}::1`))
  assert.equal(kindOf(batcher[10] as Reply), '429 BUSINESS_002')
  assert.equal(kindOf(await guess(app, from('2001:db8:1:3::1'))), '401 AUTH_002')
  assert.equal(kindOf(await guess(app, from('203.0.113.1'))), '401 AUTH_002')
})

test('a key with a wrong checksum is refused without a query; one that reads well costs one', async () => {
  await using app = await testApp()
  const { db } = app.app
  let queries = 0
  const counted = <Asked extends unknown[], HttpResponse>(run: (...asked: Asked) => HttpResponse) => {
    return (...asked: Asked) => {
      queries += 1
      return run(...asked)
    }
  }
  Object.assign(db, {
    run: counted(db.run.bind(db)),
    runUnscoped: counted(db.runUnscoped.bind(db)),
    reads: { run: counted(db.reads.run) },
    lists: { run: counted(db.lists.run) },
    writes: { run: counted(db.writes.run) },
  })
  const good = newKeyText('live', newId())
  const last = good.endsWith('0') ? '1' : '0'
  const keys = [`${good.slice(0, -1)}${last}`, good.slice(0, -1), good.toLowerCase(), 'sk_live_', 'x'.repeat(5000), '%']
  for (const key of keys) {
    assert.equal(kindOf(await app.nobody.get('/v3/me', { 'x-api-key': key })), '401 AUTH_002')
  }
  assert.equal(queries, 0)
  assert.equal(kindOf(await app.nobody.get('/v3/me', { 'x-api-key': good })), '401 AUTH_002')
  assert.equal(queries, 1)
})
