import { setTimeout as sleep } from 'node:timers/promises'
import { Receiver } from '../../fakes/receiver.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { quantile, until } from '../../harness/traffic/retry.mjs'
import { allowsPrivate, subscribed } from '../../harness/webhooks.mjs'

/** Goals about the time between a change and the first attempt to tell of it. */

/** Milliseconds from each acknowledged creation to the first incoming at the path. Missing ones are Infinity. */
function lagsOf(receiver, path, created) {
  const first = new Map()
  for (const { body, at } of receiver.to(path)) {
    const { payload } = JSON.parse(body)
    if (!first.has(payload.profile_id)) first.set(payload.profile_id, at)
  }
  return created.map(({ id, at }) => Math.max(0, (first.get(id) ?? Number.POSITIVE_INFINITY) - at))
}

/** Creates a profile and notes when that was acknowledged. */
function creator(environment, key, created) {
  return async (n) => {
    const reply = await send(environment.url, 'POST', '/v3/profiles', { key, body: { name: `Event ${n}` } })
    if (reply.status === 201) created.push({ id: reply.json.data.id, at: performance.now() })
    return reply
  }
}

const withoutBounds = {
  name: 'nothing bounds what is in flight',
  code: [
    { file: 'jobs/receiver-claim.store.js', find: 'IN_FLIGHT_OF_RECEIVER = 5', put: 'IN_FLIGHT_OF_RECEIVER = 100' },
    {
      file: 'jobs/receiver-claim.store.js',
      find: 'IN_FLIGHT_OF_ORGANIZATION = 20',
      put: 'IN_FLIGHT_OF_ORGANIZATION = 1000',
    },
  ],
}

/** @type {import('../../harness/run.mjs').Goal} */
const slowNeighbours = {
  id: 'HOOK-5',
  tier: 2,
  title:
    '50 endpoints of one organization never answer or answer byte by byte: another organization is told within 2 s (p99), with at most 5 open attempts per endpoint and 20 per organization',
  injectedBugs: [withoutBounds],
  async run(t) {
    const receiver = await new Receiver().open()
    try {
      const environment = await t.environment({ env: allowsPrivate })
      receiver.behave = ({ path }) =>
        path === '/good' ? 204 : Number(path.split('/').at(-1)) % 2 === 0 ? 'hang' : 'drip'
      for (let n = 0; n < 50; n += 1) await subscribed(environment, receiver.at(`/slow/${n}`), { timeout_seconds: 5 })
      await subscribed(environment, receiver.at('/good'), {}, environment.other.admin)
      await tellBoth(t, environment, receiver)
    } finally {
      await receiver.close()
    }
  },
}

async function tellBoth(t, environment, receiver) {
  const seconds = t.length(20, 300)
  const created = []
  const slow = []
  const [{ replies }] = await Promise.all([
    openLoad({ perSecond: 5, seconds, ask: creator(environment, environment.other.admin, created) }),
    openLoad({ perSecond: 2, seconds, ask: creator(environment, environment.acme.admin, slow) }),
  ])
  t.equal(created.length, replies.length, 'creations of the other organization')
  await until(() => lagsOf(receiver, '/good', created).every(Number.isFinite), 20_000)
  const lags = lagsOf(receiver, '/good', created)
  const most = Math.max(...Array.from({ length: 50 }, (_, n) => receiver.mostOpen(`/slow/${n}`)))
  t.figure('p50_ms', quantile(lags, 0.5))
  t.figure('p99_ms', quantile(lags, 0.99))
  t.figure('deliveries_of_the_slow', receiver.arrivals.length - created.length)
  t.figure('most_per_endpoint', most)
  t.figure('most_of_organization', receiver.mostOpen('/slow'))
  t.check(slow.length >= seconds, 'the slow organization changed hardly anything')
  t.check(receiver.mostOpen('/slow') >= 15, 'the slow endpoints were hardly called')
  t.atMost(quantile(lags, 0.99), 2_000, 'p99 from the change to its delivery')
  t.atMost(most, 5, 'open at one endpoint')
  t.atMost(receiver.mostOpen('/slow'), 20, 'open of one organization')
}

/** @type {import('../../harness/run.mjs').Goal} */
const lag = {
  id: 'OUTB-7',
  tier: 2,
  title: 'At 50 events a second, the first attempt follows the acknowledged change within 1.5 s (p99)',
  injectedBugs: [
    {
      name: 'the outbox is looked at every ten seconds',
      code: [{ file: 'app/workers.js', find: 'QUEUE_POLL_MS = 250', put: 'QUEUE_POLL_MS = 10_000' }],
    },
  ],
  async run(t) {
    const receiver = await new Receiver().open()
    try {
      const environment = await t.environment({ env: allowsPrivate, isDirect: true })
      await subscribed(environment, receiver.url)
      const created = []
      const ask = creator(environment, environment.acme.admin, created)
      await openLoad({ perSecond: 20, seconds: 3, ask })
      await sleep(1_000)
      created.length = 0
      const { replies, seconds } = await openLoad({ perSecond: 50, seconds: t.length(15, 300), ask })
      await until(() => lagsOf(receiver, '/hook', created).every(Number.isFinite), 30_000)
      const lags = lagsOf(receiver, '/hook', created)
      t.figure('events', created.length)
      t.figure('per_second', created.length / seconds)
      t.figure('p50_ms', quantile(lags, 0.5))
      t.figure('p99_ms', quantile(lags, 0.99))
      t.figure('slowest_ms', Math.max(...lags))
      t.equal(created.length, replies.length, 'acknowledged changes')
      t.check(lags.every(Number.isFinite), 'changes that nobody was told of')
      t.atMost(quantile(lags, 0.99), 1_500, 'p99 from the change to the first attempt')
    } finally {
      await receiver.close()
    }
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const deliveryGoals = [slowNeighbours, lag]
