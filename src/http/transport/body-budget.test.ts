import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BodyBudget } from './body-budget.ts'

function budget() {
  const clock = { ms: 0 }
  const ended: string[] = []
  const bodies = new BodyBudget({ bytesMax: 100, shareMax: 60 }, () => clock.ms)
  const arriving = new Map<string, boolean>()
  const take = (owner: string, bytes: number, name = owner) => {
    arriving.set(name, true)
    return bodies.take(owner, bytes, {
      isArriving: () => arriving.get(name) === true,
      end: () => void ended.push(name),
    })
  }
  return { take, clock, ended, arriving }
}

test('A3: what is received at a time is bounded, of all and of each owner, and given back once', () => {
  const { take, ended } = budget()
  const first = take('a', 60)
  assert.ok(first !== null)
  assert.equal(take('a', 1), null, 'its share')
  assert.ok(take('b', 40) !== null)
  assert.equal(take('c', 1), null, 'all of it')
  first()
  first()
  assert.ok(take('c', 60) !== null)
  assert.equal(take('c', 1), null)
  assert.equal(take('d', 1), null)
  assert.equal(take('e', 101), null, 'more than there is')
  assert.deepEqual(ended, [])
})

test('A3: who sends slowly makes room: the oldest of the owner for the owner, the oldest of all for others', () => {
  const { take, clock, ended } = budget()
  take('a', 30, 'a1')
  take('a', 30, 'a2')
  clock.ms = 900
  take('b', 40, 'b1')
  assert.equal(take('a', 10, 'a3'), null, 'nobody is slow yet')
  clock.ms = 1_500
  assert.ok(take('a', 10, 'a4') !== null)
  assert.deepEqual(ended, ['a1'])
  assert.ok(take('c', 50, 'c1') !== null)
  assert.deepEqual(ended, ['a1', 'a2'])
  assert.equal(take('d', 20, 'd1'), null, 'what came within a second is left alone')
})

test('A3: what has arrived is not given up', () => {
  const { take, clock, ended, arriving } = budget()
  const first = take('a', 60)
  take('b', 40)
  clock.ms = 5_000
  arriving.set('a', false)
  arriving.set('b', false)
  assert.equal(take('c', 1), null)
  assert.deepEqual(ended, [])
  first?.()
  assert.ok(take('c', 60) !== null)
})
