import { randomFillSync } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 10
/** The largest multiple of 62 that a byte can reach: bytes above it would favour the first letters. */
const FAIR_BELOW = 248

const pool = Buffer.allocUnsafe(4096)
let used = pool.length

function nextByte(): number {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const byte = pool[used] as number
  used += 1
  return byte
}

/** A new request id: `req_` and ten characters of [A-Za-z0-9], each equally likely (contract 1.6). */
export function newRequestId(): string {
  let id = 'req_'
  while (id.length < 4 + LENGTH) {
    const byte = nextByte()
    if (byte < FAIR_BELOW) id += ALPHABET[byte % ALPHABET.length]
  }
  return id
}
