/**
 * The load generator, a process of its own: reads one order as JSON from standard input, tells `start` and `end` of the
 * measured time as JSON lines, then `done` when every request has its answer. Plain sockets, because a client that costs as much as the server would be measured itself.
 *
 * Closed model: each connection sends its next request when it has its answer. Open model: requests arrive at random
 * (Poisson) at a fixed rate whatever the answers do, and a latency counts from the moment a request was due.
 *
 * @typedef {object} Order
 * @property {'closed' | 'open'} model
 * @property {number} connections
 * @property {number} seconds of the measured time
 * @property {number} warmUpSeconds at least
 * @property {number} [warmUpAnswers] at least; 800 unless told, so that each connection to the database has made its plans
 * @property {number} [rate] requests per second in all, open model
 * @property {{ host: string, port: number }[]} targets connections are dealt out in turn
 * @property {string} request the whole request, with @PROFILE@, @KEY@, @ACCOUNT@ and @COUNT@ (six digits) in it
 * @property {{ account: string, prefix: string, first: number, count: number }[]} profiles ids are prefix and 12 digits
 * @property {number} [replays] the same so many keys again and again, each with its own profile; sent once before the start
 */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** PostgreSQL plans the first executions of a statement anew each time, on every connection. */
const warmUpAnswers = 800
const warmUpSecondsMax = 60
const drainSecondsMax = 10

/** @type {Order} */
const order = JSON.parse(await text(process.stdin))
/** Of each account, how many profiles there are up to its last one. */
const ends = []
for (const { count } of order.profiles) ends.push((ends.at(-1) ?? 0) + count)
const total = ends.at(-1) ?? 0
const pieces = order.request.split(/(@[A-Z]+@)/)
const run = randomBytes(6).toString('hex')
let sent = 0

function profileAt(place) {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (place < ends[middle]) high = middle
    else low = middle + 1
  }
  const { account, prefix, first, count } = order.profiles[low]
  return { account, profile: prefix + String(first + place - ends[low] + count).padStart(12, '0') }
}

/** @param {number | null} replay which of the repeated keys */
function nextRequest(replay) {
  sent += 1
  const { account, profile } = profileAt(replay === null ? Math.floor(Math.random() * total) : replay % total)
  const values = {
    '@PROFILE@': profile,
    '@ACCOUNT@': account,
    '@KEY@': replay === null ? `bench_${run}_${sent}` : `bench_${run}_replay_${replay}`,
    '@COUNT@': String(sent % 1_000_000).padStart(6, '0'),
  }
  let written = ''
  for (const piece of pieces) written += values[piece] ?? piece
  return written
}

const statuses = new Map()
let latencies = []
let answered = 0
let accepted = 0
let isMeasuring = false

function note(status, milliseconds) {
  answered += 1
  if (status < 300) accepted += 1
  if (!isMeasuring) return
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
  latencies.push(milliseconds)
}

const headEnd = Buffer.from('\r\n\r\n')

class Connection {
  #socket
  #received = []
  #bytes = 0
  #expected = Number.POSITIVE_INFINITY
  #status = 0
  #dueAt = 0
  #onAnswer

  constructor({ host, port }, onAnswer) {
    this.#onAnswer = onAnswer
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('error', (error) => {
      throw error
    })
  }

  send(written, dueAt) {
    this.#dueAt = dueAt
    this.#socket.write(written, 'latin1')
  }

  #take(chunk) {
    this.#received.push(chunk)
    this.#bytes += chunk.length
    if (this.#expected === Number.POSITIVE_INFINITY) this.#readHead()
    if (this.#bytes < this.#expected) return
    this.#received = []
    this.#bytes = 0
    this.#expected = Number.POSITIVE_INFINITY
    note(this.#status, performance.now() - this.#dueAt)
    this.#onAnswer(this)
  }

  #readHead() {
    const all = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received)
    const end = all.indexOf(headEnd)
    if (end < 0) return
    const head = all.latin1Slice(0, end)
    this.#status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)
    if (length === null && this.#status !== 204) throw new Error(`an answer without a length: ${head}`)
    this.#expected = end + headEnd.length + Number(length?.[1] ?? 0)
  }

  close() {
    this.#socket.destroy()
  }
}

function openConnections(onAnswer) {
  return Array.from(
    { length: order.connections },
    (_, at) => new Connection(order.targets[at % order.targets.length], onAnswer),
  )
}

/** Sends every repeated key once, so that there is an answer to replay. */
function prime(keys) {
  return new Promise((resolve) => {
    let next = 0
    let primed = 0
    const onAnswer = (connection) => {
      primed += 1
      if (primed === keys) {
        for (const one of connections) one.close()
        resolve(undefined)
      } else sendNext(connection)
    }
    const sendNext = (connection) => {
      if (next < keys) connection.send(nextRequest(next++), performance.now())
    }
    const connections = openConnections(onAnswer)
    for (const connection of connections) sendNext(connection)
  })
}

function whichReplay() {
  return order.replays === undefined ? null : sent % order.replays
}

function startClosed() {
  const send = (connection) => {
    if (!isEnding) connection.send(nextRequest(whichReplay()), performance.now())
  }
  const connections = openConnections(send)
  for (const connection of connections) send(connection)
}

function startOpen() {
  const free = []
  const due = []
  const onAnswer = (connection) => {
    const dueAt = due.shift()
    if (dueAt === undefined) free.push(connection)
    else connection.send(nextRequest(whichReplay()), dueAt)
  }
  free.push(...openConnections(onAnswer))
  let nextAt = performance.now()
  const tick = () => {
    const now = performance.now()
    // The longest idle one first: a connection on which nothing comes is closed by the server after a while.
    while (nextAt <= now && !isEnding) {
      const connection = free.shift()
      if (connection === undefined) due.push(nextAt)
      else connection.send(nextRequest(whichReplay()), nextAt)
      nextAt += (-Math.log(1 - Math.random()) * 1000) / order.rate
    }
    if (!isEnding) setTimeout(tick, Math.min(1, Math.max(0, nextAt - now)))
  }
  tick()
}

const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

let isEnding = false
if (order.replays !== undefined) await prime(order.replays)
if (order.model === 'open') startOpen()
else startClosed()
await sleep(order.warmUpSeconds)
const patienceEndsAt = performance.now() + warmUpSecondsMax * 1000
while (answered < (order.warmUpAnswers ?? warmUpAnswers) && performance.now() < patienceEndsAt) await sleep(0.1)
isMeasuring = true
const startedAt = performance.now()
tell({ event: 'start' })
await sleep(order.seconds)
isMeasuring = false
const seconds = (performance.now() - startedAt) / 1000
isEnding = true
latencies = Float64Array.from(latencies).sort()
const percentile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
tell({
  event: 'end',
  seconds,
  answers: latencies.length,
  statuses: Object.fromEntries(statuses),
  p50: percentile(0.5),
  p99: percentile(0.99),
  p999: percentile(0.999),
})
const doneBy = performance.now() + drainSecondsMax * 1000
while (answered < sent && performance.now() < doneBy) await sleep(0.05)
tell({ event: 'done', accepted, isComplete: answered === sent })
process.exit(0)
