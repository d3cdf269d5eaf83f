import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gate } from '../../../test/kit/gate.ts'
import { DETACHED, fakePayments, JobsBench, LEASE_MS } from '../../../test/kit/jobs.ts'
import { ATTEMPTS_MAX } from '../../jobs/backoff.rules.ts'
import { claimDueJobs, finishJob } from '../../jobs/queue.store.ts'
import { sweepExpired } from '../../jobs/sweeper.store.ts'
import { createWorker } from '../../jobs/worker.ts'
import { notAsked } from '../../ports/outcome.ts'
import type { Payments } from '../../ports/payments.ts'
import { abandonedClaimJob } from './abandoned-claim.ts'
import { CLAIM_JOB, type Claim, closeClaim, recordPaymentMethod, releaseClaim, takeOverClaim } from './claim.store.ts'

function handlerOf(bench: JobsBench, payments: Payments | null, db = bench.db) {
  const { log, metrics } = bench
  return abandonedClaimJob({ db, payments, log, metrics, leaseMs: LEASE_MS, providerMs: 5_000 })
}

function workerOf(bench: JobsBench, payments: Payments | null, db = bench.db) {
  const handlers = { [CLAIM_JOB]: handlerOf(bench, payments, db) }
  return createWorker({ db, handlers, log: bench.log, metrics: bench.metrics, leaseMs: LEASE_MS })
}

/** What a client's retry with the same Idempotency-Key does once it has read the claim. */
async function retryOfClient(bench: JobsBench, organizationId: string, claim: Claim): Promise<Claim | null> {
  const now = await bench.claimState(claim)
  const held = { ...claim, fence: now?.fence ?? 0, attempt: now?.attempt ?? 0 }
  return takeOverClaim(bench.db, organizationId, held, { requestId: 'req_retry', fingerprint: '', leaseMs: LEASE_MS })
}

test('a method that an abandoned claim left at the processor is detached once, and the key is free under the next once-key', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization, { method: 'pm_1' })
  const payments = fakePayments()
  const worker = workerOf(bench, payments)
  assert.equal(await worker.runDue(), 0, 'nothing is due while the claim is leased')
  await bench.letLeaseEnd(claim)
  assert.equal(await worker.runDue(), 1)
  assert.deepEqual(payments.calls, [{ onceKey: `${claim.id}-detach-1`, reference: 'pm_1' }])
  const after = await bench.claimState(claim)
  assert.deepEqual(after, { state: 'claimed', attempt: 2, fence: 2, payment_method: null, is_leased: false })
  assert.equal(await bench.jobState(claim), null)
  assert.equal(await worker.runDue(), 0)
  const retry = await retryOfClient(bench, organization, claim)
  assert.equal(retry?.attempt, 2)
  assert.notEqual(await bench.jobState(claim), null, 'the retry has a job of its own')
})

test('a claim without an Idempotency-Key is deleted once its method is detached', async () => {
  await using bench = await JobsBench.open()
  const claim = await bench.claim(await bench.organization(), { isKeyless: true, method: 'pm_1' })
  const payments = fakePayments()
  await bench.letLeaseEnd(claim)
  await workerOf(bench, payments).runDue()
  assert.equal(payments.calls.length, 1)
  assert.equal(await bench.claimState(claim), null)
  assert.equal(await bench.jobState(claim), null)
})

test('a claim that its owner releases to be undone is looked after at once', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization, { method: 'pm_1' })
  const payments = fakePayments()
  await releaseClaim(bench.db, organization, claim, 'undo')
  await workerOf(bench, payments).runDue()
  assert.deepEqual(
    payments.calls.map(({ reference }) => reference),
    ['pm_1'],
  )
})

test('the job of a claim that is closed or gone ends without a call', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const closed = await bench.claim(organization, { method: 'pm_1' })
  const gone = await bench.claim(organization, { method: 'pm_2' })
  const open = await bench.claim(organization, { method: 'pm_3' })
  await bench.sql("update idempotency_keys set state = 'kept', status = 200, lease_until = null where id = $1", [
    closed.id,
  ])
  await bench.sql('delete from idempotency_keys where id = $1', [gone.id])
  await bench.letLeaseEnd(open)
  for (const claim of [closed, gone]) await bench.makeDue(claim)
  const payments = fakePayments()
  assert.equal(await workerOf(bench, payments).runDue(), 3)
  assert.deepEqual(
    payments.calls.map(({ reference }) => reference),
    ['pm_3'],
  )
  for (const claim of [closed, gone, open]) assert.equal(await bench.jobState(claim), null)
})

