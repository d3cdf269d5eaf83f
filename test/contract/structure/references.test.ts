import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem, type SourceFile } from './script.ts'

const { checkCitations } = await loadScript<{
  checkCitations: (files: SourceFile[], documents: { decisionPaths: string[]; contract: string }) => Problem[]
}>('checks/references.mjs')

const documents = {
  decisionPaths: ['docs/decisions/08-write-path.md', 'docs/decisions/16-idempotency.md'],
  contract: '## 3. Idempotency\n\n### 8.9 Update\n\n- 17-4: a reading\n',
}
const cited = (text: string) =>
  checkCitations([{ path: 'src/a.ts', text: `\n// ${text}` }], documents).map(
    ({ line, message }) => `${line} ${message}`,
  )

test('a decision or a section of the contract that does not exist is found', () => {
  assert.deepEqual(cited(`as decision ${9} says`), ['2 "decision 9" leads nowhere'])
  assert.deepEqual(cited(`decisions ${8} and ${99}`), [`2 "decision ${99}" leads nowhere`])
  assert.deepEqual(cited(`contract ${'8.1'}, contract ${4}, contract ${'17-5'}`), [
    '2 "contract 8.1" leads nowhere',
    '2 "contract 4" leads nowhere',
    `2 "contract ${'17-5'}" leads nowhere`,
  ])
})

test('those that exist pass', () => {
  assert.deepEqual(cited('decision 8; decisions 8 and 16; contract 8.9; contract 3; contract 17-4'), [])
})
