import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../kit/servers/client.ts'
import { kindOf, tally } from '../../kit/tally.ts'

const SIMULTANEOUS = 10

describe('equal requests with one Idempotency-Key at the same time on two instances', () => {
  let app: TestApp
  let org: TestOrganization
  let profile: Json & { id: string }
  let path: string

  before(async () => {
    app = await testApp({ instances: 2 })
  })
  beforeEach(async () => {
    org = await app.organization()
    profile = await org.profile()
    path = `/v3/profiles/${profile.id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const atOnce = (send: (who: Client) => Promise<Reply>, count = SIMULTANEOUS) =>
    Promise.all(Array.from({ length: count }, (_, index) => send(org.admin.at(app.urls[index % 2] ?? app.url))))

  /** One did it, the others replay its very bytes or are told that it still runs. */
  function assertOnce(replies: readonly Reply[], status: number): Reply {
    const executed = replies.filter((reply) => kindOf(reply) === String(status))
    assert.equal(executed.length, 1, JSON.stringify(tally(replies)))
    const first = executed[0] as Reply
    for (const reply of replies) {
      if (reply === first) continue
      if (reply.status === 409) {
        assert.equal(reply.error.code, 'CONFLICT_001')
        assert.ok(Number(reply.headers['retry-after']) >= 1)
      } else {
        assert.equal(kindOf(reply), `${status} replay`)
        assert.equal(reply.text, first.text)
        assert.equal(reply.headers['x-original-request-id'], first.headers['x-request-id'])
      }
    }
    return first
  }

  async function changes(operation: string): Promise<number> {
    const [row] = await app.sql<{ count: number }>(
      'select count(*)::int as count from profile_history where organization_id = $1 and operation = $2',
      [org.id, operation],
    )
    return row?.count ?? -1
  }

  test('a change happens once', async () => {
    const replies = await atOnce((who) => who.patch(path, { name: 'Once' }, { 'idempotency-key': 'change' }))
    assert.equal(assertOnce(replies, 200).headers.etag, `"${profile.id}.2"`)
    assert.equal(await changes('updateProfile'), 1)
  })

  test('a profile is created once', async () => {
    const replies = await atOnce((who) => who.post('/v3/profiles', { name: 'Once' }, { 'idempotency-key': 'create' }))
    assertOnce(replies, 201)
    assert.equal(await changes('createProfile'), 2)
  })

  test('a profile is deleted once, and no duplicate is told that there is none', async () => {
    const replies = await atOnce((who) => who.delete(path, undefined, { 'idempotency-key': 'delete' }))
    assertOnce(replies, 204)
    assert.equal(await changes('deleteProfile'), 1)
  })

  test('a change that reads other profiles happens once', async () => {
    const sender = await org.profile()
    const body = { sending_phone_number_profile_id: sender.id }
    assertOnce(await atOnce((who) => who.patch(path, body, { 'idempotency-key': 'reference' })), 200)
    assert.equal(await changes('updateProfile'), 1)
  })

  test('an API key is made once and shown to every duplicate, and revoked once', async () => {
    const made = await atOnce((who) => who.post(`${path}/keys`, { name: 'Orders' }, { 'idempotency-key': 'key' }))
    const { id } = assertOnce(made, 201).data
    const listed = (await org.admin.get(`${path}/keys`)).data.keys as Json[]
    assert.deepEqual(
      listed.map((key) => key.id),
      [id],
    )
    const revoke = { 'idempotency-key': 'revoke' }
    assertOnce(await atOnce((who) => who.delete(`${path}/keys/${id}`, undefined, revoke)), 204)
  })

  test('a dry run is kept once', async () => {
    const body = { name: 'Dry', sandbox: true }
    assertOnce(await atOnce((who) => who.patch(path, body, { 'idempotency-key': 'dry' })), 200)
    assert.equal(await changes('updateProfile'), 0)
  })

  test('of ten different bodies under one key one is executed, and it is the one that all are answered', async () => {
    let index = 0
    const replies = await atOnce((who) => {
      index += 1
      return who.patch(path, { name: `Body ${index}` }, { 'idempotency-key': 'bodies' })
    })
    const first = assertOnce(replies, 200)
    assert.equal((await org.admin.get(path)).data.name, first.data.name)
    assert.equal(await changes('updateProfile'), 1)
  })

  test('twenty keys, ten requests each, on one profile: twenty changes, and every duplicate has its own key answered', async () => {
    const groups = await Promise.all(
      Array.from({ length: 20 }, (_, key) =>
        atOnce((who) => who.patch(path, { name: `Key ${key}` }, { 'idempotency-key': `many-${key}` })),
      ),
    )
    for (const [key, replies] of groups.entries()) assert.equal(assertOnce(replies, 200).data.name, `Key ${key}`)
    assert.equal(await changes('updateProfile'), 20)
    assert.equal((await org.admin.get(path)).headers.etag, `"${profile.id}.21"`)
  })

  test('control: without a key the same ten requests are ten changes', async () => {
    const replies = await atOnce((who) => who.patch(path, { name: 'Ten times' }))
    assert.deepEqual(tally(replies), { 200: SIMULTANEOUS })
    assert.equal(await changes('updateProfile'), SIMULTANEOUS)
  })
})
