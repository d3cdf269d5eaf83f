import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'

/** Files that are made from a database. `npm run generate` runs the tests of them with LETTERHEAD_GENERATE=1. */

const isGenerating = process.env.LETTERHEAD_GENERATE === '1'

/** Compares, or writes when generating. Names the first line that differs. */
export function assertGenerated(name: string, wanted: string): void {
  const path = join(packageRoot, 'test', 'contract', 'generated', name)
  const current = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (wanted === current) return
  if (isGenerating) {
    writeFileSync(path, wanted)
    return
  }
  const [is, should] = [current.split('\n'), wanted.split('\n')]
  const at = should.findIndex((line, index) => line !== is[index])
  assert.fail(
    `test/contract/generated/${name} is not current (npm run generate). Line ${at + 1} is\n  ${is[at] ?? ''}\nand should be\n  ${should[at] ?? ''}`,
  )
}
