import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

const { host, port, requests, seconds, perSecond, clients } = workerData
/** How long answers are waited for after the last request. */
const PATIENCE_MS = 15_000
/** As a load balancer holds them. Node accepts one new connection in a turn of its loop, so a generateLoad of those is another thing. */
const CONNECTIONS = 512
const NOTHING = Buffer.alloc(0)

let startedAt = performance.now()
/** @type {import('./load-generator.mjs').HttpResponse[]} */
const answers = []
/** @type {Connection[]} */
const idle = []
/** Requests whose time has come while every connection was in use; null tells them that they will have none. @type {((connection: Connection | null) => void)[]} */
const waiting = []
const open = new Set()

/** A connection on which one request at a time is under way. */
class Connection {
  /** What has come of a head that is not whole yet. */
  #head = NOTHING
  /** How much of the answer is still to come, once its head is there. */
  #missing = 0
  #status = 0
  #isLast = false
  #sentAt = 0
  #done = null

  constructor() {
    open.add(this)
    this.socket = connect({ host, port, noDelay: true })
    this.socket.on('connect', () => this.#isFree())
    this.socket.on('data', (chunk) => this.#take(chunk))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      open.delete(this)
      if (idle.includes(this)) idle.splice(idle.indexOf(this), 1)
      this.#end(0)
    })
  }

  #isFree() {
    const next = waiting.shift()
    if (next === undefined) idle.push(this)
    else next(this)
  }

  /** @returns {Promise<void>} when the answer is there, or will never be */
  ask(text, dueAt) {
    this.#sentAt = dueAt
    this.socket.write(text)
    return new Promise((resolve) => {
      this.#done = resolve
    })
  }

  #take(chunk) {
    if (this.#missing > 0) this.#missing -= chunk.length
    else if (!this.#readHead(chunk)) return
    if (this.#missing > 0) return
    this.#end(this.#status)
    if (this.#isLast) this.socket.destroy()
    else this.#isFree()
  }

  /** @returns {boolean} whether the head is whole */
  #readHead(chunk) {
    const received = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const end = received.indexOf('\r\n\r\n')
    this.#head = end === -1 ? received : NOTHING
    if (end === -1) return false
    const text = received.latin1Slice(0, end)
    this.#status = Number(text.slice(9, 12))
    this.#isLast = /connection: close/i.test(text)
    this.#missing = end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0) - received.length
    return true
  }

  #end(status) {
    const done = this.#done
    if (done === null) return
    this.#done = null
    const now = performance.now()
    answers.push({ status, ms: now - this.#sentAt, endedAtMs: now - startedAt })
    done()
  }
}

async function ask(n, dueAt) {
  const connection = idle.pop() ?? (await new Promise((resolve) => waiting.push(resolve)))
  if (connection !== null) return connection.ask(requests[n % requests.length], dueAt)
  const now = performance.now()
  answers.push({ status: 0, ms: now - dueAt, endedAtMs: now - startedAt })
}

async function openModel() {
  const running = []
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const dueAt = startedAt + (n * 1_000) / perSecond
    const early = dueAt - performance.now()
    if (early > 1) await sleep(early)
    // What has come in is read between two bursts, however late the generator is.
    else if (n % 16 === 0) await sleep(0)
    running.push(ask(n, dueAt))
  }
  return running
}

function closedModel() {
  let n = 0
  return Array.from({ length: clients }, async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      n += 1
      await ask(n, performance.now())
    }
  })
}

for (let at = 0; at < (clients ?? CONNECTIONS); at += 1) new Connection()
while (idle.length < open.size) await sleep(10)
// A connection that is made is not one that is accepted yet: an answer on it is.
await Promise.all(idle.splice(0).map((connection) => connection.ask(`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`, 0)))
answers.length = 0
startedAt = performance.now()
const running = perSecond === undefined ? closedModel() : await openModel()
await Promise.race([Promise.all(running), sleep(PATIENCE_MS, undefined, { ref: false })])
for (const { socket } of open) socket.destroy()
for (const giveUp of waiting.splice(0)) giveUp(null)
await Promise.all(running)
parentPort?.postMessage(answers)
