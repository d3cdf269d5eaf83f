import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakePayments, JobsBench, LEASE_MS } from '../../test/kit/jobs.ts'
import { abandonedClaimJob } from '../http/idempotency/abandoned-claim.ts'
import { CLAIM_JOB } from '../http/idempotency/claim.store.ts'
import { createJobs } from './index.ts'

function jobsOf(bench: JobsBench, payments = fakePayments()) {
  const { db, log, metrics } = bench
  const times = { leaseMs: LEASE_MS, providerMs: 5_000 }
  const handlers = { [CLAIM_JOB]: abandonedClaimJob({ db, payments, log, metrics, ...times }) }
  return createJobs({ db, log, metrics, leaseMs: LEASE_MS, handlers })
}

test('a started instance looks after abandoned claims and deletes what has expired', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const abandoned = await bench.claim(organization, { method: 'pm_1' })
  const expired = await bench.claim(organization)
  await bench.letLeaseEnd(abandoned)
  await bench.sql('delete from jobs where id = $1', [expired.id])
  await bench.sql("update idempotency_keys set expires_at = now() - interval '1 hour' where id = $1", [expired.id])
  const payments = fakePayments()
  const jobs = jobsOf(bench, payments)
  jobs.start()
  const end = Date.now() + 20_000
  const isDone = async () => (await bench.jobState(abandoned)) === null && (await bench.claimState(expired)) === null
  while (!(await isDone()) && Date.now() < end) await sleep(20)
  await jobs.stop()
  assert.ok(await isDone())
  assert.equal(payments.calls.length, 1)
})

test('runDue runs what is due and says how much, without being started', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claims = [await bench.claim(organization), await bench.claim(organization), await bench.claim(organization)]
  for (const claim of claims.slice(1)) await bench.letLeaseEnd(claim)
  assert.equal(await jobsOf(bench).runDue(), 2)
  assert.equal(await jobsOf(bench).runDue(), 0)
})
