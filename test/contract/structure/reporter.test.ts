import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../../src/package-root.ts'

function report(files: Record<string, string>): { output: string; exitCode: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-reporter-'))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const reporter = join(packageRoot, 'scripts', 'testing', 'reporter.mjs')
    const args = ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', ...Object.keys(files)]
    // The variable tells Node that it runs inside a test run, where it would report in another form.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
    return { output: stdout, exitCode: status }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const passing = "import { test } from 'node:test'\ntest('fine', () => console.log('quiet'))\n"
const failing =
  "import { test } from 'node:test'\ntest('fine', () => console.log('loud'))\ntest('wrong', () => { throw new Error('because') })\n"

test('a failed test and a file that cannot be loaded are told in full and counted', () => {
  const { output, exitCode } = report({
    'a.test.mjs': passing,
    'b.test.mjs': failing,
    'c.test.mjs': "throw new Error('no load')\n",
  })
  assert.equal(exitCode, 1)
  assert.match(output, /^ok {4}a\.test\.mjs {2}1 tests/m)
  assert.match(output, /^FAIL {2}b\.test\.mjs {2}1 passed, 1 failed/m)
  for (const told of ['- wrong (line 3)', 'because', 'loud', 'no load']) assert.ok(output.includes(told), told)
  assert.ok(!output.includes('quiet'))
  assert.match(output, /^# pass 2\n# fail 2$/m)
})

test('a run in which all pass ends with the totals of the test runner', () => {
  const { output, exitCode } = report({ 'a.test.mjs': passing })
  assert.equal(exitCode, 0)
  assert.match(output, /^# tests 1\n(# .*\n)*# pass 1\n# fail 0\n(# .*\n)*$/m)
})
