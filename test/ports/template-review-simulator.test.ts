import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MAGIC_TEMPLATES } from '../../src/adapters/simulator/magic-values/templates.ts'
import { simulatedTemplateReviewer } from '../../src/adapters/simulator/template-reviewer.ts'
import { packageRoot } from '../../src/package-root.ts'
import { manualClock } from '../kit/fakes/manual-clock.ts'

const DELAY_MS = 5_000
const aTemplate = (text: string) => ({ reference: `r ${text}`, name: 'A', category: 'UTILITY', language: 'en', text })

function reviewer(file: string | null = null) {
  const clock = manualClock()
  return { clock, ...simulatedTemplateReviewer({ clock, delayMs: DELAY_MS, file, sleep: async () => {} }) }
}

test('the words that drive the simulated review are documented', async () => {
  const page = (await readFile(join(packageRoot, 'docs/PROVIDERS.md'), 'utf8')).replace(/ +/g, ' ')
  for (const { word, says } of MAGIC_TEMPLATES) assert.ok(page.includes(`| \`${word}\` | ${says} |`), word)
})

test('a template that was never handed in has no review; one that was is approved after a while', async () => {
  const { submitTemplate, findReview, clock } = reviewer()
  const template = aTemplate('Hello')
  assert.deepEqual(await findReview(template), { kind: 'done', value: null })
  const taken = await submitTemplate({ template })
  assert.ok(taken.kind === 'done')
  const { templateId } = taken.value
  const review = async () => {
    const found = await findReview(template)
    assert.ok(found.kind === 'done' && found.value?.templateId === templateId)
    return found.value.review
  }
  assert.deepEqual(await review(), { state: 'pending', lookAgainMs: DELAY_MS })
  clock.advance(DELAY_MS - 1)
  assert.deepEqual(await review(), { state: 'pending', lookAgainMs: 1 })
  clock.advance(1)
  assert.deepEqual(await review(), { state: 'approved' })
})

test('each word does what it says', async () => {
  const { submitTemplate, findReview, clock } = reviewer()
  const handIn = (text: string) => submitTemplate({ template: aTemplate(text) })
  assert.equal((await handIn('[outage]')).kind, 'unavailable')
  assert.equal((await handIn('[refuse]')).kind, 'refused')
  assert.equal((await handIn('a [lost] b')).kind, 'timeout')
  for (const text of ['[reject]', '[pending]']) assert.equal((await handIn(text)).kind, 'done')
  clock.advance(DELAY_MS)
  const review = async (text: string) => {
    const found = await findReview(aTemplate(text))
    return found.kind === 'done' ? (found.value?.review.state ?? null) : found.kind
  }
  const states = await Promise.all(['[outage]', '[refuse]', 'a [lost] b', '[reject]', '[pending]'].map(review))
  assert.deepEqual(states, [null, null, 'approved', 'rejected', 'pending'])
  assert.equal((await handIn('a [lost] b')).kind, 'done', 'the answer is lost once')
})

test('with a file the review outlives the process', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-review-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'simulator')
  await reviewer(file).submitTemplate({ template: aTemplate('Hello') })
  const found = await reviewer(file).findReview(aTemplate('Hello'))
  assert.ok(found.kind === 'done' && found.value !== null)
})
