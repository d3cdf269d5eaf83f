import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from './new-id.ts'

const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

test('ids follow each other, also within a millisecond and when the clock goes back', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 })
  const ids = Array.from({ length: 1_000 }, newId)
  t.mock.timers.setTime(Date.now() - 30_000)
  ids.push(newId())
  assert.deepEqual(ids, [...new Set(ids)].sort())
  assert.equal(new Set(ids.map(timeOf)).size, 1)
})

test('an id is a UUID of version 7 with the time of its making', () => {
  const before = Date.now()
  const id = newId()
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.ok(timeOf(id) >= before || timeOf(id) >= Date.now() - 1)
})

test('neighbours share no random part that would tell the next', () => {
  const tails = new Set(Array.from({ length: 1_000 }, () => newId().slice(-8)))
  assert.equal(tails.size, 1_000)
})
