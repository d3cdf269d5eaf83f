import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../../../src/package-root.ts'

interface Goal {
  id: string
  injectedBugs?: { name: string; code?: { file: string; find: string }[] }[]
}

const { goals } = (await import(pathToFileURL(join(packageRoot, 'test/system/goals/index.mjs')).href)) as {
  goals: Goal[]
}

/** The bugs that alter a file of the built program, and whose text is not there. */
function missing(all: readonly Goal[]): string[] {
  return all.flatMap(({ id, injectedBugs = [] }) =>
    injectedBugs.flatMap(({ name, code = [] }) =>
      code
        .filter(({ file, find }) => !readFileSync(join(packageRoot, 'build/src', file), 'utf8').includes(find))
        .map(({ file }) => `${id}, ${name}: ${file}`),
    ),
  )
}

test('every bug that the system tests inject finds the text that it alters', () => {
  assert.deepEqual(missing(goals), [])
  const altered = goals.flatMap(({ injectedBugs = [] }) => injectedBugs.flatMap(({ code = [] }) => code))
  assert.ok(altered.length >= 64, `${altered.length} alterations`)
})

test('a text that is not in the program is found missing', () => {
  const bug = { name: 'planted', code: [{ file: 'main.js', find: 'no such text' }] }
  assert.deepEqual(missing([{ id: 'X-1', injectedBugs: [bug] }]), ['X-1, planted: main.js'])
})
