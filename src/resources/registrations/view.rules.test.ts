import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aStep, BRAND_ID } from '../../../test/kit/builders/registrations.ts'
import { REGISTRATION_STATES, type Registration, STEP_STATES, type Step } from './registration.fields.ts'
import { presentRegistration } from './view.rules.ts'

const profile = { id: '770e8400-e29b-41d4-a716-446655440002', status: 'incomplete' } as const
/** 25 March 2026, 10:43:34 UTC. */
const AT = 1_774_435_414_000
const AS_TEXT = '2026-03-25T10:43:34+00:00'

const registration = (parts: Partial<Registration> = {}): Registration => ({
  id: '0190a0b0-0000-7000-8000-000000000001',
  profileId: profile.id,
  state: 'running',
  run: 2,
  steps: [],
  fence: 7,
  statusBefore: 'incomplete',
  messagingProfileId: 'mp',
  feesTotal: 19.5,
  startedAt: '2026-03-25T10:00:00+00:00',
  finishedAt: null,
  ...parts,
})

const present = (parts: Partial<Registration>, isGivenUp = false) =>
  presentRegistration(profile, registration(parts), { isGivenUp })
const presentStep = (step: Step) => (present({ steps: [step] }).steps as unknown[])[0] as Record<string, unknown>

test('a profile that nobody has completed yet has a registration that was not started', () => {
  assert.deepEqual(presentRegistration(profile, null, { isGivenUp: false }), {
    profile_id: profile.id,
    state: 'not_started',
    profile_status: 'incomplete',
    run: 0,
    started_at: null,
    finished_at: null,
    next_try_at: null,
    fees_total: null,
    steps: [],
  })
})

test('a registration is shown with its steps in order, and nothing of how it is worked on', () => {
  const feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: 'No match.' }]
  const steps = [
    aStep('copy_numbers', { state: 'skipped', says: 'No number of another profile is used.', next_try_at: AT }),
    aStep('brand', {
      subject: BRAND_ID,
      state: 'unknown',
      call: 'submit_brand',
      attempts: 3,
      looks: 2,
      rounds: 1,
      says: 'No answer came.',
      feedback,
      fee: 4.5,
      called_at: AT,
      next_try_at: AT,
      waiting_since: AT,
      snapshot: { id: '0190a0b0-0000-7000-8000-000000000003', sha256: '9f86d08', at: AT },
    }),
  ]
  assert.deepEqual(present({ steps, finishedAt: AS_TEXT }), {
    profile_id: profile.id,
    state: 'running',
    profile_status: 'incomplete',
    run: 2,
    started_at: '2026-03-25T10:00:00+00:00',
    finished_at: AS_TEXT,
    next_try_at: AS_TEXT,
    fees_total: 19.5,
    steps: [
      {
        step: 'copy_numbers',
        subject_id: null,
        state: 'skipped',
        attempts: 0,
        says: 'No number of another profile is used.',
        feedback: [],
        next_try_at: null,
        fee: null,
        snapshot: null,
      },
      {
        step: 'brand',
        subject_id: BRAND_ID,
        state: 'unknown',
        attempts: 3,
        says: 'No answer came.',
        feedback,
        next_try_at: AS_TEXT,
        fee: 4.5,
        snapshot: { id: '0190a0b0-0000-7000-8000-000000000003', sha256: '9f86d08', frozen_at: AS_TEXT },
      },
    ],
  })
})

describe('an instant', () => {
  const table: [number | null, string | null][] = [
    [null, null],
    [AT, AS_TEXT],
    [AT + 120, '2026-03-25T10:43:34.12+00:00'],
    [AT + 5, '2026-03-25T10:43:34.005+00:00'],
    [AT + 100, '2026-03-25T10:43:34.1+00:00'],
  ]
  for (const [ms, text] of table) {
    test(`${ms} ms is ${text}`, () => assert.equal(presentStep(aStep('brand', { next_try_at: ms })).next_try_at, text))
  }
})

describe('when it is tried again', () => {
  for (const state of STEP_STATES) {
    const isAtRest = ['done', 'skipped', 'correction_needed'].includes(state)
    test(`is ${isAtRest ? 'not ' : ''}shown of a step that is ${state}`, () => {
      assert.equal(presentStep(aStep('brand', { state, next_try_at: AT })).next_try_at, isAtRest ? null : AS_TEXT)
    })
  }

  for (const state of REGISTRATION_STATES) {
    const isGoing = state === 'running' || state === 'waiting'
    test(`is ${isGoing ? '' : 'not '}shown of a registration that is ${state}`, () => {
      const steps = [aStep('brand', { next_try_at: AT })]
      assert.equal(present({ state, steps }).next_try_at, isGoing ? AS_TEXT : null)
    })
  }

  test('is that of the first step that is not over', () => {
    const over = (['done', 'skipped'] as const).map((state) => aStep('brand', { state, next_try_at: AT - 1_000 }))
    const open = [aStep('campaign', { next_try_at: AT }), aStep('carrier', { next_try_at: AT + 1_000 })]
    assert.equal(present({ steps: [...over, ...open] }).next_try_at, AS_TEXT)
    assert.equal(present({ steps: over }).next_try_at, null)
  })
})

test('a registration whose job has failed too often is parked, unless it is at rest', () => {
  for (const state of REGISTRATION_STATES) {
    const isGoing = state === 'running' || state === 'waiting'
    assert.equal(present({ state }, true).state, isGoing ? 'parked' : state)
    assert.equal(present({ state }).state, state)
  }
})
