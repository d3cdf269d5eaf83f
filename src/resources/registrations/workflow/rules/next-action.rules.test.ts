import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aStep } from '../../../../../test/kit/builders/registrations.ts'
import { CALLS, type CallName, type Step } from '../../registration.fields.ts'
import { type NextAction, nextAction, ONCE, type ProviderRequest, READS } from './next-action.rules.ts'

const NOW = 1_800_000_000_000
const LIMIT_MS = 30_000
const FIVE_MINUTES = 300_000

const next = (step: Step): NextAction => nextAction([step], NOW, LIMIT_MS)

describe('what is asked of a call whose outcome is not known (decision 21)', () => {
  const lookups: Partial<Record<CallName, ProviderRequest>> = {
    submit_brand: 'find_brand',
    revet_brand: 'read_brand',
    order_vetting: 'read_vetting',
    submit_campaign: 'find_campaign',
    create_messaging_profile: 'find_messaging_profile',
  }

  for (const call of CALLS) {
    const lookup = lookups[call]
    test(`${call}: ${lookup ?? 'the same again'}`, () => {
      for (const state of ['unknown', 'calling'] as const) {
        const question = lookup ?? call
        assert.deepEqual(next(aStep('brand', { state, call })), { kind: 'ask', index: 0, question })
      }
      for (const state of ['pending', 'waiting'] as const) {
        assert.deepEqual(next(aStep('brand', { state, call })), { kind: 'ask', index: 0, question: call })
      }
      assert.equal(ONCE.has(call), lookup !== undefined)
    })
  }
})

test('a question that changes nothing is one that reads or finds', () => {
  const questions: ProviderRequest[] = [...CALLS, 'find_brand', 'find_campaign']
  assert.deepEqual(
    questions.filter((question) => READS.has(question)),
    questions.filter((question) => /^(read|find)_/.test(question)),
  )
})

test('numbers are copied before anything is asked', () => {
  assert.deepEqual(next(aStep('copy_numbers')), { kind: 'copy_numbers', index: 0 })
})

describe('a wait that is told as a review', () => {
  const waiting = (parts: Partial<Step>) => aStep('identity', { state: 'waiting', call: 'read_brand', ...parts })
  const soon = { next_try_at: NOW + 1 }
  const table: [string, Step, boolean][] = [
    ['a short one', waiting(soon), false],
    ['of five minutes', waiting({ next_try_at: NOW + FIVE_MINUTES }), false],
    ['of more than five minutes', waiting({ next_try_at: NOW + FIVE_MINUTES + 1 }), true],
    ['that has lasted five minutes', waiting({ ...soon, waiting_since: NOW - FIVE_MINUTES }), false],
    ['that has lasted more', waiting({ ...soon, waiting_since: NOW - FIVE_MINUTES - 1 }), true],
    ['for a vetting', waiting({ ...soon, step: 'vetting' }), true],
    ['for the review of a campaign', waiting({ ...soon, step: 'campaign_review' }), true],
    ['for a provider that is down', waiting({ next_try_at: NOW + FIVE_MINUTES + 1, state: 'pending' }), false],
    ['for a provider that is down in a review', waiting({ ...soon, step: 'vetting', state: 'pending' }), false],
    ['for a look-up', waiting({ ...soon, step: 'vetting', state: 'unknown' }), false],
  ]
  for (const [what, step, isReview] of table) {
    test(`${what}: ${isReview ? 'yes' : 'no'}`, () => {
      assert.deepEqual(next(step), { kind: 'wait', index: 0, untilMs: step.next_try_at, isReview })
    })
  }
})
