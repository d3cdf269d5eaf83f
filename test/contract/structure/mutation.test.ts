import assert from 'node:assert/strict'
import { test } from 'node:test'
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

const mutant = (status: string, start: [number, number], end: [number, number], replacement: string) => ({
  status,
  replacement,
  location: { start: { line: start[0], column: start[1] }, end: { line: end[0], column: end[1] } },
})

const files = {
  'src/http/card.ts': {
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
    '  src/http/card.ts:1:1  a( b)  =>  d  (no test reaches it)',
    '  src/http/card.ts:3:5  held === undefined  =>  true',
  ])
})

test('the score is of the mutants that change something, and counts as killed what never ends', () => {
  const [, , row, all] = table([{ name: 'card', files, seconds: 1.6 }]).split('\n')
  const cells = (line = '') => line.split('|').map((cell) => cell.trim())
  assert.deepEqual(cells(row), ['', 'card', '5', '2', '1', '2', '50.0 %', '2 s', ''])
  assert.deepEqual(cells(all).slice(2), cells(row).slice(2))
})
