import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { letterhead } from '../../harness/servers/command.mjs'
import { FaultProxy } from '../../harness/servers/fault-proxy.mjs'
import { Instance, repository } from '../../harness/servers/instance.mjs'
import { run } from '../../harness/servers/processes.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'

/** Restores a backup into a database of its own, starts a server on it, and gives both to `look`. */
async function restored(environment, file, look) {
  const { sharedCluster } = environment
  const name = `${environment.database}_restored`
  await sharedCluster.cluster.query('postgres', `create database ${name}`)
  const env = { ...sharedCluster.envOf(name), DATABASE_OWNER_URL: sharedCluster.cluster.ownerUrl(name) }
  try {
    for (const args of [
      ['migrate', '--create-role'],
      ['restore', '--from', file],
    ]) {
      const { code, stderr } = await letterhead(args, env)
      if (code !== 0) throw new Error(`${args[0]}: ${stderr}`)
    }
    const instance = new Instance({
      name: 'restored',
      folder: environment.folder,
      env: { ...sharedCluster.envOf(name), RATE_LIMITS: 'off' },
    })
    await instance.startPatiently()
    await look(instance, (text, values) => sharedCluster.cluster.query(name, text, values))
    await instance.kill()
  } finally {
    await sharedCluster.dropDatabase(name)
  }
}

