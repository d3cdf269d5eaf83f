import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../src/package-root.ts'
import { clusterForPrograms, dropFromCluster } from '../kit/servers/cluster.ts'
import { loadUncompiled } from './structure/script.ts'

// `npm run bench` takes half an hour and an idle machine, so nobody notices there that a module has moved.

const sources = readdirSync(join(packageRoot, 'bench'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.mjs'))
  .map((path) => ({ path, text: readFileSync(join(packageRoot, 'bench', path), 'utf8') }))

test('bench: every module and every name that a measurement asks of the build is there', async () => {
  const { built } = await loadUncompiled<{ built: (path: string) => Promise<object> }>('bench/built.mjs')
  let found = 0
  for (const { path, text } of sources.filter((source) => source.path !== 'built.mjs')) {
    const asked = [...text.matchAll(/const \{([^}]+)\} = await built\('([^']+)'\)/g)]
    const calls = [...text.matchAll(/\bbuilt\(/g)]
    assert.equal(asked.length, calls.length, `${path}: a module is asked for in another form than this test reads`)
    for (const [, names = '', module = ''] of asked) {
      const loaded = await built(module)
      for (const name of names.split(',').map((each) => each.trim()))
        assert.ok(name in loaded, `${path}: ${module} has no ${name}`)
      found += 1
    }
  }
  assert.ok(found > 10, `${found} modules are asked for`)
})

test('bench: every program that a measurement starts is there', () => {
  const programs = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/join\(packageRoot, ((?:'[^']+'(?:, )?)+)\)/g)].map(([, parts = '']) => ({
      path,
      program: parts.replaceAll(/[' ]/g, '').replaceAll(',', '/'),
    })),
  )
  assert.ok(programs.some(({ program }) => program === 'bench/programs/load.mjs'))
  for (const { path, program } of programs) assert.ok(existsSync(join(packageRoot, program)), `${path}: ${program}`)
})

interface Account {
  account: string
  prefix: string
  first: number
  count: number
}

interface Installation {
  accounts: [Account]
  environment: Record<string, string>
  url: string
  organizationId: string
  body: (count: string) => string
  close: () => Promise<void>
}

interface Recording {
  trips: { name: string }[]
  get: { name: string }
}

type Load = (
  order: object,
  at: { pids: number[]; postmaster: number },
) => Promise<{ rate: number; nodeUs: number; accepted: number | null }>

interface Bench {
  install: (cluster: { url: string }, name: string, sizes: number[]) => Promise<Installation>
  recordPatch: (installation: Installation) => Promise<Recording>
  startServer: (environment: object, log: string) => Promise<{ pid: number; port: number; stop: () => Promise<void> }>
  serverRequest: (method: string, options?: object) => string
  startBare: (
    form: string,
    installation: Installation,
    recording: Recording,
  ) => Promise<{ pid: number; port: number; stop: () => Promise<void> }>
  scriptOf: (recording: Recording, account: Account) => { script: string; constants: string[] }
  runLoad: Load
}

async function benchModules(): Promise<Bench> {
  const files = ['installation', 'recording', 'server', 'groups/patch', 'pgbench', 'load-run']
  const loaded = await Promise.all(files.map((file) => loadUncompiled<Partial<Bench>>(`bench/${file}.mjs`)))
  return Object.assign({}, ...loaded) as Bench
}

const costsAreInProc = process.platform === 'linux'

test('bench: an installation, a recording, servers and loads work together', { skip: !costsAreInProc }, async () => {
  const { install, recordPatch, startServer, serverRequest, startBare, scriptOf, runLoad } = await benchModules()
  const cluster = await clusterForPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-bench-test-'))
  const name = `bench_${randomBytes(4).toString('hex')}`
  const started: { stop: () => Promise<void> }[] = []
  let installation: Installation | undefined
  try {
    installation = await install(cluster, name, [4])
    const recording = await recordPatch(installation)
    assert.deepEqual(
      [...recording.trips, recording.get].map((trip) => trip.name.replace(/^save_profile.*/, 'save')),
      ['admit_updateProfile', 'save', 'admit_getProfile'],
    )
    assert.match(scriptOf(recording, installation.accounts[0]).script, /\\gset\n/)
    const server = await startServer(installation.environment, join(folder, 'server.log'))
    started.push(server)
    const bare = await startBare('scoped', installation, recording)
    started.push(bare)
    const patch = serverRequest('PATCH', { body: installation.body, hasKey: true })
    const { accounts } = installation
    const load = ({ pid, port }: { pid: number; port: number }, request: string, more = {}) =>
      runLoad(
        {
          ...{ model: 'closed', connections: 1, seconds: 0.3, warmUpSeconds: 0, warmUpAnswers: 4, request },
          ...{ targets: [{ host: '127.0.0.1', port }], profiles: accounts, ...more },
        },
        { pids: [pid], postmaster: cluster.postmaster },
      )
    const changed = await load(server, patch)
    assert.ok(changed.rate > 0 && changed.nodeUs > 0 && Number(changed.accepted) > 4, JSON.stringify(changed))
    assert.ok((await load(server, patch, { replays: 1 })).rate > 0)
    assert.ok((await load(server, serverRequest('GET'), { model: 'open', rate: 50 })).rate > 0)
    assert.ok((await load(bare, patch)).rate > 0)
  } finally {
    await Promise.all(started.map((process) => process.stop()))
    await installation?.close()
    await dropFromCluster(name, 'letterhead_bench')
    rmSync(folder, { recursive: true, force: true })
  }
})
