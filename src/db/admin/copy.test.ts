import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { copyOut } from './copy.ts'
import { connectOwner, type OwnerSession } from './owner-session.ts'

describe('COPY', () => {
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

  const isAlive = async () => assert.deepEqual(await owner.query("select 'yes' as alive"), [{ alive: 'yes' }])

  test('what is copied out and in again is the same', async () => {
    await owner.query('create table a (n int, t text)')
    await owner.query('create table b (n int, t text)')
    await owner.query(
      "insert into a select n, nullif(repeat(E'\\t\\n\\\\ü', n % 9), '') from generate_series(1, 30000) n",
    )
    const pieces: Buffer[] = []
    const rows = await owner.copyOut('copy a to stdout', async (piece) => void pieces.push(piece))
    assert.equal(rows, 30_000)
    assert.ok(pieces.length > 3)
    async function* source() {
      for (const piece of pieces) yield piece
    }
    assert.equal(await owner.copyIn('copy b from stdin', source()), 30_000)
    const differing = 'select count(*)::int as rows from (table a except table b) d'
    assert.deepEqual(await owner.query(differing), [{ rows: 0 }])
  })

  test('a slow sink slows the database down and is never called twice at once', async () => {
    const client = new pg.Client(database.owner)
    await client.connect()
    const { stream } = (client as unknown as { connection: { stream: { bytesRead: number } } }).connection
    let taken = 0
    let ahead = 0
    let running = 0
    let atOnce = 0
    const sink = async (piece: Buffer) => {
      running += 1
      atOnce = Math.max(atOnce, running)
      await sleep(2)
      taken += piece.length
      ahead = Math.max(ahead, stream.bytesRead - taken)
      running -= 1
    }
    const text = "copy (select repeat('x', 1000) from generate_series(1, 20000)) to stdout"
    const rows = await copyOut(client, text, sink)
    await client.end()
    assert.equal(rows, 20_000)
    assert.equal(taken, 20_000 * 1_001)
    assert.equal(atOnce, 1)
    assert.ok(ahead < 2_000_000, `${ahead} bytes waited in memory`)
  })

  test('a failure of sink, source or statement is told, and the connection goes on', async () => {
    await owner.query('create table c (n int)')
    const broken = async () => Promise.reject(new Error('disk full'))
    await assert.rejects(owner.copyOut('copy (select 1) to stdout', broken), /disk full/)
    await isAlive()
    async function* failing() {
      yield Buffer.from('1\n')
      throw new Error('file ended')
    }
    await assert.rejects(owner.copyIn('copy c from stdin', failing()), /file ended/)
    await isAlive()
    async function* wrong() {
      for (let n = 0; n < 100; n += 1) yield Buffer.from('not a number\n'.repeat(1000))
    }
    await assert.rejects(owner.copyIn('copy c from stdin', wrong()), { code: '22P02' })
    await isAlive()
    await assert.rejects(owner.copyOut('copy nowhere to stdout', broken), { code: '42P01' })
    assert.deepEqual(await owner.query('select n from c'), [])
  })
})
