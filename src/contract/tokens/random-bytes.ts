import { randomBytes } from 'node:crypto'

const BLOCK_BYTES = 8_192

let block = Buffer.alloc(0)
let used = 0

/**
 * Bytes of the system's secure generator, each given out once. They are drawn in blocks, because a call costs about as
 * much for a handful as for a block, and a request needs several handfuls.
 *
 * @param count at most 8,192.
 */
export function takeRandomBytes(count: number): Buffer {
  if (used + count > block.length) {
    // A new block, never the old one filled again: what was given out may still be in use.
    block = randomBytes(BLOCK_BYTES)
    used = 0
  }
  used += count
  return block.subarray(used - count, used)
}
