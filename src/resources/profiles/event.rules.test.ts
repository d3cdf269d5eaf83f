import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf } from './event.rules.ts'

const types = (...args: Parameters<typeof eventsOf>) => eventsOf(...args).map(({ type }) => type)
const profile = { status: 'approved' }

for (const [name, told, expected] of [
  ['settings alone', types('updated', profile, null, false), ['profile.updated']],
  ['a first brand', types('updated', profile, { id: 'b', isNew: true }, false), ['profile.updated', 'brand.created']],
  [
    'a changed brand',
    types('updated', profile, { id: 'b', isNew: false }, false),
    ['profile.updated', 'brand.updated'],
  ],
  ['a card', types('created', profile, null, true), ['profile.created', 'payment_method.attached']],
  ['the end', types('deleted', profile, null, false), ['profile.deleted']],
] as const) {
  test(`${name}: ${expected.join(', ')}`, () => assert.deepEqual(told, expected))
}

test('what is told is ids and states, and no KYC data', () => {
  assert.deepEqual(eventsOf('updated', profile, { id: 'b', isNew: false }, true), [
    { type: 'profile.updated', payload: { status: 'approved' } },
    { type: 'brand.updated', payload: { brand_id: 'b', status: null } },
    { type: 'payment_method.attached', payload: { status: 'attached' } },
  ])
})