test('closing a claim in its change takes the job with it', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization, { method: 'pm_1' })
  assert.notEqual(await bench.jobState(claim), null)
  const answer = { status: 200, etag: null, answer: null, requestId: 'req_1', fingerprint: '', isKeyless: false }
  assert.equal(await closeClaim(bench.db, organization, claim, answer), true)
  assert.equal(await bench.jobState(claim), null)
})

test('the job of a claim whose owner still runs waits for the end of the lease, and that is no attempt', async () => {
  await using bench = await JobsBench.open()
  const claim = await bench.claim(await bench.organization(), { method: 'pm_1' })
  const payments = fakePayments()
  await bench.makeDue(claim)
  assert.equal(await workerOf(bench, payments).runDue(), 1)
  const job = await bench.jobState(claim)
  assert.equal(job?.attempts, 0)
  assert.equal(job?.is_leased, false)
  assert.ok(job !== null && job.due_in_seconds > 15 && job.due_in_seconds <= LEASE_MS / 1_000, `${job?.due_in_seconds}`)
  assert.deepEqual(payments.calls, [])
})

test('a claim with nothing recorded is counted and told of once; the keyed one waits for its retry, the keyless one goes', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const keyed = await bench.claim(organization)
  const keyless = await bench.claim(organization, { isKeyless: true })
  const payments = fakePayments()
  for (const claim of [keyed, keyless]) await bench.letLeaseEnd(claim)
  const worker = workerOf(bench, payments)
  assert.equal(await worker.runDue(), 2)
  assert.equal(await worker.runDue(), 0)
  assert.deepEqual(payments.calls, [])
  assert.equal(await bench.counted('letterhead_idempotency_abandoned_total'), 2)
  const told = bench.events('claim_abandoned')
  assert.deepEqual(told.map(({ claim }) => claim).sort(), [keyed.id, keyless.id].sort())
  assert.equal(told[0]?.operation, 'updateProfile')
  assert.equal(await bench.claimState(keyless), null)
  assert.equal((await bench.claimState(keyed))?.attempt, 1, 'the retry asks under the same once-key')
  assert.notEqual(await retryOfClient(bench, organization, keyed), null)
})

test('an owner that comes back after its claim was given up records nothing', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization)
  await bench.letLeaseEnd(claim)
  await workerOf(bench, fakePayments()).runDue()
  assert.equal(await recordPaymentMethod(bench.db, organization, claim, { reference: 'pm_late' }), false)
  const taken = await retryOfClient(bench, organization, claim)
  assert.ok(taken)
  assert.equal(await recordPaymentMethod(bench.db, organization, taken, { reference: 'pm_2' }), true)
})

for (const outcome of [
  { kind: 'timeout', of: 'service' },
  { kind: 'unavailable', of: 'service', retryAfterSeconds: 5 },
] as const) {
  test(`after ${outcome.kind} the same once-key follows later, and meanwhile no client gets at the claim`, async () => {
    await using bench = await JobsBench.open()
    const organization = await bench.organization()
    const claim = await bench.claim(organization, { method: 'pm_1' })
    const payments = fakePayments((_call, index) => (index === 0 ? outcome : DETACHED))
    const worker = workerOf(bench, payments)
    await bench.letLeaseEnd(claim)
    await worker.runDue()
    const job = await bench.jobState(claim)
    assert.equal(job?.attempts, 1)
    const longest = 120 + ('retryAfterSeconds' in outcome ? outcome.retryAfterSeconds : 0)
    assert.ok(job !== null && job.due_in_seconds > 0 && job.due_in_seconds <= longest, `${job?.due_in_seconds}`)
    assert.equal(await retryOfClient(bench, organization, claim), null)
    await bench.makeDue(claim)
    await worker.runDue()
    assert.deepEqual(
      payments.calls.map(({ onceKey }) => onceKey),
      [`${claim.id}-detach-1`, `${claim.id}-detach-1`],
    )
    assert.equal((await bench.claimState(claim))?.payment_method, null)
    assert.equal(await bench.jobState(claim), null)
    assert.notEqual(await retryOfClient(bench, organization, claim), null)
  })
}

