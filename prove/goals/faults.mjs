import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../harness/http.mjs'
import { openLoad } from '../harness/load.mjs'
import { quantile, until, untilFinal } from '../harness/retry.mjs'
import { forgetsKeys } from '../harness/sabotage.mjs'

/**
 * What clients were promised while something went wrong: each keyed change, its acknowledgement, and afterwards what is
 * stored. A client whose answer was lost asks again with its key, as the API tells it to.
 */
class Ledger {
  constructor(stage, { profiles, random, name }) {
    this.stage = stage
    this.random = random
    this.name = name
    this.ids = []
    this.profiles = profiles
    /** @type {{ id: string, value: string }[]} */
    this.acknowledged = []
    this.unfinished = 0
    this.attempts = { total: 0, failed: 0 }
    this.codes = new Map()
  }

  async open() {
    for (let at = 0; at < this.profiles; at += 1) this.ids.push(await this.stage.profile())
    return this
  }

  /** One change by one client, asked for until there is a final answer. */
  async change(n, { withinMs = 15_000, isRead = false } = {}) {
    const id = this.ids[n % this.ids.length]
    if (isRead) return this.#count(await send(this.stage.url, 'GET', `/v3/profiles/${id}`, { key: this.stage.acme.admin }))
    const value = `${this.name} ${n}`
    const { reply } = await untilFinal(
      async () =>
        this.#count(
          await send(this.stage.url, 'PATCH', `/v3/profiles/${id}`, {
            key: this.stage.acme.admin,
            headers: { 'idempotency-key': `${this.name}-${n}` },
            body: { description: value },
            timeoutMs: 12_000,
          }),
        ),
      { withinMs },
    )
    if (reply.status === 200) this.acknowledged.push({ id, value })
    else this.unfinished += 1
    return reply
  }

  #count(reply) {
    this.attempts.total += 1
    if (reply.status >= 500 || reply.status === 0) this.attempts.failed += 1
    const code = reply.status < 300 ? String(reply.status) : `${reply.status}/${reply.json?.error?.code ?? reply.error ?? 'balancer'}`
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
    return reply
  }

  /** Every acknowledged change is in the history once, and versions have no gap. */
  async judge(t) {
    const rows = await this.stage.query(
      `select profile_id, changes->'description'->>'to' as value, count(*)::int as times from profile_history
        where operation = 'updateProfile' group by 1, 2`,
    )
    const times = new Map(rows.map(({ profile_id: id, value, times: count }) => [`${id} ${value}`, count]))
    const lost = this.acknowledged.filter(({ id, value }) => !times.has(`${id} ${value}`))
    const doubled = [...times.values()].filter((count) => count > 1)
    const gaps = await this.stage.count(
      `select count(*) from profiles p where p.organization_id = $1 and p.version <> (select count(*) from profile_history h
        where h.organization_id = p.organization_id and h.profile_id = p.id)`,
      [this.stage.acme.id],
    )
    t.figure('acknowledged', this.acknowledged.length)
    t.figure('unfinished', this.unfinished)
    t.figure('attempts', this.attempts.total)
    t.figure('answers', [...this.codes].map(([code, count]) => `${code}:${count}`).join(','))
    t.check(rows.some(({ value }) => value !== null) || this.acknowledged.length === 0, 'the history does not show values: the search is blind')
    t.equal(lost.length, 0, 'acknowledged changes that are lost')
    t.equal(doubled.length, 0, 'changes that were made twice')
    t.equal(gaps, 0, 'profiles whose version is not the number of their changes')
  }

  /** Codes of failures, with none that is not named. */
  others(allowed) {
    return [...this.codes.keys()].filter((code) => !allowed.test(code))
  }
}

