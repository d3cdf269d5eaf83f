import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../../src/package-root.ts'
import { loadScript, type Problem } from './script.ts'

const { checkEngines, checkLockfile } = await loadScript<{
  checkEngines: (lock: { packages: object }, manifest: { engines: { node: string } }) => Problem[]
  checkLockfile: (lock: { packages: object }) => Problem[]
}>('checks/lockfile.mjs')

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

test('E12: a package of the production tree that wants a newer Node.js than we promise is found, wherever it lies', () => {
  const found = (node: string, entry: object = {}) =>
    checkEngines(
      {
        packages: {
          '': { engines: { node: '>=99' } },
          'node_modules/a/node_modules/b': { version: '2.0.2', engines: { node }, ...entry },
        },
      },
      { engines: { node: '>=20.19' } },
    ).map(({ message }) => message)
  for (const node of ['>=22', '>=20.19.1', '>= 20.20', '^22 || >=24', '18 || 22', '>20.19.0 <21', '<20', '^18']) {
    assert.match(found(node)[0] ?? '', /^b 2\.0\.2 wants Node\.js .*, we promise 20\.19\.0/, node)
    assert.deepEqual(found(node, { dev: true }), [], 'only developers install it')
    assert.equal(found(node, { optional: true }).length, 1, 'an optional package is installed too')
  }
  for (const node of [
    '>=20.19',
    '>= 10.x',
    '18 || 20 || >=22',
    '>=16 || 14 >=14.17',
    '^16 || ^18 || >=20',
    '*',
    '>=0.10.0',
  ]) {
    assert.deepEqual(found(node), [], node)
  }
  assert.match(found('twenty or newer')[0] ?? '', /cannot be read: twenty or newer$/)
  assert.deepEqual(
    checkEngines({ packages: { 'node_modules/a': { version: '1.0.0' } } }, { engines: { node: '>=20.19' } }),
    [],
  )
})

test('E12: the production tree as it is locked runs on the oldest Node.js that we promise', () => {
  const read = (name: string) => JSON.parse(readFileSync(join(packageRoot, name), 'utf8'))
  assert.deepEqual(checkEngines(read('package-lock.json'), read('package.json')), [])
})
