import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NotConnected } from '../database-error.ts'
import { Seats, type Use } from './seats.ts'

/** Seats and what became of those who asked for one, in the order in which they got it. */
function room(size: number, waitMs = 500) {
  const seats = new Seats({ size, waitMs })
  const seated: string[] = []
  const ask = (use: Use, organizationId: string | null, name = use as string) => {
    const turn = seats.take(use, organizationId)
    if (turn === null) seated.push(name)
    else
      turn.then(
        () => seated.push(name),
        () => undefined,
      )
    return turn
  }
  return { seats, seated, ask }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('A2: seats of a pool', () => {
  test('lists have half of them, however many there are', () => {
    const { seated, ask } = room(16)
    for (let at = 0; at < 20; at += 1) ask('lists', `organization ${at}`)
    assert.equal(seated.length, 8)
  })

  test('one organization has half of them, whatever it does', () => {
    const { seated, ask } = room(16)
    for (let at = 0; at < 10; at += 1) ask('work', 'loud')
    ask('lists', 'loud')
    assert.equal(seated.length, 8)
    assert.equal(ask('work', 'other'), null)
  })

  test('reads and writes find one each, whatever the others do; what they do not need is not given away', () => {
    const { seated, ask } = room(16)
    for (let at = 0; at < 40; at += 1) ask('work', `organization ${at}`)
    assert.equal(seated.length, 14)
    assert.equal(ask('reads', null), null)
    assert.equal(ask('writes', null), null)
    assert.notEqual(ask('reads', null), null)
  })

  test('who waits has the next that is free for it, the first of them first', async () => {
    const { seats, seated, ask } = room(4)
    ask('lists', 'a', 'list a')
    ask('lists', 'b', 'list b')
    ask('lists', 'c', 'list c')
    ask('lists', 'd', 'list d')
    assert.equal(ask('reads', null), null, 'nobody who waits for a list is before it')
    assert.equal(seats.waiting, 2)
    seats.free('lists', 'a')
    await turn()
    assert.deepEqual(seated, ['list a', 'list b', 'reads', 'list c'])
    assert.equal(seats.waiting, 1)
  })

  test('a pool too small to be shared out serves each that comes', () => {
    const { seated, ask } = room(2)
    ask('lists', 'a')
    ask('lists', 'a')
    ask('reads', null)
    assert.equal(seated.length, 2)
  })

  test('who waits too long has had no connection, and takes no seat afterwards', async () => {
    const { seats, ask } = room(1, 10)
    ask('work', null)
    await assert.rejects(Promise.resolve(ask('work', null)), NotConnected)
    assert.equal(seats.waiting, 0)
    seats.free('work', null)
    assert.equal(ask('work', null), null)
  })

  test('a use gives up a connection for others where it has more than is kept for it', () => {
    const { seats, ask } = room(4)
    ask('reads', null)
    assert.equal(seats.areOthersWaiting('reads'), false)
    for (const name of ['a', 'b', 'c']) ask('work', name)
    assert.equal(seats.areOthersWaiting('reads'), false)
    assert.equal(seats.areOthersWaiting('work'), true)
  })
})
