import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aRegisteredCampaign } from '../../../../../test/kit/builders/registrations.ts'
import { cleanWords, redactResponse } from './redact.rules.ts'
import type { ProviderResponse } from './transition.rules.ts'

const SECRETS = ['12-3456789', 'John Smith', '+12025551234', 'CEO']

describe('the words of a provider', () => {
  const table: [string, string][] = [
    ['The tax id does not match.', 'The tax id does not match.'],
    ['EIN 12-3456789 of John Smith is wrong', 'EIN […] of […] is wrong'],
    ['EIN 123456789 is wrong, call 12025551234', 'EIN […] is wrong, call […]'],
    ['EIN 12 345 6789 OF JOHN SMITH IS WRONG', 'EIN […] OF […] IS WRONG'],
    ['one\r\ntwo\u0000\u2028three', 'one two three'],
    ['The CEO is not known', 'The CEO is not known'],
    ['x'.repeat(2_000), 'x'.repeat(500)],
  ]
  for (const [text, expected] of table) {
    test(`${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(cleanWords(text, SECRETS), expected))
  }

  test('a value within another is no reason to show the rest of it, in whatever order they come', () => {
    for (const secrets of [
      ['John', 'John Smith'],
      ['John Smith', 'John'],
    ])
      assert.equal(cleanWords('John Smith, John', secrets), '[…], […]')
  })

  test('values of four characters are found, and words begin and end without space', () => {
    assert.equal(cleanWords('  code 9876 ', ['9876']), 'code […]')
    assert.equal(cleanWords('code 987', ['987']), 'code 987')
  })

  test('a long text shows no beginning of a value where it is cut', () => {
    const address = 'Suite 12 at the long road '.repeat(6)
    const words = cleanWords(`${address}|`.repeat(40), [address])
    assert.equal(words.includes('Suite'), false)
  })

  test('in a refusal: paths of ours, twenty entries, nothing that is sealed', () => {
    const refusals = Array.from({ length: 50 }, (_, at) => ({
      member: at === 0 ? '__proto__; drop' : 'brand.business.taxId',
      says: '12-3456789 is bad',
    }))
    const { outcome } = redactResponse({ of: 'brand', outcome: { kind: 'refused', refusals } }, SECRETS)
    assert.ok(outcome.kind === 'refused')
    assert.equal(outcome.refusals.length, 20)
    assert.deepEqual(outcome.refusals[0], { member: '', says: '[…] is bad' })
    assert.deepEqual(outcome.refusals[1], { member: 'brand.business.taxId', says: '[…] is bad' })
  })

  test('in feedback, in a vetting, in a decline and in an assignment', () => {
    const says = 'John Smith'
    const feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId', '<script>'], says }]
    const replies = [
      redactResponse({ of: 'feedback', outcome: { kind: 'done', value: feedback } }, SECRETS),
      redactResponse(
        { of: 'vetting', outcome: { kind: 'done', value: { status: 'failed', score: null, reasons: [says] } } },
        SECRETS,
      ),
      redactResponse({ of: 'assignment', outcome: { kind: 'done', value: { status: 'failed', says } } }, SECRETS),
    ]
    assert.deepEqual(
      replies.map(({ outcome }) => (outcome.kind === 'done' ? outcome.value : null)),
      [
        [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: '[…]' }],
        { status: 'failed', score: null, reasons: ['[…]'] },
        { status: 'failed', says: '[…]' },
      ],
    )
  })

  test('in whatever number and length they come', () => {
    const many = Array.from({ length: 30 }, (_, index) => `field${index}`)
    const long = { category: 'C'.repeat(200), fields: many, says: 'No.' }
    const feedback = redactResponse({ of: 'feedback', outcome: { kind: 'done', value: Array(30).fill(long) } }, SECRETS)
    assert.deepEqual(feedback.outcome, {
      kind: 'done',
      value: Array(20).fill({ ...long, category: 'C'.repeat(100), fields: many.slice(0, 20) }),
    })
    const vetting = { status: 'failed', score: null, reasons: many } as const
    assert.deepEqual(redactResponse({ of: 'vetting', outcome: { kind: 'done', value: vetting } }, SECRETS).outcome, {
      kind: 'done',
      value: { ...vetting, reasons: many.slice(0, 20) },
    })
  })

  test('a decline is cleaned, the rest of a campaign is left', () => {
    const value = aRegisteredCampaign({ says: 'John Smith has no opt-in' })
    assert.deepEqual(redactResponse({ of: 'campaign', outcome: { kind: 'done', value } }, SECRETS), {
      of: 'campaign',
      outcome: { kind: 'done', value: { ...value, says: '[…] has no opt-in' } },
    })
  })

  const untouched: ProviderResponse[] = [
    { of: 'campaign', outcome: { kind: 'done', value: null } },
    { of: 'campaign', outcome: { kind: 'done', value: aRegisteredCampaign() } },
    { of: 'vetting', outcome: { kind: 'done', value: null } },
    { of: 'assignment', outcome: { kind: 'done', value: null } },
    { of: 'assignment', outcome: { kind: 'done', value: { status: 'assigned', says: null } } },
    { of: 'feedback', outcome: { kind: 'timeout', of: 'service' } },
    { of: 'brand', outcome: { kind: 'unavailable', of: 'service', retryAfterSeconds: 7 } },
    { of: 'nothing', outcome: { kind: 'done', value: null } },
  ]
  for (const reply of untouched) {
    test(`${JSON.stringify(reply).slice(0, 80)} has no words`, () =>
      assert.deepEqual(redactResponse(reply, SECRETS), reply))
  }
})
