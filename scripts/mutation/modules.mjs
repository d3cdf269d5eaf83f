/**
 * What is mutated and the test files that must notice. They need no database and are quick: for each mutant, all tests
 * that reach it run until one fails.
 *
 * @typedef {{ name: string, mutate: string[], tests: RegExp }} Module paths from the root; `mutate` with the
 *   wildcards of a shell
 */

/** @type {readonly Module[]} */
export const modules = [
  {
    name: 'authorization',
    mutate: ['src/contract/permissions.ts', 'src/http/admission.ts'],
    tests: /^src\/(contract\/permissions|http\/admission)\.test\.ts$/,
  },
  {
    name: 'card',
    mutate: ['src/contract/secret-card.ts', 'src/contract/card-text.ts', 'src/contract/luhn.ts', 'src/http/card.ts'],
    tests: /^src\/(contract\/(secret-card|card-text|luhn)|http\/card)\.test\.ts$/,
  },
  {
    name: 'egress',
    mutate: ['src/egress/*.ts', '!src/egress/hostile-urls.ts', '!src/egress/*.test.ts'],
    tests: /^src\/egress\/[^/]+\.test\.ts$/,
  },
  {
    name: 'idempotency',
    mutate: ['src/http/idempotency.ts', 'src/http/idempotency.store.ts'],
    tests: /^src\/http\/idempotency(\.store)?\.test\.ts$/,
  },
  {
    name: 'envelopes',
    mutate: ['src/http/answer.ts', 'src/contract/failure.ts', 'src/contract/errors.ts'],
    tests: /^src\/(http\/answer|contract\/errors)\.test\.ts$/,
  },
  {
    name: 'rules',
    mutate: ['src/**/*.rules.ts', '!src/egress/**'],
    tests: /^src\/((?!egress\/).*\.rules|config)\.test\.ts$/,
  },
]
