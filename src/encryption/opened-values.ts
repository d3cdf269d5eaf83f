/** Values at one time: what is read of 10,000 profiles, some 12 MB of memory. */
const VALUES_MAX = 20_000
/** How long a value stays after it was decrypted, however often it is read. */
const AGE_MAX_MS = 300_000
/** How often values are looked through for those that are too old. */
const LOOK_MS = 30_000

/** Where an encrypted value is stored. */
interface Place {
  table: string
  column: string
  row: string
}

interface Opened {
  organizationId: string
  wrappedKey: string
  envelope: string
  text: string
  sinceMs: number
}

export interface OpenedValuesOptions {
  valuesMax?: number
  ageMaxMs?: number
  /** Milliseconds of a clock that never goes back. */
  now?: () => number
}

/**
 * Texts that were decrypted a moment ago, so that a row which is read again and again is not decrypted each time. They are
 * plaintext in memory for longer than a request takes, so there are few of them, none gets old, and a place has no more than one:
 * the last that was read there. A text is had only for the very envelope, place and wrapped data key that it was decrypted with.
 */
export class OpenedValues {
  readonly #valuesMax: number
  readonly #ageMaxMs: number
  readonly #now: () => number
  /** By place, the one that was decrypted first in front. */
  readonly #byPlace = new Map<string, Opened>()
  #timer: NodeJS.Timeout | undefined

  constructor({
    valuesMax = VALUES_MAX,
    ageMaxMs = AGE_MAX_MS,
    now = () => performance.now(),
  }: OpenedValuesOptions = {}) {
    this.#valuesMax = valuesMax
    this.#ageMaxMs = ageMaxMs
    this.#now = now
  }

  /** How many values are held. */
  get size(): number {
    return this.#byPlace.size
  }

  /** The text of an envelope; `decrypt` where it is not held. Throws what `decrypt` throws, and then holds nothing. */
  read(of: { organizationId: string; wrappedKey: string; at: Place }, envelope: string, decrypt: () => string): string {
    const place = nameOf(of)
    const held = this.#byPlace.get(place)
    if (held !== undefined && held.envelope === envelope && held.wrappedKey === of.wrappedKey && !this.#isOld(held)) {
      return held.text
    }
    this.#byPlace.delete(place)
    const text = decrypt()
    const { organizationId, wrappedKey } = of
    this.#byPlace.set(place, { organizationId, wrappedKey, envelope, text, sinceMs: this.#now() })
    if (this.#byPlace.size > this.#valuesMax) this.#byPlace.delete(this.#byPlace.keys().next().value ?? '')
    this.#timer ??= setTimeout(() => this.#dropOld(), LOOK_MS).unref()
    return text
  }

  /** Lets go of all that an organization's keys have opened. */
  forget(organizationId: string): void {
    for (const [place, held] of this.#byPlace) if (held.organizationId === organizationId) this.#byPlace.delete(place)
  }

  #isOld({ sinceMs }: Opened): boolean {
    return this.#now() - sinceMs >= this.#ageMaxMs
  }

  #dropOld(): void {
    this.#timer = undefined
    for (const [place, held] of this.#byPlace) {
      if (!this.#isOld(held)) break
      this.#byPlace.delete(place)
    }
    if (this.#byPlace.size > 0) this.#timer = setTimeout(() => this.#dropOld(), LOOK_MS).unref()
  }
}

/** Tables and columns are names in the program, and hold no line break. */
function nameOf({ organizationId, at }: { organizationId: string; at: Place }): string {
  return `${organizationId}\n${at.table}\n${at.column}\n${at.row}`
}
