/**
 * Stands in for `node:test` in the mutated copy: declared tests are kept, to be run again and again in one process, where
 * Node's own runner would need a process for each mutant. It knows what the chosen test files use, and nothing else.
 */

import { readFileSync, writeFileSync } from 'node:fs'

/** @typedef {{ id: string, run: () => unknown }} RecordedTest */

/** @type {RecordedTest[]} */
export const tests = []
const titles = []

/** @param {string} title @param {...unknown} rest options, which are left alone, and the function */
export function test(title, ...rest) {
  const run = rest.at(-1)
  if (typeof run !== 'function' || run.length > 0) throw new Error(`"${title}" needs more of the test runner`)
  const name = [...titles, title].join(' > ')
  const namesakes = tests.filter(({ id }) => id.replace(/ #\d+$/, '') === name).length
  tests.push({ id: namesakes === 0 ? name : `${name} #${namesakes + 1}`, run })
}

export function it(title, ...rest) {
  test(title, ...rest)
}

/** @param {string} title @param {() => void} declare */
export function describe(title, declare) {
  titles.push(title)
  declare()
  titles.pop()
}

/** @param {() => void} run which clears up after the last test, at the end of the process */
export function after(run) {
  process.on('exit', run)
}

/** In the copy, for the processes that come after the first. */
const orderPath = 'test-order.json'

/** @param {string[]} ids the quickest first, so that most mutants are killed before a slow test begins */
export function saveOrder(ids) {
  writeFileSync(orderPath, JSON.stringify(ids))
}

/** @returns {RecordedTest[]} */
export function inOrder() {
  const ids = JSON.parse(readFileSync(orderPath, 'utf8'))
  return tests.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
}

/**
 * Runs the tests in their order until one fails.
 *
 * @param {readonly RecordedTest[]} chosen
 * @param {(id: string) => void} onStart
 * @returns {Promise<{ passed: { id: string, ms: number }[], failure: { id: string, message: string } | null }>}
 */
export async function runTests(chosen, onStart = () => {}) {
  const passed = []
  for (const { id, run } of chosen) {
    const startedAt = performance.now()
    onStart(id)
    try {
      await run()
    } catch (error) {
      return { passed, failure: { id, message: String(error?.message ?? error) } }
    }
    passed.push({ id, ms: performance.now() - startedAt })
  }
  return { passed, failure: null }
}
