import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { built } from '../built.mjs'
import { install } from '../installation.mjs'
import { openApp } from '../recorded-app.mjs'

const steps = 48
/** How long an answer is kept in this simulation, in steps; a step stands for ten minutes. */
const keptSteps = 6
const stepMs = 500
const answersPerStep = 6_000
/** How often a sweep that was held up is made again; more often, and the server does not keep up. */
const stallsMax = 3
/** A table is vacuumed by PostgreSQL once a fifth of it is dead; in fast time it is told to. */
const deadShare = 0.2
/** A encrypted answer does not compress, so random bytes stand for it. */
const encryptedBytes = 2_000

/**
 * Eight hours of stored responses in fast time: ten a second, swept as they expire. What is bounded is the size of the table
 * after eight hours against its size after the first two, in which it has come to its balance.
 */
export async function measureExpiry(bench) {
  const installation = await install(bench.cluster, 'expiry', [10])
  const { app } = await openApp(installation.environment)
  const { createSweeper } = await built('jobs/sweeper')
  const sweeper = createSweeper({ db: app.db, log: { info: () => undefined } })
  try {
    const sizes = []
    let stalls = 0
    for (let step = 0; step < steps; step += 1) {
      const began = performance.now()
      await keepAnswers(installation, step)
      stalls += await sweepThrough(sweeper)
      await vacuumIfDue(installation)
      sizes.push(await sizeOf(installation))
      await sleep(Math.max(0, stepMs - (performance.now() - began)))
    }
    const [settled, last] = [Math.max(...sizes.slice(keptSteps, 12)), Math.max(...sizes.slice(-6))]
    bench.figures.expiry = { median: last / settled, least: last / settled, most: last / settled }
    bench.notes.push(
      `Expiry in fast time: ${steps * answersPerStep} answers kept and swept; the table has ${(settled / 1e6).toFixed(0)} MB after two hours and ${(last / 1e6).toFixed(0)} MB after eight. Sweeps that the disk held up until their time limit, and that were made again: ${stalls}.`,
    )
  } finally {
    await app.close()
    await installation.close()
  }
}

/** As the server does: a sweep that ran into the time limit of its statement is made again. @returns how often it was */
async function sweepThrough(sweeper) {
  for (let stalls = 0; ; stalls += 1) {
    try {
      await sweeper.sweep()
      return stalls
    } catch (error) {
      if (error.code !== '57014' || stalls === stallsMax) throw error
    }
  }
}

/** Rows of the size that a PATCH leaves. */
async function keepAnswers({ owner, organizationId }, step) {
  await owner.query(
    `insert into idempotency_keys (organization_id, customer_id, mode, key, id, state, operation, target, fingerprint,
       request_id, is_sandbox, status, etag, answer, attempt, fence, created_at, expires_at)
     select $1, $1, 'live', $2 || n, gen_random_uuid(), 'kept', 'updateProfile', gen_random_uuid()::text,
            md5(n::text) || md5(n::text), 'req_0123456789', false, 200, gen_random_uuid()::text,
            $5::text, 1, 1, now(),
            now() + $3::integer * interval '1 millisecond'
       from generate_series(1, $4::integer) n`,
    [
      organizationId,
      `step_${step}_`,
      keptSteps * stepMs,
      answersPerStep,
      randomBytes(encryptedBytes).toString('base64url'),
    ],
  )
}

async function vacuumIfDue({ owner }) {
  const { rows } = await owner.query(
    `select n_dead_tup as dead, n_live_tup as live from pg_stat_user_tables where relname = 'idempotency_keys'`,
  )
  if (Number(rows[0].dead) > deadShare * Number(rows[0].live)) await owner.query('vacuum idempotency_keys')
}

async function sizeOf({ owner }) {
  const { rows } = await owner.query(`select pg_total_relation_size('idempotency_keys') as size`)
  return Number(rows[0].size)
}
