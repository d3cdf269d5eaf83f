import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** Somebody's endpoint for webhooks, on this machine: keeps what it is sent and answers as it is told to. */

export interface Received {
  path: string
  headers: Record<string, string>
  /** The exact bytes, as text. */
  body: string
  atMs: number
}

/** A status, or a way to answer. `index` counts from 0. */
export type Behaviour = number | ((response: ServerResponse, request: Received, index: number) => void)

export class Receiver implements AsyncDisposable {
  readonly received: Received[] = []
  /** What comes next; the last one stays. */
  behaviours: Behaviour[]
  readonly #server
  readonly #sockets = new Set<Socket>()

  private constructor(behaviours: Behaviour[]) {
    this.behaviours = behaviours
    const listener: RequestListener = (request, response) => void this.#answer(request, response)
    this.#server = createServer(listener)
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => {})
    })
  }

  static async open(...behaviours: Behaviour[]): Promise<Receiver> {
    const receiver = new Receiver(behaviours.length === 0 ? [204] : behaviours)
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const body = Buffer.concat(chunks).toString('utf8')
    const received = { path: request.url ?? '', headers, body, atMs: Date.now() }
    const index = this.received.push(received) - 1
    const behaviour = this.behaviours[Math.min(index, this.behaviours.length - 1)] ?? 204
    if (typeof behaviour === 'number') response.writeHead(behaviour).end()
    else behaviour(response, received, index)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

/** Says nothing until the other side gives up. */
export const silence: Behaviour = () => {}

/** Breaks the connection in place of an answer. */
export const reset: Behaviour = (response) => response.socket?.resetAndDestroy()