test('A1: a processor that could not be asked uses up no attempt, and no client gets at the claim meanwhile', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization, { method: 'pm_1' })
  let isOpen = true
  const payments = fakePayments(() => (isOpen ? notAsked(10) : DETACHED))
  const worker = workerOf(bench, payments)
  await bench.letLeaseEnd(claim)
  for (let turn = 0; turn <= ATTEMPTS_MAX; turn += 1) {
    assert.equal(await worker.runDue(), 1)
    const job = await bench.jobState(claim)
    assert.equal(job?.attempts, 0)
    assert.ok(job !== null && job.due_in_seconds > 9 && job.due_in_seconds <= 40, `${job?.due_in_seconds}`)
    assert.equal(await retryOfClient(bench, organization, claim), null)
    await bench.makeDue(claim)
  }
  isOpen = false
  await worker.runDue()
  assert.equal((await bench.claimState(claim))?.payment_method, null)
  assert.deepEqual(bench.events('payment_method_left_behind'), [])
})

test('after 8 attempts the job is parked, told of once, kept through expiry, and runs again when it is reset', async () => {
  await using bench = await JobsBench.open()
  const claim = await bench.claim(await bench.organization(), { method: 'pm_1' })
  let isDown = true
  const payments = fakePayments(() => (isDown ? { kind: 'timeout', of: 'service' } : DETACHED))
  const worker = workerOf(bench, payments)
  await bench.letLeaseEnd(claim)
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    assert.deepEqual(bench.events('payment_method_left_behind'), [])
    assert.equal(await worker.runDue(), 1)
    await bench.makeDue(claim)
  }
  assert.equal(payments.calls.length, ATTEMPTS_MAX)
  assert.equal(await worker.runDue(), 0)
  assert.deepEqual(bench.events('payment_method_left_behind'), [
    { claim: claim.id, reason: 'timeout', processor: 'fake', reference: 'pm_1' },
  ])
  assert.equal(await bench.counted('letterhead_idempotency_abandoned_total'), 1)
  await bench.sql("update idempotency_keys set expires_at = now() - interval '1 hour' where id = $1", [claim.id])
  assert.equal((await sweepExpired(bench.db, 'answers', 10)).deleted, 0)
  isDown = false
  await bench.sql('update jobs set attempts = 0 where id = $1', [claim.id])
  assert.equal(await worker.runDue(), 1)
  assert.equal(payments.calls.length, ATTEMPTS_MAX + 1)
  assert.equal(await bench.jobState(claim), null)
  assert.equal((await sweepExpired(bench.db, 'answers', 10)).deleted, 1)
})

test('a refused detachment is parked and told of at once; the claim and its method are there for the retry', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization, { method: 'pm_1' })
  const payments = fakePayments(() => ({ kind: 'refused', refusals: [] }))
  const worker = workerOf(bench, payments)
  await bench.letLeaseEnd(claim)
  await worker.runDue()
  await bench.makeDue(claim)
  assert.equal(await worker.runDue(), 0)
  assert.equal(payments.calls.length, 1)
  assert.equal(bench.events('payment_method_left_behind')[0]?.reason, 'refused')
  const method = { processor: 'fake', customer: 'cus_1', reference: 'pm_1' }
  assert.deepEqual((await bench.claimState(claim))?.payment_method, method)
  assert.equal((await retryOfClient(bench, organization, claim))?.attempt, 1)
  const job = await bench.jobState(claim)
  assert.equal(job?.attempts, 0, 'the retry is looked after like a new claim')
})

const notOurs: [reason: string, payments: ReturnType<typeof fakePayments> | null][] = [
  ['provider_not_configured', null],
  ['other_provider_configured', { ...fakePayments(), name: 'another' }],
]
for (const [reason, payments] of notOurs) {
  test(`a method that nobody here can detach is parked and told of: ${reason}`, async () => {
    await using bench = await JobsBench.open()
    const claim = await bench.claim(await bench.organization(), { isKeyless: true, method: 'pm_1' })
    const worker = workerOf(bench, payments)
    await bench.letLeaseEnd(claim)
    await worker.runDue()
    assert.equal(await worker.runDue(), 0)
    assert.deepEqual(payments?.calls ?? [], [])
    assert.deepEqual(bench.events('payment_method_left_behind'), [
      { claim: claim.id, reason, processor: 'fake', reference: 'pm_1' },
    ])
    assert.notEqual(await bench.claimState(claim), null)
    assert.equal((await bench.jobState(claim))?.attempts, ATTEMPTS_MAX)
  })
}

