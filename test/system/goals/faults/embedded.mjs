import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Instance } from '../../harness/servers/instance.mjs'
import { Child } from '../../harness/servers/processes.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { until } from '../../harness/traffic/retry.mjs'

/** A server with the embedded database, in a data directory of its own. */
function embedded(environment, name, dataDir, alterations = []) {
  return new Instance({ name, folder: environment.folder, alterations, env: { DATA_DIR: dataDir, RATE_LIMITS: 'off' } })
}

/** Ends the embedded database's own process, which outlives a killed server on purpose. */
async function endDatabase(dataDir) {
  const file = join(dataDir, 'postgres', 'postmaster.pid')
  if (!existsSync(file)) return
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  // Only a process that works in the directory that this goal has made.
  if (existsSync(`/proc/${pid}`) && readlinkSync(`/proc/${pid}/cwd`) === join(dataDir, 'postgres'))
    process.kill(pid, 'SIGQUIT')
  await until(() => !existsSync(file), 10_000)
}

/** @type {import('../../harness/run.mjs').Goal} */
const oneOwner = {
  id: 'EMB-1',
  tier: 1,
  title:
    'One server owns a data directory: a second one is refused with the owner named, a killed one is succeeded, and of many at once one runs',
  injectedBugs: [
    {
      name: 'a lock that is held counts as free',
      code: [
        {
          file: 'db/embedded/index.js',
          find: 'if (!lock.taken)',
          put: 'if (globalThis.never && !lock.taken)',
          isElsewhere: true,
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 0, injectedBug: {} })
    const dataDir = join(environment.folder, 'data')
    const alterations = t.injectedBug?.code ?? []
    const first = embedded(environment, 'first', dataDir, alterations)
    try {
      await first.startPatiently()
      const second = embedded(environment, 'second', dataDir, alterations)
      const refusedAt = performance.now()
      const child = second.spawn()
      const ended = await Promise.race([child.ended, sleep(20_000)])
      const refusedMs = performance.now() - refusedAt
      t.figure('refused_ms', refusedMs)
      t.atMost(refusedMs, 2_000, 'ms until the second was refused')
      t.equal(ended?.code, 78, 'exit code of the second')
      t.check(
        child.output().includes(`process ${first.pid}`),
        `the owner is not named: ${child.output().slice(0, 200)}`,
      )
      await child.kill()
      await first.kill()
      const startedAt = performance.now()
      const heir = embedded(environment, 'heir', dataDir, alterations)
      await heir.start()
      const takenOverMs = performance.now() - startedAt
      t.figure('taken_over_ms', takenOverMs)
      t.atMost(takenOverMs, 2_000, 'ms until a killed one was succeeded')
      await heir.kill()
      const count = t.length(6, 100)
      const concurrencyLimit = Array.from({ length: count }, (_, at) =>
        embedded(environment, `crowd-${at}`, dataDir, alterations),
      )
      const children = concurrencyLimit.map((instance) => instance.spawn())
      await until(() => children.filter(({ hasEnded }) => hasEnded).length >= count - 1, 90_000)
      await sleep(500)
      const alive = children.filter((one) => !one.hasEnded)
      t.figure('at_once', count)
      t.figure('running', alive.length)
      t.equal(alive.length, 1, 'servers that run')
      if (alive.length === 1) await alive[0].says(/Letterhead is ready/, 60_000)
      await Promise.all(children.map((one) => one.kill()))
    } finally {
      await first.kill()
      await endDatabase(dataDir)
    }
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const durable = {
  id: 'EMB-2',
  tier: 1,
  // It needs strace, which a runner may not have.
  isForCi: false,
  title: 'The embedded database syncs its journal to the disk before a change is acknowledged, as strace counts it',
  injectedBugs: [
    {
      name: 'fsync is off',
      code: [{ file: 'db/embedded/start.js', find: "fsync: 'on'", put: "fsync: 'off'", isElsewhere: true }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 0, injectedBug: {} })
    const dataDir = join(environment.folder, 'data')
    const instance = embedded(environment, 'durable', dataDir, t.injectedBug?.code ?? [])
    try {
      await instance.startPatiently()
      const banner = instance.child.output()
      const key = /API key \(shown once\) (\S+)/.exec(banner)?.[1]
      const profile = /profiles\/(\S+)/.exec(banner)?.[1]
      const pids = databaseProcesses(dataDir)
      const tracePath = join(environment.folder, 'trace.txt')
      const args = [
        '-f',
        '-qq',
        '-e',
        'trace=fsync,fdatasync,sync_file_range',
        ...pids.flatMap((pid) => ['-p', String(pid)]),
      ]
      const tracer = new Child('strace', args, { env: { PATH: process.env.PATH ?? '' }, outputPath: tracePath })
      await sleep(1_500)
      const syncs = () => (readFileSync(tracePath, 'utf8').match(/f(data)?sync\(\d+/g) ?? []).length
      const before = syncs()
      let unsynced = 0
      const changes = t.length(40, 400)
      for (let n = 0; n < changes; n += 1) {
        const earlier = syncs()
        const { status } = await send(instance.url, 'PATCH', `/v3/profiles/${profile}`, {
          key,
          body: { description: `change ${n}` },
        })
        t.equal(status, 200, `change ${n}`)
        if (syncs() <= earlier && (await until(() => syncs() > earlier, 200)) === Number.POSITIVE_INFINITY)
          unsynced += 1
      }
      t.figure('commits', changes)
      t.figure('syncs', syncs() - before)
      t.figure('processes_traced', pids.length)
      t.check(!tracer.hasEnded, `strace does not run: ${readFileSync(tracePath, 'utf8').slice(0, 200)}`)
      t.check(syncs() - before >= changes, `${syncs() - before} syncs for ${changes} commits`)
      t.equal(unsynced, 0, 'changes acknowledged without a sync')
      tracer.signal('SIGTERM')
      await Promise.race([tracer.ended, sleep(3_000)])
      await tracer.kill()
    } finally {
      await instance.kill()
      await endDatabase(dataDir)
    }
  },
}

/** The postmaster of the directory and its sessions: all work in it. */
function databaseProcesses(dataDir) {
  const postmaster = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ').map(Number)
  return [postmaster, ...children].filter((pid) => pid > 0)
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const embeddedGoals = [oneOwner, durable]
