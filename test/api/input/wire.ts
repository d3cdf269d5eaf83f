import { connect } from 'node:net'

/** One answer as it came over the socket. */
export interface WireReply {
  status: number
  /** Names in lower case; several values of a name joined by a comma. */
  headers: Record<string, string>
  text: string
}

/** Everything that one connection brought. */
export interface Exchange {
  replies: WireReply[]
  /** Bytes after the last whole answer. */
  rest: string
  /** The server closed the connection by itself. */
  isClosed: boolean
}

const QUIET_MS = 400
const PATIENCE_MS = 8_000

/**
 * Writes the parts one after the other on a connection of its own and reads what comes: until the server closes, or until
 * it has answered `until` times and then says nothing more for a moment.
 */
export function exchange(url: string, parts: readonly (string | Buffer)[], until = 1): Promise<Exchange> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const finish = (isClosed: boolean) => {
      clearTimeout(quiet)
      clearTimeout(patience)
      socket.destroy()
      resolve({ ...readReplies(received), isClosed })
    }
    let quiet: NodeJS.Timeout | undefined
    const patience = setTimeout(() => finish(false), PATIENCE_MS)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      clearTimeout(quiet)
      if (readReplies(received).replies.length >= until) quiet = setTimeout(() => finish(false), QUIET_MS)
    })
    socket.on('end', () => finish(true))
    socket.on('close', () => finish(true))
    // What was refused is no longer read, so a writer may find the connection reset after the answer has come.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish(true)
      else reject(error)
    })
    socket.on('connect', () => {
      for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    })
  })
}

function readReplies(bytes: Buffer): Pick<Exchange, 'replies' | 'rest'> {
  const replies: WireReply[] = []
  let at = 0
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end === -1) break
    const [first = '', ...lines] = bytes.subarray(at, end).toString('latin1').split('\r\n')
    const headers: Record<string, string> = {}
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    const length = Number(headers['content-length'] ?? 0)
    if (bytes.length < end + 4 + length) break
    const text = bytes.subarray(end + 4, end + 4 + length).toString('utf8')
    replies.push({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0), headers, text })
    at = end + 4 + length
  }
  return { replies, rest: bytes.subarray(at).toString('latin1') }
}
