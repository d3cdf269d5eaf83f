import { NotConnected } from '../database-error.ts'

/** What a connection is taken for. `work`: transactions, claims, leases and jobs, each with a connection of its own. */
export type Use = 'reads' | 'writes' | 'lists' | 'work'

/** Uses that always find a connection: whatever the others do, one is left for each. */
const RESERVED_FOR: readonly Use[] = ['reads', 'writes']
/** A smaller pool has nothing to keep apart. */
export const QUOTA_FROM = 4

export interface QuotaOptions {
  /** Connections of the pool. */
  size: number
  /** Milliseconds until somebody who waits is refused. */
  waitMs: number
}

interface Holder {
  use: Use
  /** Null for what is no single organization's. */
  organizationId: string | null
}

interface Waiting {
  holder: Holder
  resolve(): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/**
 * Shares out the connections of a pool, so that neither one kind of work nor one organization takes all of them: lists have at
 * most half, and so has one organization; reads and writes have one each that nobody else takes.
 */
export class ConnectionQuota {
  readonly #size: number
  readonly #waitMs: number
  readonly #held: Record<Use, number> = { reads: 0, writes: 0, lists: 0, work: 0 }
  readonly #heldBy = new Map<string, number>()
  readonly #queue = new Set<Waiting>()

  constructor({ size, waitMs }: QuotaOptions) {
    this.#size = size
    this.#waitMs = waitMs
  }

  /** Those that wait. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Whether somebody waits who could have a connection that `use` gives back. */
  areOthersWaiting(use: Use): boolean {
    if (this.#queue.size === 0) return false
    return this.#size < QUOTA_FROM || !RESERVED_FOR.includes(use) || this.#held[use] > 1
  }

  /**
   * Takes a connection, in turn with others of its kind.
   *
   * @returns null where there was one at once.
   * @throws NotConnected when none was free in time.
   */
  take(use: Use, organizationId: string | null): Promise<void> | null {
    const holder = { use, organizationId }
    if (this.#mayTake(holder) && !this.#isBehindOthers(holder)) {
      this.#count(holder, 1)
      return null
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        holder,
        resolve,
        reject,
        timer: setTimeout(() => {
          this.#queue.delete(waiting)
          reject(new NotConnected(new Error('every connection was taken for too long')))
        }, this.#waitMs),
      }
      this.#queue.add(waiting)
    })
  }

  /** Gives a holder back that was taken with the same words. */
  free(use: Use, organizationId: string | null): void {
    this.#count({ use, organizationId }, -1)
    for (const waiting of this.#queue) {
      if (!this.#mayTake(waiting.holder)) continue
      this.#queue.delete(waiting)
      clearTimeout(waiting.timer)
      this.#count(waiting.holder, 1)
      waiting.resolve()
    }
  }

  #count({ use, organizationId }: Holder, by: 1 | -1): void {
    this.#held[use] += by
    if (organizationId === null) return
    const held = (this.#heldBy.get(organizationId) ?? 0) + by
    if (held === 0) this.#heldBy.delete(organizationId)
    else this.#heldBy.set(organizationId, held)
  }

  #isBehindOthers({ use }: Holder): boolean {
    for (const { holder } of this.#queue) if (holder.use === use && this.#mayTake(holder)) return true
    return false
  }

  #mayTake({ use, organizationId }: Holder): boolean {
    const { reads, writes, lists, work } = this.#held
    const free = this.#size - reads - writes - lists - work
    if (this.#size < QUOTA_FROM) return free > 0
    const kept = RESERVED_FOR.filter((other) => other !== use && this.#held[other] === 0).length
    if (free <= kept) return false
    const half = Math.floor(this.#size / 2)
    if (use === 'lists' && lists >= half) return false
    return organizationId === null || (this.#heldBy.get(organizationId) ?? 0) < half
  }
}
