import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packageRoot } from '../../../src/package-root.ts'
import { loadScript } from './script.ts'

interface Result {
  name: string
  files: Record<string, { source: string; mutants: object[] }>
  seconds: number
}

const { table, survivorLines } = await loadScript<{
  table: (results: Result[]) => string
  survivorLines: (files: Result['files']) => string[]
}>('mutation/report.mjs')

interface Module {
  name: string
  mutate: RegExp
  tests: RegExp
}

const { modules, mutatedPaths } = await loadScript<{
  modules: Module[]
  mutatedPaths: (module: Pick<Module, 'mutate'>, paths: string[], words: string[]) => string[]
}>('mutation/modules.mjs')

const { sourcePaths } = await loadScript<{ sourcePaths: (root: string) => string[] }>('setup/build-state.mjs')

const mutant = (status: string, start: [number, number], end: [number, number], replacement: string) => ({
  status,
  replacement,
  location: { start: { line: start[0], column: start[1] }, end: { line: end[0], column: end[1] } },
})

const files = {
  'src/http/card-input.ts': {
    source: 'a(\n  b)\nif (held === undefined) c',
    mutants: [
      mutant('Survived', [3, 5], [3, 23], 'false'),
      mutant('Survived', [3, 5], [3, 23], 'true'),
      mutant('NoCoverage', [1, 1], [2, 5], 'd'),
      mutant('Killed', [3, 25], [3, 26], 'e'),
      mutant('Timeout', [3, 25], [3, 26], 'f'),
    ],
  },
}

test('what survived is told with its place, what it was and what it became, without what was judged to change nothing', () => {
  assert.deepEqual(survivorLines(files), [
    '  src/http/card-input.ts:1:1  a( b)  =>  d  (no test reaches it)',
    '  src/http/card-input.ts:3:5  held === undefined  =>  true',
  ])
})

test('the score is of the mutants that change something, and counts as killed what never ends', () => {
  const [, , row, all] = table([{ name: 'card', files, seconds: 1.6 }]).split('\n')
  const cells = (line = '') => line.split('|').map((cell) => cell.trim())
  assert.deepEqual(cells(row), ['', 'card', '5', '2', '1', '2', '50.0 %', '2 s', ''])
  assert.deepEqual(cells(all).slice(2), cells(row).slice(2))
})

test('a module is mutated as a whole, or in the files whose paths hold one of the words', () => {
  const paths = [
    'src/a/plan.rules.ts',
    'src/a/plan.rules.test.ts',
    'src/b/view.rules.ts',
    'src/b/plan.ts',
    'src/c.rules.ts',
  ]
  const module = { mutate: /\.rules\.ts$/ }
  assert.deepEqual(mutatedPaths(module, paths, []), ['src/a/plan.rules.ts', 'src/b/view.rules.ts', 'src/c.rules.ts'])
  assert.deepEqual(mutatedPaths(module, paths, ['plan', 'c.rules']), ['src/a/plan.rules.ts', 'src/c.rules.ts'])
  assert.deepEqual(mutatedPaths(module, paths, ['none']), [])
})

test('no module mutates a test, and each mutates something that it tests', () => {
  const paths = sourcePaths(packageRoot)
  for (const module of modules) {
    const mutated = mutatedPaths(module, paths, [])
    assert.ok(mutated.length > 0, module.name)
    assert.deepEqual(
      mutated.filter((path) => path.endsWith('.test.ts')),
      [],
      module.name,
    )
    assert.ok(
      paths.some((path) => module.tests.test(path)),
      module.name,
    )
  }
})
