/** The recorded statements of a PATCH, driven by pgbench: what PostgreSQL alone can do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOfCluster, start } from './processes.mjs'

/** @typedef {import('./recording.mjs').Recording} Recording */

const warmUpTransactionsMin = 800
const warmUpSecondsMax = 60

/**
 * A custom script and its constants. The read keeps its columns, so that the write can name the version it saw. pgbench
 * cannot read an answer inside a pipeline, so the tenant of the read is set for the session, and both set_config
 * statements that a PATCH sends travel with the write: the same statements, the same two round trips.
 *
 * @param {Recording} recording
 * @param {import('./installation.mjs').Account} account whose profiles are changed
 */
export function scriptOf({ trips: [read, write] }, { organizationId, prefix, first, count }) {
  const constants = [`org=${organizationId}`]
  const written = ({ text, values }, label) =>
    text
      // A comment would hide the rest once the lines are joined.
      .replace(/--.*$/gm, '')
      .replace(/\$(\d+)/g, (_, digits) => {
        const value = values[Number(digits) - 1]
        switch (value.is) {
          case 'profile':
            return `('${prefix}' || lpad(:n, 12, '0'))::uuid`
          case 'key':
            return ':key'
          case 'version':
            return ':t_version'
          case 'etag':
            return "('\"' || :n || '.' || :t_version || '\"')"
          default: {
            if (value.value === null) return 'null'
            const name = `${label}${digits}`
            if (!constants.some((constant) => constant.startsWith(`${name}=`))) constants.push(`${name}=${value.value}`)
            return `:${name}`
          }
        }
      })
  const scope = "select set_config('app.org', :org, true);"
  const script = [
    `\\set n random(${first}, ${first + count - 1})`,
    '\\set key random(1, 9000000000000000000)',
    `${written(read, 'r')} \\gset`,
    '\\startpipeline',
    scope,
    scope,
    `${written(write, 'w')};`,
    '\\endpipeline',
  ]
  return { script: `${script.join('\n')}\n`, constants }
}

/**
 * Runs pgbench; measured once every connection has made its plans.
 *
 * @param {{ programs: string, url: string, postmaster: number, organizationId: string }} at
 * @param {{ script: string, constants: string[] }} what
 * @param {{ seconds: number, connections: number }} load
 * @returns {Promise<import('./load-run.mjs').Outcome>}
 */
export async function runPgbench({ programs, url, postmaster, organizationId }, { script, constants }, load) {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-pgbench-'))
  const path = join(folder, 'patch.sql')
  writeFileSync(path, script)
  const { hostname, port, username, password, pathname } = new URL(url)
  const pgbench = start(
    join(programs, 'pgbench'),
    [
      ...['--no-vacuum', '--protocol=prepared', '--progress=1', '--random-seed=time'],
      ...[
        `--client=${load.connections}`,
        '--jobs=1',
        `--time=${Math.ceil(load.seconds) + warmUpSecondsMax}`,
        `--file=${path}`,
      ],
      ...constants.map((constant) => `--define=${constant}`),
    ],
    {
      env: {
        PATH: process.env.PATH,
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: username,
        PGPASSWORD: password,
        PGDATABASE: pathname.slice(1),
        PGOPTIONS: `-c app.org=${organizationId}`,
      },
    },
  )
  try {
    return await measured(pgbench, postmaster, Math.ceil(load.seconds))
  } finally {
    await pgbench.ended
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Over `seconds` of pgbench's progress lines, one a second, after those of the warm-up. */
async function measured(pgbench, postmaster, seconds) {
  const samples = []
  let warmUp = 0
  await new Promise((resolve, reject) => {
    pgbench.child.stderr.setEncoding('utf8').on('data', (chunk) => {
      for (const [, at, rate] of chunk.matchAll(/progress: ([\d.]+) s, ([\d.]+) tps/g)) {
        const sample = { at: Number(at), rate: Number(rate), cpu: cpuOfCluster(postmaster) }
        if (warmUp >= warmUpTransactionsMin) samples.push(sample)
        else {
          warmUp += sample.rate
          samples[0] = sample
        }
        if (samples.length > seconds) resolve(undefined)
      }
    })
    pgbench.ended.then((code) => reject(new Error(`pgbench ended with ${code}: ${pgbench.complaint()}`)))
  })
  pgbench.child.kill('SIGTERM')
  const counted = samples.slice(1, seconds + 1)
  const done = counted.reduce((sum, { at, rate }, index) => sum + rate * (at - samples[index].at), 0)
  const elapsed = counted.at(-1).at - samples[0].at
  const cpu = counted.at(-1).cpu - samples[0].cpu
  return { rate: done / elapsed, nodeUs: 0, postgresUs: (cpu * 1e6) / done }
}
