/** One run of the load generator, with what it cost the processes it was sent to. */
import { join } from 'node:path'
import { packageRoot } from '../scripts/setup/package-root.mjs'
import { cpuOf, cpuOfCluster, messagesOf, residentMegabytes, start } from './processes.mjs'

/**
 * @typedef {object} Outcome of one run
 * @property {number} rate answers per second
 * @property {number} nodeUs CPU microseconds of the Node processes per answer
 * @property {number} postgresUs CPU microseconds of PostgreSQL per answer
 * @property {number} [p50] milliseconds, as are p99 and p999
 * @property {number} [p99]
 * @property {number} [p999]
 * @property {number} [accepted] all good answers, those of the warm-up too; null when some never came
 * @property {number} [megabytes] most resident memory of the first Node process while measured
 */

const memorySampleMs = 250

/**
 * @param {import('./programs/load.mjs').Order} order
 * @param {{ pids: number[], postmaster: number, status?: number }} measured status: the one that every answer must have
 * @returns {Promise<Outcome>}
 */
export async function runLoad(order, { pids, postmaster, status = 200 }) {
  const generator = start(process.execPath, [join(packageRoot, 'bench', 'programs', 'load.mjs')])
  const next = messagesOf(generator)
  generator.child.stdin.end(JSON.stringify(order))
  await next()
  const before = { node: cpuOf(pids), postgres: cpuOfCluster(postmaster) }
  let megabytes = residentMegabytes(pids[0]) ?? 0
  const sampling = setInterval(() => {
    // A server that has ended breaks off the run below, with its own words.
    megabytes = Math.max(megabytes, residentMegabytes(pids[0]) ?? 0)
  }, memorySampleMs)
  let end
  try {
    end = await next()
  } finally {
    clearInterval(sampling)
  }
  const after = { node: cpuOf(pids), postgres: cpuOfCluster(postmaster) }
  const { accepted, isComplete } = await next()
  checkAnswers(end, status)
  const perAnswer = (from, to) => ((to - from) * 1e6) / end.answers
  return {
    rate: end.answers / end.seconds,
    nodeUs: perAnswer(before.node, after.node),
    postgresUs: perAnswer(before.postgres, after.postgres),
    p50: end.p50,
    p99: end.p99,
    p999: end.p999,
    accepted: isComplete ? accepted : null,
    megabytes,
  }
}

/**
 * Runs an order until the process has compiled what it runs all the time, and then long enough for its answers to be judged;
 * the outcome is nobody's.
 *
 * @param {number} answers
 */
export async function warmUp(order, at, answers) {
  await runLoad({ ...order, seconds: 2, warmUpAnswers: answers }, at)
}

/** A fast refusal is no throughput: all but one answer in fifty must be what was asked for (a bare program loses races). */
function checkAnswers({ answers, statuses }, status) {
  const good = statuses[status] ?? 0
  if (answers === 0 || good < answers * 0.98) {
    throw new Error(`not the answers that are measured: ${JSON.stringify(statuses)} of ${answers}`)
  }
}
