import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem } from './script.ts'

type Check = (paths: string[]) => Problem[]

const { checkSliceFiles, checkFileNames, checkRootEntries } = await loadScript<{
  checkSliceFiles: Check
  checkFileNames: Check
  checkRootEntries: Check
}>('checks/names.mjs')

function assertSplits(check: Check, good: string[], bad: string[]): void {
  assert.deepEqual(check(good), [])
  assert.deepEqual(
    check(bad).map(({ path }) => path),
    bad,
  )
}

test('a slice file of no agreed kind is found', () => {
  const slice = 'src/resources/profiles'
  assertSplits(
    checkSliceFiles,
    [
      `${slice}/profile.fields.ts`,
      `${slice}/inheritance.rules.ts`,
      `${slice}/profile.rules.test.ts`,
      `${slice}/profile.store.ts`,
      `${slice}/profile.jobs.ts`,
      `${slice}/index.ts`,
      `${slice}/endpoints/update.ts`,
      'src/http/pipeline/pipeline.ts',
    ],
    [
      `${slice}/profile.ts`,
      `${slice}/key-text.ts`,
      `${slice}/Profile.store.ts`,
      `${slice}/endpoints/v3/update.ts`,
      `${slice}/profile.service.ts`,
      'src/resources/shared.ts',
    ],
  )
})

test('a file name that says nothing is found', () => {
  assertSplits(
    checkFileNames,
    ['src/http/envelope.ts', 'test/kit/servers/app.ts', 'src/contract/commonwealth.ts'],
    ['src/http/utils.ts', 'test/kit/test-helpers.ts', 'src/common/money.ts', 'src/misc.ts', 'src/db/pool-manager.ts'],
  )
})

test('an entry at the root that is neither document, folder nor configuration is found', () => {
  assertSplits(
    checkRootEntries,
    [
      'README.md',
      'LICENSE',
      'docs',
      'findings',
      'bench',
      'src',
      '.ci',
      'package.json',
      'node_modules',
      'build',
      'build-trial',
      'data',
      '.git',
      'a.log',
    ],
    ['NOTES.md', 'plan.txt', 'tmp', 'index.js', 'rebuild'],
  )
})
