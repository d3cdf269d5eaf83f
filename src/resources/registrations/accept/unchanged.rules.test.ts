import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isSameRequest, orderedBefore } from './unchanged.rules.ts'

const verdict = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: 'Wrong.' }]

describe('D1: what a registry has taken', () => {
  const request = { reference: 'r', taxId: '1', city: 'Albany', samples: ['a', 'b'] }

  test('is the same whatever the order of its members, its reference and what it leaves out', () => {
    assert.ok(
      isSameRequest(request, { samples: ['a', 'b'], city: 'Albany', taxId: '1', reference: 'r-2', state: null }),
    )
    assert.ok(isSameRequest({ ...request, state: undefined }, request))
  })

  for (const change of [{ taxId: '2' }, { samples: ['b', 'a'] }, { samples: ['a'] }, { city: null }, { state: 'NY' }])
    test(`is another with ${JSON.stringify(change)}`, () => {
      assert.ok(!isSameRequest(request, { ...request, ...change }))
    })

  test('was ordered before where it is the last, or an older one that was not approved', () => {
    const other = { ...request, taxId: '2' }
    assert.equal(orderedBefore([], request), null)
    assert.equal(orderedBefore([{ request: other, verdict }], request), null)
    assert.deepEqual(orderedBefore([{ request, verdict }], request), { isLast: true, feedback: verdict })
    assert.deepEqual(orderedBefore([{ request, verdict: null }], request), { isLast: true, feedback: [] })
    const older = [
      { request: other, verdict: null },
      { request, verdict: null },
      { request, verdict },
    ]
    assert.deepEqual(orderedBefore(older, request), { isLast: false, feedback: verdict })
    assert.equal(orderedBefore(older.slice(0, 2), request), null, 'nobody knows that it was not approved')
  })
})
