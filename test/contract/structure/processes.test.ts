import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadScript } from './script.ts'

const { asProcesses } = await loadScript<{
  asProcesses: (files: string[], folder: string, read: (path: string) => string) => string[]
}>('testing/suites.mjs')

const PLAIN = "import { before, describe, test } from 'node:test'\ndescribe('it', () => {\n  before(() => {})\n})\n"

/** What each process loads. */
function processes(texts: Record<string, string>): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-processes-'))
  try {
    const given = asProcesses(Object.keys(texts), folder, (path) => texts[path] ?? '')
    return given.map((path) =>
      path.startsWith(folder)
        ? [...readFileSync(path, 'utf8').matchAll(/^import '.*\/(\w+\.test\.js)'$/gm)].map(([, name]) => name ?? '')
        : [path],
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('every test file is loaded once, and most of them share a process', () => {
  const names = Array.from({ length: 20 }, (_, index) => `t${index}.test.js`)
  const loaded = processes(Object.fromEntries(names.map((name) => [name, PLAIN])))
  assert.deepEqual(loaded.flat().sort(), [...names].sort())
  assert.equal(loaded.length, 3)
})

test('a file whose hooks are the process’s, or that touches the process, is alone in its own', () => {
  for (const touching of [
    'before(async () => {})\n',
    'after(() => {})\n',
    "import { spawn } from 'node:child_process'\n",
    '  mock.timers.enable()\n',
    "  process.env.A = 'b'\n",
    "process.once('exit', () => {})\n",
    'const all = declaredStatements()\n',
  ]) {
    const loaded = processes({ 'a.test.js': PLAIN, 'b.test.js': PLAIN + touching, 'c.test.js': PLAIN })
    assert.deepEqual(loaded, [['b.test.js'], ['a.test.js', 'c.test.js']], touching)
  }
})
