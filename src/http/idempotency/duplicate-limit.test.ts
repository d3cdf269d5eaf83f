import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuplicateWaitLimit } from './duplicate-limit.ts'

const of = (key: string, organizationId = 'acme') => ({ organizationId, key })

test('two wait for one key, the third is turned away, and a place that is left can be taken again', () => {
  const duplicateWaits = new DuplicateWaitLimit()
  assert.deepEqual(
    [duplicateWaits.enter(of('a')), duplicateWaits.enter(of('a')), duplicateWaits.enter(of('a'))],
    [true, true, false],
  )
  assert.equal(duplicateWaits.enter(of('b')), true)
  duplicateWaits.leave(of('a'))
  assert.deepEqual([duplicateWaits.enter(of('a')), duplicateWaits.enter(of('a'))], [true, false])
})

test('A4: five wait for one organization, whatever their keys, and leave others theirs', () => {
  const duplicateWaits = new DuplicateWaitLimit()
  const entered = Array.from({ length: 25 }, (_, index) => duplicateWaits.enter(of(`key-${index}`)))
  assert.equal(entered.filter(Boolean).length, 5)
  assert.equal(duplicateWaits.enter(of('key-0', 'other')), true)
  duplicateWaits.leave(of('key-0'))
  assert.equal(duplicateWaits.enter(of('late')), true)
  assert.equal(duplicateWaits.enter(of('later')), false)
})

test('twenty wait on an instance, whatever their organizations', () => {
  const duplicateWaits = new DuplicateWaitLimit()
  const entered = Array.from({ length: 25 }, (_, index) => duplicateWaits.enter(of('key', `organization ${index}`)))
  assert.equal(entered.filter(Boolean).length, 2, 'a key is one key: it names its customer')
  const more = Array.from({ length: 25 }, (_, index) =>
    duplicateWaits.enter(of(`key-${index}`, `organization ${index}`)),
  )
  assert.equal(more.filter(Boolean).length, 18)
  assert.equal(duplicateWaits.enter(of('late')), false)
  duplicateWaits.leave(of('key-0', 'organization 0'))
  assert.equal(duplicateWaits.enter(of('late')), true)
})

test('who was turned away holds no place: all places are free again once all who entered have left', () => {
  const duplicateWaits = new DuplicateWaitLimit({ perKeyMax: 1, perOrganizationMax: 3, max: 4 })
  for (let round = 0; round < 100; round += 1) {
    const asked = [of('a'), of('a'), of('b'), of('c'), of('d'), of('e', 'other'), of('f', 'other')]
    const entered = asked.filter((waiter) => duplicateWaits.enter(waiter))
    assert.deepEqual(
      entered.map(({ key }) => key),
      ['a', 'b', 'c', 'e'],
    )
    for (const waiter of entered) duplicateWaits.leave(waiter)
  }
})