test('two workers detach each method once', async () => {
  await using bench = await JobsBench.open()
  const organizations = [await bench.organization(), await bench.organization()]
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      bench.claim(organizations[index % 2] ?? '', { method: `pm_${index}`, isKeyless: index % 3 === 0 }),
    ),
  )
  for (const claim of claims) await bench.letLeaseEnd(claim)
  const payments = fakePayments()
  const workers = [workerOf(bench, payments), workerOf(bench, payments, bench.otherDb)]
  const [ran = 0, ranByOther = 0] = await Promise.all(workers.map((worker) => worker.runDue()))
  assert.equal(ran + ranByOther, claims.length)
  const references = payments.calls.map(({ reference }) => reference)
  assert.equal(references.length, claims.length)
  assert.equal(new Set(references).size, claims.length)
  assert.equal((await bench.sql('select id from jobs')).length, 0)
  assert.equal((await bench.sql("select id from idempotency_keys where key like '~%'")).length, 0)
})

test('no transaction is open and no connection is held while the processor is called', async () => {
  await using bench = await JobsBench.open()
  const claim = await bench.claim(await bench.organization(), { method: 'pm_1' })
  const seen: { inUse: number; open: number }[] = []
  const payments = fakePayments(async () => {
    const rows = await bench.sql(
      'select pid from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()',
    )
    seen.push({ inUse: bench.db.load.inUse, open: rows.length })
    return DETACHED
  })
  await bench.letLeaseEnd(claim)
  await workerOf(bench, payments).runDue()
  assert.deepEqual(seen, [{ inUse: 0, open: 0 }])
})

test('a worker that was stopped for longer than its leases changes nothing when it goes on', async () => {
  await using bench = await JobsBench.open()
  const claim = await bench.claim(await bench.organization(), { method: 'pm_1' })
  const asked = gate()
  const goesOn = gate()
  const payments = fakePayments(async (_call, index) => {
    if (index > 0) return DETACHED
    asked.open()
    await goesOn.opened
    return DETACHED
  })
  await bench.letLeaseEnd(claim)
  const stopped = workerOf(bench, payments).runDue()
  await asked.opened
  await bench.letLeaseEnd(claim)
  await bench.sql("update jobs set lease_until = now() - interval '1 second' where id = $1", [claim.id])
  assert.equal(await workerOf(bench, payments, bench.otherDb).runDue(), 1)
  const settled = await bench.claimState(claim)
  assert.equal(settled?.attempt, 2)
  goesOn.open()
  await stopped
  assert.deepEqual(await bench.claimState(claim), settled)
  assert.deepEqual(bench.events('abandoned_claim_fenced'), [{ claim: claim.id, reference: 'pm_1' }])
})

test('a worker that read the claim before a client took it over neither detaches its method nor ends its job', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const claim = await bench.claim(organization, { method: 'pm_1' })
  await bench.letLeaseEnd(claim)
  const [job] = await claimDueJobs(bench.otherDb, { kinds: [CLAIM_JOB], limit: 1, leaseMs: LEASE_MS })
  assert.ok(job)
  // The mark of a worker that died: it alone must not open the client's claim.
  await bench.sql(
    `update idempotency_keys set payment_method = payment_method || '{"detaching": true}' where id = $1`,
    [claim.id],
  )
  assert.notEqual(await retryOfClient(bench, organization, claim), null)
  const taken = await bench.claimState(claim)
  const payments = fakePayments()
  const next = await handlerOf(bench, payments)(job)
  assert.equal(next.kind, 'postponed')
  assert.deepEqual(payments.calls, [])
  assert.deepEqual(await bench.claimState(claim), taken)
  assert.equal(await finishJob(bench.db, job), false)
  const kept = await bench.jobState(claim)
  assert.equal(kept?.attempts, 0)
  assert.equal(kept?.is_leased, false)
})
