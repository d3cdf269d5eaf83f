import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageReader, readBoundName, readParse, readQuery, writeParse } from '../traffic/frames.mjs'
import { listen } from './network.mjs'

/**
 * A TCP proxy that goes wrong on request. In front of a database it also reads the protocol, so that it can stop before
 * and after each statement, and put another text in a statement's place: the server under test needs no hook for that.
 *
 * @typedef {{ names: string[], connection: number }} Passing one round trip: the names of its statements
 * @typedef {(phase: 'before' | 'after', passing: Passing) => Promise<'drop' | void> | 'drop' | void} Watcher
 *   `drop` ends the connection there
 * @typedef {(name: string, text: string) => string} Rewriter
 */

/** What only names the tenant of the statement after it. */
const scopeNames = ['scope', 'scope_together']

export class FaultProxy {
  /** @param {{ targetPort: number, readsSql?: boolean }} options */
  constructor({ targetPort, readsSql = false }) {
    this.targetPort = targetPort
    this.readsSql = readsSql
    this.port = 0
    /** Added to each piece of data, in each direction. */
    this.latencyMs = 0
    /** Data is taken and goes nowhere; connections stay. */
    this.isBlackHole = false
    /** New connections are reset. */
    this.refuses = false
    /** Most bytes of an answer that pass in a second; 0 is no limit. */
    this.answerBytesPerSecond = 0
    /** @type {Watcher | null} */
    this.watcher = null
    /** @type {Rewriter | null} */
    this.rewriter = null
    /** Everything that the client sends, where it is set. @type {Buffer[] | null} */
    this.tap = null
    this.connections = 0
    this.bytesFromClient = 0
    /** @type {Set<import('node:net').Socket>} */
    this.sockets = new Set()
    this.server = createServer({ allowHalfOpen: false }, (client) => this.#accept(client))
  }

  async open() {
    this.port = await listen(this.server)
    return this
  }

  #accept(client) {
    if (this.refuses) return void client.resetAndDestroy()
    this.connections += 1
    const upstream = connect({ host: '127.0.0.1', port: this.targetPort })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      this.sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.sockets.delete(socket)
        if (!this.isBlackHole) other.destroy()
      })
    }
    client.on('data', (chunk) => this.tap?.push(chunk))
    if (this.readsSql) new SqlConnection(this, client, upstream, this.connections)
    else this.#relay(client, upstream)
  }

  #relay(client, upstream) {
    client.on('data', (chunk) => {
      this.bytesFromClient += chunk.length
      this.pass(chunk, upstream)
    })
    upstream.on('data', (chunk) => this.#passAnswer(chunk, upstream, client))
  }

  async #passAnswer(chunk, upstream, client) {
    if (this.answerBytesPerSecond === 0) return this.pass(chunk, client)
    upstream.pause()
    const step = Math.max(1, Math.floor(this.answerBytesPerSecond / 10))
    for (let at = 0; at < chunk.length && !client.destroyed; at += step) {
      client.write(chunk.subarray(at, at + step))
      await sleep(Math.max(100, 1_000 / this.answerBytesPerSecond))
    }
    upstream.resume()
  }

  /** Hands data on as the current faults allow. */
  async pass(chunk, socket) {
    if (this.latencyMs > 0) await sleep(this.latencyMs)
    if (!this.isBlackHole && !socket.destroyed) socket.write(chunk)
  }

  /** Resets every connection that is open now. */
  reset() {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  /** Ends the black hole. What was swallowed is lost, so the connections that lost it are reset. */
  heal() {
    const wasBlackHole = this.isBlackHole
    this.isBlackHole = false
    this.refuses = false
    this.latencyMs = 0
    this.answerBytesPerSecond = 0
    if (wasBlackHole) this.reset()
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }
}

/** One connection to the database, cut into round trips: what the client sends up to a Sync, then what comes back. */
class SqlConnection {
  #wire
  #client
  #upstream
  #number
  #fromClient = new MessageReader()
  #fromServer = new MessageReader()
  #isStarted = false
  #isAuthenticated = false
  /** @type {Buffer[]} */
  #outgoing = []
  /** @type {string[]} */
  #names = []
  /** @type {Buffer[]} */
  #held = []
  /** @type {Passing | null} */
  #underway = null
  #turn = Promise.resolve()

  constructor(proxy, client, upstream, number) {
    this.#wire = proxy
    this.#client = client
    this.#upstream = upstream
    this.#number = number
    client.on('data', (chunk) => this.#readClient(chunk))
    upstream.on('data', (chunk) => this.#readServer(chunk))
  }

  #readClient(chunk) {
    if (!this.#isStarted) {
      const first = this.#fromClient.readStartup(chunk)
      if (first === null) return
      this.#isStarted = true
      void this.#wire.pass(first.startup, this.#upstream)
      if (first.after.length > 0) this.#readClient(first.after)
      return
    }
    for (const message of this.#fromClient.read(chunk)) this.#take(message)
  }

  #take(message) {
    if (!this.#isAuthenticated) return void this.#wire.pass(message.bytes, this.#upstream)
    if (message.type === 'P') {
      const { name, text, tail } = readParse(message)
      const put = this.#wire.rewriter?.(name, text) ?? text
      this.#outgoing.push(put === text ? message.bytes : writeParse(name, put, tail))
      return
    }
    this.#outgoing.push(message.bytes)
    if (message.type === 'B') this.#names.push(readBoundName(message))
    if (message.type === 'Q') this.#names.push(readQuery(message).trim().split(/\s/)[0].toLowerCase())
    if (message.type === 'S' || message.type === 'Q' || message.type === 'X') this.#send(message.type === 'X')
  }

  #send(isEnd) {
    const bytes = Buffer.concat(this.#outgoing)
    const passing = { names: this.#names.filter((name) => !scopeNames.includes(name)), connection: this.#number }
    this.#outgoing = []
    this.#names = []
    this.#turn = this.#turn.then(async () => {
      if (!isEnd && this.#wire.watcher !== null) {
        if ((await this.#wire.watcher('before', passing)) === 'drop') return this.#drop()
        this.#underway = passing
      }
      await this.#wire.pass(bytes, this.#upstream)
    })
  }

  #readServer(chunk) {
    if (this.#isAuthenticated && this.#underway === null) return void this.#wire.pass(chunk, this.#client)
    const messages = this.#fromServer.read(chunk)
    if (!this.#isAuthenticated) {
      for (const { type, bytes } of messages) {
        if (type === 'Z') this.#isAuthenticated = true
        void this.#wire.pass(bytes, this.#client)
      }
      return
    }
    for (const { type, bytes } of messages) {
      this.#held.push(bytes)
      if (type === 'Z') this.#answer()
    }
  }

  #answer() {
    const bytes = Buffer.concat(this.#held)
    const passing = this.#underway
    this.#held = []
    this.#underway = null
    this.#turn = this.#turn.then(async () => {
      if ((await this.#wire.watcher?.('after', passing)) === 'drop') return this.#drop()
      await this.#wire.pass(bytes, this.#client)
    })
  }

  #drop() {
    this.#client.destroy()
    this.#upstream.destroy()
  }
}
