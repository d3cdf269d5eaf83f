import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gate } from '../../test/kit/gate.ts'
import { JobsBench, LEASE_MS } from '../../test/kit/jobs.ts'
import { newId } from '../contract/new-id.ts'
import { statement } from '../db/statement.ts'
import { ATTEMPTS_MAX } from './backoff.rules.ts'
import { claimDueJobs, finishJob, type Job, parkJob, postponeJob, readOutbox } from './queue.store.ts'
import { wakes } from './wake.store.ts'
import { createWorker, type JobHandler, type Worker, type WorkerOptions } from './worker.ts'

const FINISHED = { kind: 'finished' } as const
const KIND = 'trial'

function workerOf(bench: JobsBench, handler: JobHandler, more: Partial<WorkerOptions> = {}) {
  const { db, log, metrics } = bench
  return createWorker({ db, handlers: { [KIND]: handler }, log, metrics, leaseMs: LEASE_MS, pollMs: 20, ...more })
}

const insertedJob = statement<object>(
  'insert_late_job',
  `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
   values ($1, $2::uuid, $3, $2::uuid, now(), now())`,
)

async function runAll(worker: Worker): Promise<void> {
  let ran = 1
  while (ran > 0) ran = await worker.runDue()
}

function claimOne(bench: JobsBench): Promise<Job[]> {
  return claimDueJobs(bench.db, { kinds: [KIND], limit: 1, leaseMs: LEASE_MS })
}

/** Runs `meanwhile` with the worker started, and stops it however that ends. */
async function whileStarted(worker: Worker, meanwhile: () => Promise<void>): Promise<void> {
  worker.start()
  try {
    await meanwhile()
  } finally {
    await worker.stop()
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it never came to pass')
    await sleep(10)
  }
}

test('two workers that race for many jobs run each one once', async () => {
  await using bench = await JobsBench.open()
  const ids = await bench.jobs(await bench.organization(), KIND, 60)
  const runs: string[] = []
  const bothRun = gate()
  const atWork = new Set<string>()
  const handlerOf =
    (name: string): JobHandler =>
    async ({ id }) => {
      runs.push(id)
      atWork.add(name)
      if (atWork.size === 2) bothRun.open()
      await bothRun.opened
      return FINISHED
    }
  const workers = [workerOf(bench, handlerOf('one')), workerOf(bench, handlerOf('other'), { db: bench.otherDb })]
  await Promise.all(workers.map((worker) => worker.runDue()))
  assert.deepEqual(runs.toSorted(), ids.toSorted())
  assert.deepEqual(await bench.sql('select id from jobs'), [])
})

test('a started worker drains a backlog without exceeding its concurrency, and takes up what comes later', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  await bench.jobs(organization, KIND, 25)
  let now = 0
  let most = 0
  let total = 0
  const worker = workerOf(
    bench,
    async () => {
      now += 1
      most = Math.max(most, now)
      await sleep(5)
      now -= 1
      total += 1
      return FINISHED
    },
    { concurrencyMax: 3 },
  )
  await whileStarted(worker, async () => {
    await until(() => total === 25)
    await bench.jobs(organization, KIND, 1)
    await until(() => total === 26)
  })
  assert.equal(most, 3)
})

test('stop waits for the jobs that run and claims no other', async () => {
  await using bench = await JobsBench.open()
  await bench.jobs(await bench.organization(), KIND, 3)
  const started = gate()
  const mayEnd = gate()
  const seen: string[] = []
  const worker = workerOf(
    bench,
    async () => {
      started.open()
      await mayEnd.opened
      seen.push('ended')
      return FINISHED
    },
    { concurrencyMax: 1 },
  )
  await whileStarted(worker, async () => {
    await started.opened
    // By now the next turn waits for room, and must not use it.
    await sleep(50)
    const stopped = worker.stop().then(() => seen.push('stopped'))
    await sleep(50)
    const seenMeanwhile = [...seen]
    mayEnd.open()
    await stopped
    assert.deepEqual(seenMeanwhile, [])
  })
  assert.deepEqual(seen, ['ended', 'stopped'])
  assert.equal((await bench.sql('select id from jobs where lease_until is null')).length, 2)
})

