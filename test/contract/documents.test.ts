import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Block,
  blockProblem,
  blocksOf,
  documentPages,
  isReceiver,
  readPage,
  runs,
  wantedStatuses,
} from './document-blocks.ts'
import { INTERPRETERS, isInstalled, runPage, type Session, startServer } from './document-session.ts'

const pages = documentPages().map((page) => ({ page, blocks: blocksOf(page, readPage(page)) }))

for (const { page, blocks } of pages.filter((one) => one.blocks.length > 0)) {
  test(`every code block of ${page} is run, or says why not`, () => {
    const problems = blocks.flatMap((block) => {
      const problem = blockProblem(block)
      return problem === null ? [] : [`${page}:${block.line}: ${problem}`]
    })
    assert.deepEqual(problems, [])
  })
}

/** The requests of a block that have another status than the page says. */
function wrongStatuses(block: Block, statuses: readonly string[]): string[] {
  const wanted = wantedStatuses(block)
  const isRight = wanted === null ? statuses.every((one) => one.startsWith('2')) : wanted.join() === statuses.join()
  return isRight ? [] : [`${block.page}:${block.line}: ${statuses.join()} in place of ${wanted?.join() ?? '2xx'}`]
}

function told({ stdout, stderr }: Session): string {
  return `stdout:\n${stdout.slice(-6_000)}\nstderr:\n${stderr.slice(-6_000)}`
}

async function sessionOf(blocks: readonly Block[]): Promise<Session> {
  await using server = await startServer()
  return await runPage(blocks, server)
}

for (const { page, blocks } of pages.filter((one) => one.blocks.some(runs))) {
  test(`what ${page} shows works from top to bottom`, async (t) => {
    assert.deepEqual(
      blocks.map(blockProblem).filter((problem) => problem !== null),
      [],
      'nothing of a page is run before each of its blocks says what is to be done with it',
    )
    const commands = ['curl', 'jq', ...blocks.filter(runs).flatMap(({ language }) => INTERPRETERS[language] ?? [])]
    const missing = commands.filter((name) => !isInstalled(name))
    // A clone needs Node.js and npm only. What the pages use beyond that is run where it is there.
    if (missing.length > 0) t.diagnostic(`${page} was not run as a whole: ${missing.join(', ')} is not installed`)
    const here = blocks.filter((block) => runs(block) && canRun(block, missing))
    const session = await sessionOf(here)
    assert.equal(session.exitCode, 0, told(session))
    const wrong = here.flatMap((block) => wrongStatuses(block, session.statuses.get(block.line) ?? []))
    assert.deepEqual(wrong, [], told(session))
  })
}

function canRun({ language }: Block, missing: readonly string[]): boolean {
  const needed = language === 'sh' ? ['curl', 'jq'] : [INTERPRETERS[language] ?? '']
  return needed.every((name) => !missing.includes(name))
}

const problemsOf = (text: string) => blocksOf('docs/CLI.md', text).map(blockProblem)

test('a block that nobody runs and that gives no reason is found', () => {
  for (const text of [
    '```\nls\n```\n',
    '```sh no-run:\nls\n```\n',
    '```sh skip\nls\n```\n',
    '```php\n<?php\n```\n',
    '```json\n{"a": }\n```\n',
    '```json status=200\n{}\n```\n',
    '```sh run-by: test/contract/nothing.test.ts\nls\n```\n',
    '```sh run-by: test/contract/pooler-document.test.ts\nls\n```\n',
    '```sh\nsysctl vm.swappiness=1\n```\n',
    '```mermaid\nsequence\n```\n',
  ]) {
    const [problem] = problemsOf(text)
    assert.equal(typeof problem, 'string', text)
  }
  assert.throws(() => blocksOf('docs/CLI.md', '```sh\nls\n'), /does not end/)
})

test('a block that is run, and one that says why it is not, are no problem', () => {
  for (const text of [
    '```sh\nls\n```\n',
    '   ```sh status=412,200\n   ls\n   ```\n',
    '```sh no-run: needs an account\nls\n```\n',
    '```js receiver\nlisten()\n```\n',
    '```json\n{"a": 1}\n```\n',
    '```mermaid\nsequenceDiagram\n```\n',
  ])
    assert.deepEqual(problemsOf(text), [null], text)
})

test('a page fails on a command that fails, on a refusal that it does not name, and on one that does not come', async () => {
  const url = 'http://127.0.0.1:8080/v3/profiles'
  const text = [
    `\`\`\`sh\ncurl ${url} -H 'x-api-key: sk_live_…'\n\`\`\``,
    `\`\`\`sh\ncurl ${url} -H 'x-api-key: wrong'\n\`\`\``,
    `\`\`\`sh status=401\ncurl ${url} -H 'x-api-key: <api key>'\n\`\`\``,
    '```py\nraise SystemExit(3)\n```',
    '```sh\ncurl http://127.0.0.1:8080/never\n```',
  ].join('\n')
  const blocks = blocksOf('docs/CLI.md', text).filter(({ language }) => language === 'sh' || isInstalled('python3'))
  const session = await sessionOf(blocks)
  const wrong = blocks.map((block) => wrongStatuses(block, session.statuses.get(block.line) ?? []).length)
  assert.deepEqual(wrong.slice(0, 3), [0, 1, 1])
  if (isInstalled('python3')) {
    assert.equal(session.exitCode, 3)
    assert.equal(session.statuses.has(13), false, 'nothing runs after a failure')
  }
})

test('a receiver is no part of the session of its page', () => {
  const [block] = blocksOf('docs/CLI.md', '```py receiver\npass\n```\n')
  assert.ok(block !== undefined)
  assert.equal(isReceiver(block), true)
  assert.equal(runs(block), false)
})
