import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gate } from '../../test/kit/gate.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/servers/cluster.ts'
import { openTestPool } from '../../test/kit/servers/server-pool.ts'
import { newId } from '../contract/new-id.ts'
import { connectOwner, type OwnerSession } from './admin/owner-session.ts'
import type { Connection, Database, DatabaseOptions } from './database.ts'
import { databaseTrouble } from './database-error.ts'
import { statement } from './statement.ts'

/** A connection's parts, also where it is written as a URL. */
function toParts(server: Connection) {
  if (server.connectionString === undefined) return server
  const url = new URL(server.connectionString)
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent)
  return {
    host: url.hostname,
    port: Number(url.port),
    user: user ?? '',
    password: password ?? '',
    database: database ?? '',
  }
}

/** Where a relay reaches the database: a Unix socket has the path that PostgreSQL gives it. */
function addressOf(server: Connection): { hostname: string; port: number; socketPath: string | null } {
  const { host: hostname = 'localhost', port = 5432 } = toParts(server)
  return { hostname, port, socketPath: hostname.startsWith('/') ? `${hostname}/.s.PGSQL.${port}` : null }
}

describe('a pool over a real database', () => {
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

  /** A pool that a test may use up; closed with the test. */
  function open(options: Partial<DatabaseOptions> = {}): Database & AsyncDisposable {
    return openTestPool(database.server, { poolSize: 2, ...options })
  }

  async function organization(name = 'Acme'): Promise<string> {
    const id = newId()
    await owner.query(
      `insert into organizations (organization_id, kind, name, email, state, data_key, created_at)
     values ($1, 'organization', $2, 'team@acme.com', 'ACTIVE', '', now())`,
      [id, name],
    )
    return id
  }

  async function nameOf(id: string): Promise<string | undefined> {
    const [row] = await owner.query<{ name: string }>('select name from organizations where organization_id = $1', [id])
    return row?.name
  }

  const everyOrganization = statement<{ organization_id: string }>(
    'test_every',
    'select organization_id from organizations',
  )
  const scopeLeft = statement<{ scope: string | null }>(
    'test_scope',
    "select current_setting('app.org', true) as scope",
  )
  const rename = statement<object>('test_rename', 'update organizations set name = $2 where organization_id = $1')
  const renameEvery = statement<object>('test_rename_every', 'update organizations set name = $1')
  const lockOne = statement<object>(
    'test_lock',
    'select organization_id from organizations where organization_id = $1 for update',
  )
  const insertUser = statement<object>(
    'test_insert_user',
    `insert into users (organization_id, id, email, name, role, status, created_at)
   values ($1, $2, $3, '', 'admin', 'active', now())`,
  )
  const lockUser = statement<object>(
    'test_lock_user',
    'select id from users where organization_id = $1 and id = $2 for update',
  )
  const wait = statement<object>('test_wait', 'select pg_sleep($1)')
  const one = statement<{ one: number }>('test_one', 'select 1 as one')
  const ownPid = statement<{ pid: number }>('test_pid', 'select pg_backend_pid() as pid')
  const terminate = statement<object>('test_terminate', 'select pg_terminate_backend($1)')

  const troubleOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => databaseTrouble(error),
    )

  test('a connection is in UTC, reads what is committed, and makes plans that large tables can keep', async () => {
    await using db = open()
    const settings = statement<Record<string, string>>(
      'test_settings',
      `select current_setting('TimeZone') as zone, current_setting('transaction_isolation') as isolation,
              current_setting('plan_cache_mode') as plans, current_setting('enable_seqscan') as seqscan,
              current_setting('enable_bitmapscan') as bitmapscan,
              current_setting('jit') as jit`,
    )
    assert.deepEqual(await db.runUnscoped(settings, []), [
      {
        zone: 'UTC',
        isolation: 'read committed',
        plans: 'force_generic_plan',
        seqscan: 'off',
        bitmapscan: 'off',
        jit: 'off',
      },
    ])
  })

  test('a statement without a predicate sees and changes its organization alone', async () => {
    await using db = open()
    const [mine, other] = [await organization(), await organization('Other')]
    assert.deepEqual(await db.run(mine, everyOrganization, []), [{ organization_id: mine }])
    await db.run(mine, renameEvery, ['Changed'])
    assert.deepEqual([await nameOf(mine), await nameOf(other)], ['Changed', 'Other'])
  })

  test('a statement that names another organization finds nothing there and cannot write there', async () => {
    await using db = open()
    const [mine, other] = [await organization(), await organization('Other')]
    assert.deepEqual(await db.run(mine, lockOne, [other]), [])
    await db.run(mine, rename, [other, 'Stolen'])
    assert.equal(await nameOf(other), 'Other')
    await assert.rejects(db.run(mine, insertUser, [other, newId(), 'a@example.com']), { code: '42501' })
  })

  test('without a scope no organization is seen, though there are some', async () => {
    await using db = open()
    await organization()
    assert.deepEqual(await db.runUnscoped(everyOrganization, []), [])
    assert.ok((await owner.query(everyOrganization.text)).length > 0)
  })

  test('nothing of the organization stays on the connection: after a statement, a failure, a commit, a rollback', async () => {
    await using db = open({ poolSize: 1 })
    const id = await organization()
    const left = async () => (await db.runUnscoped(scopeLeft, []))[0]?.scope ?? ''
    assert.deepEqual(await db.run(id, scopeLeft, []), [{ scope: id }])
    assert.equal(await left(), '')
    await assert.rejects(db.run(id, insertUser, [id, 'no uuid', '']))
    assert.equal(await left(), '')
    await db.transaction(id, (tx) => tx.run(id, one, []))
    assert.equal(await left(), '')
    await assert.rejects(db.transaction(id, () => Promise.reject(new Error('on purpose'))))
    assert.equal(await left(), '')
  })

  test('fifty organizations interleaved over two connections each see themselves alone', async () => {
    await using db = open()
    const ids: string[] = []
    for (let index = 0; index < 50; index += 1) ids.push(await organization(`Org ${index}`))
    const asked = Array.from({ length: 600 }, (_, index) => ids[(index * 7) % ids.length] as string)
    const seen = await Promise.all(
      asked.map((id, index) =>
        index % 5 === 0
          ? db.transaction(id, (tx) => tx.run(id, everyOrganization, []))
          : db.run(id, everyOrganization, []),
      ),
    )
    assert.deepEqual(
      seen,
      asked.map((id) => [{ organization_id: id }]),
    )
  })

  test('a transaction commits what it wrote, and keeps nothing when its work fails', async () => {
    await using db = open()
    const id = await organization()
    await db.transaction(id, (tx) => tx.run(id, rename, [id, 'Committed']))
    assert.equal(await nameOf(id), 'Committed')
    await assert.rejects(
      db.transaction(id, async (tx) => {
        await tx.run(id, rename, [id, 'Lost'])
        throw new Error('on purpose')
      }),
      /on purpose/,
    )
    assert.equal(await nameOf(id), 'Committed')
  })

  test('a transaction serves one organization', async () => {
    await using db = open()
    const [mine, other] = [await organization(), await organization()]
    await assert.rejects(
      db.transaction(mine, (tx) => tx.run(other, one, [])),
      /belongs to one organization/,
    )
  })

  test('a serialization failure runs the work again, three times in all', async () => {
    await using db = open()
    const id = await organization()
    let runs = 0
    const failing = (failures: number) => async () => {
      runs += 1
      if (runs <= failures) throw Object.assign(new Error('could not serialize'), { code: '40001' })
      return runs
    }
    assert.equal(await db.transaction(id, failing(2)), 3)
    runs = 0
    await assert.rejects(db.transaction(id, failing(99)), { code: '40001' })
    assert.equal(runs, 3)
  })

  test('of two transactions in a deadlock both succeed', async () => {
    await using db = open()
    const id = await organization()
    const users = [newId(), newId()]
    for (const user of users) await db.run(id, insertUser, [id, user, `${user}@example.com`])
    const both = [gate(), gate()]
    let runs = 0
    const lockInOrder =
      (order: readonly number[], mine: number) => async (tx: Parameters<Parameters<Database['transaction']>[1]>[0]) => {
        runs += 1
        await tx.run(id, lockUser, [id, users[order[0] ?? 0] ?? ''])
        both[mine]?.open()
        await both[1 - mine]?.opened
        await tx.run(id, lockUser, [id, users[order[1] ?? 0] ?? ''])
      }
    await Promise.all([db.transaction(id, lockInOrder([0, 1], 0)), db.transaction(id, lockInOrder([1, 0], 1))])
    assert.ok(runs >= 3, 'one of them ran again')
  })

  test('a row lock that is not had in time is a lock_timeout, and the connection serves on', async () => {
    await using db = open({ poolSize: 1, rowLockMs: 200 })
    const id = await organization()
    await owner.query('begin')
    await owner.query(lockOne.text, [id])
    assert.deepEqual(await troubleOf(db.run(id, rename, [id, 'Late'])), { kind: 'lock_timeout' })
    const [before] = await db.runUnscoped(ownPid, [])
    await owner.query('rollback')
    await db.run(id, rename, [id, 'In time'])
    assert.equal(await nameOf(id), 'In time')
    assert.deepEqual(await db.runUnscoped(ownPid, []), [before])
  })

  test('a statement that takes too long is a statement_timeout, and the connection serves on', async () => {
    await using db = open({ poolSize: 1, statementMs: 200 })
    assert.deepEqual(await troubleOf(db.runUnscoped(wait, [5])), { kind: 'statement_timeout' })
    assert.deepEqual(await db.runUnscoped(one, []), [{ one: 1 }])
  })

  test('a server that does not answer costs the connection, which never serves another statement', async () => {
    await using db = open({ poolSize: 1, queryMs: 300 })
    const [before] = await db.runUnscoped(ownPid, [])
    assert.deepEqual(await troubleOf(db.runUnscoped(wait, [3])), { kind: 'unreachable', isSent: true })
    assert.deepEqual(db.load, { inUse: 0, waiting: 0 })
    const [fresh] = await db.runUnscoped(ownPid, [])
    assert.notEqual(fresh?.pid, before?.pid)
  })

  test('a transaction in which the server does not answer keeps nothing and costs its connection', async () => {
    await using db = open({ poolSize: 1, queryMs: 300 })
    const id = await organization('Before')
    const trouble = await troubleOf(
      db.transaction(id, async (tx) => {
        await tx.run(id, rename, [id, 'Lost'])
        await tx.run(id, wait, [2])
      }),
    )
    assert.deepEqual(trouble, { kind: 'unreachable', isSent: true })
    assert.equal(await nameOf(id), 'Before')
    assert.deepEqual(await db.runUnscoped(one, []), [{ one: 1 }])
  })

  test('when all connections are in use a request waits poolWaitMs, then is told that nothing was sent', async () => {
    await using db = open({ poolSize: 1, poolWaitMs: 200 })
    const id = await organization()
    const [hold, held] = [gate(), gate()]
    const holding = db.transaction(id, async (tx) => {
      await tx.run(id, one, [])
      held.open()
      await hold.opened
    })
    await held.opened
    const startedMs = performance.now()
    assert.deepEqual(await troubleOf(db.run(id, one, [])), { kind: 'unreachable', isSent: false })
    assert.ok(performance.now() - startedMs < 2_000)
    hold.open()
    await holding
    assert.deepEqual(await db.run(id, one, []), [{ one: 1 }])
  })

  test('a connection that dies under its statement leaves the outcome open, and the next statement has another', async () => {
    await using db = open()
    const id = await organization()
    const started = gate()
    let pid = 0
    const dying = troubleOf(
      db.transaction(id, async (tx) => {
        pid = (await tx.run(id, ownPid, []))[0]?.pid ?? 0
        started.open()
        await tx.run(id, wait, [10])
      }),
    )
    await started.opened
    await db.runUnscoped(terminate, [pid])
    assert.deepEqual(await dying, { kind: 'unreachable', isSent: true })
    assert.deepEqual(await db.run(id, one, []), [{ one: 1 }])
  })

  test('a connection that is reset under a statement fails that statement, and the process goes on', async () => {
    const sockets: Socket[] = []
    const { hostname, port, socketPath } = addressOf(database.server)
    const relay = createServer((near) => {
      const far = socketPath === null ? connect(port, hostname) : connect(socketPath)
      sockets.push(near)
      near.on('error', () => far.destroy()).pipe(far)
      far.on('error', () => near.destroy()).pipe(near)
    })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
    const through = { ...toParts(database.server), host: '127.0.0.1', port: (relay.address() as { port: number }).port }
    await using db = open({ connection: through, poolSize: 1 })
    assert.deepEqual(await db.runUnscoped(one, []), [{ one: 1 }])
    const cut = troubleOf(db.runUnscoped(wait, [5]))
    await sleep(100)
    for (const socket of sockets) socket.resetAndDestroy()
    assert.deepEqual(await cut, { kind: 'unreachable', isSent: true })
    assert.deepEqual(await db.runUnscoped(one, []), [{ one: 1 }])
    relay.close()
  })

  test('a connection that dies idle is reported and replaced', async () => {
    const lost: Error[] = []
    const reported = gate()
    await using db = open({
      poolSize: 1,
      onIdleError: (error) => {
        lost.push(error)
        reported.open()
      },
    })
    await using other = open({ poolSize: 1 })
    const [before] = await db.runUnscoped(ownPid, [])
    await other.runUnscoped(terminate, [before?.pid ?? 0])
    await reported.opened
    const [fresh] = await db.runUnscoped(ownPid, [])
    assert.equal(lost.length, 1)
    assert.notEqual(fresh?.pid, before?.pid)
  })

  test('a database that is not there is told apart from one that failed: nothing was sent', async () => {
    await using db = open({ connection: { host: '127.0.0.1', port: 1 } })
    assert.deepEqual(await troubleOf(db.runUnscoped(one, [])), { kind: 'unreachable', isSent: false })
    assert.deepEqual(await troubleOf(db.transaction(newId(), async () => {})), { kind: 'unreachable', isSent: false })
  })

  test('after three failures in a row requests are refused without a try', async () => {
    await using db = open({ connection: { host: '127.0.0.1', port: 1 } })
    const reasonOf = (work: Promise<unknown>) =>
      work.then(
        () => '',
        (error: unknown) => (error instanceof Error && error.cause instanceof Error ? error.cause.message : ''),
      )
    for (let at = 0; at < 3; at += 1) assert.match(await reasonOf(db.runUnscoped(one, [])), /ECONNREFUSED|connect/)
    assert.equal(await reasonOf(db.runUnscoped(one, [])), 'the database did not answer others')
  })
})
