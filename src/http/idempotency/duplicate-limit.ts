/** A request that waits: for whom, and for which key. */
export interface Waiter {
  organizationId: string
  /** Tells customer and Idempotency-Key from all others. */
  key: string
}

/**
 * Bounds how many requests wait for another one with the same Idempotency-Key, so that duplicates cannot fill a server. One
 * organization has a quarter of the places, whatever keys its requests bear: others find theirs.
 */
export class DuplicateWaitLimit {
  readonly #ofKey = new Map<string, number>()
  readonly #ofOrganization = new Map<string, number>()
  readonly #limits: { perKeyMax: number; perOrganizationMax: number; max: number }
  #total = 0

  constructor(limits: { perKeyMax?: number; perOrganizationMax?: number; max?: number } = {}) {
    this.#limits = { perKeyMax: 2, perOrganizationMax: 5, max: 20, ...limits }
  }

  /** Takes a place, or answers false when there is none. Every place taken is given back by `leave`. */
  enter({ organizationId, key }: Waiter): boolean {
    const { perKeyMax, perOrganizationMax, max } = this.#limits
    const ofKey = this.#ofKey.get(key) ?? 0
    const ofOrganization = this.#ofOrganization.get(organizationId) ?? 0
    if (ofKey >= perKeyMax || ofOrganization >= perOrganizationMax || this.#total >= max) return false
    this.#ofKey.set(key, ofKey + 1)
    this.#ofOrganization.set(organizationId, ofOrganization + 1)
    this.#total += 1
    return true
  }

  leave({ organizationId, key }: Waiter): void {
    countDown(this.#ofKey, key)
    countDown(this.#ofOrganization, organizationId)
    this.#total -= 1
  }
}

function countDown(counts: Map<string, number>, of: string): void {
  const left = (counts.get(of) ?? 1) - 1
  if (left === 0) counts.delete(of)
  else counts.set(of, left)
}
