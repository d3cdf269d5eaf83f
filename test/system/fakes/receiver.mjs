import { createServer } from 'node:http'
import { listen } from '../harness/servers/network.mjs'

/**
 * Somebody's endpoint for webhooks: keeps every request and answers as it is told to. Its paths are endpoints of their own.
 *
 * @typedef {{ id: string, path: string, headers: Record<string, string>, body: string, at: number, answered: number }} IncomingRequest
 *   at: milliseconds of `performance.now()`; answered: 0 where it was not
 * @typedef {number | 'hang' | 'drip' | 'reset' | { status: number, headers: Record<string, string> }} Behaviour
 *   drip: an answer of a byte a second that never ends
 */
export class Receiver {
  constructor() {
    this.port = 0
    this.connections = 0
    /** @type {IncomingRequest[]} */
    this.arrivals = []
    /** Requests that are open now, and the most that ever were, by path and by its first member. @type {Map<string, { now: number, most: number }>} */
    this.busy = new Map()
    /** @type {(incoming: IncomingRequest) => Behaviour} */
    this.behave = () => 204
    this.server = createServer((incoming, outgoing) => {
      const chunks = []
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('end', () => this.#take(incoming, Buffer.concat(chunks).toString('utf8'), outgoing))
      incoming.on('error', () => undefined)
    })
    this.server.on('connection', () => {
      this.connections += 1
    })
  }

  async open() {
    this.port = await listen(this.server)
    return this
  }

  get url() {
    return this.at('/hook')
  }

  /** @param {string} path @returns {string} the address of one of its endpoints */
  at(path) {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** @param {string} path @returns {IncomingRequest[]} what came to one of its endpoints */
  to(path) {
    return this.arrivals.filter((incoming) => incoming.path === path)
  }

  #take({ headers, url }, body, outgoing) {
    const path = String(url)
    const incoming = { id: String(headers['webhook-id']), path, headers, body, at: performance.now(), answered: 0 }
    this.arrivals.push(incoming)
    this.#countOpen(path, outgoing)
    const how = this.behave(incoming)
    if (how === 'hang') return
    if (how === 'drip') return drip(outgoing)
    if (how === 'reset') return void outgoing.destroy()
    const { status, headers: own } = typeof how === 'number' ? { status: how, headers: {} } : how
    incoming.answered = status
    outgoing.writeHead(status, own)
    outgoing.end()
  }

  #countOpen(path, outgoing) {
    for (const name of new Set([path, `/${path.split('/')[1]}`])) {
      const count = this.busy.get(name) ?? { now: 0, most: 0 }
      count.now += 1
      count.most = Math.max(count.most, count.now)
      this.busy.set(name, count)
      outgoing.once('close', () => {
        count.now -= 1
      })
    }
  }

  /** @param {string} path or its first member @returns {number} the most requests that were ever open at once */
  mostOpen(path) {
    return this.busy.get(path)?.most ?? 0
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }
}

function drip(outgoing) {
  outgoing.writeHead(200)
  const timer = setInterval(() => outgoing.write('.'), 1_000)
  outgoing.once('close', () => clearInterval(timer))
}
