import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JobsBench, LEASE_MS } from '../../test/kit/jobs.ts'
import { ATTEMPTS_MAX } from './backoff.rules.ts'
import { claimDueJobs, finishJob } from './queue.store.ts'

const KIND = 'trial'

/** Due jobs of an organization, all due for longer than any that comes later. */
async function backlog(bench: JobsBench, organizationId: string, count: number, kind = KIND): Promise<void> {
  await bench.sql(
    `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
     select $1, gen_random_uuid(), $2, gen_random_uuid(), now() - interval '1 hour' + n * interval '1 second', now()
       from generate_series(1, $3::integer) n`,
    [organizationId, kind, count],
  )
}

function claimerOf(bench: JobsBench, limit: number, kinds: readonly string[] = [KIND]) {
  return () => claimDueJobs(bench.db, { kinds, limit, leaseMs: LEASE_MS })
}

test("A4: a thousand due jobs of one organization delay another's by no more than the round that runs", async () => {
  await using bench = await JobsBench.open()
  const [loud, quiet] = [await bench.organization(), await bench.organization()]
  await backlog(bench, loud, 1_000)
  const claim = claimerOf(bench, 8)
  assert.deepEqual(new Set((await claim()).map((job) => job.organization_id)), new Set([loud]))
  const [id] = await bench.jobs(quiet, KIND, 1)
  const next = await claim()
  assert.equal(next.length, 8)
  assert.ok(next.some((job) => job.id === id))
})

test('A4: what runs for an organization counts as its turns: a place that gets free is for who has fewer', async () => {
  await using bench = await JobsBench.open()
  const [loud, quiet] = [await bench.organization(), await bench.organization()]
  await backlog(bench, loud, 50)
  const running = await claimerOf(bench, 4)()
  await backlog(bench, quiet, 3)
  const [first] = running
  assert.ok(first)
  await finishJob(bench.db, first)
  for (let turn = 0; turn < 3; turn += 1) {
    const [job] = await claimerOf(bench, 1)()
    assert.equal(job?.organization_id, quiet)
  }
  assert.equal((await claimerOf(bench, 1)())[0]?.organization_id, loud)
})

test('A4: several organizations go round, each with its longest due job first', async () => {
  await using bench = await JobsBench.open()
  const organizations: string[] = []
  for (let at = 0; at < 5; at += 1) organizations.push(await bench.organization())
  for (const id of organizations) await backlog(bench, id, 20)
  for (let round = 0; round < 4; round += 1) {
    const jobs = await claimerOf(bench, 5)()
    assert.deepEqual(new Set(jobs.map((job) => job.organization_id)), new Set(organizations))
  }
})

test('an organization alone has every place, and other kinds, jobs of later, held and parked ones are left', async () => {
  await using bench = await JobsBench.open()
  const alone = await bench.organization()
  await backlog(bench, alone, 12)
  await backlog(bench, alone, 5, 'of_another_lane')
  await backlog(bench, alone, 5, 'deliver_webhook')
  await bench.sql(
    `update jobs set attempts = ${ATTEMPTS_MAX} where id in (select id from jobs where kind = $1 limit 2)`,
    [KIND],
  )
  await bench.sql(
    `update jobs set due_at = now() + interval '1 hour'
      where id in (select id from jobs where kind = $1 and attempts = 0 limit 2)`,
    [KIND],
  )
  assert.equal((await claimerOf(bench, 8)()).length, 8)
  assert.equal((await claimerOf(bench, 8)()).length, 0)
  assert.equal((await claimerOf(bench, 8, ['deliver_webhook'])()).length, 0, 'receivers have a claim of their own')
})
