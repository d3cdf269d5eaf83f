import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { generateLoad, requestText } from '../../harness/traffic/load-generator.mjs'
import { quantile, until } from '../../harness/traffic/retry.mjs'

const probeEveryMs = 20
const PEAK_SECONDS = 3
const OVERLOAD_SECONDS = 6

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

const times = (replies, share) =>
  quantile(
    replies.map(({ ms }) => ms),
    share,
  )

/** @type {import('../../harness/run.mjs').Goal} */
const fair = {
  id: 'LOAD-2',
  tier: 2,
  title:
    'One organization far over its limit does not slow another: none of its requests is refused, and its p99 is at most twice that without load',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ isDirect: true, env: { RATE_LIMITS: 'on' } })
    const quiet = await environment.profile({}, environment.other.admin)
    const loud = await environment.profile()
    const seconds = t.length(6, 60)
    const ask = (id, key) => (n) => send(environment.instances[n % 2].url, 'GET', `/v3/profiles/${id}`, { key })
    const solo = await openLoad({ perSecond: 3, seconds, ask: ask(quiet, environment.other.admin) })
    const flood = openLoad({ perSecond: 70, seconds, ask: ask(loud, environment.acme.admin) })
    const beside = await openLoad({ perSecond: 3, seconds, ask: ask(quiet, environment.other.admin) })
    const flooded = await flood
    const refused = beside.replies.filter(({ status }) => status !== 200).length
    t.figure('flood_refused', flooded.replies.filter(({ status }) => status === 429).length)
    t.figure('p99_solo_ms', times(solo.replies, 0.99))
    t.figure('p99_beside_ms', times(beside.replies, 0.99))
    t.check(
      flooded.replies.some(({ status }) => status === 429),
      'the loud one was never limited',
    )
    t.equal(refused, 0, 'refusals of the quiet one')
    t.atMost(times(beside.replies, 0.99), Math.max(2 * times(solo.replies, 0.99), 50), 'p99 beside the flood, in ms')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const overload = {
  id: 'LOAD-4',
  tier: 2,
  title:
    'At three times the saturating load, goodput is at least 80 % of the peak, accepted p99 at most 1 s, refusals come within 50 ms, and probes are answered',
  injectedBugs: [
    {
      name: 'every request is let in',
      code: [{ file: 'http/transport/load-shedding.js', find: 'this.#inside >= this.#max', put: 'false' }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, isDirect: true })
    const [instance] = environment.instances
    const requests = await lists(environment)
    const atPeak = () => generateLoad(instance.url, { requests, clients: 32, seconds: PEAK_SECONDS })
    await atPeak()
    // Peak and overload in turns: how fast a shared machine is changes within seconds, for both alike then.
    const rounds = t.length(3, 10)
    const peaks = []
    const goodputs = []
    let answers = []
    const probes = []
    for (let round = 0; round < rounds; round += 1) {
      peaks.push(goodputOf(await atPeak(), PEAK_SECONDS))
      const load = generateLoad(instance.url, { requests, perSecond: 3 * peaks[round], seconds: OVERLOAD_SECONDS })
      probes.push(...(await probesDuring(load, instance)))
      const overloaded = await load
      goodputs.push(goodputOf(overloaded, OVERLOAD_SECONDS))
      answers = answers.concat(overloaded)
    }
    const peak = mean(peaks)
    const goodput = mean(goodputs)
    const accepted = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 503)
    const ask = () => send(instance.url, 'GET', '/v3/me', { key: environment.acme.admin })
    const recovery = await until(async () => (await ask()).ms < 100, 10_000)
    t.figure('peak_per_second', peak)
    t.figure('offered_per_second', answers.length / (rounds * OVERLOAD_SECONDS))
    t.figure('goodput_per_second', goodput)
    t.figure('p99_accepted_ms', times(accepted, 0.99))
    t.figure('refused', refused.length)
    t.figure('refusal_p99_ms', times(refused, 0.99))
    t.figure('livez_p99_ms', quantile(probes, 0.99))
    t.figure('recovery_ms', recovery)
    t.equal(answers.length - accepted.length - refused.length, 0, 'requests with another answer, or none')
    t.check(refused.length > 0, 'nothing was refused: the load did not saturate')
    t.check(goodput >= 0.8 * peak, `goodput ${goodput.toFixed(0)} a second, at least ${(0.8 * peak).toFixed(0)}`)
    t.atMost(times(accepted, 0.99), 1_000, 'p99 of accepted requests, in ms')
    t.atMost(times(refused, 0.99), 50, 'p99 of refusals, in ms')
    t.atMost(quantile(probes, 0.99), 100, 'p99 of /livez, in ms')
    t.atMost(recovery, 5_000, 'ms until recovery')
  },
}

/** How long each probe took while the load went on, in ms. A probe a moment is what a supervisor sends; without a pause they would be a load of their own. */
async function probesDuring(load, instance) {
  const probes = []
  let isOver = false
  const end = () => {
    isOver = true
  }
  load.then(end, end)
  while (!isOver) {
    probes.push((await send(instance.opsUrl, 'GET', '/livez', { timeoutMs: 5_000 })).ms)
    await sleep(probeEveryMs)
  }
  return probes
}

/** Lists of forty profiles: an answer costs far more than to ask for it, and no disk has a say in how long it takes. */
async function lists(environment) {
  const [{ url }] = environment.instances
  const { admin: key } = environment.acme
  for (let at = 0; at < 40; at += 1) await environment.profile()
  return [requestText(url, 'GET', '/v3/profiles', { key })]
}

/** Successes a second, of those that came while the load went on. */
const goodputOf = (answers, seconds) =>
  answers.filter(({ status, endedAtMs }) => status === 200 && endedAtMs <= seconds * 1_000).length / seconds

/** @type {import('../../harness/run.mjs').Goal[]} */
export const loadGoals = [fair, overload]
