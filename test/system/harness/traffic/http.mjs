import { Agent, request } from 'node:http'
import { connect } from 'node:net'

/**
 * @typedef {{ status: number, headers: Record<string, string>, text: string, json: unknown, ms: number, error: string | null }} Reply
 *   status 0 when no answer came; `error` says why
 */

const agent = new Agent({ keepAlive: true, maxSockets: 1_024, scheduling: 'lifo' })

/**
 * One request. Never rejects: a lost connection is an answer too.
 *
 * @param {string} base
 * @param {string} method
 * @param {string} path
 * @param {{ key?: string, body?: unknown, headers?: Record<string, string | string[]>, timeoutMs?: number, signal?: AbortSignal,
 *   isFresh?: boolean }} [options] isFresh: on a connection of its own
 * @returns {Promise<Reply>}
 */
export function send(base, method, path, { key, body, headers = {}, timeoutMs = 40_000, signal, isFresh } = {}) {
  const payload =
    body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const all = {
    ...(key === undefined ? {} : { 'x-api-key': key }),
    ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
    ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
  }
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const end = (status, from, text, error) =>
      resolve({ status, headers: from, text, json: parsed(text), ms: performance.now() - startedAt, error })
    const fail = (error) => end(0, {}, '', error.code ?? error.message)
    const outgoing = request(
      `${base}${path}`,
      { method, headers: all, agent: isFresh ? false : agent, signal },
      (incoming) => {
        const chunks = []
        incoming.on('data', (chunk) => chunks.push(chunk))
        incoming.on('end', () =>
          end(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks).toString('utf8'), null),
        )
        incoming.on('error', fail)
      },
    )
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', fail)
    outgoing.end(payload)
  })
}

/** The JSON in a text; null where it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * Sends bytes as they are and takes what comes until the server closes, or until it has been silent for `quietMs`.
 *
 * @param {number} port
 * @param {Buffer | string} bytes
 * @param {{ quietMs?: number }} [options]
 * @returns {Promise<{ text: string, isClosed: boolean }>}
 */
export function sendRaw(port, bytes, { quietMs = 400 } = {}) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    let text = ''
    const end = (isClosed) => {
      socket.destroy()
      resolve({ text, isClosed })
    }
    socket.setTimeout(quietMs, () => end(false))
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => end(true))
    socket.on('error', () => end(true))
    socket.write(bytes)
  })
}

/** Statuses of the HTTP answers in raw text, in order. */
export function statusesIn(text) {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}
