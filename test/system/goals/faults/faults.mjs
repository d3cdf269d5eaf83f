import { setTimeout as sleep } from 'node:timers/promises'
import { forgetsKeys } from '../../harness/injected-bugs.mjs'
import { shortLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { OperationLog } from '../../harness/traffic/operation-log.mjs'
import { until, untilFinal } from '../../harness/traffic/retry.mjs'

/** @type {import('../../harness/run.mjs').Goal} */
const killedAtRandom = {
  id: 'FLT-1',
  tier: 1,
  title:
    'An instance is killed at random under 50 requests a second: nothing acknowledged is lost, and nothing is done twice',
  injectedBugs: [forgetsKeys],
  async run(t) {
    const environment = await t.environment()
    const operationLog = await new OperationLog(environment, { profiles: 40, random: t.random, name: 'kill' }).open()
    const seconds = t.length(20, 300)
    let kills = 0
    const reaper = (async () => {
      const endsAt = performance.now() + seconds * 1_000
      while (performance.now() < endsAt) {
        await sleep(t.random.between(1_000, 4_000))
        const victim = environment.instances[kills % 2]
        // Half of them at the moment that costs most, which chance alone seldom meets.
        if (kills % 4 < 2) await killAfterCommit(victim, environment.proxies[kills % 2])
        else await victim.kill()
        kills += 1
        await sleep(300)
        await victim.startPatiently()
      }
    })()
    await openLoad({
      // Half of the kills cost a request by their moment: fewer requests would measure the kills, not the server.
      perSecond: 50,
      until: reaper,
      ask: (n) => operationLog.change(n, { isRead: n % 5 === 0 }),
    })
    t.figure('kills', kills)
    const availability = 1 - operationLog.attempts.failed / operationLog.attempts.total
    t.figure('availability_percent', availability * 100)
    await operationLog.judge(t)
    t.check(availability >= 0.99, `availability ${availability.toFixed(4)}, at least 0.99`)
    t.equal(operationLog.unfinished, 0, 'changes without a final answer')
  },
}

/** Ends the instance once a change of its is committed, before it hears of it. */
function killAfterCommit(victim, proxy) {
  return new Promise((resolve) => {
    proxy.watcher = async (phase, { names }) => {
      if (phase !== 'after' || !names.some((name) => name.startsWith('save_profile'))) return
      proxy.watcher = null
      await victim.kill()
      resolve()
      return 'drop'
    }
  })
}

/** @type {import('../../harness/run.mjs').Goal} */
const databaseRestarts = {
  id: 'FLT-2',
  tier: 1,
  title:
    'PostgreSQL restarts, fast and immediate: nothing acknowledged is lost, clients see only 503 and 504, service returns in 2 s, and no process ends',
  injectedBugs: [
    {
      name: 'an answer does not wait for the journal',
      sql: [
        {
          statement: /^scope/,
          find: /, true\)/,
          replace: ", true), set_config('synchronous_commit', 'off', true)",
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ env: {} })
    const operationLog = await new OperationLog(environment, { profiles: 20, random: t.random, name: 'restart' }).open()
    const rounds = t.length(3, 10)
    const recoveries = []
    const restarts = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        await sleep(1_500)
        await environment.sharedCluster.cluster.stop(round % 2 === 0 ? 'fast' : 'immediate')
        await environment.sharedCluster.cluster.start()
        const probe = () =>
          send(environment.instances[round % 2].url, 'GET', `/v3/profiles/${operationLog.ids[0]}`, {
            key: environment.acme.admin,
          })
        recoveries.push(await until(async () => (await probe()).status === 200, 20_000))
      }
    })()
    await openLoad({ perSecond: 20, until: restarts, ask: (n) => operationLog.change(n) })
    t.figure('restarts', rounds)
    t.figure('recovery_ms_max', Math.max(...recoveries))
    await operationLog.judge(t)
    t.equal(operationLog.others(/^(200|409\/CONFLICT_001|50[34]\/)/).join(), '', 'other answers')
    t.atMost(Math.max(...recoveries), 2_000, 'ms until the first success')
    t.check(
      environment.instances.every(({ isRunning, starts }) => isRunning && starts === 1),
      'a process ended',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const databaseFrozen = {
  id: 'FLT-3',
  tier: 1,
  title:
    'PostgreSQL is frozen: every request is answered within 9 s and later ones within 0.5 s; the server is live and not ready; service returns in 2 s',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1, env: {} })
    const [instance] = environment.instances
    const id = await environment.profile()
    const read = () => send(instance.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin, isFresh: true })
    await Promise.all(Array.from({ length: 20 }, read))
    environment.sharedCluster.cluster.signalAll('SIGSTOP')
    try {
      const first = Promise.all(Array.from({ length: 20 }, read))
      const notReady = await until(async () => (await send(instance.opsUrl, 'GET', '/readyz')).status === 503, 10_000)
      const live = await send(instance.opsUrl, 'GET', '/livez')
      const slowest = Math.max(...(await first).map(({ ms }) => ms))
      await sleep(t.length(1_000, 20_000))
      const later = await Promise.all(Array.from({ length: 10 }, read))
      const laterMs = Math.max(...later.map(({ ms }) => ms))
      t.figure('first_ms_max', slowest)
      t.figure('later_ms_max', laterMs)
      t.figure('not_ready_ms', notReady)
      t.check(
        [...(await first), ...later].every(({ status }) => status === 503 || status === 504),
        'an answer other than 503 and 504',
      )
      t.atMost(slowest, 9_000, 'the first answers, in ms')
      t.atMost(laterMs, 500, 'later answers, in ms')
      t.atMost(notReady, 3_000, 'ms until it was not ready')
      t.equal(live.status, 200, '/livez')
    } finally {
      environment.sharedCluster.cluster.signalAll('SIGCONT')
    }
    const recovery = await until(async () => (await read()).status === 200, 20_000)
    t.figure('recovery_ms', recovery)
    t.atMost(recovery, 2_000, 'ms until the first success')
    let spoilt = 0
    for (let at = 0; at < 40; at += 1) spoilt += (await read()).status === 200 ? 0 : 1
    t.equal(spoilt, 0, 'failures after it: connections that were spoilt')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const openOutcome = {
  id: 'FLT-4',
  tier: 1,
  title:
    'The network drops every packet to the database before and after the write: the retry finds out, and there is exactly one effect',
  injectedBugs: [forgetsKeys],
  async run(t) {
    const environment = await t.environment({ env: shortLadder })
    const rounds = t.length(8, 60)
    const seen = new Map()
    for (let round = 0; round < rounds; round += 1) {
      const id = await environment.profile()
      const phase = round % 2 === 0 ? 'before' : 'after'
      let isDone = false
      environment.proxies[0].watcher = (now, { names }) => {
        if (isDone || now !== phase || !names.some((name) => name.startsWith('save_profile'))) return
        isDone = true
        environment.proxies[0].isBlackHole = true
      }
      const ask = (at) =>
        send(environment.instances[at].url, 'PATCH', `/v3/profiles/${id}`, {
          key: environment.acme.admin,
          headers: { 'idempotency-key': `hole-${round}` },
          body: { name: `Round ${round}` },
        })
      const first = await ask(0)
      environment.proxies[0].watcher = null
      environment.proxies[0].heal()
      seen.set(`${phase} ${first.status}`, (seen.get(`${phase} ${first.status}`) ?? 0) + 1)
      const { reply } = await untilFinal(() => ask(1), { withinMs: 10_000 })
      t.check(isDone, `round ${round}: the write was never reached`)
      t.check(first.status === 503 || first.status === 504, `round ${round}: first answer ${first.status}`)
      t.equal(reply.status, 200, `round ${round}: final answer`)
      t.equal(
        await environment.count(
          `select count(*) from profile_history where profile_id = $1 and operation = 'updateProfile'`,
          [id],
        ),
        1,
        `round ${round}: effects`,
      )
    }
    t.figure('rounds', rounds)
    t.figure('first_answers', [...seen].map(([name, count]) => `${name.replace(' ', '/')}:${count}`).join(','))
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const uncaught = {
  id: 'FLT-13',
  tier: 1,
  title: 'An uncaught error is logged once without data; the process drains and exits with a code, and no work is lost',
  injectedBugs: [],
  async run(t) {
    const broken = { file: 'http/pipeline/if-match.js', find: 'export async function checkIfMatch(', put: '' }
    const environment = await t.environment({
      instances: 1,
      injectedBug: {
        code: [
          {
            ...broken,
            put: `let fatal = 0\nexport async function checkIfMatch(...given) { if (given[3] === '"boom"' && fatal++ === 0) setTimeout(() => { throw new Error('secret-of-the-error') }); return realCheckIfMatch(...given) }\nasync function realCheckIfMatch(`,
          },
        ],
      },
    })
    const [instance] = environment.instances
    const id = await environment.profile()
    const slow = send(instance.url, 'PATCH', `/v3/profiles/${id}`, {
      key: environment.acme.admin,
      headers: { 'if-match': '"boom"' },
      body: { name: 'secret-of-the-body' },
    })
    await slow
    const ended = await Promise.race([instance.child.ended, sleep(35_000)])
    t.check(ended !== undefined, 'the process did not end within 35 s')
    t.check(ended?.code !== 0 && ended?.signal === null, `the process ended with ${ended?.code} ${ended?.signal}`)
    const lines = environment
      .logs()
      .split('\n')
      .filter((line) => line.includes('"level":"error"') || line.includes('"level":"fatal"'))
    t.figure('error_lines', lines.length)
    t.figure('exit_code', String(ended?.code))
    t.equal(lines.length, 1, 'error lines')
    t.check(!environment.logs().includes('secret-of-the-body'), 'the log holds the body')
    await instance.startPatiently()
    t.equal(
      (await send(instance.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })).status,
      200,
      'after the restart',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const faultGoals = [killedAtRandom, databaseRestarts, databaseFrozen, openOutcome, uncaught]
