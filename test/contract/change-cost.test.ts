import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredStatements } from '../../src/db/statement.ts'
import { aBrand } from '../kit/builders/requests.ts'
import { subscribe } from '../kit/builders/subscription.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'

/** The tables that the statement of a change writes, whether or not the change has something for each. */
function tablesOfChanges(): string[] {
  const changes = [...declaredStatements()].filter(([name]) => name.startsWith('save_profile'))
  assert.ok(changes.length > 0, 'the statement is declared')
  const written = changes.flatMap(([, text]) => [...text.matchAll(/(?:insert into|update) (\w+)/g)])
  return [...new Set(written.map(([, table = '']) => table))].toSorted()
}

/** What PostgreSQL does beside the statement for each row written: checks it reads anew, look-ups of other tables, triggers. */
function extras(app: TestApp): Promise<object[]> {
  return app.sql(
    `select conrelid::regclass::text as "table", conname as name from pg_constraint
      where conrelid = any($1::text[]::regclass[])
        and (contype = 'c' or contype = 'f' and not (
               conrelid in ('profiles'::regclass, 'brands'::regclass)
               and conkey = (select array_agg(attnum) from pg_attribute where attrelid = conrelid and attname = 'organization_id')))
     union all
     select tgrelid::regclass::text, tgname from pg_trigger where tgrelid = any($1::text[]::regclass[]) and not tgisinternal
     union all
     select attrelid::regclass::text, attname from pg_attribute where attrelid = any($1::text[]::regclass[]) and attgenerated <> ''
     order by 1, 2`,
    [tablesOfChanges()],
  )
}

// That a profile or brand belongs to an organization is looked up only where the row is made: a change leaves the column alone.
test('a change is one statement to PostgreSQL: no check is read, no other row looked up, no trigger run for what it writes', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile({ brand: aBrand() })
  const path = `/v3/profiles/${id}`
  assert.equal((await org.admin.patch(path, { brand: aBrand() }, { 'idempotency-key': 'nobody-hears' })).status, 200)
  const always = ['brands', 'idempotency_keys', 'profile_history', 'profiles']
  assert.deepEqual(tablesOfChanges(), always, 'no event is written where there is no webhook')
  await subscribe(app, org.id)
  assert.equal((await org.admin.patch(path, { brand: aBrand() }, { 'idempotency-key': 'declares-it' })).status, 200)
  assert.deepEqual(tablesOfChanges(), ['brands', 'events', 'idempotency_keys', 'jobs', 'profile_history', 'profiles'])
  assert.deepEqual(await extras(app), [])

  await app.sql("alter table brands add constraint planted_check check (lock in ('submitting', 'submitted'))", [])
  await app.sql(
    'alter table events add constraint planted_key foreign key (organization_id) references organizations (organization_id)',
    [],
  )
  await app.sql(
    'alter table profiles add constraint planted_other foreign key (organization_id, sending_phone_number_profile_id) references profiles (organization_id, id)',
    [],
  )
  await app.sql('alter table jobs add column planted_column text generated always as (kind) stored', [])
  await app.sql(
    'create trigger planted_trigger before update on profiles for each row execute function suppress_redundant_updates_trigger()',
    [],
  )
  assert.deepEqual(await extras(app), [
    { table: 'brands', name: 'planted_check' },
    { table: 'events', name: 'planted_key' },
    { table: 'jobs', name: 'planted_column' },
    { table: 'profiles', name: 'planted_other' },
    { table: 'profiles', name: 'planted_trigger' },
  ])
})
