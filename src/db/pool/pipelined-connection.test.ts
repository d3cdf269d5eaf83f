import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { newId } from '../../contract/new-id.ts'
import { BatchRefused, databaseTrouble, NotConnected } from '../database-error.ts'
import type { Param } from '../statement.ts'
import { PipelinedConnection, type PipelineOptions } from './pipelined-connection.ts'
import { QueryTimeouts } from './query-timeouts.ts'
import { type ScopedItem, toWireValues } from './tenant-query.ts'

const organizationId = newId()
const item =
  (name: string, text: string) =>
  (...params: Param[]): ScopedItem => ({ name, text, organizationId, values: toWireValues(params) })

const sleepThen = item('line_sleep', 'select $2 as saw from pg_sleep($1)')
const transaction = item('line_transaction', 'select pg_current_xact_id()::text as transaction')
const divide = item('line_divide', 'select 12 / $1::int as quotient')
const terminate = item('line_terminate', 'select pg_terminate_backend(pg_backend_pid())')
const unnamed = item('', 'select $1 as saw')

describe('round trips behind each other on one connection', () => {
  let database: TestDatabase
  let pool: pg.Pool

  before(async () => {
    database = await createTestDatabase()
    pool = new pg.Pool({ ...database.server, max: 1 })
  })
  after(async () => {
    await pool.end()
    await database.drop()
  })

  function open(options: Partial<PipelineOptions> = {}) {
    const onOutcome: (Error | null)[] = []
    const line = new PipelinedConnection({
      connect: () => pool.connect(),
      limits: () => ({ lockMs: 1_000, statementMs: 5_000 }),
      timeouts: new QueryTimeouts(10_000),
      onOutcome: (error) => onOutcome.push(error),
      ...options,
    })
    return { line, onOutcome }
  }

  /** Prepares what the round trips of a test say, and tells how much the connection has sent since. */
  async function warm(...items: ScopedItem[]): Promise<() => number> {
    const client = await pool.connect()
    client.on('error', () => undefined)
    client.release()
    const { line } = open()
    for (const one of items) await line.send([one])
    await line.close()
    const { stream } = (client as unknown as { connection: { stream: { bytesWritten: number } } }).connection
    const from = stream.bytesWritten
    return () => stream.bytesWritten - from
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve))

  test('the next is sent before the one before it is answered, and each has its own rows', async () => {
    const written = await warm(sleepThen(0, ''))
    const { line, onOutcome } = open()
    const order: string[] = []
    const first = line.send([sleepThen(0.3, 'a')]).finally(() => order.push('a'))
    await turn()
    const sentOfOne = written()
    const others = ['b', 'c'].map((saw) => line.send([sleepThen(0, saw)]).finally(() => order.push(saw)))
    await turn()
    const early = { sent: written(), order: [...order], inFlight: line.inFlight }
    const rows = await Promise.all([first, ...others])
    await line.close()
    assert.ok(sentOfOne > 0)
    assert.ok(early.sent >= 2.5 * sentOfOne, `${early.sent} bytes before the first answer, ${sentOfOne} of one`)
    assert.deepEqual([early.order, early.inFlight], [[], 3])
    assert.deepEqual(rows, [[[{ saw: 'a' }]], [[{ saw: 'b' }]], [[{ saw: 'c' }]]])
    assert.deepEqual(order, ['a', 'b', 'c'])
    assert.deepEqual(onOutcome, [null, null, null])
    assert.equal(line.inFlight, 0)
  })

  test('each is a transaction of its own: one that is refused undoes no other', async () => {
    await warm(transaction(), divide(1))
    const { line, onOutcome } = open()
    const outcomes = await Promise.allSettled([
      line.send([transaction()]),
      line.send([transaction(), divide(0), transaction()]),
      line.send([transaction(), transaction()]),
    ])
    await line.close()
    const [before, refused, behind] = outcomes
    assert.equal(before?.status, 'fulfilled')
    assert.equal(refused?.status, 'rejected')
    assert.ok(refused.reason instanceof BatchRefused)
    assert.equal(refused.reason.at, 1)
    assert.equal((refused.reason.cause as { code?: string }).code, '22012')
    assert.equal(behind?.status, 'fulfilled')
    const [[one], [two], [other]] = [...behind.value, ...before.value] as [object[], object[], object[]]
    assert.deepEqual(one, two)
    assert.notDeepEqual(one, other)
    assert.equal(onOutcome.length, 3)
  })

  test('what is not prepared waits for its turn, so that no refusal before it takes its preparation with it', async () => {
    await warm(divide(1))
    const fresh = item('line_fresh', 'select $1 as saw')
    const { line } = open()
    const outcomes = await Promise.allSettled([
      line.send([divide(0), fresh('lost')]),
      line.send([fresh('a')]),
      line.send([unnamed('b')]),
      line.send([fresh('c')]),
    ])
    await line.close()
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'refused')),
      ['refused', [[{ saw: 'a' }]], [[{ saw: 'b' }]], [[{ saw: 'c' }]]],
    )
  })

  for (const [says, name, text] of [
    ['is new', 'line_new', 'select $1 as saw'],
    ['has no rows', 'line_without_rows', "set local work_mem = '1MB'"],
  ] as const) {
    test(`after a statement that ${says} round trips go out behind each other as before`, async () => {
      const written = await warm(sleepThen(0, ''))
      const { line } = open()
      const sent = () => line.send([sleepThen(0.05, 'a')])
      const params = name === 'line_new' ? ['a'] : []
      const first = [sent(), line.send([item(name, text)(...params)]), sent(), sent()]
      await Promise.all(first.slice(0, 2))
      // The third is being answered: the fourth, which was behind what had to wait, is sent.
      await turn()
      const before = written()
      const last = sent()
      await turn()
      const after = written()
      await Promise.all([...first, last])
      await line.close()
      assert.ok(after > before, 'the next is sent while others are under way')
    })
  }

  test('a refusal of a statement without limits is told as PostgreSQL says it', async () => {
    const { line } = open({ limits: null })
    await assert.rejects(line.send([divide(0)]), { code: '22012' })
    await line.close()
  })

  test('a connection that ends leaves the outcome open for what was sent and no other, is heard of once, and is not kept', async () => {
    await warm(sleepThen(0, ''))
    const { line, onOutcome } = open()
    const outcomes = await Promise.allSettled([
      line.send([terminate()]),
      line.send([sleepThen(0, 'b')]),
      line.send([sleepThen(0, 'c')]),
      line.send([unnamed('d')]),
    ])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && databaseTrouble(outcome.reason)),
      [true, true, true, false].map((isSent) => ({ kind: 'unreachable', isSent })),
    )
    assert.equal(onOutcome.length, 1)
    await line.close()
    assert.equal(pool.totalCount, 0)
  })

  test('whatever breaks the first, what was not sent yet is told so, and the connection is not kept', async () => {
    const released: unknown[] = []
    const client = {
      query: (query: { handleError(error: Error): void }) =>
        setImmediate(() => query.handleError(new Error('a row cannot be read'))),
      release: (isBroken: unknown) => released.push(isBroken),
    } as unknown as pg.PoolClient
    const { line, onOutcome } = open({ connect: () => Promise.resolve(client) })
    const [first, behind] = await Promise.allSettled([line.send([unnamed('a')]), line.send([unnamed('b')])])
    assert.ok(first?.status === 'rejected' && first.reason.message === 'a row cannot be read')
    assert.ok(behind?.status === 'rejected')
    assert.deepEqual(databaseTrouble(behind.reason), { kind: 'unreachable', isSent: false })
    assert.equal(onOutcome.length, 1)
    await line.close()
    assert.deepEqual(released, [true])
  })

  test('the time of a round trip counts from its turn, and one that lasts too long ends all', async () => {
    await warm(sleepThen(0, ''))
    const patient = open({ timeouts: new QueryTimeouts(500) }).line
    assert.equal((await Promise.all([0.3, 0.3, 0.3].map((s) => patient.send([sleepThen(s, 'a')])))).length, 3)
    await patient.close()
    const { line, onOutcome } = open({ timeouts: new QueryTimeouts(100) })
    const outcomes = await Promise.allSettled([2, 0].map((s) => line.send([sleepThen(s, 'a')])))
    for (const outcome of outcomes) {
      assert.equal(outcome.status, 'rejected')
      assert.deepEqual(databaseTrouble(outcome.reason), { kind: 'unreachable', isSent: true })
    }
    assert.equal(onOutcome.length, 2, 'a database that is silent is heard of by each')
    await line.close()
    assert.equal(pool.totalCount, 0)
  })

  test('without a connection nothing is sent, and the line closes all the same', async () => {
    const { line, onOutcome } = open({ connect: () => Promise.reject(new NotConnected(new Error('none'))) })
    const outcomes = await Promise.allSettled([line.send([unnamed('a')]), line.send([unnamed('b')])])
    for (const outcome of outcomes) {
      assert.equal(outcome.status, 'rejected')
      assert.deepEqual(databaseTrouble(outcome.reason), { kind: 'unreachable', isSent: false })
    }
    assert.deepEqual(onOutcome, [])
    await line.close()
  })
})
