/** Bounds how many requests wait for another one with the same Idempotency-Key, so that duplicates cannot fill a server (decision 16). */
export class Waiters {
  readonly #ofKey = new Map<string, number>()
  readonly #perKeyMax: number
  readonly #max: number
  #total = 0

  constructor(limits: { perKeyMax: number; max: number } = { perKeyMax: 2, max: 20 }) {
    this.#perKeyMax = limits.perKeyMax
    this.#max = limits.max
  }

  /** Takes a place, or answers false when there is none. Every place taken is given back by `leave`. */
  enter(key: string): boolean {
    const waiting = this.#ofKey.get(key) ?? 0
    if (waiting >= this.#perKeyMax || this.#total >= this.#max) return false
    this.#ofKey.set(key, waiting + 1)
    this.#total += 1
    return true
  }

  leave(key: string): void {
    const waiting = (this.#ofKey.get(key) ?? 1) - 1
    if (waiting === 0) this.#ofKey.delete(key)
    else this.#ofKey.set(key, waiting)
    this.#total -= 1
  }
}
