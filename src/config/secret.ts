import { inspect } from 'node:util'

const MASK = '[secret]'

/**
 * A value that does not show itself: text, JSON, `console.log`, spread and `structuredClone` give `[secret]` or nothing.
 * `reveal()` is the only way to the value, so every use can be found by that name.
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
    Object.freeze(this)
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}
