/**
 * `npm test`: on any clone, sets up what is missing, runs every check and every test, and ends with the line
 * `N passed, N failed`, in which a check counts as one test.
 *
 *   npm test -- --only api,unit        only these groups: checks, unit, or a folder below test/
 *   npm test -- --filter profiles      only test files whose path has this in it
 */
import { parseArgs } from 'node:util'
import { exitWith } from './setup/failure.mjs'
import { prepare, prepareDependencies } from './setup/prepare.mjs'
import { checkSteps, runSteps } from './testing/steps.mjs'
import { runTests, testFiles } from './testing/suites.mjs'

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, filter: { type: 'string', default: '' } },
})
const groups = values.only.split(',').filter((group) => group !== '')
const runsEverything = groups.length === 0 && values.filter === ''
const runsChecks = runsEverything || groups.includes('checks')
const runsTests = runsEverything || values.filter !== '' || groups.some((group) => group !== 'checks')

try {
  const checks = await runChecks()
  const tests = await runSelectedTests(checks.every(({ name, ok }) => ok || name !== 'types and build'))
  const passed = checks.filter(({ ok }) => ok).length + tests.passed
  const failed = checks.filter(({ ok }) => !ok).length + tests.failed
  console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
} catch (error) {
  exitWith(error)
}

async function runChecks() {
  if (!runsChecks) {
    await prepare({ withTests: true })
    return []
  }
  await prepareDependencies()
  return await runSteps(checkSteps(), 2, ({ name, ok, seconds, output }) => {
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}  ${seconds.toFixed(1)} s`)
    if (!ok) console.log(output.replaceAll(/^/gm, '      '))
  })
}

/** A run that ends badly without a failed test, or finds no test at all, counts as one failure. */
async function runSelectedTests(isBuilt) {
  const none = { passed: 0, failed: 0, skipped: 0 }
  if (!runsTests) return none
  if (!isBuilt) {
    console.log('FAIL  tests  not run: there is no build')
    return { ...none, failed: 1 }
  }
  const files = testFiles({ groups: groups.filter((group) => group !== 'checks'), filter: values.filter })
  if (files.length === 0) {
    console.log('FAIL  tests  no test file was found')
    return { ...none, failed: 1 }
  }
  const { ok, ...counts } = await runTests(files)
  return { ...counts, failed: ok ? counts.failed : Math.max(1, counts.failed) }
}
