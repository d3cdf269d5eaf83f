import { Failure } from '../../contract/failure.ts'

/**
 * Slows down guessing of API keys (decision 25): after every ten failures an address waits, first 1, then 5, then 15 minutes.
 * Only failures wait: a valid key passes from any address, so guessing cannot lock anybody out.
 * Each instance counts for itself.
 */

const FAILURES_MAX = 10
const WAITS_SECONDS = [60, 300, 900] as const
const FORGOTTEN_AFTER_MS = 3_600_000
const ADDRESSES_MAX = 10_000

interface Guesses {
  failures: number
  lockouts: number
  lockedUntilMs: number
  lastMs: number
}

/** One IPv6 customer has a whole /64, so its addresses count as one. */
export function countedAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/**
 * What an address that has to wait is told. The official SDKs would sleep through the wait, which neither their timeout nor an
 * abort ends, and a wrong key is no better afterwards: so their call is to end at once.
 */
export function lockedOut(message: string, waitSeconds: number): Failure {
  return new Failure('BUSINESS_002', {
    message,
    hint: 'Correct what was sent: a valid key or token passes at once. Wrong ones wait for the seconds in Retry-After.',
    headers: { 'retry-after': String(waitSeconds), 'x-should-retry': 'false' },
  })
}

export class Lockout {
  readonly #addresses = new Map<string, Guesses>()
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Counts a failure. @returns the seconds the address has to wait, 0 when it may go on. */
  failed(address: string): number {
    const now = this.#now()
    const counted = countedAddress(address)
    const guesses = this.#guessesOf(counted, now)
    guesses.lastMs = now
    if (now < guesses.lockedUntilMs) return Math.ceil((guesses.lockedUntilMs - now) / 1000)
    guesses.failures += 1
    if (guesses.failures >= FAILURES_MAX) {
      const wait = WAITS_SECONDS[Math.min(guesses.lockouts, WAITS_SECONDS.length - 1)] ?? 900
      guesses.lockouts += 1
      guesses.failures = 0
      guesses.lockedUntilMs = now + wait * 1000
    }
    return 0
  }

  #guessesOf(address: string, now: number): Guesses {
    const known = this.#addresses.get(address)
    this.#addresses.delete(address)
    const isFresh = known !== undefined && now - known.lastMs < FORGOTTEN_AFTER_MS
    const guesses = isFresh ? known : { failures: 0, lockouts: 0, lockedUntilMs: 0, lastMs: now }
    this.#addresses.set(address, guesses)
    if (this.#addresses.size > ADDRESSES_MAX) {
      for (const oldest of this.#addresses.keys()) {
        this.#addresses.delete(oldest)
        break
      }
    }
    return guesses
  }
}
