import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../harness/traffic/http.mjs'
import { quantile, until } from '../../harness/traffic/retry.mjs'

/** What clients that have shown no valid key can take of a server: memory, connections, places. */

const MIB = 1024 * 1024
const BODY_BYTES = 125_000

/** Connections are made in waves: what a kernel holds for them is memory of the machine, too. */
const WAVE = 250

function dial(url) {
  const { hostname, port } = new URL(url)
  return connect({ host: hostname, port: Number(port) }).on('error', () => {})
}

/** The most memory that the process had while `work` went on, looked at every 100 ms. */
async function memoryDuring(instance, work) {
  const now = async () => {
    const { text } = await send(instance.opsUrl, 'GET', '/metrics')
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1] ?? Number.NaN)
  }
  const before = await now()
  let most = before
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      // A look that got no answer says nothing.
      most = Math.max(most, (await now()) || 0)
      await sleep(100)
    }
  })()
  const done = await work()
  isOver = true
  await watching
  return { done, addedMib: (most - before) / MIB }
}

/** Bodies without their last byte, on a connection each: without a key, with one that reads well, to a provider's address. */
async function unfinishedBodies(url, count) {
  const { host } = new URL(url)
  const most = Buffer.alloc(BODY_BYTES - 1, 'x')
  const sockets = []
  for (let at = 0; at < count; at += 1) {
    const key = at % 2 === 0 ? '' : `x-api-key: ${randomUUID()}\r\n`
    const socket = dial(url)
    socket.resume()
    socket.write(
      `POST /v3/profiles HTTP/1.1\r\nhost: ${host}\r\n${key}content-type: application/json\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`,
    )
    socket.write(most)
    sockets.push(socket)
    if (at % WAVE === WAVE - 1) await sleep(50)
  }
  return sockets
}

/** @type {import('../../harness/run.mjs').Goal} */
const unfinished = {
  id: 'LOAD-8',
  tier: 1,
  // Thousands of connections want more open files than a CI runner may allow.
  isForCi: false,
  title:
    'Clients without a valid key: 5,000 unfinished bodies of 125 kB cost at most 64 MiB, 1,000 of 3,000 silent connections stay open, and a valid key is served beside them',
  injectedBugs: [
    {
      name: 'bodies are read before their key is looked at',
      code: [
        {
          file: 'http/transport/body-gate.js',
          find: "if (key === undefined || key === '')",
          put: "if (true) return { kind: 'read', mark: '', release: nothing };\n        if (key === undefined || key === '')",
        },
      ],
    },
    {
      name: 'connections of an address are not counted',
      code: [
        { file: 'http/transport/connections.js', find: 'ofAddress.size > this.#bounds.maxPerAddress', put: 'false' },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, isDirect: true })
    const [instance] = environment.instances
    const id = await environment.profile()
    const change = () =>
      send(instance.url, 'PATCH', `/v3/profiles/${id}`, { key: environment.acme.admin, body: { description: 'x' } })
    for (let count = 0; count < 200; count += 1) await change()
    const statuses = new Map()
    const note = ({ status, error }) => {
      const what = status === 0 ? String(error) : String(status)
      statuses.set(what, (statuses.get(what) ?? 0) + 1)
    }
    const { addedMib } = await memoryDuring(instance, async () => {
      const sockets = await unfinishedBodies(instance.url, 5_000)
      for (let count = 0; count < 10; count += 1) {
        note(await change())
        await sleep(50)
      }
      for (const socket of sockets) socket.destroy()
    })
    t.figure('added_mib', addedMib)
    t.atMost(addedMib, 64, 'MiB for 5,000 unfinished bodies')

    // Wave by wave: one that the kernel had no pool for in its queue looks open here, and the server never sees it.
    const silent = []
    while (silent.length < 3_000) {
      const wave = Array.from({ length: WAVE }, () => dial(instance.url).resume())
      silent.push(...wave)
      await until(() => wave.every(({ readyState }) => readyState !== 'opening'), 5_000)
      await sleep(100)
    }
    for (let count = 0; count < 10; count += 1) {
      const reply = await send(instance.url, 'GET', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        isFresh: true,
      })
      note(reply)
    }
    // As the server counts: what waits in the kernel's queue is open on this side alone.
    const left = await environment.metric('process_open_fds')
    for (const socket of silent) socket.destroy()
    t.figure('files_open', left)
    t.figure('valid', [...statuses].map(([status, count]) => `${status}:${count}`).join(','))
    t.check(left > 500, 'hardly a connection stayed')
    t.atMost(left, 1_200, 'files that the server has open beside 3,000 silent connections')
    t.equal([...statuses.keys()].join(), '200', 'answers to a valid key')
  },
}

/** Sends a hundred requests with wrong keys on a connection, and the same on the next one when it ends. @returns {() => Promise<number>} ends it */
function flood(url) {
  const { host } = new URL(url)
  let isOver = false
  let sent = 0
  const guesses = Array.from(
    { length: 100 },
    () => `GET /v3/profiles HTTP/1.1\r\nhost: ${host}\r\nx-api-key: ${randomUUID()}\r\n\r\n`,
  )
  const run = async () => {
    while (!isOver) {
      const socket = dial(url)
      await new Promise((resolve) => {
        socket.resume().setTimeout(2_000, () => socket.destroy())
        socket.once('close', resolve)
        socket.write(guesses.join(''))
      })
      sent += guesses.length
    }
  }
  const running = run()
  return async () => {
    isOver = true
    await running
    return sent
  }
}

/** @type {import('../../harness/run.mjs').Goal} */
const wrongKeys = {
  id: 'LOAD-9',
  tier: 1,
  isForCi: false,
  title:
    'One address sends a flood of wrong keys, a hundred pipelined on each connection: no request with a valid key is refused',
  injectedBugs: [
    {
      name: 'valid keys are forgotten, and share the places of wrong ones',
      code: [{ file: 'http/auth/known-keys.js', find: 'untilMs !== undefined && this.#now() < untilMs', put: 'false' }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, isDirect: true })
    const [instance] = environment.instances
    const id = await environment.profile()
    const ask = () => send(instance.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin, isFresh: true })
    const calm = []
    for (let count = 0; count < 40; count += 1) calm.push(await ask())
    const floods = Array.from({ length: 6 }, () => flood(instance.url))
    const beside = []
    const untilMs = performance.now() + t.length(8_000, 60_000)
    while (performance.now() < untilMs) {
      beside.push(await ask())
      await sleep(20)
    }
    const sent = await Promise.all(floods.map((end) => end()))
    const p99 = (replies) =>
      quantile(
        replies.map(({ ms }) => ms),
        0.99,
      )
    const refused = beside.filter(({ status }) => status !== 200)
    t.figure(
      'wrong_keys',
      sent.reduce((sum, count) => sum + count, 0),
    )
    t.figure('valid', beside.length)
    t.figure('refused', refused.length)
    t.figure('p99_calm_ms', p99(calm))
    t.figure('p99_beside_ms', p99(beside))
    t.figure('shed', await environment.metric('letterhead_load_shed_total', 'reason="(pipelined|unauthenticated)"'))
    t.equal(
      refused.length,
      0,
      `valid requests that were refused (${[...new Set(refused.map(({ status, error }) => `${status} ${error ?? ''}`))].join(', ')})`,
    )
    t.check(beside.length > 20, 'hardly a valid request was sent')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const strangerGoals = [unfinished, wrongKeys]
