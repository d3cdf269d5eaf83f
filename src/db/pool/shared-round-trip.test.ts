import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { openTestPool } from '../../../test/kit/servers/server-pool.ts'
import { newId } from '../../contract/new-id.ts'
import { connectOwner, type OwnerSession } from '../admin/owner-session.ts'
import type { Database, DatabaseOptions } from '../database.ts'
import { databaseTrouble } from '../database-error.ts'
import { statement } from '../statement.ts'

const everyOrganization = statement<{ organization_id: string }>(
  'shared_every',
  'select organization_id from organizations',
)
const trip = statement<{ transaction: string; pid: number }>(
  'shared_trip',
  'select pg_current_xact_id()::text as transaction, pg_backend_pid() as pid',
)
const rename = statement<{ name: string }>(
  'shared_rename',
  'update organizations set name = $2 where organization_id = $1 returning name',
)
const lockOne = statement<object>(
  'shared_lock',
  'select organization_id from organizations where organization_id = $1 for update',
)
const insertUser = statement<object>(
  'shared_insert_user',
  `insert into users (organization_id, id, email, name, role, status, created_at)
   values ($1, $2, $3, '', 'admin', 'active', now())`,
)
const scopeLeft = statement<{ scope: string; wait: string }>(
  'shared_scope',
  `select coalesce(current_setting('app.org', true), '') as scope,
          current_setting('lock_timeout') || ' ' || current_setting('statement_timeout') as wait`,
)
const wait = statement<object>('shared_wait', 'select pg_sleep($1)')
const endOwnConnection = statement<object>('shared_end', 'select pg_terminate_backend(pg_backend_pid())')

