import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Waiters } from './waiters.ts'

test('two wait for one key, the third is turned away, and a place that is left can be taken again', () => {
  const waiters = new Waiters()
  assert.deepEqual([waiters.enter('a'), waiters.enter('a'), waiters.enter('a')], [true, true, false])
  assert.equal(waiters.enter('b'), true)
  waiters.leave('a')
  assert.deepEqual([waiters.enter('a'), waiters.enter('a')], [true, false])
})

test('twenty wait on an instance, whatever their keys', () => {
  const waiters = new Waiters()
  const entered = Array.from({ length: 25 }, (_, index) => waiters.enter(`key-${index}`))
  assert.equal(entered.filter(Boolean).length, 20)
  assert.equal(waiters.enter('late'), false)
  waiters.leave('key-0')
  assert.equal(waiters.enter('late'), true)
})

test('who was turned away holds no place: all places are free again once all who entered have left', () => {
  const waiters = new Waiters({ perKeyMax: 1, max: 3 })
  for (let round = 0; round < 100; round += 1) {
    const entered = ['a', 'a', 'b', 'c', 'd'].filter((key) => waiters.enter(key))
    assert.deepEqual(entered, ['a', 'b', 'c'])
    for (const key of entered) waiters.leave(key)
  }
})