test('a job that always fails is parked after 8 attempts, and the others are not held up', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const [poison] = await bench.jobs(organization, KIND, 1)
  await bench.jobs(organization, KIND, 10)
  const ran: string[] = []
  const worker = workerOf(bench, async ({ id }) => {
    ran.push(id)
    if (id === poison) throw new Error('poison')
    return FINISHED
  })
  assert.equal(await worker.runDue(), 11)
  const isPoison = (id: string) => id === poison
  for (let attempt = 2; attempt <= ATTEMPTS_MAX; attempt += 1) {
    assert.equal((await bench.jobState({ id: poison ?? '' }))?.attempts, attempt - 1)
    assert.equal(await worker.runDue(), 0, 'it waits between attempts')
    await bench.makeDue({ id: poison ?? '' })
    assert.equal(await worker.runDue(), 1)
  }
  await bench.makeDue({ id: poison ?? '' })
  assert.equal(await worker.runDue(), 0)
  assert.equal(ran.filter(isPoison).length, ATTEMPTS_MAX)
  assert.equal(ran.length, ATTEMPTS_MAX + 10)
  assert.equal(bench.events('job_failed').length, ATTEMPTS_MAX)
  assert.equal(bench.events('job_parked').length, 1)
  const outbox = await readOutbox(bench.db)
  assert.equal(outbox.parked, 1)
  assert.equal(outbox.pending, 1)
  assert.ok(outbox.oldest_seconds >= 1, `${outbox.oldest_seconds}`)
})

test('the gauges show what waits, and parked jobs are told of after a start', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  await bench.jobs(organization, 'of_a_newer_release', 2)
  const [parked] = await bench.jobs(organization, KIND, 1)
  await bench.sql(`update jobs set attempts = ${ATTEMPTS_MAX}, due_at = now() - interval '1 hour' where id = $1`, [
    parked,
  ])
  const worker = workerOf(bench, async () => FINISHED)
  await whileStarted(worker, () => until(() => bench.events('jobs_parked').length > 0))
  assert.deepEqual(bench.events('jobs_parked'), [{ parked: 1 }])
  assert.equal(await bench.counted('letterhead_outbox_pending'), 3)
  assert.ok((await bench.counted('letterhead_outbox_oldest_seconds')) >= 3_600)
})

test('a job of a kind that this release does not know is left alone', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const [unknown] = await bench.jobs(organization, 'of_a_newer_release', 1)
  await bench.jobs(organization, KIND, 1)
  assert.equal(await workerOf(bench, async () => FINISHED).runDue(), 1)
  assert.equal((await bench.jobState({ id: unknown ?? '' }))?.attempts, 0)
})

test('the job of a worker that died is taken up when its lease has ended, not before', async () => {
  await using bench = await JobsBench.open()
  const [id] = await bench.jobs(await bench.organization(), KIND, 1)
  assert.equal((await claimOne(bench)).length, 1)
  assert.equal((await claimOne(bench)).length, 0)
  await bench.sql("update jobs set lease_until = now() - interval '1 second' where id = $1", [id])
  const [again] = await claimOne(bench)
  assert.deepEqual([again?.fence, again?.attempts], [2, 2])
})

test('a job whose writer commits late is run, though all that were written after it are done by then', async () => {
  await using bench = await JobsBench.open()
  const organization = await bench.organization()
  const ran: string[] = []
  const worker = workerOf(bench, async ({ id }) => {
    ran.push(id)
    return FINISHED
  })
  const [committed, written] = [gate(), gate()]
  let early = ''
  const late = bench.otherDb.transaction(organization, async (tx) => {
    early = newId()
    await tx.run(organization, insertedJob, [organization, early, KIND])
    written.open()
    await committed.opened
  })
  await written.opened
  const others = await bench.jobs(organization, KIND, 100)
  await runAll(worker)
  assert.deepEqual(ran.toSorted(), others.toSorted())
  committed.open()
  await late
  assert.equal(await worker.runDue(), 1)
  assert.equal(ran.at(-1), early)
})

