/**
 * `npm run bench`: starts everything it needs on loopback, measures what docs/BENCHMARKS.md says, prints one table and, in
 * a full run, writes that page. `--quick` is short, `--only <group>` measures one group, `--peers` adds other servers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../scripts/setup/package-root.mjs'
import { prepare } from '../scripts/setup/prepare.mjs'
import { postgresPrograms, startPostgres } from '../scripts/testing/postgres-server.mjs'
import { measureExpiry } from './groups/expiry.mjs'
import { measureInstances } from './groups/instances.mjs'
import { measurePatch } from './groups/patch.mjs'
import { measurePeers } from './groups/peers.mjs'
import { measureScale } from './groups/scale.mjs'
import { measureSize } from './groups/size.mjs'
import { measureStart } from './groups/start.mjs'
import { describeMachine, measuredSettings, pagesOf, versionsOf } from './machine.mjs'
import { markdownReport, terminalReport } from './report.mjs'

const groups = {
  patch: measurePatch,
  scale: measureScale,
  instances: measureInstances,
  expiry: measureExpiry,
  start: measureStart,
  size: measureSize,
  peers: measurePeers,
}

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, peers: { type: 'boolean' }, only: { type: 'string', multiple: true } },
})

function chosenGroups() {
  const { only = [], peers } = options
  const unknown = only.find((name) => groups[name] === undefined)
  if (unknown !== undefined) throw new Error(`--only takes ${Object.keys(groups).join(', ')}, not ${unknown}`)
  if (only.length > 0) return only
  return Object.keys(groups).filter((name) => name !== 'peers' || peers)
}

/** @typedef {Awaited<ReturnType<typeof openBench>>} Bench what every group measures with, and where it puts its figures */
async function openBench() {
  const programs = postgresPrograms()
  const cluster = await startPostgres(programs, measuredSettings())
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const length = options.quick
    ? { rounds: 3, seconds: 2, latencySeconds: 5, warmUpAnswers: 1_500 }
    : { rounds: 9, seconds: 2, latencySeconds: 20, warmUpAnswers: 8_000 }
  return {
    ...length,
    isQuick: options.quick === true,
    programs,
    cluster,
    postmaster: cluster.pid,
    pages: pagesOf(cluster.pid),
    folder,
    figures: {},
    costs: [],
    latencies: [],
    notes: [],
    tell: (line) => console.log(line),
  }
}

/** A group that breaks off leaves its rows unmeasured and the others their turn. */
async function measureGroup(bench, name) {
  bench.tell(`--- ${name}`)
  try {
    await groups[name](bench)
  } catch (error) {
    bench.notes.push(`The group ${name} broke off, so some of its rows are not measured.`)
    bench.tell(error instanceof Error ? String(error.stack) : String(error))
    process.exitCode = 1
  }
}

async function measure() {
  const names = chosenGroups()
  await prepare({ withTests: false })
  const bench = await openBench()
  try {
    for (const name of names) await measureGroup(bench, name)
  } finally {
    await bench.cluster.stop()
  }
  console.log(`\n${terminalReport(bench)}\n`)
  const isFull = !options.quick && options.only === undefined
  if (!isFull) return
  const { rounds, seconds, pages } = bench
  const circumstances = { ...describeMachine(), pages, versions: versionsOf(bench.cluster.version), rounds, seconds }
  writeFileSync(join(packageRoot, 'docs', 'BENCHMARKS.md'), markdownReport(bench, circumstances))
  console.log('written: docs/BENCHMARKS.md')
}

// Everything that was started ends when this process does.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
await measure()
process.exit()
