import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { ENDPOINTS } from '../../src/app/app.ts'
import { newId } from '../../src/contract/new-id.ts'
import { firstReadOf } from '../../src/http/first-read.store.ts'
import { listedAfter } from '../../src/resources/profiles/profile.store.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'

const ROWS = 20_000
const GROWING = ['profiles', 'idempotency_keys', 'api_keys']

async function fill(app: TestApp, organizationId: string, userId: string): Promise<void> {
  await app.sql(
    `insert into profiles (organization_id, id, name, status, allow_contact_sharing, allow_template_sharing, inherit_contacts,
       inherit_templates, inherit_tcr_brand, inherit_tcr_campaign, billing_model, version, created_at)
     select $1, gen_random_uuid(), 'P' || n, 'approved', false, false, true, true, true, true, 'profile', 1, now()
       from generate_series(1, ${ROWS}) n`,
    [organizationId],
  )
  await app.sql(
    `insert into idempotency_keys (organization_id, customer_id, mode, key, id, state, operation, target, fingerprint,
       request_id, is_sandbox, attempt, fence, created_at, expires_at)
     select $1, $1, 'live', 'k' || n, gen_random_uuid(), 'kept', 'updateProfile', '', '', '', false, 1, 1, now(), now() + interval '1 day'
       from generate_series(1, ${ROWS}) n`,
    [organizationId],
  )
  await app.sql(
    `insert into api_keys (organization_id, id, user_id, mode, digest, last_four, created_at)
     select $1, gen_random_uuid(), $2, 'live', 'd' || n, 'abcd', now() from generate_series(1, ${ROWS}) n`,
    [organizationId, userId],
  )
  for (const table of GROWING) await app.sql(`analyze ${table}`)
}

async function planOf(client: pg.Client, text: string, values: unknown[]): Promise<string> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const scanned = (plan: string) => GROWING.filter((table) => new RegExp(`Seq Scan on ${table}\\b`).test(plan))

// Row-level security keeps some conditions from an index, so the plan is looked at as the server's role.
test('the first statement of every request reads no table from end to end, however many profiles an organization has', async () => {
  await using app = await testApp()
  const org = await app.organization()
  await fill(app, org.id, org.admin.userId ?? '')
  const client = new pg.Client(app.database.server)
  await client.connect()
  try {
    await client.query("select set_config('app.org', $1, false)", [org.id])
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await client.query(`set plan_cache_mode = ${mode}`)
      for (const endpoint of ENDPOINTS) {
        const values = [org.id, 'd77', newId(), 'k77', 'live', newId()]
        const plan = await planOf(client, firstReadOf(endpoint).text, values)
        assert.deepEqual(scanned(plan), [], `${endpoint.operation}, ${mode}\n${plan}`)
      }
    }
    const control = await planOf(
      client,
      'select id from profiles where organization_id = $1 and coalesce(id, $1) = $2',
      [org.id, org.id],
    )
    assert.deepEqual(scanned(control), ['profiles'], 'control: a scan is found')
  } finally {
    await client.end()
  }
})

test('a page of a long list is entered at its cursor, so the last one costs no more than the first', async () => {
  await using app = await testApp()
  const org = await app.organization()
  await fill(app, org.id, org.admin.userId ?? '')
  const client = new pg.Client(app.database.server)
  await client.connect()
  try {
    await client.query("select set_config('app.org', $1, false)", [org.id])
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await client.query(`set plan_cache_mode = ${mode}`)
      const plan = await planOf(client, listedAfter.text, [org.id, null, null, 21, new Date().toISOString(), newId()])
      assert.match(
        plan,
        /Index Scan using profiles_live[\s\S]*?Index Cond: .*ROW\([^)]*created_at, [^)]*id\) > ROW/,
        plan,
      )
    }
  } finally {
    await client.end()
  }
})
