import { v7 } from 'uuid'
import { takeRandomBytes } from './tokens/random-bytes.ts'

/** The millisecond of the newest id, and its counter within that millisecond. */
const newest = { msecs: 0, seq: 0 }

/**
 * A fresh UUID of version 7: hard to guess, close to its neighbours in time, which keeps the primary key's pages warm, and
 * greater than every id this process has made before (RFC 9562, section 6.2, method 1), whatever the clock does.
 */
export function newId(): string {
  const random = takeRandomBytes(16)
  const now = Date.now()
  if (now > newest.msecs) {
    newest.msecs = now
    // 31 bits of 32: the counter has room above for the ids of one millisecond.
    newest.seq = random.readUInt32BE(6) >>> 1
  } else {
    newest.seq += 1
  }
  return v7({ random, msecs: newest.msecs, seq: newest.seq })
}
