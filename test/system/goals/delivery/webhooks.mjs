import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { Receiver } from '../../fakes/receiver.mjs'
import { listen } from '../../harness/servers/network.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { until } from '../../harness/traffic/retry.mjs'
import { allowsPrivate, isGenuine, subscribe } from '../../harness/webhooks.mjs'
import { hostileAddresses } from '../../model/addresses.mjs'

/** What the published library of Standard Webhooks says. */
function isGenuineToLibrary({ headers, body }, secret) {
  try {
    new Webhook(secret).verify(body, headers)
    return true
  } catch {
    return false
  }
}

/** @type {import('../../harness/run.mjs').Goal} */
const signatures = {
  id: 'HOOK-1',
  tier: 1,
  title: 'Both signatures of a delivery verify as documented; a changed byte and a time that is 301 s away do not',
  injectedBugs: [
    {
      name: 'another id is signed than is sent',
      code: [
        {
          file: 'resources/webhooks/signature.rules.js',
          find: 'new Webhook(key).sign(eventId,',
          put: 'new Webhook(key).sign(endpointId,',
        },
      ],
    },
  ],
  async run(t) {
    const receiver = await new Receiver().open()
    try {
      const environment = await t.environment({ instances: 1, env: allowsPrivate })
      const made = await subscribe(environment, receiver.url)
      t.equal(made.status, 201, 'subscription')
      const secret = made.json.data.signing_secret
      for (let n = 0; n < 5; n += 1) await environment.profile({ name: `Event ${n}` })
      await until(() => receiver.arrivals.length >= 5, 20_000)
      t.check(receiver.arrivals.length >= 5, `only ${receiver.arrivals.length} deliveries`)
      for (const incoming of receiver.arrivals) {
        t.check(isGenuine(incoming, secret), 'a delivery does not verify')
        t.check(isGenuineToLibrary(incoming, secret), 'a delivery does not verify with the published library')
        t.check(!isGenuine({ ...incoming, body: incoming.body.replace('"', "'") }, secret), 'a changed body verifies')
        t.check(!isGenuine(incoming, secret, Date.now() + 301_000), 'an old delivery verifies')
      }
      t.figure('deliveries', receiver.arrivals.length)
    } finally {
      await receiver.close()
    }
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const atLeastOnce = {
  id: 'HOOK-2',
  tier: 1,
  title:
    'A receiver fails at random and servers are killed: every event arrives, and a repeated one has the same id and bytes',
  injectedBugs: [
    {
      name: 'a failed delivery counts as done',
      code: [
        {
          file: 'resources/webhooks/attempt.rules.js',
          find: 'status >= 200 && status < 300',
          put: 'status >= 200 && status < 600',
        },
      ],
    },
  ],
  async run(t) {
    const receiver = await new Receiver().open()
    try {
      const environment = await t.environment({ env: allowsPrivate })
      await deliverThroughKills(t, environment, receiver)
    } finally {
      await receiver.close()
    }
  },
}

async function deliverThroughKills(t, environment, receiver) {
  const tries = new Map()
  receiver.behave = ({ id }) => {
    const count = (tries.get(id) ?? 0) + 1
    tries.set(id, count)
    // The third try succeeds, so that an event never runs out of tries by chance.
    if (count >= 3) return 204
    return t.random.pick([204, 204, 204, 500, 'reset', 'hang'])
  }
  t.equal((await subscribe(environment, receiver.url)).status, 201, 'subscription')
  const total = t.length(120, 5_000)
  let made = 0
  let kills = 0
  let isOver = false
  const reaping = (async () => {
    while (!isOver) {
      await sleep(3_000)
      const victim = environment.instances[kills % 2]
      await victim.kill()
      kills += 1
      // The leases of the killed one end; what the other one holds is delivered twice at worst.
      await environment.query(
        `update jobs set lease_until = now() where kind = 'deliver_webhook' and lease_until is not null`,
      )
      await victim.startPatiently()
    }
  })()
  for (let n = 0; n < total; n += 1) {
    const { status } = await send(environment.url, 'POST', '/v3/profiles', {
      key: environment.acme.admin,
      body: { name: `Event ${n}` },
    })
    if (status === 201) made += 1
    await sleep(40)
  }
  const open = `select count(*) from deliveries where state in ('PENDING', 'RETRYING')`
  const settled = await until(
    async () => {
      await environment.query(
        `update jobs set due_at = now() where kind = 'deliver_webhook' and due_at > now() and lease_until is null`,
      )
      return (await environment.count(open)) === 0
    },
    t.length(120_000, 1_800_000),
  )
  isOver = true
  await reaping
  const events = (await environment.query(`select id from events where type = 'profile.created'`)).map(({ id }) => id)
  const done = new Set(receiver.arrivals.filter(({ answered }) => answered === 204).map(({ id }) => id))
  const bodies = new Map()
  let changed = 0
  for (const { id, body } of receiver.arrivals) {
    if (bodies.has(id) && bodies.get(id) !== body) changed += 1
    bodies.set(id, body)
  }
  const lost = events.filter((id) => ![...done].some((arrived) => arrived.includes(id)))
  t.figure('events', events.length)
  t.figure('kills', kills)
  t.figure('arrivals', receiver.arrivals.length)
  t.figure('lost', lost.length)
  t.check(Number.isFinite(settled), 'deliveries that are still open')
  t.check(events.length >= made && made > total / 2, `only ${events.length} events of ${made} profiles`)
  t.equal(lost.length, 0, `events that never arrived (${lost[0]} of ${[...done][0]})`)
  t.equal(changed, 0, 'events that came with other bytes')
}

/** @type {import('../../harness/run.mjs').Goal} */
const noInnerNetwork = {
  id: 'SSRF-1',
  tier: 1,
  title:
    'More than 120 hostile addresses are given as webhook endpoints: each is refused or fails, and nothing connects to this machine',
  injectedBugs: [{ name: 'private addresses are allowed', env: allowsPrivate }],
  async run(t) {
    const listeners = await Promise.all(['127.0.0.1', '0.0.0.0', '::'].map(openListener))
    try {
      const ports = listeners.map(({ port }) => port)
      const environment = await t.environment({
        instances: 1,
        env: { WEBHOOK_PORTS: ['443', ...ports].join(','), ...(t.injectedBug?.env ?? {}) },
      })
      const addresses = ports.flatMap((port) => hostileAddresses(port))
      await tryAddresses(t, environment, addresses)
      t.figure('addresses', addresses.length)
      const touched = listeners.reduce((sum, { seen }) => sum + seen(), 0)
      t.equal(touched, 0, 'connections to listeners of this machine')
      t.check(addresses.length >= 120, `only ${addresses.length} addresses`)
    } finally {
      for (const { server } of listeners) server.close()
    }
    await reachedWhenAllowed(t)
  },
}

async function tryAddresses(t, environment, addresses) {
  let taken = 0
  for (const url of addresses) {
    const made = await subscribe(environment, url, { retry_count: 1 })
    t.check(made.status === 201 || made.status === 400, `${JSON.stringify(url.slice(0, 60))}: ${made.status}`)
    if (made.status !== 201) continue
    taken += 1
    const path = `/v3/webhooks/${made.json.data.id}`
    const tried = await send(environment.url, 'POST', `${path}/test`, { key: environment.acme.admin, body: {} })
    t.equal(tried.status, 200, 'a test of the webhook')
    if (taken % 10 === 0) await sleep(1_500)
  }
  await sleep(2_500)
  t.figure('taken_and_tried', taken)
}

/** Counts connections; the protocol does not matter. */
async function openListener(host) {
  let count = 0
  const server = createServer((socket) => {
    count += 1
    socket.on('error', () => undefined)
    socket.destroy()
  })
  if (host === '127.0.0.1') await listen(server)
  else await new Promise((resolve, reject) => server.once('error', reject).listen({ host, port: 0 }, resolve))
  return { server, port: server.address().port, seen: () => count }
}

/** The control: where private addresses are allowed a delivery does arrive. */
async function reachedWhenAllowed(t) {
  if (t.injectedBug !== null) return
  const receiver = await new Receiver().open()
  try {
    const environment = await t.environment({ instances: 1, env: allowsPrivate })
    await subscribe(environment, receiver.url)
    await environment.profile()
    const waited = await until(() => receiver.connections > 0, 20_000)
    t.check(Number.isFinite(waited), 'an allowed address was not reached either: the search is blind')
  } finally {
    await receiver.close()
  }
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const webhookGoals = [signatures, atLeastOnce, noInnerNetwork]
