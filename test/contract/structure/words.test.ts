import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem, type SourceFile } from './script.ts'

type Check = (files: SourceFile[]) => Problem[]

const { checkWords, checkTestsRun } = await loadScript<{
  checkWords: Check
  checkTestsRun: Check
}>('checks/words.mjs')

const found = (check: Check, text: string) => check([{ path: 'src/things.test.ts', text }]).length

test('unfinished work and silenced complaints are found', () => {
  const words = [
    ['TO', 'DO'],
    ['FIX', 'ME'],
    ['HA', 'CK'],
    ['@ts-', 'ignore'],
    ['@ts-', 'expect-error'],
    ['biome', '-ignore lint: because'],
  ]
  for (const parts of words) assert.equal(found(checkWords, `// ${parts.join('')}`), 1, parts.join(''))
  assert.equal(found(checkWords, '// a todo list; hackers; ignored by biome'), 0)
})

test('a test that is skipped, set apart or postponed is found; one with a condition is not', () => {
  const switched = [
    "test.todo('a')",
    't.skip()',
    "test('a', { skip: true }, () => {})",
    "test('a', { skip: 'later' }, () => {})",
    "t.test('a', { only: true }, () => {})",
    "test('a', { todo: true }, () => {})",
  ]
  for (const text of switched) assert.equal(found(checkTestsRun, text), 1, text)
  const running = [
    "test('a', () => {})",
    "test('a', { skip: !isRoot }, () => {})",
    'rows.skip(1)',
    "test('a', { timeout: 10 }, () => {})",
  ]
  for (const text of running) assert.equal(found(checkTestsRun, text), 0, text)
})
