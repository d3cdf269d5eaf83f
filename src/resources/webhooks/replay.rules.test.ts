import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heardTypes, readWanted, wantedProblems } from './replay.rules.ts'

const NOW = Date.parse('2026-03-25T10:00:00Z')
const DAY = 24 * 3_600_000
const at = (ms: number) => new Date(ms).toISOString()
const problems = (eventId: string | null, from: string | null, to: string | null) =>
  wantedProblems({ eventId, from, to }, NOW)

test('what is asked for is text, and an id is lower-cased', () => {
  assert.deepEqual(readWanted({ event_id: 'ABC', from: 'f', to: 't' }), { eventId: 'abc', from: 'f', to: 't' })
  assert.deepEqual(readWanted({}), { eventId: null, from: null, to: null })
  assert.deepEqual(readWanted({ event_id: null, from: 1, to: [] }), { eventId: null, from: null, to: null })
})

test('one event, or a time to start from, and never both', () => {
  const both = { event_id: ['event_id cannot be combined with from or to'] }
  assert.deepEqual(problems('e', null, null), {})
  assert.deepEqual(problems('e', at(NOW), null), both)
  assert.deepEqual(problems('e', null, at(NOW)), both)
  const neither = { from: ['Name an event_id, or the instant from which to replay'] }
  assert.deepEqual(problems(null, null, null), neither)
  assert.deepEqual(problems(null, null, at(NOW)), neither)
})

test('the time to start from is in the last seven days, to the millisecond', () => {
  const refused = { from: ['from must be in the last 7 days'] }
  assert.deepEqual(problems(null, at(NOW), null), {})
  assert.deepEqual(problems(null, at(NOW - 7 * DAY), null), {})
  assert.deepEqual(problems(null, at(NOW - 7 * DAY - 1), null), refused)
  assert.deepEqual(problems(null, at(NOW + 1), null), refused)
  assert.deepEqual(problems(null, 'never', null), refused)
})

test('the end lies behind the start, and at most a day ahead', () => {
  const refused = { to: ['to must be after from'] }
  const from = NOW - DAY
  assert.deepEqual(problems(null, at(from), at(from + 1)), {})
  assert.deepEqual(problems(null, at(from), at(NOW + DAY)), {})
  for (const to of [at(from), at(from - 1), at(NOW + DAY + 1), 'never'])
    assert.deepEqual(problems(null, at(from), to), refused, to)
})

test('what is replayed is what the webhook hears of', () => {
  const types = heardTypes({ event_types: ['profile'], event_filters: null })
  assert.ok(types.length > 1 && types.every((type) => type.startsWith('profile.')))
  const [first = ''] = types
  const only = { event_types: ['profile'], event_filters: { profile: [first.slice('profile.'.length)] } }
  assert.deepEqual(heardTypes(only), [first])
  assert.deepEqual(heardTypes({ event_types: [], event_filters: null }), [])
})
