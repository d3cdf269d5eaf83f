import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

const { host, port, requests, seconds, perSecond, clients } = workerData
/** How long answers are waited for after the last request. */
const PATIENCE_MS = 15_000
/** As a load balancer holds them. Node accepts one new connection in a turn of its loop, so a storm of those is another thing. */
const CONNECTIONS = 512

let startedAt = performance.now()
/** @type {import('./storm.mjs').Answer[]} */
const answers = []
/** @type {Connection[]} */
const idle = []
/** Requests whose time has come while every connection was in use; null tells them that they will have none. @type {((connection: Connection | null) => void)[]} */
const waiting = []
const open = new Set()

/** A connection on which one request at a time is under way. */
class Connection {
  #received = Buffer.alloc(0)
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
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const head = this.#received.indexOf('\r\n\r\n')
    if (head === -1) return
    const text = this.#received.latin1Slice(0, head)
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (this.#received.length < head + 4 + length) return
    this.#received = Buffer.alloc(0)
    this.#end(Number(text.slice(9, 12)))
    if (/connection: close/i.test(text)) this.socket.destroy()
    else this.#isFree()
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
