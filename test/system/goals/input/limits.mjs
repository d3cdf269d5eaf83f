import { setTimeout as sleep } from 'node:timers/promises'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { OperationLog } from '../../harness/traffic/operation-log.mjs'
import { aCardChange } from '../../harness/traffic/request-bodies.mjs'
import { quantile, until } from '../../harness/traffic/retry.mjs'

/** @type {import('../../harness/run.mjs').Goal} */
const poolTaken = {
  id: 'LOAD-5',
  tier: 1,
  title:
    'Every database connection is taken: the answer is 503 within 1.2 s, the event loop stays free, and service returns within 2 s',
  injectedBugs: [],
  async run(t) {
    // What is more than an instance works on is refused at once, which is another matter.
    const environment = await t.environment({ instances: 1, env: { DATABASE_POOL_SIZE: '3', REQUESTS_MAX: '1000' } })
    const [instance] = environment.instances
    const id = await environment.profile()
    const read = () => send(instance.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin, isFresh: true })
    let open = () => {}
    const opened = new Promise((resolve) => {
      open = resolve
    })
    environment.proxies[0].watcher = (phase, { names }) =>
      phase === 'before' && names.includes('admit_getProfile') ? opened : undefined
    // Up to sixteen go out on one connection; the next takes another when these have lasted a while.
    const holders = []
    for (let wave = 0; wave < 4; wave += 1) {
      holders.push(...Array.from({ length: 16 }, read))
      await sleep(200)
    }
    const refused = await Promise.all(Array.from({ length: 10 }, read))
    const live = await send(instance.opsUrl, 'GET', '/livez')
    environment.proxies[0].watcher = null
    open()
    const recovery = await until(async () => (await read()).status === 200, 10_000)
    await Promise.all(holders)
    const slowest = Math.max(...refused.map(({ ms }) => ms))
    t.figure('refused_ms_max', slowest)
    t.figure('live_ms', live.ms)
    t.figure('recovery_ms', recovery)
    t.equal(refused.filter(({ status }) => status !== 503).length, 0, 'answers other than 503')
    t.atMost(slowest, 1_200, 'ms until a refusal')
    t.atMost(live.ms, 100, 'ms for /livez')
    t.atMost(recovery, 2_000, 'ms until the first success')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const shutdown = {
  id: 'LOAD-7',
  tier: 1,
  // Its tenth of a second wants an idle machine.
  isForCi: false,
  title:
    'SIGTERM under load: the server is not ready within 0.1 s, answers everything in flight and exits 0; a second signal ends it at once',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ withStripe: true })
    const [instance, second] = environment.instances
    const id = await environment.profile()
    environment.stripe.lateMs = 1_500
    environment.stripe.behave = ({ step }) => (step === 'create_method' ? 'late' : 'answer')
    const pay = (to) =>
      send(to.url, 'PATCH', `/v3/profiles/${id}`, { key: environment.acme.admin, body: aCardChange(), isFresh: true })
    const flying = [
      pay(instance),
      ...Array.from({ length: 20 }, () => send(instance.url, 'GET', '/v3/profiles', { key: environment.acme.admin })),
    ]
    await until(() => environment.stripe.calls.length > 0, 10_000)
    const signalledAt = performance.now()
    instance.child.signal('SIGTERM')
    const notReady = await until(async () => (await send(instance.opsUrl, 'GET', '/readyz')).status !== 200, 5_000)
    const answers = await Promise.all(flying)
    const ended = await instance.child.ended
    t.figure('not_ready_ms', notReady)
    t.figure('stopped_ms', performance.now() - signalledAt)
    const unanswered = answers.filter(({ status }) => status !== 200)
    const how = unanswered.map(({ status, error, json }) => `${status} ${error ?? json?.error?.code}`)
    t.equal(unanswered.length, 0, `requests in flight without their answer (${[...new Set(how)].join(', ')})`)
    t.equal(answers[0].headers.connection, 'close', 'Connection')
    t.equal(ended.code, 0, 'exit code')
    t.atMost(notReady, 100, 'ms until it was not ready')
    t.equal(await environment.count(`select count(*) from idempotency_keys where state = 'claimed'`), 0, 'claims left')
    const hanging = pay(second)
    await until(() => environment.stripe.calls.length > 4, 10_000)
    second.child.signal('SIGTERM')
    await sleep(150)
    const againAt = performance.now()
    second.child.signal('SIGTERM')
    await second.child.ended
    await hanging
    t.figure('second_signal_ms', performance.now() - againAt)
    t.atMost(performance.now() - againAt, 1_000, 'ms from the second signal to the end')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const rollout = {
  id: 'OPS-4',
  tier: 1,
  // The short run has too few requests for its p99 to say much.
  isForCi: false,
  title: 'Both instances restart in turn under load behind a balancer: no request fails, and no effect is doubled',
  injectedBugs: [],
  async run(t) {
    // The balancer asks every 100 ms who is ready.
    const environment = await t.environment({ isDirect: true, env: { ...patientLadder, SHUTDOWN_DELAY_MS: '500' } })
    const operationLog = await new OperationLog(environment, { profiles: 40, random: t.random, name: 'roll' }).open()
    const perSecond = t.length(30, 200)
    const rounds = t.length(2, 5)
    // Twenty thousand requests in the long run. Who rolls out lets an instance settle before it takes the next one.
    const settleMs = t.length(500, 9_000)
    let asked = 0
    const ask = () => {
      asked += 1
      return operationLog.change(asked, { isRead: asked % 2 === 0 })
    }
    const calm = []
    const rolling = []
    const during = []
    // In turns, since a disk that stalls for a moment stalls for both.
    for (let round = 0; round < rounds; round += 1) {
      const quiet = await openLoad({ perSecond, seconds: t.length(2, 20), ask })
      calm.push(...quiet.replies)
      let isRestarting = false
      const restarts = (async () => {
        for (const instance of environment.instances) {
          isRestarting = true
          await instance.stop()
          await instance.startPatiently()
          isRestarting = false
          await sleep(settleMs)
        }
      })()
      const askBeside = async () => {
        const isBeside = isRestarting
        const reply = await ask()
        if (isBeside) during.push(reply)
        return reply
      }
      rolling.push(...(await openLoad({ perSecond, until: restarts, ask: askBeside })).replies)
    }
    const failed = rolling.filter(({ status }) => status !== 200)
    const times = (replies) =>
      quantile(
        replies.map(({ ms }) => ms),
        0.99,
      )
    t.figure('requests', rolling.length)
    t.figure('failed', failed.length)
    t.figure('p99_calm_ms', times(calm))
    t.figure('p99_rolling_ms', times(rolling))
    t.figure('p99_beside_a_restart_ms', times(during))
    await operationLog.judge(t)
    t.equal(operationLog.attempts.failed, 0, 'attempts that failed')
    t.atMost(times(rolling), 2 * times(calm), 'p99 while rolling, in ms')
    t.equal(failed.length, 0, 'requests that failed')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const limitGoals = [poolTaken, shutdown, rollout]
