/**
 * A test runner for Stryker, whose worker loads it inside the mutated copy. Tests are loaded once and run again with each
 * mutant switched on, which takes milliseconds. A mutant in what runs only while a module loads gets a process of its own.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inOrder, runTests, saveOrder, tests } from './recorder.mjs'

const recorder = new URL('recorder.mjs', import.meta.url).href
const runOnce = fileURLToPath(new URL('run-once.mjs', import.meta.url))
/** Where the switched program finds which mutant is on, and notes what a test reaches. */
globalThis.__stryker__ ??= {}
const switches = globalThis.__stryker__
const success = 0
const failed = 1

class NodeTestRunner {
  static inject = ['options']
  #files
  #stray = null

  constructor({ nodeTest }) {
    this.#files = nodeTest.files
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    // What a test left behind may fail later: that is a failure of the mutant, and not the end of the worker.
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      process.on(event, (error) => {
        this.#stray = String(error?.message ?? error)
      })
    }
    for (const path of this.#files) {
      const text = readFileSync(path, 'utf8')
      writeFileSync(path, text.replace(/ from ['"]node:test['"]/, ` from '${recorder}'`))
    }
    for (const path of this.#files) await import(pathToFileURL(path).href)
    if (tests.length === 0) throw new Error('The chosen files hold no test')
  }

  /** Twice: a test that leaves something behind would kill every mutant. */
  async dryRun() {
    const { passed, failure } = await runTests(tests, (id) => {
      switches.currentTestId = id
    })
    const { mutantCoverage } = switches
    saveOrder(passed.toSorted((a, b) => a.ms - b.ms).map(({ id }) => id))
    const again = await runTests(inOrder())
    const first = failure ?? again.failure
    return {
      status: 'complete',
      mutantCoverage,
      tests: [
        ...passed.map(({ id, ms }) => ({ id, name: id, status: success, timeSpentMs: ms })),
        ...(first === null
          ? []
          : [{ id: first.id, name: first.id, status: failed, timeSpentMs: 0, failureMessage: first.message }]),
      ],
    }
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, timeout }) {
    if (mutantActivation === 'static') return runInProcess(this.#files, activeMutant.id, timeout)
    Object.assign(switches, { activeMutant: activeMutant.id, hitCount: 0, hitLimit })
    this.#stray = null
    const chosen = inOrder().filter(({ id }) => testFilter.includes(id))
    const { passed, failure } = await runTests(chosen)
    const hits = switches.hitCount
    Object.assign(switches, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined })
    if (hitLimit !== undefined && hits > hitLimit) return { status: 'timeout', reason: 'hit limit' }
    const message = failure?.message ?? this.#stray
    const nrOfTests = passed.length + 1
    if (message === null) return { status: 'survived', nrOfTests }
    return { status: 'killed', killedBy: [failure?.id ?? chosen[0].id], failureMessage: message, nrOfTests }
  }
}

/** A module that does not load with the mutant fails every test, so it kills it. */
function runInProcess(files, mutantId, timeoutMs) {
  const env = { ...process.env, __STRYKER_ACTIVE_MUTANT__: mutantId }
  const child = spawn(process.execPath, [runOnce, ...files], { env, stdio: 'ignore', timeout: Math.ceil(timeoutMs) })
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (code === 0) resolve({ status: 'survived', nrOfTests: tests.length })
      else if (code === null) resolve({ status: 'timeout' })
      else resolve({ status: 'killed', killedBy: [tests[0].id], failureMessage: 'see the test files', nrOfTests: 1 })
    })
  })
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'node-test', injectableClass: NodeTestRunner }]
