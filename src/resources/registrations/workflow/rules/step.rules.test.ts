import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aStep } from '../../../../../test/kit/builders/registrations.ts'
import type { Step } from '../../registration.fields.ts'
import type { ProviderRequest } from './next-action.rules.ts'
import {
  absent,
  type Circumstances,
  charged,
  finished,
  goesOn,
  notAsked,
  notAvailable,
  unanswered,
  waiting,
} from './step.rules.ts'

const NOW = 1_800_000_000_000
const SETTLE_MS = 900_000
const at: Circumstances = {
  now: NOW,
  random: 0.5,
  settleMs: SETTLE_MS,
  fees: { brand: null, revet: null, vetting: null, campaignReview: null },
  hasCampaign: false,
}

describe('a provider that was not to be had', () => {
  const says = 'The provider is not available; it is asked again.'
  const table: [string, Partial<Step>, boolean, Step['state']][] = [
    ['a call', { state: 'calling' }, false, 'pending'],
    ['a question of a wait', { state: 'waiting', waiting_since: NOW - 1 }, false, 'waiting'],
    ['a look-up', { state: 'calling', waiting_since: NOW - 1 }, true, 'unknown'],
  ]
  for (const [what, parts, isLookup, state] of table) {
    test(`${what} is ${state} again, behind the wait that the provider asks for`, () => {
      const step = aStep('brand', { call: 'submit_brand', looks: 2, rounds: 1, ...parts })
      const expected = { ...step, state, says, looks: 3, next_try_at: NOW + 60_000 + 8_500 }
      assert.deepEqual(notAvailable(step, isLookup, 60_000, at), expected)
    })
  }
})

describe('a call without an answer', () => {
  const called = (parts: Partial<Step>) => aStep('brand', { state: 'calling', looks: 3, rounds: 2, ...parts })
  const [again, lookUp] = [
    'No answer came; it is asked again.',
    'No answer came. The provider is asked whether it was done before anything is sent again.',
  ]
  const table: [string, Step, ProviderRequest, boolean, Partial<Step>][] = [
    [
      'what is sent once is looked up',
      called({ call: 'submit_brand' }),
      'submit_brand',
      false,
      { state: 'unknown', says: lookUp, looks: 1, next_try_at: NOW + 2_500 },
    ],
    [
      'a look-up is repeated, less and less often, and the words stay',
      called({ call: 'submit_brand', says: 'Before.' }),
      'find_brand',
      true,
      { state: 'unknown', says: 'Before.', looks: 4, next_try_at: NOW + 16_500 },
    ],
    [
      'a command that may be repeated is counted',
      called({ call: 'update_brand' }),
      'update_brand',
      false,
      { state: 'pending', says: again, rounds: 3, looks: 4, next_try_at: NOW + 16_500 },
    ],
    [
      'a question is asked as often as it takes',
      called({ call: 'read_brand', rounds: 7, waiting_since: NOW - 1 }),
      'read_brand',
      false,
      { state: 'waiting', says: again, rounds: 7, looks: 4, next_try_at: NOW + 16_500 },
    ],
    [
      'after eight times a person has to look',
      called({ call: 'update_brand', rounds: 7 }),
      'update_brand',
      false,
      { state: 'parked', says: 'No answer came 8 times.', rounds: 8 },
    ],
  ]
  for (const [what, step, question, isLookup, expected] of table) {
    test(what, () => assert.deepEqual(unanswered(step, question, isLookup, at), { ...step, ...expected }))
  }
})

