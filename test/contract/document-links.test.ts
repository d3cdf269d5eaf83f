import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../../src/package-root.ts'
import { documentPages, readPage } from './document-blocks.ts'

const withoutCode = (text: string) => text.replaceAll(/^(\s*)```[\s\S]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, '')

/** What GitHub makes of a heading: lower case, without punctuation, hyphens for spaces. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

/** The links of a page to files and headings of the repository that are not there. */
function deadLinks(page: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : normalize(join(dirname(page), path))
    if (!existsSync(join(packageRoot, target))) return true
    return anchor !== undefined && !anchorsOf(path === '' ? text : readPage(target)).has(anchor)
  })
}

for (const page of documentPages()) {
  test(`every link of ${page} leads to a file and a heading that are there`, () => {
    assert.deepEqual(deadLinks(page, readPage(page)), [])
  })
}

/** The files that a page names in backticks and that the repository does not hold, by their path or the end of it. */
function missingFiles(text: string, files: readonly string[]): string[] {
  const named = [...text.matchAll(/`((?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:ts|mjs|cjs))`/g)].map(([, name = '']) => name)
  return named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))
}

test('every source file that a page for builders names is there', () => {
  const files = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  for (const page of ['CONTRIBUTING.md', 'SECURITY.md', 'docs/ARCHITECTURE.md'])
    assert.deepEqual(missingFiles(readPage(page), files), [], page)
  assert.deepEqual(missingFiles('`main.ts` `src/main.ts` `nothing.ts` `*.fields.ts` `src/nothing.mjs`', files), [
    'nothing.ts',
    'src/nothing.mjs',
  ])
})

test('a link to no file or no heading is found, and one in code is none', () => {
  const text = '# Two words, one\n[a](NOTHING.md) [b](API.md#nothing) [c](#two-words-one) [d](#three) `[e](NO.md)`\n'
  assert.deepEqual(deadLinks('docs/CLI.md', text), ['NOTHING.md', 'API.md#nothing', '#three'])
})
