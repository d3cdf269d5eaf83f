/** A body that is being received. */
export interface Arriving {
  /** Whether more of it is still to come. */
  isArriving(): boolean
  /** Gives it up, to make room. */
  end(): void
}

interface Held extends Arriving {
  owner: string
  bytes: number
  sinceMs: number
}

/** Who has sent for longer than this may be given up for somebody else: a body of an API arrives in far less. */
const PATIENCE_MS = 1_000

/**
 * Bounds the bytes of bodies that are received at a time, of all and of each owner. A body counts with what it may become, from
 * its first byte on. Where there is no room left the one that has been arriving the longest is given up, so that nobody can take
 * the room and keep it by sending slowly.
 */
export class BodyBudget {
  readonly #bytesMax: number
  readonly #shareMax: number
  readonly #now: () => number
  /** The oldest first. */
  readonly #held = new Set<Held>()
  readonly #byOwner = new Map<string, number>()
  #bytes = 0

  /**
   * @param shareMax most bytes of one owner.
   * @param now milliseconds of a clock that never goes back.
   */
  constructor(
    { bytesMax, shareMax }: { bytesMax: number; shareMax: number },
    now: () => number = () => performance.now(),
  ) {
    this.#bytesMax = bytesMax
    this.#shareMax = shareMax
    this.#now = now
  }

  /** @returns what gives the room back, which may be called again; null when there is none. */
  take(owner: string, bytes: number, arriving: Arriving): (() => void) | null {
    while ((this.#byOwner.get(owner) ?? 0) + bytes > this.#shareMax) if (!this.#giveUp(owner)) return null
    while (this.#bytes + bytes > this.#bytesMax) if (!this.#giveUp(null)) return null
    const held: Held = {
      owner,
      bytes,
      sinceMs: this.#now(),
      isArriving: () => arriving.isArriving(),
      end: () => arriving.end(),
    }
    this.#held.add(held)
    this.#bytes += bytes
    this.#byOwner.set(owner, (this.#byOwner.get(owner) ?? 0) + bytes)
    return () => this.#release(held)
  }

  /** The oldest that is slow. @returns false when there is none. */
  #giveUp(owner: string | null): boolean {
    const sinceMs = this.#now() - PATIENCE_MS
    for (const held of this.#held) {
      if (held.sinceMs > sinceMs) return false
      if ((owner !== null && held.owner !== owner) || !held.isArriving()) continue
      this.#release(held)
      held.end()
      return true
    }
    return false
  }

  #release(held: Held): void {
    if (!this.#held.delete(held)) return
    this.#bytes -= held.bytes
    const left = (this.#byOwner.get(held.owner) ?? 0) - held.bytes
    if (left > 0) this.#byOwner.set(held.owner, left)
    else this.#byOwner.delete(held.owner)
  }
}
