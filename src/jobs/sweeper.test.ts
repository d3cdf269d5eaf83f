import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { JobsBench } from '../../test/kit/jobs.ts'
import { statement } from '../db/statement.ts'
import { createSweeper } from './sweeper.ts'

const NIL = '00000000-0000-0000-0000-000000000000'

const visible = statement<{ key: string }>('keys_visible_in_a_test', 'select key from idempotency_keys order by key')

/** Stored responses of an organization; each key begins with `name`. */
async function keep(bench: JobsBench, organizationId: string, name: string, count: number, age: string): Promise<void> {
  await bench.sql(
    `insert into idempotency_keys (organization_id, customer_id, mode, key, id, state, operation, target, fingerprint,
       request_id, is_sandbox, status, answer, attempt, fence, created_at, expires_at)
     select $1, $1, 'live', $2 || n, gen_random_uuid(), 'kept', 'updateProfile', '', '', 'req_1', false, 200, 'sealed', 1, 1,
            now(), now() + $4::interval
       from generate_series(1, $3::integer) n`,
    [organizationId, name, count, age],
  )
}

async function keys(bench: JobsBench): Promise<string[]> {
  return (await bench.sql<{ key: string }>('select key from idempotency_keys order by key')).map(({ key }) => key)
}

function sweeperOf(bench: JobsBench, more: { batchSize?: number; batchesMax?: number; everyMs?: number } = {}) {
  return createSweeper({ db: bench.db, log: bench.log, ...more })
}

test('what has expired is deleted in every organization, and what has not stays', async () => {
  await using bench = await JobsBench.open()
  const [one, other] = [await bench.organization(), await bench.organization()]
  await keep(bench, one, 'one-live-', 1, '1 second')
  await keep(bench, one, 'one-expired-', 2, '-1 second')
  await keep(bench, other, 'other-live-', 1, '24 hours')
  await keep(bench, other, 'other-expired-', 3, '-3 hours')
  assert.deepEqual(await sweeperOf(bench).sweep(), { deleted: 5, hasMore: false })
  assert.deepEqual(await keys(bench), ['one-live-1', 'other-live-1'])
  assert.deepEqual(await sweeperOf(bench).sweep(), { deleted: 0, hasMore: false })
})

test('the sweeper sees what has expired and cannot see a live row, even when it asks for everything', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  await keep(bench, organization, 'live-', 2, '1 hour')
  await keep(bench, organization, 'expired-', 1, '-1 hour')
  assert.deepEqual(await bench.db.run(NIL, visible, []), [{ key: 'expired-1' }])
  const own = await bench.db.run(organization, visible, [])
  assert.equal(own.length, 3)
})

test('a backlog of several batches goes in one turn, or in several where the turn is bounded', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  await keep(bench, organization, 'expired-', 35, '-1 hour')
  await keep(bench, organization, 'live-', 1, '1 hour')
  const bounded = sweeperOf(bench, { batchSize: 5, batchesMax: 2 })
  assert.deepEqual(await bounded.sweep(), { deleted: 10, hasMore: true })
  assert.deepEqual(await sweeperOf(bench, { batchSize: 10 }).sweep(), { deleted: 25, hasMore: false })
  assert.deepEqual(await keys(bench), ['live-1'])
})

test('an expired claim stays as long as a job looks after it', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const watched = await bench.claim(organization, { method: 'pm_1' })
  const left = await bench.claim(organization)
  await bench.sql('delete from jobs where id = $1', [left.id])
  await bench.sql("update idempotency_keys set expires_at = now() - interval '1 hour'")
  assert.equal((await sweeperOf(bench).sweep()).deleted, 1)
  assert.deepEqual(await keys(bench), [watched.key])
  await bench.sql('delete from jobs where id = $1', [watched.id])
  assert.equal((await sweeperOf(bench).sweep()).deleted, 1)
})

test('two sweepers at once delete every row once and fail at nothing', async () => {
  await using bench = await JobsBench.open()
  await keep(bench, await bench.organization(), 'expired-', 600, '-1 hour')
  const sweepers = [bench.db, bench.otherDb].map((db) => createSweeper({ db, log: bench.log, batchSize: 50 }))
  const swept = await Promise.all(sweepers.map((sweeper) => sweeper.sweep()))
  const rest = await sweeperOf(bench).sweep()
  assert.equal(swept.reduce((sum, { deleted }) => sum + deleted, 0) + rest.deleted, 600)
  assert.deepEqual(await keys(bench), [])
})

test('a started sweeper comes again, and stop ends it after the batch it is at', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const sweeper = sweeperOf(bench, { everyMs: 20 })
  sweeper.start()
  try {
    for (let round = 1; round <= 2; round += 1) {
      await keep(bench, organization, `expired-${round}-`, 3, '-1 hour')
      const end = Date.now() + 20_000
      while ((await keys(bench)).length > 0 && Date.now() < end) await sleep(10)
      assert.deepEqual(await keys(bench), [])
    }
  } finally {
    await sweeper.stop()
  }
  assert.ok(bench.events('expired_rows_deleted').length >= 2)
  await keep(bench, organization, 'later-', 1, '-1 hour')
  await sleep(100)
  assert.deepEqual(await keys(bench), ['later-1'])
})

test('events, deliveries and callbacks go after seven days, open callbacks never, and nothing younger', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const made = [organization]
  await bench.sql(
    `insert into profiles (organization_id, id, name, status, allow_contact_sharing, allow_template_sharing, inherit_contacts,
       inherit_templates, inherit_tcr_brand, inherit_tcr_campaign, billing_model, version, created_at)
     values ($1, $1, 'P', 'incomplete', false, false, true, true, true, true, 'profile', 1, now())`,
    made,
  )
  await bench.sql(
    `insert into webhooks (organization_id, id, display_name, endpoint_url, signing_secret, is_active, event_types, retry_count, timeout_seconds, created_at)
     values ($1, $1, 'W', '', '', true, '[]', 3, 30, now() - interval '1 year')`,
    made,
  )
  for (const age of ['6 days 23 hours', '7 days 1 hour']) {
    await bench.sql(
      `insert into events (organization_id, id, type, payload, created_at) values ($1, gen_random_uuid(), 'profile.updated', '{}', now() - $2::interval)`,
      [organization, age],
    )
    await bench.sql(
      `insert into deliveries (organization_id, webhook_id, id, event_id, event_type, body, is_test, state, created_at)
       values ($1, $1, gen_random_uuid(), gen_random_uuid(), 'profile.updated', '', false, 'FAILED', now() - $2::interval)`,
      [organization, age],
    )
    await bench.sql(
      `insert into callbacks (organization_id, profile_id, id, url, signing_secret, state, created_at, ended_at)
       values ($1, $1, gen_random_uuid(), '', '', 'delivered', now() - interval '1 year', now() - $2::interval),
              ($1, $1, gen_random_uuid(), '', '', 'open', now() - interval '1 year', null)`,
      [organization, age],
    )
  }
  assert.deepEqual(await sweeperOf(bench).sweep(), { deleted: 3, hasMore: false })
  for (const [table, left] of [
    ['events', 1],
    ['deliveries', 1],
    ['callbacks', 3],
    ['webhooks', 1],
  ] as const)
    assert.equal((await bench.sql(`select organization_id from ${table}`)).length, left, table)
})
