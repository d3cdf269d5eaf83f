import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/contract/new-id.ts'
import { RECEIVER_JOBS } from '../../../src/jobs/queue.store.ts'
import {
  claimReceiverJobs,
  IN_FLIGHT_OF_ORGANIZATION,
  IN_FLIGHT_OF_RECEIVER,
} from '../../../src/jobs/receiver-claim.store.ts'
import { DELIVER_CALLBACK } from '../../../src/resources/webhooks/callback.store.ts'
import { DELIVER_WEBHOOK } from '../../../src/resources/webhooks/delivery.store.ts'
import { Receiver, silence } from '../../kit/fakes/webhook-receiver.ts'
import { JobsBench } from '../../kit/jobs.ts'
import { testApp } from '../../kit/servers/app.ts'
import { until } from '../../kit/tally.ts'
import { aWebhook } from './kit.ts'

const LEASE_MS = 30_000

/** Jobs of one receiver, the first of them the longest due. */
async function queue(bench: JobsBench, organizationId: string, receiverId: string, count: number): Promise<void> {
  await bench.sql(
    `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
     select $1, gen_random_uuid(), 'deliver_webhook', $2, now() - interval '1 hour' + n * interval '1 second', now() from generate_series(1, $3::integer) n`,
    [organizationId, receiverId, count],
  )
}

test('the kinds that are claimed by turns are those of the deliveries', () => {
  assert.deepEqual([...RECEIVER_JOBS], [DELIVER_WEBHOOK, DELIVER_CALLBACK])
})

test('claims go round the receivers, within the bounds of each receiver and of each organization', async () => {
  await using bench = await JobsBench.open()
  const [one, other] = [await bench.organization(), await bench.organization()]
  const receivers = Array.from({ length: 6 }, () => newId())
  for (const receiver of receivers) await queue(bench, one, receiver, 50)
  const lone = newId()
  await queue(bench, other, lone, 2)
  const first = await claimReceiverJobs(bench.db, { limit: 7, leaseMs: LEASE_MS })
  assert.deepEqual(new Set(first.map(({ subject_id }) => subject_id)), new Set([...receivers, lone]))
  const rest = await claimReceiverJobs(bench.otherDb, { limit: 500, leaseMs: LEASE_MS })
  const all = [...first, ...rest]
  assert.equal(all.filter(({ organization_id }) => organization_id === one).length, IN_FLIGHT_OF_ORGANIZATION)
  assert.equal(all.filter(({ organization_id }) => organization_id === other).length, 2)
  for (const receiver of receivers)
    assert.ok(all.filter(({ subject_id }) => subject_id === receiver).length <= IN_FLIGHT_OF_RECEIVER)
  assert.equal((await claimReceiverJobs(bench.db, { limit: 500, leaseMs: LEASE_MS })).length, 0)
  await bench.sql("update jobs set lease_until = now() - interval '1 second' where lease_until is not null")
  const again = await claimReceiverJobs(bench.db, { limit: 500, leaseMs: LEASE_MS })
  assert.equal(again.length, IN_FLIGHT_OF_ORGANIZATION + 2)
})

test('jobs that are not due, or parked, are left, and a receiver alone gets no more than its bound', async () => {
  await using bench = await JobsBench.open()
  const [one, receiver] = [await bench.organization(), newId()]
  await queue(bench, one, receiver, 10)
  await queue(bench, one, newId(), 1)
  await bench.sql('update jobs set attempts = 8 where subject_id <> $1', [receiver])
  const parked = await claimReceiverJobs(bench.db, { limit: 100, leaseMs: LEASE_MS })
  assert.deepEqual(
    parked.map(({ subject_id }) => subject_id),
    Array.from({ length: IN_FLIGHT_OF_RECEIVER }, () => receiver),
  )
  await bench.sql("update jobs set lease_until = null, due_at = now() + interval '1 minute'")
  assert.deepEqual(await claimReceiverJobs(bench.db, { limit: 100, leaseMs: LEASE_MS }), [])
})

test('endpoints that never answer delay neither another tenant nor each other beyond the bounds', async () => {
  await using app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  await using dead = await Receiver.open(silence)
  await using alive = await Receiver.open()
  const [slow, fast] = [await app.organization(), await app.organization()]
  for (let count = 0; count < 12; count += 1) await aWebhook(slow.admin, dead.url, { timeout_seconds: 60 })
  await aWebhook(fast.admin, alive.url)
  for (let count = 0; count < 6; count += 1) await slow.profile()
  app.app.jobs.start()
  try {
    await until('the bound is reached', () => dead.received.length >= IN_FLIGHT_OF_ORGANIZATION, 60_000)
    for (let count = 1; count <= 10; count += 1) {
      const startedAt = performance.now()
      await fast.profile()
      await until('the other tenant is told', () => alive.received.length === count, 20_000)
      assert.ok(performance.now() - startedAt < 20_000)
    }
    assert.equal(dead.received.length, IN_FLIGHT_OF_ORGANIZATION)
  } finally {
    const stopped = app.app.jobs.stop()
    await dead[Symbol.asyncDispose]()
    await stopped
  }
})
