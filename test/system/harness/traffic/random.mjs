import { createHash } from 'node:crypto'

/** @typedef {ReturnType<typeof seeded>} Random */

/**
 * Randomness that a seed replays: the same seed gives the same run of numbers.
 *
 * @param {string} seed
 */
export function seeded(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit) => Math.floor(next() * limit)
  return {
    /** A number from 0 to 1, 1 not included. */
    next,
    /** A whole number from 0 to `limit` - 1. */
    below,
    /** A whole number from `from` to `to`, both included. */
    between: (from, to) => from + below(to - from + 1),
    pick: (list) => list[below(list.length)],
    chance: (probability) => next() < probability,
    digits: (count) => Array.from({ length: count }, () => below(10)).join(''),
    letters: (count) => Array.from({ length: count }, () => 'abcdefghijklmnopqrstuvwxyz'[below(26)]).join(''),
    shuffled: (list) => {
      const mixed = [...list]
      for (let at = mixed.length - 1; at > 0; at -= 1) {
        const other = below(at + 1)
        const kept = mixed[at]
        mixed[at] = mixed[other]
        mixed[other] = kept
      }
      return mixed
    },
    /** A generator of its own for a part of the run, so that parts do not disturb each other. */
    part: (name) => seeded(`${seed}/${name}`),
  }
}
