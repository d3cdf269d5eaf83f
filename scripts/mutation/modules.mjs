/**
 * What is mutated and the test files that must notice. They need no database and are quick: for each mutant, all tests
 * that reach it run until one fails.
 *
 * @typedef {{ name: string, mutate: RegExp, tests: RegExp }} Module both of paths from the root
 */

/** @type {readonly Module[]} */
export const modules = [
  {
    name: 'authorization',
    mutate: /^src\/(contract\/permissions|http\/auth\/authenticate)\.ts$/,
    tests: /^src\/(contract\/permissions|http\/auth\/authenticate)\.test\.ts$/,
  },
  {
    name: 'card',
    mutate: /^src\/(contract\/cards\/(secret-card|card-text|long-numbers|luhn)|http\/card-input)\.ts$/,
    tests: /^src\/(contract\/cards\/(secret-card|card-text|luhn)|http\/card-input)\.test\.ts$/,
  },
  {
    name: 'egress',
    mutate: /^src\/egress\/(?!hostile-urls)[^/]+(?<!\.test)\.ts$/,
    tests: /^src\/egress\/[^/]+\.test\.ts$/,
  },
  {
    name: 'idempotency',
    mutate: /^src\/http\/idempotency\/idempotency(\.store)?\.ts$/,
    tests: /^src\/http\/idempotency\/idempotency(\.store)?\.test\.ts$/,
  },
  {
    name: 'envelopes',
    mutate: /^src\/(http\/response|contract\/(failure|errors))\.ts$/,
    tests: /^src\/(http\/response|contract\/errors)\.test\.ts$/,
  },
  {
    name: 'rules',
    mutate: /^src\/(?!egress\/).*\.rules\.ts$/,
    tests: /^src\/((?!egress\/).*\.rules|config\/index)\.test\.ts$/,
  },
]

/**
 * @param {Pick<Module, 'mutate'>} module
 * @param {readonly string[]} paths
 * @param {readonly string[]} words each a part of a path; none for the whole module
 * @returns {string[]} the paths that are mutated
 */
export function mutatedPaths({ mutate }, paths, words) {
  return paths.filter((path) => mutate.test(path) && (words.length === 0 || words.some((word) => path.includes(word))))
}
