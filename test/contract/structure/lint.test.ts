import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../../src/package-root.ts'

/** The rules that the linter, set up as here, reports for each of the files. */
function reported(files: Record<string, string>, only: readonly string[] = ASKED): Record<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-lint-'))
  try {
    const { vcs: _, ...config } = JSON.parse(readFileSync(join(packageRoot, 'biome.json'), 'utf8')) as { vcs: unknown }
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(config))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const biome = join(packageRoot, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
    const args = [biome, 'lint', '--colors=off', '--max-diagnostics=200', ...only.map((rule) => `--only=${rule}`), '.']
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    const found: Record<string, string[]> = Object.fromEntries(Object.keys(files).map((path) => [path, []]))
    for (const [, path = '', rule = ''] of `${stdout}${stderr}`.matchAll(/^(\S+?):\d+:\d+ lint\/(\w+\/\w+)/gm))
      if (ASKED.includes(rule)) found[path]?.push(rule.split('/')[1] ?? '')
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const lines = (count: number) => Array.from({ length: count }, (_, at) => `export const line${at} = ${at}\n`).join('')
const FILE = 'noExcessiveLinesPerFile'
const FUNCTION = 'noExcessiveLinesPerFunction'
const ASKED = [
  `style/${FILE}`,
  `complexity/${FUNCTION}`,
  'suspicious/noExplicitAny',
  'suspicious/noSkippedTests',
  'suspicious/noFocusedTests',
]

const LIMITS = [
  ['src/http/pipeline/pipeline.ts', 150],
  ['src/resources/things/endpoints/get.ts', 200],
  ['src/resources/things/thing.rules.ts', 300],
  ['src/resources/things/thing.store.ts', 300],
  ['src/app/app.ts', 400],
  ['scripts/test.mjs', 400],
] as const

test('a file of one line more than its kind allows is found; one that fills its limit is not', () => {
  const full = reported(Object.fromEntries(LIMITS.map(([path, limit]) => [path, lines(limit)])))
  const over = reported(Object.fromEntries(LIMITS.map(([path, limit]) => [path, lines(limit + 1)])))
  for (const [path] of LIMITS) assert.deepEqual([full[path], over[path]], [[], [FILE]], path)
})

test('functions of 81 lines, the type any, tests that are skipped and tests that run alone are found', () => {
  const forms = [
    (body: string) => `export function a() {\n${body}}\n`,
    (body: string) => `export const a = () => {\n${body}}\n`,
    (body: string) => `export class A {\na() {\n${body}}\n}\n`,
  ]
  const cases: [string, string[]][] = [
    ...forms.map((form): [string, string[]] => [form('work()\n'.repeat(78)), []]),
    ...forms.map((form): [string, string[]] => [form('work()\n'.repeat(79)), [FUNCTION]]),
    ['export let a: any\n', ['noExplicitAny']],
    ['export function a(b: any[]) {\n  return b\n}\n', ['noExplicitAny']],
    ["test.skip('a', () => {})\n", ['noSkippedTests']],
    ["describe.skip('a', () => {})\n", ['noSkippedTests']],
    ["it.only('a', () => {})\n", ['noFocusedTests']],
  ]
  const found = reported(Object.fromEntries(cases.map(([text], at) => [`src/case${at}.ts`, text])))
  assert.deepEqual(
    cases.map((_, at) => found[`src/case${at}.ts`]),
    cases.map(([, rules]) => rules),
  )
  const long = { 'src/app.test.ts': lines(500) + (forms[0]?.('work()\n'.repeat(90)) ?? '') }
  assert.deepEqual(reported(long, []), { 'src/app.test.ts': [] }, 'a suite is a function, and as long as its tables')
})