describe('what the provider does not have', () => {
  const sent = (ago: number, parts: Partial<Step> = {}) =>
    aStep('brand', { state: 'unknown', call: 'submit_brand', looks: 5, called_at: NOW - ago, ...parts })
  const table: [string, Step, Partial<Step>][] = [
    ['is looked for again', sent(0), { looks: 6, next_try_at: NOW + 240_000 }],
    ['is looked for at last when its time is up', sent(SETTLE_MS - 1), { looks: 6, next_try_at: NOW + 1 }],
    ['is sent again', sent(SETTLE_MS), { state: 'pending', rounds: 1, looks: 0 }],
    [
      'is sent three times at most',
      sent(SETTLE_MS, { rounds: 2 }),
      {
        state: 'parked',
        rounds: 3,
        says: 'Sent 3 times without an answer, and the provider has no record of it.',
      },
    ],
    [
      'has its time from now on where no call is known',
      sent(0, { called_at: null }),
      { looks: 6, next_try_at: NOW + 240_000 },
    ],
  ]
  for (const [what, step, expected] of table) {
    test(what, () => assert.deepEqual(absent(step, at), { ...step, ...expected }))
  }
})

describe('a step that moves', () => {
  const busy = aStep('brand', {
    state: 'calling',
    call: 'submit_brand',
    attempts: 2,
    looks: 3,
    rounds: 1,
    says: 'Before.',
    feedback: [{ category: 'REFUSED', fields: [], says: 'No.' }],
    next_try_at: NOW,
    waiting_since: NOW - 9,
  })
  const rested = { ...busy, looks: 0, rounds: 0, next_try_at: null, waiting_since: null }

  test('to its end has nothing to correct and nothing to wait for', () => {
    assert.deepEqual(finished(busy, 'Done.'), { ...rested, state: 'done', says: 'Done.', feedback: [] })
  })

  test('to another call begins it at once', () => {
    assert.deepEqual(goesOn(busy, 'revet_brand'), { ...rested, state: 'pending', call: 'revet_brand' })
  })

  test('into a wait begins its looks anew', () => {
    const wait = { state: 'waiting', says: 'Wait.', rounds: 0 } as const
    const fresh = { ...busy, ...wait, call: 'read_brand', looks: 1, next_try_at: NOW + 3_000, waiting_since: NOW }
    assert.deepEqual(waiting(busy, 'read_brand', 'Wait.', 'poll', at), fresh)
    const first = waiting({ ...busy, call: 'read_brand', waiting_since: null }, 'read_brand', 'Wait.', 'poll', at)
    assert.deepEqual(first, fresh)
  })

  test('not, while it waits for the same, keeps its beginning', () => {
    const still = { ...busy, call: 'read_brand' } as const
    assert.deepEqual(waiting(still, 'read_brand', 'Wait.', 'poll', at), {
      ...still,
      state: 'waiting',
      says: 'Wait.',
      looks: 4,
      rounds: 0,
      next_try_at: NOW + 30_000,
    })
  })
})

test('what costs nothing is not charged, not even as nothing', () => {
  const applied = { step: aStep('brand'), effects: [{ kind: 'messaging_profile', id: 'mp' } as const] }
  assert.deepEqual(charged(applied, null), applied)
  assert.deepEqual(charged(applied, 4.5), {
    step: aStep('brand', { fee: 4.5 }),
    effects: [...applied.effects, { kind: 'charged', dollars: 4.5 }],
  })
})

describe('A1: a step whose provider was not asked', () => {
  const at = { now: NOW, random: 0, retryAfterSeconds: 10 }
  const says = 'The provider cannot be asked for a moment; it is asked as soon as it can be.'
  const next = { says, next_try_at: NOW + 11_000 }
  const sending = aStep('brand', { state: 'calling', call: 'submit_brand', attempts: 2, looks: 3, rounds: 1 })

  test('has not tried: the same call follows, and neither attempts nor looks are used up', () => {
    assert.deepEqual(notAsked(sending, 'submit_brand', false, at), {
      ...sending,
      ...next,
      state: 'pending',
      attempts: 1,
    })
  })

  test('still waits for what it was waiting for', () => {
    const waiting = { ...sending, state: 'waiting' as const, call: 'read_brand' as const, waiting_since: NOW - 9 }
    assert.deepEqual(notAsked(waiting, 'read_brand', false, at), { ...waiting, ...next })
  })

  test('still has to look up what may have happened', () => {
    const unknown = { ...sending, state: 'unknown' as const }
    assert.deepEqual(notAsked(unknown, 'find_brand', true, at), { ...unknown, ...next })
  })
})