for (const prepared of [true, false]) {
  describe(`organizations in one round trip, ${prepared ? 'prepared' : 'unprepared'}`, () => {
    let database: TestDatabase
    let owner: OwnerSession

    before(async () => {
      database = await createTestDatabase()
      owner = await connectOwner(database.owner)
    })
    after(async () => {
      await owner.close()
      await database.drop()
    })

    function open(options: Partial<DatabaseOptions> = {}): Database & AsyncDisposable {
      return openTestPool(database.server, { poolSize: 16, prepared, ...options })
    }

    async function organizations(count: number): Promise<string[]> {
      const ids = Array.from({ length: count }, () => newId())
      for (const id of ids) {
        await owner.query(
          `insert into organizations (organization_id, kind, name, email, state, data_key, created_at)
           values ($1, 'organization', 'Before', 'team@acme.com', 'ACTIVE', '', now())`,
          [id],
        )
      }
      return ids
    }

    async function namesOf(ids: readonly string[]): Promise<(string | undefined)[]> {
      const rows = await owner.query<{ organization_id: string; name: string }>(
        'select organization_id, name from organizations',
      )
      return ids.map((id) => rows.find((row) => row.organization_id === id)?.name)
    }

    test('statements of one turn share a transaction; alone, each has its own', async () => {
      await using db = open()
      const ids = await organizations(3)
      const shared = await Promise.all(ids.map((id) => db.writes.run(id, trip, [])))
      assert.equal(new Set(shared.map(([row]) => row?.transaction)).size, 1)
      const apart = await Promise.all(ids.map((id) => db.run(id, trip, [])))
      assert.equal(new Set(apart.map(([row]) => row?.transaction)).size, 3)
    })

    test('each of fifty organizations sees itself alone, however they are mixed', async () => {
      await using db = open()
      const ids = await organizations(50)
      const asked = Array.from({ length: 1_000 }, (_, index) => ids[(index * 7) % ids.length] as string)
      const seen = await Promise.all(asked.map((id) => db.reads.run(id, everyOrganization, [])))
      assert.deepEqual(
        seen,
        asked.map((id) => [{ organization_id: id }]),
      )
    })

    test('an organization that comes twice in a row, and again after another, sees itself alone each time', async () => {
      await using db = open()
      const [one, other] = (await organizations(2)) as [string, string]
      const order = [one, one, other, one, other, other, other, one]
      const transactions = await Promise.all(order.map((id) => db.writes.run(id, trip, [])))
      assert.equal(new Set(transactions.map(([row]) => row?.transaction)).size, 1, 'they share a round trip')
      const seen = await Promise.all(order.map((id) => db.writes.run(id, everyOrganization, [])))
      assert.deepEqual(
        seen,
        order.map((id) => [{ organization_id: id }]),
      )
    })

    test('a statement that names another organization of its round trip finds nothing there', async () => {
      await using db = open()
      const [mine, other] = (await organizations(2)) as [string, string]
      const outcomes = await Promise.all([
        db.writes.run(other, rename, [other, 'Own']),
        db.writes.run(mine, rename, [other, 'Stolen']),
        db.writes.run(mine, rename, [mine, 'Own']),
      ])
      assert.deepEqual(outcomes, [[{ name: 'Own' }], [], [{ name: 'Own' }]])
      assert.deepEqual(await namesOf([mine, other]), ['Own', 'Own'])
    })

    test('nothing of it stays on the connection, neither after a success nor after a failure', async () => {
      await using db = open({ poolSize: 1, rowLockMs: 4_321, statementMs: 8_765 })
      const [mine, other] = (await organizations(2)) as [string, string]
      const left = async () => (await db.runUnscoped(scopeLeft, []))[0]
      await Promise.all([db.reads.run(mine, everyOrganization, []), db.reads.run(other, everyOrganization, [])])
      assert.deepEqual(await left(), { scope: '', wait: '4321ms 8765ms' })
      await Promise.allSettled([
        db.writes.run(mine, rename, [mine, 'Kept']),
        db.writes.run(other, insertUser, [other, 'no uuid', '']),
      ])
      assert.deepEqual(await left(), { scope: '', wait: '4321ms 8765ms' })
      assert.deepEqual(await namesOf([mine]), ['Kept'])
    })

    test('the refusal of one undoes no other, and each is written once', async () => {
      await using db = open()
      const ids = await organizations(8)
      const user = newId()
      const [first] = ids as [string]
      await db.run(first, insertUser, [first, user, 'taken@example.com'])
      const outcomes = await Promise.allSettled(
        ids.map((id, at) =>
          at === 0
            ? db.writes.run(id, insertUser, [id, user, 'again@example.com'])
            : db.writes.run(id, rename, [id, `After ${at}`]),
        ),
      )
      const [refused, ...done] = outcomes
      assert.equal(refused?.status, 'rejected')
      assert.equal(databaseTrouble(refused.reason).kind, 'unique')
      assert.deepEqual(
        done,
        ids.slice(1).map((_, at) => ({ status: 'fulfilled', value: [{ name: `After ${at + 1}` }] })),
      )
      assert.deepEqual(
        await namesOf(ids.slice(1)),
        ids.slice(1).map((_, at) => `After ${at + 1}`),
      )
    })

    test('who waits for a row that another session holds does not hold up the others of the round trip', async () => {
      await using db = open()
      const [held, ...free] = (await organizations(4)) as [string, ...string[]]
      await owner.query('begin')
      await owner.query(lockOne.text, [held])
      const startedMs = performance.now()
      const waiting = db.writes.run(held, rename, [held, 'Later'])
      const others = Promise.all(free.map((id) => db.writes.run(id, rename, [id, 'Soon'])))
      await others
      const tookMs = performance.now() - startedMs
      assert.deepEqual(await namesOf(free), ['Soon', 'Soon', 'Soon'])
      await owner.query('rollback')
      assert.deepEqual(await waiting, [{ name: 'Later' }])
      assert.ok(tookMs < 2_000, `the others took ${tookMs} ms`)
    })

    test('who takes long among others is given all of its time afterwards, by itself', async () => {
      await using db = open({ statementMs: 2_000, queryMs: 4_000 })
      const [slow, ...quick] = (await organizations(4)) as [string, ...string[]]
      const [waited, ...seen] = await Promise.all([
        db.reads.run(slow, wait, [0.8]),
        ...quick.map((id) => db.reads.run(id, everyOrganization, [])),
      ])
      assert.equal(waited.length, 1)
      assert.deepEqual(
        seen,
        quick.map((id) => [{ organization_id: id }]),
      )
      await assert.rejects(db.reads.run(slow, wait, [3]), { code: '57014' })
    })

    test('more changes than connections: one that waits for a row costs one of them', async () => {
      await using db = open({ poolSize: 2, poolWaitMs: 1_000 })
      const [held, ...free] = (await organizations(17)) as [string, ...string[]]
      await owner.query('begin')
      await owner.query(lockOne.text, [held])
      const waiting = db.writes.run(held, rename, [held, 'Later'])
      await Promise.all(free.map((id) => db.writes.run(id, rename, [id, 'Soon'])))
      const [newcomer] = free as [string]
      assert.deepEqual(await db.writes.run(newcomer, rename, [newcomer, 'Newcomer']), [{ name: 'Newcomer' }])
      await owner.query('rollback')
      assert.deepEqual(await waiting, [{ name: 'Later' }])
    })

    test('reads that never pause leave the only connection to changes and transactions as well', async () => {
      await using db = open({ poolSize: 1, poolWaitMs: 500 })
      const [one] = (await organizations(1)) as [string]
      let isOver = false
      const reading = Array.from({ length: 32 }, async () => {
        while (!isOver) await db.reads.run(one, everyOrganization, [])
      })
      try {
        for (const name of ['First', 'Second', 'Third']) {
          assert.deepEqual(await db.writes.run(one, rename, [one, name]), [{ name }])
          assert.deepEqual(await db.transaction(one, (tx) => tx.run(one, rename, [one, name])), [{ name }])
        }
      } finally {
        isOver = true
        await Promise.all(reading)
      }
    })

    test('a connection that ends under them leaves the outcome open for all, and the next statement has another', async () => {
      await using db = open()
      const ids = await organizations(3)
      const outcomes = await Promise.allSettled(
        ids.map((id, at) =>
          at === 2 ? db.writes.run(id, endOwnConnection, []) : db.writes.run(id, rename, [id, 'Lost']),
        ),
      )
      for (const outcome of outcomes) {
        assert.equal(outcome.status, 'rejected')
        assert.deepEqual(databaseTrouble(outcome.reason), { kind: 'unreachable', isSent: true })
      }
      assert.deepEqual(await namesOf(ids), ['Before', 'Before', 'Before'])
      assert.deepEqual(await db.writes.run(ids[0] ?? '', rename, [ids[0] ?? '', 'Then']), [{ name: 'Then' }])
    })

    test('a database that is not there is told apart from one that failed: nothing was sent', async () => {
      await using db = open({ connection: { host: '127.0.0.1', port: 1 } })
      const outcomes = await Promise.allSettled([1, 2].map(() => db.reads.run(newId(), everyOrganization, [])))
      for (const outcome of outcomes) {
        assert.equal(outcome.status, 'rejected')
        assert.deepEqual(databaseTrouble(outcome.reason), { kind: 'unreachable', isSent: false })
      }
    })
  })
}
