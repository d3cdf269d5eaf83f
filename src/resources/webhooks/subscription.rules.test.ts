import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hears, partsOf } from './subscription.rules.ts'

test('a type has a parent and a suffix', () => {
  assert.deepEqual(partsOf('profile.updated'), { parent: 'profile', suffix: 'updated' })
  assert.deepEqual(partsOf('profile'), { parent: 'profile', suffix: '' })
  assert.deepEqual(partsOf(''), { parent: '', suffix: '' })
})

test('a webhook hears of the parents it names, and of no other', () => {
  const all = { event_types: ['profile', 'brand'], event_filters: null }
  assert.equal(hears(all, 'profile.updated'), true)
  assert.equal(hears(all, 'brand.created'), true)
  assert.equal(hears(all, 'campaign.created'), false)
  assert.equal(hears({ event_types: [], event_filters: null }, 'profile.updated'), false)
})

test('where a parent has a filter, only its suffixes count; another parent has none', () => {
  const some = { event_types: ['profile', 'brand', 'constructor'], event_filters: { profile: ['updated'] } }
  assert.equal(hears(some, 'profile.updated'), true)
  assert.equal(hears(some, 'profile.created'), false)
  assert.equal(hears(some, 'brand.created'), true)
  assert.equal(hears(some, 'constructor.name'), true)
  assert.equal(hears({ ...some, event_filters: { profile: [] } }, 'profile.updated'), false)
})
