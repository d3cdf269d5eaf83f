import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aStep, BRAND_ID } from '../../../../../test/kit/builders/registrations.ts'
import type { Step } from '../../registration.fields.ts'
import { onAuthentication, withMailAgain } from './authentication.rules.ts'

const HOUR = 3_600_000
const NOW = 1_800_000_000_000
const at = {
  now: NOW,
  random: 0.5,
  settleMs: 1,
  fees: { brand: null, revet: null, vetting: null, campaignReview: null },
  hasCampaign: false,
}
const identity = (parts: Partial<Step> = {}) =>
  aStep('identity', { subject: BRAND_ID, call: 'read_authentication', ...parts })
const since = (hours: number) => identity({ state: 'waiting', waiting_since: NOW - hours * HOUR })
const record = (status: 'pending' | 'active' | 'failed' | 'expired', reasons: string[] = []) => ({
  status,
  score: null,
  reasons,
})

describe('D6: the answer of a listed company to the mail of the registry', () => {
  test('is waited for, with words that say what to do', () => {
    const step = onAuthentication(identity(), record('pending'), at)
    assert.deepEqual([step.state, step.call, step.waiting_since], ['waiting', 'read_authentication', NOW])
    assert.match(step.says ?? '', /mail to brand.contact.businessContactEmail.*7 days, within 30 days/)
  })

  test('lets the registration go on', () => {
    assert.equal(onAuthentication(since(5), record('active'), at).state, 'done')
  })

  test('fails, expires, or does not come within 30 days: the address is to be corrected', () => {
    for (const [step, found, why] of [
      [since(1), record('failed', ['Unknown person.']), /failed. Unknown person. Give the address/],
      [since(1), record('expired'), /not made in time/],
      [since(30 * 24 + 1), record('pending'), /within 30 days/],
    ] as const) {
      const after = onAuthentication(step, found, at)
      assert.equal(after.state, 'correction_needed')
      assert.deepEqual(after.feedback[0]?.fields, ['brand.contact.businessContactEmail'])
      assert.match(after.feedback[0]?.says ?? '', why)
    }
    assert.equal(onAuthentication(since(30 * 24 - 1), record('pending'), at).state, 'waiting')
  })

  test('is not waited for longer than a day where the registry shows nothing of it', () => {
    assert.equal(onAuthentication(since(23), null, at).state, 'waiting')
    assert.equal(onAuthentication(since(25), null, at).state, 'done')
  })
})

describe('D6: the mail is sent again', () => {
  test('an hour after it was sent, and no sooner', () => {
    assert.equal(withMailAgain([since(0.9)], NOW), null)
    const [step] = withMailAgain([since(1)], NOW) ?? []
    assert.deepEqual([step?.state, step?.call, step?.waiting_since], ['pending', 'resend_authentication', NOW - HOUR])
    assert.equal(withMailAgain([{ ...since(5), called_at: NOW - HOUR / 2 }], NOW), null)
  })

  test('by no other step that waits', () => {
    const others = [aStep('vetting', { ...since(9), step: 'vetting' }), { ...since(9), call: 'read_brand' as const }]
    assert.equal(withMailAgain(others, NOW), null)
    assert.equal(withMailAgain([{ ...since(9), state: 'done' }], NOW), null)
  })
})
