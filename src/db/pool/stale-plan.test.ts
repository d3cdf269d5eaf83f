import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { openTestPool } from '../../../test/kit/servers/server-pool.ts'
import { newId } from '../../contract/new-id.ts'
import { connectOwner, type OwnerSession } from '../admin/owner-session.ts'
import type { Database, Executor } from '../database.ts'
import { statement } from '../statement.ts'

const nameOf = statement<{ name: string }>(
  'stale_name',
  'select name from organizations where organization_id = $1 -- stale',
)
const note = statement<{ note: unknown }>('stale_note', 'select note from stale_notes where organization_id = $1')
const setNote = statement<{ note: unknown }>(
  'stale_set_note',
  'update stale_notes set note = note, writes = writes + 1 where organization_id = $1 returning note',
)
const deallocate = statement<object>('stale_deallocate', 'deallocate all')
const ownPid = statement<{ pid: number }>('stale_pid', 'select pg_backend_pid() as pid')

describe('E3: what a connection has prepared and is of no use any more', () => {
  let database: TestDatabase
  let owner: OwnerSession
  let ids: string[]

  before(async () => {
    database = await createTestDatabase()
    owner = await connectOwner(database.owner)
    await owner.query(
      'create table stale_notes (organization_id uuid primary key, note integer, writes integer not null default 0)',
    )
    await owner.query('grant select, update on stale_notes to public')
  })
  beforeEach(async () => {
    await owner.query('alter table stale_notes alter column note type integer using note::integer')
    ids = Array.from({ length: 4 }, () => newId())
    for (const id of ids) {
      await owner.query('insert into stale_notes (organization_id, note) values ($1, 7)', [id])
      await owner.query(
        `insert into organizations (organization_id, kind, name, email, state, data_key, created_at)
         values ($1, 'organization', 'Acme', 'team@acme.com', 'ACTIVE', '', now())`,
        [id],
      )
    }
  })
  after(async () => {
    // A connection that was given up ends a moment later, and to drop the database under it would break it aloud.
    while (await hasOtherConnections()) await sleep(5)
    await owner.close()
    await database.drop()
  })

  const hasOtherConnections = async () => {
    const rows = await owner.query(
      'select pid from pg_stat_activity where datname = current_database() and usename is not null and pid <> pg_backend_pid()',
    )
    return rows.length > 0
  }
  const changeType = () => owner.query('alter table stale_notes alter column note type text using note::text')
  const first = () => ids[0] ?? ''
  const writesOf = async (id: string) => {
    const [row] = await owner.query<{ writes: number }>('select writes from stale_notes where organization_id = $1', [
      id,
    ])
    return row?.writes
  }

  const ways: [string, (db: Database) => Executor][] = [
    ['by itself', (db) => db],
    ['among reads', (db) => db.reads],
    ['among lists', (db) => db.lists],
    ['among writes', (db) => db.writes],
  ]
  for (const [says, way] of ways) {
    test(`a read ${says} is sent once more after a column has another type, on a connection of its own time`, async () => {
      await using db = openTestPool(database.server, { poolSize: 1 })
      assert.deepEqual(await way(db).run(first(), note, [first()]), [{ note: 7 }])
      const [before] = await db.runUnscoped(ownPid, [])
      await changeType()
      assert.deepEqual(await way(db).run(first(), note, [first()]), [{ note: '7' }])
      assert.deepEqual(await way(db).run(first(), note, [first()]), [{ note: '7' }])
      assert.notDeepEqual(await db.runUnscoped(ownPid, []), [before], 'the connection is gone')
    })

    test(`a write ${says} happens once`, async () => {
      await using db = openTestPool(database.server, { poolSize: 4 })
      await way(db).run(first(), setNote, [first()])
      await changeType()
      assert.deepEqual(await way(db).run(first(), setNote, [first()]), [{ note: '7' }])
      assert.equal(await writesOf(first()), 2)
    })
  }

  for (const way of ['reads', 'writes'] as const) {
    test(`of a round trip of ${way} each is answered, and each write happens once, whichever of them is stale`, async () => {
      await using db = openTestPool(database.server, { poolSize: 4 })
      const all = () =>
        Promise.all(
          ids.flatMap((id) => [
            db[way].run(id, nameOf, [id]),
            ...(way === 'reads' ? [db.reads.run(id, note, [id])] : [db.writes.run(id, setNote, [id])]),
          ]),
        )
      await all()
      await changeType()
      assert.deepEqual(
        await all(),
        ids.flatMap(() => [[{ name: 'Acme' }], [{ note: '7' }]]),
      )
      if (way === 'writes') for (const id of ids) assert.equal(await writesOf(id), 2)
    })
  }

  test('every connection of the pool is stale, and nobody learns of it', async () => {
    await using db = openTestPool(database.server, { poolSize: 8 })
    const ask = () => Promise.all(Array.from({ length: 8 }, () => db.run(first(), note, [first()])))
    await ask()
    await changeType()
    assert.deepEqual(await ask(), Array(8).fill([{ note: '7' }]))
  })

  test('a transaction runs again as a whole, and its writes happen once', async () => {
    await using db = openTestPool(database.server, { poolSize: 4 })
    const work = (tx: Executor) => tx.run(first(), nameOf, [first()]).then(() => tx.run(first(), setNote, [first()]))
    await db.transaction(first(), work)
    await changeType()
    let runs = 0
    const written = await db.transaction(first(), (tx) => {
      runs += 1
      return work(tx)
    })
    assert.deepEqual([written, runs, await writesOf(first())], [[{ note: '7' }], 2, 2])
  })

  for (const [says, way] of ways) {
    test(`a statement ${says} that a pooler's other connection has not prepared is sent once more`, async () => {
      await using db = openTestPool(database.server, { poolSize: 1 })
      await way(db).run(first(), setNote, [first()])
      await db.runUnscoped({ name: '', text: deallocate.text }, [])
      assert.deepEqual(await way(db).run(first(), setNote, [first()]), [{ note: 7 }])
      assert.equal(await writesOf(first()), 2)
    })
  }

  test('what PostgreSQL cannot do at all is refused after the second try', async () => {
    await using db = openTestPool(database.server, { poolSize: 2 })
    const never = statement<object>(
      'stale_never',
      'select 1 from stale_notes where organization_id = $1 for update of nobody',
    )
    await assert.rejects(db.reads.run(first(), never, [first()]), { severity: 'ERROR' })
    const unsupported = statement<object>(
      'stale_unsupported',
      'select count(*) from stale_notes where organization_id = $1 for update',
    )
    for (const [, way] of ways) {
      await assert.rejects(way(db).run(first(), unsupported, [first()]), { code: '0A000' })
    }
  })
})
