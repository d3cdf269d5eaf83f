import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { statement } from '../../../src/db/statement.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Reply } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf, tally, until } from '../../kit/tally.ts'

const KEYED = { 'idempotency-key': 'faulty' }

const endOthers = statement<object>(
  'test_end_others',
  `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`,
)

const endOwn = statement<object>('test_end_own', 'select pg_terminate_backend(pg_backend_pid())')

/** The holder of a lock lets go at the end of the block, whatever happens in it. */
async function whileHeld<T>(app: TestApp, texts: readonly string[], work: () => Promise<T>): Promise<T> {
  await using holder = await ownerSession(app)
  await holder.query('begin')
  for (const text of texts) await holder.query(text)
  return await work()
}

const lockProfile = (id: string) => `select version from profiles where id = '${id}' for update`
const lockOrganization = (id: string) =>
  `select organization_id from organizations where organization_id = '${id}' for no key update`
const pathOf = (id: string) => `/v3/profiles/${id}`

describe('a database in trouble', () => {
  let app: TestApp
  let org: TestOrganization
  let id: string
  let path: string

  before(async () => {
    app = await testApp({
      env: {
        DATABASE_POOL_SIZE: '2',
        POOL_WAIT_MS: '700',
        ROW_LOCK_MS: '2000',
        KEY_WAIT_MS: '2500',
        STATEMENT_MS: '3000',
        QUERY_MS: '4000',
      },
    })
    app.expectErrors('request_failed')
  })
  beforeEach(async () => {
    org = await app.organization()
    id = (await org.profile({ name: 'Before' })).id
    path = pathOf(id)
  })
  after(() => app[Symbol.asyncDispose]())

  async function assertWorks(version: number): Promise<void> {
    const reply = await org.admin.get(path)
    assert.deepEqual([reply.status, reply.headers.etag], [200, `"${id}.${version}"`])
    assert.equal((await org.admin.patch(path, { name: 'Works again' }, KEYED)).status, 200)
  }

  const keysKept = async () =>
    (await app.sql('select key from idempotency_keys where organization_id = $1', [org.id])).length

  function assertLater(reply: Reply, kind: string): void {
    assert.equal(kindOf(reply), kind)
    assert.ok(Number(reply.headers['retry-after']) >= 1)
    assert.equal(reply.headers['x-should-retry'], undefined)
  }

  test('all connections in use: others get 503 within about a second, SERVICE_001 where a key was sent; then all works', async () => {
    // A profile each: behind another one in the queue for the same row the wait would begin anew.
    const { id: second } = await org.profile()
    const { replies, waitedMs } = await whileHeld(app, [lockProfile(id), lockProfile(second)], async () => {
      const holding = [id, second].map((held) => org.admin.patch(pathOf(held), { name: 'Waits' }))
      await untilBlocked(app, 2)
      // Each gives its connection up once: it waits 50 ms where others may come behind it, and then by itself.
      await sleep(200)
      await untilBlocked(app, 2)
      const startedMs = performance.now()
      const [read, keyed] = await Promise.all([org.admin.get(path), org.admin.patch(path, { name: 'Three' }, KEYED)])
      const waitedMs = performance.now() - startedMs
      assertLater(read, '503 INTERNAL_005')
      assertLater(keyed, '503 SERVICE_001')
      return { replies: await Promise.all(holding), waitedMs }
    })
    assert.ok(waitedMs < 1_900, `${waitedMs} ms`)
    for (const reply of replies) assertLater(reply, '503 INTERNAL_005')
    assert.equal(await keysKept(), 0)
    await assertWorks(1)
  })

  test('a row that stays locked: 409 CONFLICT_001 where a key was sent, else 503 INTERNAL_005, and nothing is written', async () => {
    const { id: second } = await org.profile()
    const replies = await whileHeld(app, [lockProfile(id), lockProfile(second)], () =>
      Promise.all([
        org.admin.patch(path, { name: 'Keyed' }, KEYED),
        org.admin.patch(pathOf(second), { name: 'Keyless' }),
      ]),
    )
    assertLater(replies[0] as Reply, '409 CONFLICT_001')
    assertLater(replies[1] as Reply, '503 INTERNAL_005')
    assert.equal(await keysKept(), 0)
    await assertWorks(1)
  })

  test('behind another request in the queue for a row it is the same, though the waits add up to the limit of a statement', async () => {
    const { id: other } = await org.profile()
    const wish = { sending_phone_number_profile_id: other }
    const replies = await whileHeld(app, [lockOrganization(org.id)], async () => {
      const first = org.admin.patch(path, wish)
      await untilBlocked(app, 1)
      await sleep(100)
      return Promise.all([first, org.admin.patch(path, wish, KEYED)])
    })
    assertLater(replies[0], '503 INTERNAL_005')
    assertLater(replies[1], '409 CONFLICT_001')
    assert.equal(await keysKept(), 0)
    await assertWorks(1)
  })

  test('a row that is let go in time costs nothing but the wait', async () => {
    const changing = await whileHeld(app, [lockProfile(id)], async () => {
      const changing = org.admin.patch(path, { name: 'Waited' }, KEYED)
      await untilBlocked(app, 1)
      return { reply: changing }
    })
    assert.equal((await changing.reply).data.name, 'Waited')
  })

  test('a whole table that stays locked: reads get 503 as well', async () => {
    const replies = await whileHeld(app, ['lock table profiles in access exclusive mode'], () =>
      Promise.all([org.admin.get(path), org.admin.patch(path, {}, KEYED)]),
    )
    assert.deepEqual(replies.map(kindOf), ['503 INTERNAL_005', '409 CONFLICT_001'])
    await assertWorks(1)
  })

  test('a statement that takes too long is a 504 INTERNAL_004, and wrote nothing', async () => {
    await app.sql(
      'create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(10); return new; end $$',
    )
    await app.sql('create trigger slow before update on profiles for each row execute function slow()')
    try {
      assert.equal(kindOf(await org.admin.patch(path, { name: 'Slow' }, KEYED)), '504 INTERNAL_004')
    } finally {
      await app.sql('drop trigger slow on profiles')
      await app.sql('drop function slow')
    }
    assert.equal(await keysKept(), 0)
    await assertWorks(1)
  })

  test('connections that die idle are replaced before the next request sees them', async () => {
    await Promise.all(Array.from({ length: 6 }, () => org.admin.get(path)))
    await app.app.db.runUnscoped(endOthers, [])
    const replies = []
    for (let index = 0; index < 6; index += 1) replies.push(await org.admin.get(path))
    assert.deepEqual(tally(replies), { 200: 6 })
    assert.ok(app.lines.some((line) => line.includes('database_connection_lost')))
  })

  test('a connection that dies in the middle of a write: 504, the outcome is open, and the same key settles it once', async () => {
    const interrupted = await whileHeld(app, [lockProfile(id)], async () => {
      const changing = org.admin.patch(path, { name: 'Interrupted' }, KEYED)
      await untilBlocked(app, 1)
      await app.app.db.runUnscoped(endOthers, [])
      return await changing
    })
    assert.equal(kindOf(interrupted), '504 INTERNAL_004')
    const again = await org.admin.patch(path, { name: 'Interrupted' }, KEYED)
    assert.deepEqual([again.status, again.headers.etag], [200, `"${id}.2"`])
    assert.equal(kindOf(await org.admin.patch(path, { name: 'Interrupted' }, KEYED)), '200 replay')
  })

  test('no database at all: 503, SERVICE_001 where a key was sent, malformed keys still 401; then all works', async () => {
    await using owner = await ownerSession(app)
    const { rows } = await owner.query<{ name: string }>('select current_database() as name')
    const name = rows[0]?.name ?? ''
    await owner.query(`revoke connect on database ${name} from public`)
    try {
      await app.app.db.runUnscoped(endOthers, [])
      await assert.rejects(app.app.db.runUnscoped(endOwn, []))
      const startedMs = performance.now()
      assertLater(await org.admin.get(path), '503 INTERNAL_005')
      assertLater(await org.admin.patch(path, { name: 'Away' }, KEYED), '503 SERVICE_001')
      assert.equal(kindOf(await app.nobody.get('/v3/me', { 'x-api-key': 'malformed' })), '401 AUTH_002')
      assert.equal(kindOf(await app.nobody.get('/v3/me')), '401 AUTH_001')
      assert.ok(performance.now() - startedMs < 4_000)
    } finally {
      await owner.query(`grant connect on database ${name} to public`)
    }
    await until('the server has found the database again', async () => (await org.admin.get(path)).status === 200)
    await assertWorks(1)
  })
})
