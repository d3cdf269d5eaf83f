import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../src/package-root.ts'

/** The lines of a page's tables that hold more than one space in a row, or a rule of more than three dashes. */
function paddedLines(page: string): string[] {
  const outsideCode = page.split(/^```/m).filter((_, index) => index % 2 === 0)
  const lines = outsideCode.join('').split('\n')
  return lines.filter(
    (line) => /^\s*\|.*\|\s*$/.test(line) && /[^|\s] {2,}|\| {2,}[^|\s]|\| {3,}\||\| -{4,}/.test(line),
  )
}

const pages = [
  ...readdirSync(packageRoot).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

for (const page of pages) {
  test(`no table of ${page} is padded`, () => {
    assert.deepEqual(paddedLines(readFileSync(join(packageRoot, page), 'utf8')), [])
  })
}

test('a padded row, a long rule, and nothing inside a code block are found', () => {
  assert.deepEqual(paddedLines('| a | b |\n| --- | --- |\n| 1   | 2 |\n'), ['| 1   | 2 |'])
  assert.deepEqual(paddedLines('| a | b |\n| ------ | --- |\n'), ['| ------ | --- |'])
  assert.deepEqual(paddedLines('```text\n| 1   | 2 |\n```\n'), [])
})
