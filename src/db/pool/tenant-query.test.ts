import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/servers/cluster.ts'
import { openTestPool } from '../../../test/kit/servers/server-pool.ts'
import { readBind, readMessages } from '../../../test/kit/wire-messages.ts'
import type { Database } from '../database.ts'
import { type Param, type Statement, statement } from '../statement.ts'
import { ScopedQuery } from './tenant-query.ts'

const ORGANIZATION = '550e8400-e29b-41d4-a716-446655440000'
describe('a statement with its scope in one round trip', () => {
  let database: TestDatabase

  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  /** One connection, so that what it remembers is what the next statement meets. */
  function open(prepared = true): Database & AsyncDisposable {
    return openTestPool(database.server, { poolSize: 1, prepared })
  }

  let named = 0
  function select<Row extends object>(text: string): Statement<Row> {
    named += 1
    return statement<Row>(`test_select_${named}`, text)
  }

  const preparedNames = statement<{ name: string }>(
    'test_names',
    'select name from pg_prepared_statements order by name',
  )
  const divide = statement<{ quotient: number }>('test_divide', 'select 12 / $1::int as quotient')

  const VALUES: [string, string, Param, unknown][] = [
    ['text', 'text', 'Zoë 🙂 \' " \\', 'Zoë 🙂 \' " \\'],
    ['empty text', 'text', '', ''],
    ['null', 'text', null, null],
    ['true', 'boolean', true, true],
    ['false', 'boolean', false, false],
    ['an integer', 'integer', -7, -7],
    ['a bigint within the exact numbers', 'bigint', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['a double', 'double precision', 0.1, 0.1],
    ['a JSON object', 'jsonb', { b: [1, null, 'x'], a: { c: true } }, { a: { c: true }, b: [1, null, 'x'] }],
    ['a JSON array', 'json', [{ a: 1 }], [{ a: 1 }]],
    ['a UUID', 'uuid', ORGANIZATION.toUpperCase(), ORGANIZATION],
  ]
  for (const [says, type, param, value] of VALUES) {
    test(`there and back: ${says}`, async () => {
      await using db = open()
      const echo = select<{ value: unknown }>(`select $1::${type} as value`)
      assert.deepEqual(await db.run(ORGANIZATION, echo, [param]), [{ value }])
      assert.deepEqual(await db.runUnscoped(echo, [param]), [{ value }])
    })
  }

  test('instants come as text in UTC with all six digits', async () => {
    await using db = open()
    const instant = select<{ at: string }>('select $1::timestamptz as at')
    const rows = await db.run(ORGANIZATION, instant, ['2026-03-25T11:43:34.589126+01:00'])
    assert.deepEqual(rows, [{ at: '2026-03-25 10:43:34.589126+00' }])
  })

  test('no row, many rows, and a statement that answers none', async () => {
    await using db = open()
    const series = select<{ n: number }>('select n from generate_series(1, $1::int) n order by n')
    assert.deepEqual(await db.run(ORGANIZATION, series, [0]), [])
    assert.deepEqual((await db.run(ORGANIZATION, series, [1000])).map(({ n }) => n).at(-1), 1000)
    const nothing = select('update users set name = name where organization_id = $1')
    assert.deepEqual(await db.run(ORGANIZATION, nothing, [ORGANIZATION]), [])
  })

  test('a row of very many columns has each under its name, the last of a name that comes twice', async () => {
    await using db = open()
    const columns = Array.from({ length: 300 }, (_, at) => `${at} as "column ${at} '\\"`)
    const wide = select<Record<string, unknown>>(
      `select ${columns.join(', ')}, null::int as gone, 1 as twice, 2 as twice`,
    )
    for (let round = 0; round < 2; round += 1) {
      const [row = {}] = await db.run(ORGANIZATION, wide, [])
      assert.deepEqual(Object.keys(row).length, 302)
      for (let at = 0; at < 300; at += 1) assert.equal(row[`column ${at} '\\`], at)
      assert.deepEqual([row.gone, row.twice], [null, 2])
    }
  })

  test('statements of one organization that follow each other have one scope', () => {
    const written: Buffer[] = []
    const wire = {
      stream: { writable: true, write: (messages: Buffer) => written.push(messages) },
      on: () => undefined,
    }
    const item = (name: string, organizationId: string) => ({ name, text: '', organizationId, values: [] })
    const items = [item('first', 'a'), item('second', 'a'), item('third', 'b'), item('fourth', 'a')]
    new ScopedQuery(items, { lockMs: 1, statementMs: 1 }, () => undefined).submit(wire)
    assert.equal(written.length, 1)
    const sent = readMessages(written[0] ?? Buffer.alloc(0)).flatMap(({ kind, body }) => {
      if (kind !== 'B') return kind === 'S' ? ['sync'] : []
      const { statement: name, values } = readBind(body)
      return name.startsWith('scope') ? [`${name} ${values[0]}`] : [name]
    })
    assert.deepEqual(sent, ['scope_together a', 'first', 'second', 'scope b', 'third', 'scope a', 'fourth', 'sync'])
  })

  test('the row of the scope is never mistaken for a row of the statement', async () => {
    await using db = open()
    const scope = select<{ scope: string }>("select current_setting('app.org') as scope")
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(await db.run(ORGANIZATION, scope, []), [{ scope: ORGANIZATION }])
    }
  })

  test('a statement is prepared once a connection, and the scope with it', async () => {
    await using db = open()
    for (let round = 0; round < 3; round += 1) await db.run(ORGANIZATION, divide, [3])
    const names = (await db.runUnscoped(preparedNames, [])).map(({ name }) => name)
    assert.deepEqual(names, ['scope', 'test_divide', 'test_names'])
  })

  test('with preparing switched off nothing stays prepared', async () => {
    await using db = open(false)
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(await db.run(ORGANIZATION, divide, [3]), [{ quotient: 4 }])
    }
    assert.deepEqual(await db.runUnscoped(preparedNames, []), [])
  })

  const FAILURES: [string, () => Promise<void>][] = [
    [
      'while it runs',
      async () => {
        await using db = open()
        for (let round = 0; round < 3; round += 1) {
          await assert.rejects(db.run(ORGANIZATION, divide, [0]), { code: '22012' })
          assert.deepEqual(await db.run(ORGANIZATION, divide, [4]), [{ quotient: 3 }])
        }
      },
    ],
    [
      'while its parameters are bound',
      async () => {
        await using db = open()
        await assert.rejects(db.run(ORGANIZATION, divide, ['three']), { code: '22P02' })
        assert.deepEqual(await db.run(ORGANIZATION, divide, [4]), [{ quotient: 3 }])
      },
    ],
    [
      'while it is parsed',
      async () => {
        await using db = open()
        const broken = select('select nothing_of_the_kind')
        for (let round = 0; round < 2; round += 1) {
          await assert.rejects(db.run(ORGANIZATION, broken, []), { code: '42703' })
          assert.deepEqual(await db.run(ORGANIZATION, divide, [4]), [{ quotient: 3 }])
        }
      },
    ],
    [
      'in its scope, which no organization can have',
      async () => {
        await using db = open()
        const users = select('select id from users where organization_id = $1')
        await assert.rejects(db.run('no uuid', users, [ORGANIZATION]), { code: '22P02' })
        assert.deepEqual(await db.run(ORGANIZATION, users, [ORGANIZATION]), [])
      },
    ],
    [
      'because it is a COPY, which nobody feeds',
      async () => {
        await using db = open()
        const copy = select('copy milestones from stdin')
        await assert.rejects(db.run(ORGANIZATION, copy, []))
        assert.deepEqual(await db.run(ORGANIZATION, divide, [4]), [{ quotient: 3 }])
      },
    ],
  ]
  for (const [where, work] of FAILURES) {
    test(`a statement that fails ${where} leaves the connection as good as before`, work)
  }

  test('a failing statement of a scope undoes what it wrote, like a transaction', async () => {
    await using db = open()
    const mark = select<object>(
      "with marked as (insert into milestones (name, reached_at) values ('undone', now()) returning name) select 1 / (length(name) - 6) from marked",
    )
    await assert.rejects(db.run(ORGANIZATION, mark, []), { code: '22012' })
    const found = select<{ name: string }>("select name from milestones where name = 'undone'")
    assert.deepEqual(await db.run(ORGANIZATION, found, []), [])
  })

  test('good and bad statements queued on one connection each get their own answer', async () => {
    await using db = open()
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => db.run(ORGANIZATION, divide, [index % 3 === 0 ? 0 : (index % 3) * 2])),
    )
    for (const [index, answer] of answers.entries()) {
      if (index % 3 === 0) assert.equal(answer.status, 'rejected')
      else assert.deepEqual(answer, { status: 'fulfilled', value: [{ quotient: index % 3 === 1 ? 6 : 3 }] })
    }
  })
})
