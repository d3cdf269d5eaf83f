import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadScript } from './script.ts'

const { nodeVersionProblem } = await loadScript<{
  nodeVersionProblem: (version: string, range: string) => string | null
}>('setup/node-version.mjs')
const { areDependenciesInstalled } = await loadScript<{
  areDependenciesInstalled: (root: string, options: { withDevelopment: boolean }) => boolean
}>('setup/dependencies.mjs')
const { withSetupLock } = await loadScript<{
  withSetupLock: <T>(root: string, work: () => Promise<T>, onWait: () => void) => Promise<T>
}>('setup/lock.mjs')

function temporaryFolder(): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'letterhead-setup-'))
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

test('an older Node is refused with what is needed; the minimum and newer ones pass', () => {
  for (const version of ['18.20.0', '20.18.3'])
    assert.match(nodeVersionProblem(version, '>=20.19') ?? '', /20\.19 or newer/)
  for (const version of ['20.19.0', '22.1.0', '24.0.0']) assert.equal(nodeVersionProblem(version, '>=20.19'), null)
})

test('dependencies count as installed only when everything needed is there in the version of the lock file', () => {
  using folder = temporaryFolder()
  const lock = (packages: object) => JSON.stringify({ packages: { '': {}, ...packages } })
  const a = { 'node_modules/a': { version: '1.0.0' } }
  const tool = { 'node_modules/tool': { version: '1.0.0', dev: true } }
  const platform = (version: string) => ({ 'node_modules/platform': { version, optional: true } })
  writeFileSync(join(folder.root, 'package-lock.json'), lock({ ...a, ...tool, ...platform('1.0.0') }))
  mkdirSync(join(folder.root, 'node_modules'))
  const isInstalled = (withDevelopment: boolean, packages?: object) => {
    if (packages !== undefined) writeFileSync(join(folder.root, 'node_modules', '.package-lock.json'), lock(packages))
    return areDependenciesInstalled(folder.root, { withDevelopment })
  }
  assert.equal(isInstalled(true), false, 'an interrupted install')
  assert.equal(isInstalled(true, { ...a, ...tool }), true, 'optional for another platform')
  assert.equal(isInstalled(true, { ...a, ...tool, ...platform('0.9.0') }), false, 'an old optional package')
  assert.equal(isInstalled(true, { 'node_modules/a': { version: '0.9.0' }, ...tool }), false, 'an old package')
  assert.equal(isInstalled(true, a), false, 'no development packages')
  assert.equal(isInstalled(false, a), true, 'no development packages needed')
})

test('two set-ups of one clone never overlap, and the second is told that it waits', async () => {
  using folder = temporaryFolder()
  let running = 0
  let waits = 0
  const work = async () => {
    running += 1
    assert.equal(running, 1)
    await sleep(300)
    running -= 1
  }
  const setUp = () =>
    withSetupLock(folder.root, work, () => {
      waits += 1
    })
  await Promise.all([setUp(), setUp()])
  assert.equal(waits, 1)
  assert.equal(existsSync(join(folder.root, 'build', '.setup-lock')), false)
})

test('the lock of a set-up whose process is gone does not hold up the next', { timeout: 10_000 }, async () => {
  using folder = temporaryFolder()
  mkdirSync(join(folder.root, 'build'))
  const gone = { host: hostname(), pid: 2 ** 22 + 1, token: 'gone' }
  writeFileSync(join(folder.root, 'build', '.setup-lock'), JSON.stringify(gone))
  assert.equal(
    await withSetupLock(
      folder.root,
      async () => 'done',
      () => undefined,
    ),
    'done',
  )
})

test('a set-up that fails says so and leaves no lock', async () => {
  using folder = temporaryFolder()
  const failing = withSetupLock(
    folder.root,
    () => Promise.reject(new Error('no disk')),
    () => undefined,
  )
  await assert.rejects(failing, /no disk/)
  assert.equal(existsSync(join(folder.root, 'build', '.setup-lock')), false)
})