/** @type {import('../harness/trial.mjs').Goal} */
const killedAtRandom = {
  id: 'FLT-1',
  tier: 1,
  title: 'kill -9 of an instance at random under 50 requests a second: nothing acknowledged is lost, nothing done twice',
  sabotages: [forgetsKeys],
  async run(t) {
    const stage = await t.stage()
    const ledger = await new Ledger(stage, { profiles: 40, random: t.random, name: 'kill' }).open()
    const seconds = t.length(20, 300)
    let kills = 0
    const reaper = (async () => {
      const endsAt = performance.now() + seconds * 1_000
      while (performance.now() < endsAt) {
        await sleep(t.random.between(1_000, 4_000))
        const victim = stage.instances[kills % 2]
        await victim.kill()
        kills += 1
        await sleep(300)
        await victim.startPatiently()
      }
    })()
    await openLoad({ perSecond: 50, until: reaper, ask: (n) => ledger.change(n, { isRead: n % 5 === 0 }) })
    t.figure('kills', kills)
    const availability = 1 - ledger.attempts.failed / ledger.attempts.total
    t.figure('availability', Math.round(availability * 10_000) / 10_000)
    await ledger.judge(t)
    t.check(availability >= 0.99, `availability ${availability.toFixed(4)}, at least 0.99`)
    t.equal(ledger.unfinished, 0, 'changes without a final answer')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const databaseRestarts = {
  id: 'FLT-2',
  tier: 1,
  title: 'PostgreSQL restarted, fast and immediate: nothing acknowledged is lost, only 503 and 504, back in 2 s, no process ends',
  sabotages: [forgetsKeys],
  async run(t) {
    const stage = await t.stage()
    const ledger = await new Ledger(stage, { profiles: 20, random: t.random, name: 'restart' }).open()
    const rounds = t.length(3, 10)
    const recoveries = []
    const restarts = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        await sleep(1_500)
        await stage.world.cluster.stop(round % 2 === 0 ? 'fast' : 'immediate')
        await stage.world.cluster.start()
        const probe = () => send(stage.instances[round % 2].url, 'GET', `/v3/profiles/${ledger.ids[0]}`, { key: stage.acme.admin })
        recoveries.push(await until(async () => (await probe()).status === 200, 20_000))
      }
    })()
    await openLoad({ perSecond: 20, until: restarts, ask: (n) => ledger.change(n) })
    t.figure('restarts', rounds)
    t.figure('recovery_ms_max', Math.max(...recoveries))
    await ledger.judge(t)
    t.equal(ledger.others(/^(200|409\/CONFLICT_001|50[34]\/)/).join(), '', 'other answers')
    t.atMost(Math.max(...recoveries), 2_000, 'ms until the first success')
    t.check(stage.instances.every(({ isRunning, starts }) => isRunning && starts === 1), 'a process ended')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const databaseFrozen = {
  id: 'FLT-3',
  tier: 1,
  title: 'PostgreSQL frozen: every request answered within 9 s, later ones within 0.5 s; live, not ready; back in 2 s',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const [instance] = stage.instances
    const id = await stage.profile()
    const read = () => send(instance.url, 'GET', `/v3/profiles/${id}`, { key: stage.acme.admin, isFresh: true })
    await Promise.all(Array.from({ length: 20 }, read))
    stage.world.cluster.signalAll('SIGSTOP')
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
      t.check([...(await first), ...later].every(({ status }) => status === 503 || status === 504), 'an answer other than 503 and 504')
      t.atMost(slowest, 9_000, 'the first answers, in ms')
      t.atMost(laterMs, 500, 'later answers, in ms')
      t.atMost(notReady, 3_000, 'ms until it was not ready')
      t.equal(live.status, 200, '/livez')
    } finally {
      stage.world.cluster.signalAll('SIGCONT')
    }
    const recovery = await until(async () => (await read()).status === 200, 20_000)
    t.figure('recovery_ms', recovery)
    t.atMost(recovery, 2_000, 'ms until the first success')
    const after = await Promise.all(Array.from({ length: 60 }, read))
    t.equal(after.filter(({ status }) => status !== 200).length, 0, 'failures after it: connections that were spoilt')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const openOutcome = {
  id: 'FLT-4',
  tier: 1,
  title: 'The network to the database black-holed before and after the write: the retry finds out, exactly one effect',
  sabotages: [forgetsKeys],
  async run(t) {
    const { shortLadder } = await import('../harness/stage.mjs')
    const stage = await t.stage({ env: shortLadder })
    const rounds = t.length(8, 60)
    const seen = new Map()
    for (let round = 0; round < rounds; round += 1) {
      const id = await stage.profile()
      const phase = round % 2 === 0 ? 'before' : 'after'
      let isDone = false
      stage.wires[0].watcher = (now, { names }) => {
        if (isDone || now !== phase || !names.some((name) => name.startsWith('save_profile'))) return
        isDone = true
        stage.wires[0].isBlackHole = true
      }
      const ask = (at) =>
        send(stage.instances[at].url, 'PATCH', `/v3/profiles/${id}`, {
          key: stage.acme.admin,
          headers: { 'idempotency-key': `hole-${round}` },
          body: { name: `Round ${round}` },
        })
      const first = await ask(0)
      stage.wires[0].watcher = null
      stage.wires[0].heal()
      seen.set(`${phase} ${first.status}`, (seen.get(`${phase} ${first.status}`) ?? 0) + 1)
      const { reply } = await untilFinal(() => ask(1), { withinMs: 10_000 })
      t.check(isDone, `round ${round}: the write was never reached`)
      t.check(first.status === 503 || first.status === 504, `round ${round}: first answer ${first.status}`)
      t.equal(reply.status, 200, `round ${round}: final answer`)
      t.equal(await stage.count(`select count(*) from profile_history where profile_id = $1 and operation = 'updateProfile'`, [id]), 1, `round ${round}: effects`)
    }
    t.figure('rounds', rounds)
    t.figure('first_answers', [...seen].map(([name, count]) => `${name.replace(' ', '/')}:${count}`).join(','))
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const uncaught = {
  id: 'FLT-13',
  tier: 1,
  title: 'An error that nobody catches: logged once without data, the process drains and ends with a code, no work is lost',
  sabotages: [],
  async run(t) {
    const broken = { file: 'http/precondition.js', find: 'export async function checkIfMatch(', put: '' }
    const stage = await t.stage({ instances: 1, sabotage: { code: [
      { ...broken, put: `let fatal = 0\nexport async function checkIfMatch(...given) { if (given[3] === '"boom"' && fatal++ === 0) setTimeout(() => { throw new Error('secret-of-the-error') }); return realCheckIfMatch(...given) }\nasync function realCheckIfMatch(` },
    ] } })
    const [instance] = stage.instances
    const id = await stage.profile()
    const slow = send(instance.url, 'PATCH', `/v3/profiles/${id}`, { key: stage.acme.admin, headers: { 'if-match': '"boom"' }, body: { name: 'secret-of-the-body' } })
    await slow
    const ended = await Promise.race([instance.child.ended, sleep(35_000)])
    t.check(ended !== undefined, 'the process did not end within 35 s')
    t.check(ended?.code !== 0 && ended?.signal === null, `the process ended with ${ended?.code} ${ended?.signal}`)
    const lines = stage.logs().split('\n').filter((line) => line.includes('"level":"error"') || line.includes('"level":"fatal"'))
    t.figure('error_lines', lines.length)
    t.figure('exit_code', String(ended?.code))
    t.equal(lines.length, 1, 'error lines')
    t.check(!stage.logs().includes('secret-of-the-body'), 'the log holds the body')
    await instance.startPatiently()
    t.equal((await send(instance.url, 'GET', `/v3/profiles/${id}`, { key: stage.acme.admin })).status, 200, 'after the restart')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const poolTaken = {
  id: 'LOAD-5',
  tier: 1,
  title: 'Every connection taken: 503 within 1.2 s, the event loop free, back within 2 s',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const [instance] = stage.instances
    const id = await stage.profile()
    const read = () => send(instance.url, 'GET', `/v3/profiles/${id}`, { key: stage.acme.admin, isFresh: true })
    let open = () => {}
    const opened = new Promise((resolve) => {
      open = resolve
    })
    stage.wires[0].watcher = (phase, { names }) => (phase === 'before' && names.includes('admit_getProfile') ? opened : undefined)
    const holders = Array.from({ length: 16 }, read)
    await sleep(500)
    const refused = await Promise.all(Array.from({ length: 10 }, read))
    const live = await send(instance.opsUrl, 'GET', '/livez')
    stage.wires[0].watcher = null
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

/** @type {import('../harness/trial.mjs').Goal} */
const shutdown = {
  id: 'LOAD-7',
  tier: 1,
  title: 'SIGTERM under load: not ready within 0.1 s, everything in flight answered, exit 0; a second signal ends it at once',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ withStripe: true })
    const [instance, second] = stage.instances
    const id = await stage.profile()
    stage.stripe.lateMs = 1_500
    stage.stripe.behave = ({ step }) => (step === 'create_method' ? 'late' : 'answer')
    const { aCardChange } = await import('../harness/bodies.mjs')
    const pay = (to) => send(to.url, 'PATCH', `/v3/profiles/${id}`, { key: stage.acme.admin, body: aCardChange(), isFresh: true })
    const flying = [pay(instance), ...Array.from({ length: 20 }, () => send(instance.url, 'GET', '/v3/profiles', { key: stage.acme.admin }))]
    await until(() => stage.stripe.calls.length > 0, 10_000)
    const signalledAt = performance.now()
    instance.child.signal('SIGTERM')
    const notReady = await until(async () => (await send(instance.opsUrl, 'GET', '/readyz')).status !== 200, 5_000)
    const answers = await Promise.all(flying)
    const ended = await instance.child.ended
    t.figure('not_ready_ms', notReady)
    t.figure('stopped_ms', performance.now() - signalledAt)
    t.equal(answers.filter(({ status }) => status !== 200).length, 0, 'requests in flight without their answer')
    t.equal(answers[0].headers.connection, 'close', 'Connection')
    t.equal(ended.code, 0, 'exit code')
    t.atMost(notReady, 250, 'ms until it was not ready')
    t.equal(await stage.count(`select count(*) from idempotency_keys where state = 'claimed'`), 0, 'claims left')
    const hanging = pay(second)
    await until(() => stage.stripe.calls.length > 4, 10_000)
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

/** @type {import('../harness/trial.mjs').Goal} */
const rolling = {
  id: 'OPS-4',
  tier: 1,
  title: 'Both instances restarted in turn under load, behind a balancer: no request fails, no effect is doubled',
  sabotages: [],
  async run(t) {
    const stage = await t.stage()
    const ledger = await new Ledger(stage, { profiles: 40, random: t.random, name: 'roll' }).open()
    const perSecond = t.length(30, 200)
    const rounds = t.length(2, 5)
    const calm = await openLoad({ perSecond, seconds: 4, ask: (n) => ledger.change(100_000 + n, { isRead: n % 2 === 0 }) })
    const restarts = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        for (const instance of stage.instances) {
          await instance.stop()
          await instance.startPatiently()
          await sleep(500)
        }
      }
    })()
    const load = await openLoad({ perSecond, until: restarts, ask: (n) => ledger.change(n, { isRead: n % 2 === 0 }) })
    const failed = load.replies.filter(({ status }) => status !== 200)
    const times = (replies) => quantile(replies.map(({ ms }) => ms), 0.99)
    t.figure('requests', load.replies.length)
    t.figure('failed', failed.length)
    t.figure('p99_calm_ms', times(calm.replies))
    t.figure('p99_rolling_ms', times(load.replies))
    await ledger.judge(t)
    t.equal(ledger.attempts.failed, 0, 'attempts that failed')
    t.equal(failed.length, 0, 'requests that failed')
  },
}

/** @type {import('../harness/trial.mjs').Goal[]} */
export const faultGoals = [killedAtRandom, databaseRestarts, databaseFrozen, openOutcome, uncaught, poolTaken, shutdown, rolling]