for (const hours of [-1, 1]) {
  test(`a worker whose clock is ${hours} h off claims what is due by the clock of the database, and nothing that is held`, {
    timeout: 60_000,
  }, async (t) => {
    await using bench = await JobsBench.open()
    const organization = await bench.organization()
    const [held] = await bench.jobs(organization, KIND, 1)
    assert.equal((await claimOne(bench)).length, 1)
    const [later] = await bench.jobs(organization, KIND, 1)
    await bench.sql("update jobs set due_at = now() + interval '30 minutes' where id = $1", [later])
    const [due] = await bench.jobs(organization, KIND, 1)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + hours * 3_600_000 })
    const ran: string[] = []
    const worker = workerOf(bench, async ({ id }) => {
      ran.push(id)
      return { kind: 'postponed', delayMs: 60_000, isAttempt: false }
    })
    await runAll(worker)
    assert.deepEqual(ran, [due])
    const wait = (await bench.jobState({ id: due ?? '' }))?.due_in_seconds ?? 0
    assert.ok(wait > 50 && wait <= 60, `due again in ${wait} s`)
    assert.equal((await bench.jobState({ id: held ?? '' }))?.fence, 1)
  })
}

test('a worker whose job was taken up by another can neither end, postpone nor park it', async () => {
  await using bench = await JobsBench.open()
  const [id] = await bench.jobs(await bench.organization(), KIND, 1)
  const [late] = await claimOne(bench)
  await bench.sql("update jobs set lease_until = now() - interval '1 second' where id = $1", [id])
  const [current] = await claimOne(bench)
  assert.ok(late !== undefined && current !== undefined && id !== undefined)
  const before = await bench.jobState({ id })
  assert.equal(await finishJob(bench.db, late), false)
  assert.equal(await postponeJob(bench.db, late, { delayMs: 1, attempts: 0 }), false)
  assert.equal(await parkJob(bench.db, late), false)
  assert.equal((await bench.jobState({ id }))?.fence, before?.fence)
  assert.equal((await bench.jobState({ id }))?.attempts, before?.attempts)
  assert.equal(await finishJob(bench.db, current), true)
})

test('a job that ended and was written anew under its id is not the old one, though the fences are equal', async () => {
  await using bench = await JobsBench.open()
  const [id] = await bench.jobs(await bench.organization(), KIND, 1)
  const [old] = await claimOne(bench)
  assert.ok(old)
  await bench.sql('delete from jobs where id = $1', [id])
  await bench.sql(
    `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
     values ($1, $2, $3, $2, now() - interval '1 second', now())`,
    [old.organization_id, id, KIND],
  )
  const [renewed] = await claimOne(bench)
  assert.ok(renewed)
  assert.equal(renewed.fence, old.fence)
  assert.equal(await finishJob(bench.db, old), false)
  assert.equal(await finishJob(bench.db, renewed), true)
})

test('a job that is woken while it is held is given back as due, whatever its worker makes of it; once claimed it is as any', async () => {
  await using bench = await JobsBench.open()
  const [id = ''] = await bench.jobs(await bench.organization(), KIND, 1)
  const wake = () => bench.sql(`update jobs set ${wakes('jobs')} where id = $1`, [id])
  const isDue = async () => {
    const state = await bench.jobState({ id })
    return state !== null && !state.is_leased && state.due_in_seconds <= 0
  }
  const ends: ((job: Job) => Promise<boolean>)[] = [
    (job) => finishJob(bench.db, job),
    (job) => postponeJob(bench.db, job, { delayMs: 60_000, attempts: 1 }),
    (job) => parkJob(bench.db, job),
  ]
  for (const [index, end] of ends.entries()) {
    const [job] = await claimOne(bench)
    assert.ok(job !== undefined)
    assert.equal(job.is_woken, index > 0)
    await wake()
    assert.equal(await end(job), end !== ends[2], 'a job that was woken is not parked')
    assert.ok(await isDue())
    await wake()
  }
  const [job] = await claimOne(bench)
  assert.ok(job !== undefined)
  assert.equal(await finishJob(bench.db, job), true)
  assert.equal(await bench.jobState({ id }), null)
})
