import { Agent, createServer, request } from 'node:http'
import { send } from '../traffic/http.mjs'
import { listen } from './network.mjs'

const probeEveryMs = 100

/**
 * A small HTTP load balancer: takes turns among the instances that say they are ready, and goes to the next one only
 * where the connection could not be made at all, because then nothing was sent. An answer that is lost is the client's to
 * ask for again.
 */
export class Balancer {
  /** @param {() => { url: string, opsUrl: string }[]} upstreams */
  constructor(upstreams) {
    this.upstreams = upstreams
    this.agent = new Agent({ keepAlive: true, maxSockets: 512 })
    this.ready = new Map()
    this.turn = 0
    this.url = ''
    this.server = createServer((incoming, outgoing) => this.#relay(incoming, outgoing))
    this.server.keepAliveTimeout = 60_000
    this.probing = null
  }

  async open() {
    this.url = `http://127.0.0.1:${await listen(this.server)}`
    await this.probe()
    this.probing = setInterval(() => void this.probe(), probeEveryMs)
    return this
  }

  async probe() {
    await Promise.all(
      this.upstreams().map(async ({ url, opsUrl }) => {
        const { status } = await send(opsUrl, 'GET', '/readyz', { timeoutMs: 1_000 })
        this.ready.set(url, status === 200)
      }),
    )
  }

  #relay(incoming, outgoing) {
    const chunks = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', () => this.#forward(incoming, Buffer.concat(chunks), outgoing, this.#order()))
  }

  #order() {
    const all = this.upstreams()
    this.turn += 1
    const turned = all.map((_, at) => all[(at + this.turn) % all.length])
    const ready = turned.filter(({ url }) => this.ready.get(url) === true)
    return [...ready, ...turned.filter((upstream) => !ready.includes(upstream))]
  }

  #forward(incoming, body, outgoing, [upstream, ...others]) {
    if (upstream === undefined) return this.#refuse(outgoing, 503)
    const options = { method: incoming.method, headers: incoming.headers, agent: this.agent }
    const onward = request(`${upstream.url}${incoming.url}`, options, (answer) => {
      const { connection: _, 'keep-alive': __, ...headers } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, headers)
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    onward.on('error', (error) => {
      if (outgoing.headersSent) return void outgoing.destroy()
      if (error.code === 'ECONNREFUSED') {
        this.ready.set(upstream.url, false)
        return this.#forward(incoming, body, outgoing, others)
      }
      this.#refuse(outgoing, 502)
    })
    onward.end(body)
  }

  #refuse(outgoing, status) {
    outgoing.writeHead(status, { 'content-type': 'application/json', 'x-balancer': 'refused' })
    outgoing.end('{}')
  }

  async close() {
    clearInterval(this.probing)
    this.agent.destroy()
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }
}
