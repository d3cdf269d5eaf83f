/**
 * `npm run prove`: proves, against the built server and from outside, what docs/RELIABILITY.md promises.
 *
 *   npm run prove -- IDEM-3              these goals
 *   npm run prove -- --tier 1            every goal of a tier; without any choice all goals
 *   npm run prove -- --ci                the selection for CI
 *   npm run prove -- --long              the long figures
 *   npm run prove -- --seed 7            replays a run
 *   npm run prove -- IDEM-3 --injected bug   breaks the server in each way that the goal must notice: it must print FAIL
 *   npm run prove -- --check-injected bug    the same for all chosen goals, and counts a broken server that passes as a failure
 *   npm run prove -- --built             takes the build as it is
 *   npm run prove -- --document          records this run, and writes docs/RELIABILITY.md from all recorded ones
 */
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeDocument } from './document.mjs'
import { goals } from './goals/index.mjs'
import { prove } from './harness/run.mjs'
import { repository } from './harness/servers/instance.mjs'
import { endAll, run } from './harness/servers/processes.mjs'
import { SharedCluster } from './harness/servers/shared-cluster.mjs'
import { record, thisRun } from './record.mjs'

const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tier: { type: 'string' },
    ci: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    seed: { type: 'string' },
    injectedBug: { type: 'boolean', default: false },
    'check-sabotage': { type: 'boolean', default: false },
    document: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

function chooseGoals() {
  const unknown = positionals.filter((id) => !goals.some((goal) => goal.id === id))
  if (unknown.length > 0) throw new Error(`there is no goal ${unknown.join(', ')}`)
  const named = positionals.map((id) => goals.find((goal) => goal.id === id))
  return (named.length === 0 ? goals : named)
    .filter(({ tier }) => chosen.tier === undefined || String(tier) === chosen.tier)
    .filter(({ tier, isForCi }) => !chosen.ci || (tier === 1 && isForCi !== false))
}

/** Every goalRun of a goal: itself, or each way of breaking the server. */
function runsOf(goal) {
  if (!chosen.injectedBug && !chosen['check-sabotage']) return [undefined]
  return goal.injectedBugs ?? []
}

async function build() {
  const { code, stdout, stderr } = await run(process.execPath, [join(repository, 'scripts', 'build.mjs')], {
    cwd: repository,
    env: process.env,
  })
  if (code !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`)
}

async function proveAll(selected, seed) {
  const sharedCluster = new SharedCluster()
  const counts = { passed: 0, failed: 0 }
  const results = []
  const abort = async (reason) => {
    console.error(reason)
    await endAll()
    await sharedCluster.close().catch(() => undefined)
    process.exit(130)
  }
  for (const event of ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection']) process.once(event, abort)
  try {
    await sharedCluster.create()
    for (const goal of selected) {
      for (const injectedBug of runsOf(goal)) {
        const result = await prove({
          goal,
          sharedCluster,
          seed,
          isLong: chosen.long,
          ...(injectedBug === undefined ? {} : { injectedBug }),
        })
        const isGood = chosen['check-sabotage']
          ? !result.ok && result.failures.length > 0 && !result.isBroken
          : result.ok
        const verdict = chosen['check-sabotage'] ? `${isGood ? 'FOUND' : 'MISSED'} ` : ''
        console.log(`${verdict}${result.line}`)
        counts[isGood ? 'passed' : 'failed'] += 1
        results.push(result)
      }
    }
  } finally {
    await endAll()
    await sharedCluster.close()
  }
  return { counts, results }
}

const seed = chosen.seed === undefined ? randomInt(1_000_000) : Number(chosen.seed)
const selected = chooseGoals()
if (chosen.list) {
  for (const { id, tier, title } of selected) console.log(`${id}  tier ${tier}  ${title}`)
} else {
  if (!chosen.built) await build()
  const { counts, results } = await proveAll(selected, seed)
  if (chosen.document) {
    record(results, thisRun(seed, chosen.long))
    writeDocument()
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  // Said, not left to happen: Node waits for ever for a connection that was reset while it was closing.
  process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0)
}
