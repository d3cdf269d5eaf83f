import { createServer } from 'node:http'
import { listen } from '../harness/network.mjs'

/**
 * Somebody's endpoint for webhooks: keeps every request and answers as it is told to.
 *
 * @typedef {{ id: string, headers: Record<string, string>, body: string, answered: number }} Arrival answered: 0 where it was not
 */
export class Receiver {
  constructor() {
    this.port = 0
    this.connections = 0
    /** @type {Arrival[]} */
    this.arrivals = []
    /** A status, or `hang` or `reset`. @type {(arrival: Arrival) => number | 'hang' | 'reset'} */
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
    return `http://127.0.0.1:${this.port}/hook`
  }

  #take({ headers }, body, outgoing) {
    const arrival = { id: String(headers['webhook-id']), headers, body, answered: 0 }
    this.arrivals.push(arrival)
    const how = this.behave(arrival)
    if (how === 'hang') return
    if (how === 'reset') return void outgoing.destroy()
    arrival.answered = how
    outgoing.writeHead(how)
    outgoing.end()
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }
}
