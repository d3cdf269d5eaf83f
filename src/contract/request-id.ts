import { takeRandomBytes } from './tokens/random-bytes.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 10
/** The largest multiple of 62 that a byte can reach: bytes above it would favour the first letters. */
const FAIR_BELOW = 248

/** A new request id: `req_` and ten characters of [A-Za-z0-9], each equally likely (contract 1.6). */
export function newRequestId(): string {
  let id = 'req_'
  while (id.length < 4 + LENGTH) {
    for (const byte of takeRandomBytes(4 + LENGTH - id.length)) {
      if (byte < FAIR_BELOW) id += ALPHABET[byte % ALPHABET.length]
    }
  }
  return id
}
