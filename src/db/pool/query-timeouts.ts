/** How often what is under way is looked at: the most by which something is told too late, beside a busy process. */
const LOOK_MS = 50

interface Work {
  readonly since: number
  onLate: (() => void) | null
}

/**
 * Tells of work that lasts longer than it may, with one timer for all of it. A timer for each statement costs more than the
 * timer: what the statement read outlives two collections of young objects with it, and lies about until all of the memory
 * is searched.
 */
export class QueryTimeouts {
  readonly #limitMs: number
  /** In the order in which it began, which is the order in which it is late. */
  readonly #underway = new Set<Work>()
  #timer: NodeJS.Timeout | undefined

  /** @param limitMs milliseconds that work may last */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /**
   * @param onLate called once, where the work has not ended in time.
   * @returns what the end of the work is told with, as often as one likes.
   */
  begin(onLate: () => void): () => void {
    const work: Work = { since: performance.now(), onLate }
    this.#underway.add(work)
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MS)
    return () => {
      // What a set has let go of may refer to it for a while.
      work.onLate = null
      this.#underway.delete(work)
    }
  }

  #look(): void {
    this.#timer = undefined
    const oldest = performance.now() - this.#limitMs
    for (const work of this.#underway) {
      if (work.since > oldest) break
      this.#underway.delete(work)
      work.onLate?.()
    }
    if (this.#underway.size > 0) this.#timer = setTimeout(() => this.#look(), LOOK_MS)
  }
}
