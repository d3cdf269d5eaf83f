import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem } from './script.ts'

const { checkLockfile } = await loadScript<{ checkLockfile: (lock: { packages: object }) => Problem[] }>(
  'checks/lockfile.mjs',
)

test('an optional package without an entry in the lock file is found, wherever Node would look for it', () => {
  const complete = {
    '': { optionalDependencies: { a: '1' } },
    'node_modules/a': { optionalDependencies: { b: '1', c: '1' } },
    'node_modules/b': {},
    'node_modules/a/node_modules/c': { optionalDependencies: { b: '1' } },
  }
  assert.deepEqual(checkLockfile({ packages: complete }), [])
  const { 'node_modules/b': _, ...incomplete } = complete
  assert.equal(checkLockfile({ packages: incomplete }).length, 2)
  const { 'node_modules/a': __, ...withoutOurs } = complete
  assert.equal(checkLockfile({ packages: withoutOurs }).length, 1)
})