/** @type {import('../../harness/run.mjs').Goal} */
const backup = {
  id: 'OPS-1',
  tier: 1,
  title:
    'A backup is made under 50 changes a second and restored: it holds every change acknowledged before it, nothing is torn, and the server starts on it',
  injectedBugs: [
    {
      name: 'the backup is not one snapshot',
      code: [
        {
          file: 'cli/backup/take-backup.js',
          find: 'isolation level repeatable read',
          put: 'isolation level read committed',
          isElsewhere: true,
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ injectedBug: {} })
    const ids = []
    for (let at = 0; at < 20; at += 1) ids.push(await environment.profile())
    // A slow way to the database, so that many changes fall into the time of the backup.
    const slow = await new FaultProxy({ targetPort: environment.sharedCluster.cluster.port }).open()
    slow.latencyMs = 60
    const file = join(environment.folder, 'backup.lhb')
    const acknowledged = []
    let isTaken = false
    let duration = 0
    const taking = (async () => {
      await sleep(2_000)
      const before = acknowledged.length
      const startedAt = performance.now()
      const env = {
        ...environment.sharedCluster.envOf(environment.database),
        DATABASE_OWNER_URL: environment.sharedCluster.cluster.ownerUrl(environment.database, slow.port),
      }
      const { code, stderr } = await letterhead(['backup', '--to', file], env, t.injectedBug?.code ?? [])
      duration = performance.now() - startedAt
      if (code !== 0) throw new Error(`backup: ${stderr}`)
      isTaken = true
      return { before, during: acknowledged.length - before }
    })()
    await openLoad({
      perSecond: 50,
      until: taking,
      ask: async (n) => {
        const reply = await send(environment.url, 'PATCH', `/v3/profiles/${ids[n % 20]}`, {
          key: environment.acme.admin,
          body: { description: `change ${n}` },
        })
        if (reply.status === 200) acknowledged.push({ id: ids[n % 20], value: `change ${n}` })
        return reply
      },
    })
    const { before, during } = await taking
    await slow.close()
    t.check(isTaken && during > 10, `only ${during} changes during the backup`)
    await restored(environment, file, async (instance, query) => {
      const rows = await query(
        `select profile_id as id, change->>'to' as value from profile_history, jsonb_array_elements(changes) as change
          where operation = 'updateProfile' and change->>'member' = 'description'`,
      )
      const kept = new Set(rows.map(({ id, value }) => `${id} ${value}`))
      const lost = acknowledged.slice(0, before).filter(({ id, value }) => !kept.has(`${id} ${value}`))
      const [{ torn }] = await query(
        `select count(*)::int as torn from profiles p where p.organization_id = $1 and p.version <> (select count(*) from profile_history h
          where h.organization_id = p.organization_id and h.profile_id = p.id)`,
        [environment.acme.id],
      )
      const read = await send(instance.url, 'GET', `/v3/profiles/${ids[0]}`, { key: environment.acme.admin })
      const write = await send(instance.url, 'PATCH', `/v3/profiles/${ids[0]}`, {
        key: environment.acme.admin,
        body: { name: 'After the restore' },
      })
      t.figure('changes_before', before)
      t.figure('changes_during', during)
      t.figure('changes_restored', rows.length)
      t.figure('backup_ms', duration)
      t.equal(lost.length, 0, 'changes acknowledged before the backup that are lost')
      t.equal(torn, 0, 'profiles whose version is not the number of their changes')
      t.equal(`${read.status} ${write.status}`, '200 200', 'reading and writing after the restore')
    })
  },
}

const good = { PAYMENTS: 'simulator' }

/** Configurations that must be refused, by what is wrong. */
function brokenConfigurations() {
  const numbers = ['PORT', 'OPS_PORT', 'DATABASE_POOL_SIZE', 'POOL_WAIT_MS', 'LEASE_MS', 'SHUTDOWN_GRACE_MS']
  const flags = ['RATE_LIMITS', 'DATABASE_PREPARED', 'BEHIND_TLS']
  const ladder = [
    'POOL_WAIT_MS',
    'ROW_LOCK_MS',
    'KEY_WAIT_MS',
    'STATEMENT_MS',
    'QUERY_MS',
    'PROVIDER_MS',
    'REQUEST_DEADLINE_MS',
    'LEASE_MS',
  ]
  return [
    ...numbers.flatMap((name) => ['x', '-1', '1.5', '99999999'].map((value) => ({ [name]: value }))),
    ...flags.flatMap((name) => ['maybe', '2', 'truely'].map((value) => ({ [name]: value }))),
    ...ladder.slice(1).map((name) => ({ [name]: '1' })),
    ...['SEALING_KEY', 'KEY_PEPPER'].flatMap((name) =>
      ['short', '', 'k1:c2hvcnQ=', '!!'].map((value) => ({ [name]: value })),
    ),
    { NODE_ENV: 'staging' },
    { LOG_LEVEL: 'loud' },
    { PAYMENTS: 'paypal' },
    { WHATSAPP: 'yes' },
    { PAYMENTS: 'stripe' },
    { PAYMENTS: 'stripe', STRIPE_SECRET_KEY: 'sk_test_12345678', STRIPE_BASE_URL: 'http://example.com' },
    { PAYMENTS: 'stripe', STRIPE_SECRET_KEY: 'short' },
    { DATABASE_URL: 'mysql://a/b' },
    { DATABASE_URL: 'not a url' },
    { HOST: '0.0.0.0', NODE_ENV: 'production' },
    { HOST: 'not a host' },
    { TRUST_PROXY: '0.0.0.0/0' },
    { TRUST_PROXY: 'x' },
    { PUBLIC_URL: 'ftp://example.com' },
    { PUBLIC_URL: 'https://user:pw@example.com' },
    { ALLOWED_HOSTS: 'a b' },
    { TLS_CERT: '/nowhere.pem' },
    { TLS_KEY: '/nowhere.pem' },
    { SEALING_KEY_FILE: '/nowhere' },
    { KEY_PEPPER_FILE: '/nowhere' },
    { META_GRAPH_BASE_URL: 'http://example.com/v25.0', WHATSAPP: 'meta' },
    { PORT: '4100', OPS_PORT: '4100' },
  ]
}

/** @type {import('../../harness/run.mjs').Goal} */
const configurations = {
  id: 'OPS-3',
  tier: 1,
  title:
    'A broken configuration, wrong order of time limits included (LOAD-6), exits 78 with the name at fault and opens no port',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const [instance] = environment.instances
    await instance.stop()
    const all = brokenConfigurations()
    const cases = t.isLong ? all : t.random.shuffled(all).slice(0, 24)
    let slowest = 0
    const check = async (broken) => {
      const startedAt = performance.now()
      const goalRun = new Instance({
        name: `broken-${all.indexOf(broken)}`,
        folder: environment.folder,
        env: { ...instance.env, ...good, ...broken },
      })
      const child = goalRun.spawn()
      await Promise.race([child.ended, sleep(30_000)])
      await child.kill()
      slowest = Math.max(slowest, performance.now() - startedAt)
      const said = child.output()
      const what = JSON.stringify(broken)
      t.equal((await child.ended).code, 78, `${what}: exit code`)
      t.check(
        Object.keys(broken).some((name) => said.includes(name.replace(/_FILE$/, ''))),
        `${what}: no name in ${said.slice(0, 160)}`,
      )
      t.check(!said.includes('Letterhead is ready'), `${what}: it listened`)
      for (const secret of [environment.sharedCluster.pepper, environment.sharedCluster.sealingKey])
        t.check(!said.includes(secret), `${what}: a secret is printed`)
    }
    for (let at = 0; at < cases.length; at += 2) await Promise.all(cases.slice(at, at + 2).map(check))
    t.figure('configurations', cases.length)
    t.figure('of', all.length)
    t.figure('slowest_ms', slowest)
    t.atMost(slowest, 3_000, 'ms until a refusal, two at a time')
    await instance.startPatiently()
    t.check(instance.isRunning, 'the right configuration does not start (the positive control)')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const supplyChain = {
  id: 'OPS-5',
  tier: 1,
  title:
    'Supply chain: the lock file has a hash for every package, an installation without scripts runs, and there are at most 40 top-level production packages',
  injectedBugs: [],
  async run(t) {
    const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')).packages
    const production = Object.entries(lock).filter(([path, entry]) => path !== '' && entry.dev !== true)
    const withoutHash = production.filter(([, entry]) => entry.integrity === undefined && entry.link !== true)
    const withScripts = production
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.replace('node_modules/', ''))
    const direct = Object.keys(lock[''].dependencies ?? {}).length
    t.figure('direct', direct)
    t.figure('production_packages', production.length)
    t.figure('with_install_scripts', withScripts.join('+') || 'none')
    t.equal(withoutHash.length, 0, 'packages without a hash')
    t.check(direct <= 40, `${direct} direct dependencies`)
    const loose = Object.entries({ ...lock[''].dependencies, ...lock[''].optionalDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
    )
    t.equal(loose.length, 0, 'dependencies without an exact version')
  },
}

/** Nothing of a hook for the system test is in the program: what it is proved with stands outside. @type {import('../../harness/run.mjs').Goal} */
const noHook = {
  id: 'PROVE-1',
  tier: 1,
  title: 'The program under test is the one that users run: it has no hook for the system tests',
  injectedBugs: [],
  async run(t) {
    const { stdout } = await run(
      'grep',
      ['-rliE', 'PROVE_|crash.?point|sabotage', join(repository, 'build', 'src'), '--include=*.js'],
      { env: { PATH: process.env.PATH ?? '' } },
    )
    const { stdout: control } = await run('grep', ['-rlE', 'PROVE_', join(repository, 'test', 'system')], {
      env: { PATH: process.env.PATH ?? '' },
    })
    t.equal(stdout.trim(), '', 'built files that know of the prover')
    t.check(control.includes('alter.mjs'), 'the search is blind')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const operationGoals = [backup, configurations, supplyChain, noHook]
