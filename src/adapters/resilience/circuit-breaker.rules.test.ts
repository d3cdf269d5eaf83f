import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { admit, type BreakerState, CLOSED, settle, unsettled } from './circuit-breaker.rules.ts'

const LIMITS = { failuresMax: 3, openMs: 10_000 }
const open = (parts: Partial<BreakerState> = {}): BreakerState => ({
  failures: 3,
  openedAt: 1_000,
  probedAt: null,
  ...parts,
})

describe('circuit breaker', () => {
  const admissions: [title: string, state: BreakerState, now: number, expected: ReturnType<typeof admit>][] = [
    ['passes every call while it is closed', CLOSED, 5, { passes: true, state: CLOSED }],
    [
      'passes calls after some failures',
      { ...CLOSED, failures: 2 },
      5,
      { passes: true, state: { ...CLOSED, failures: 2 } },
    ],
    ['passes nothing as soon as it is open', open(), 1_000, { passes: false, waitMs: 10_000 }],
    ['passes nothing to the end of its time', open(), 10_999, { passes: false, waitMs: 1 }],
    ['passes a probe after its time', open(), 11_000, { passes: true, state: open({ probedAt: 11_000 }) }],
    ['passes one probe only', open({ probedAt: 11_000 }), 11_001, { passes: false, waitMs: 9_999 }],
    [
      'passes another probe when the first never came back',
      open({ probedAt: 11_000 }),
      21_000,
      { passes: true, state: open({ probedAt: 21_000 }) },
    ],
  ]
  for (const [title, state, now, expected] of admissions) {
    it(title, () => assert.deepEqual(admit(state, now, LIMITS), expected))
  }

  const settlements: [
    title: string,
    state: BreakerState,
    call: { isFailure: boolean; isProbe: boolean },
    expected: BreakerState,
  ][] = [
    ['counts a failure', CLOSED, { isFailure: true, isProbe: false }, { failures: 1, openedAt: null, probedAt: null }],
    [
      'opens at the last failure',
      { ...CLOSED, failures: 2 },
      { isFailure: true, isProbe: false },
      { failures: 3, openedAt: 7, probedAt: null },
    ],
    ['forgets failures at a success', { ...CLOSED, failures: 2 }, { isFailure: false, isProbe: false }, CLOSED],
    ['closes when the probe succeeds', open({ probedAt: 5 }), { isFailure: false, isProbe: true }, CLOSED],
    [
      'opens anew when the probe fails',
      open({ probedAt: 5 }),
      { isFailure: true, isProbe: true },
      open({ openedAt: 7 }),
    ],
    [
      'is not prolonged by the failure of a call from before',
      open({ probedAt: 5 }),
      { isFailure: true, isProbe: false },
      open({ probedAt: 5 }),
    ],
    ['closes at a late success from before', open(), { isFailure: false, isProbe: false }, CLOSED],
  ]
  for (const [title, state, call, expected] of settlements) {
    it(title, () => assert.deepEqual(settle(state, call, 7, LIMITS), expected))
  }

  it('A1: stays as it is after a call that told nothing, and lets the next one probe after such a probe', () => {
    const counting = { ...CLOSED, failures: 2 }
    assert.deepEqual(unsettled(counting, false), counting)
    assert.deepEqual(unsettled(open({ probedAt: 11_000 }), false), open({ probedAt: 11_000 }))
    const probed = unsettled(open({ probedAt: 11_000 }), true)
    assert.deepEqual(probed, open())
    assert.deepEqual(admit(probed, 11_001, LIMITS), { passes: true, state: open({ probedAt: 11_001 }) })
  })
})
