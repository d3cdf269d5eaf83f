import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NotConnected } from '../database-error.ts'
import { ConnectionQuota, type Use } from './connection-quota.ts'

/** Quotas and what became of those who asked for one, in the order in which they got it. */
function pool(size: number, waitMs = 500) {
  const quota = new ConnectionQuota({ size, waitMs })
  const granted: string[] = []
  const ask = (use: Use, organizationId: string | null, name = use as string) => {
    const turn = quota.take(use, organizationId)
    if (turn === null) granted.push(name)
    else
      turn.then(
        () => granted.push(name),
        () => undefined,
      )
    return turn
  }
  return { quota, granted, ask }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('A2: quotas of a pool', () => {
  test('lists have half of them, however many there are', () => {
    const { granted, ask } = pool(16)
    for (let at = 0; at < 20; at += 1) ask('lists', `organization ${at}`)
    assert.equal(granted.length, 8)
  })

  test('one organization has half of them, whatever it does', () => {
    const { granted, ask } = pool(16)
    for (let at = 0; at < 10; at += 1) ask('work', 'loud')
    ask('lists', 'loud')
    assert.equal(granted.length, 8)
    assert.equal(ask('work', 'other'), null)
  })

  test('reads and writes find one each, whatever the others do; what they do not need is not given away', () => {
    const { granted, ask } = pool(16)
    for (let at = 0; at < 40; at += 1) ask('work', `organization ${at}`)
    assert.equal(granted.length, 14)
    assert.equal(ask('reads', null), null)
    assert.equal(ask('writes', null), null)
    assert.notEqual(ask('reads', null), null)
  })

  test('who waits has the next that is free for it, the first of them first', async () => {
    const { quota, granted, ask } = pool(4)
    ask('lists', 'a', 'list a')
    ask('lists', 'b', 'list b')
    ask('lists', 'c', 'list c')
    ask('lists', 'd', 'list d')
    assert.equal(ask('reads', null), null, 'nobody who waits for a list is before it')
    assert.equal(quota.waiting, 2)
    quota.free('lists', 'a')
    await turn()
    assert.deepEqual(granted, ['list a', 'list b', 'reads', 'list c'])
    assert.equal(quota.waiting, 1)
  })

  test('a pool too small to be shared out serves each that comes', () => {
    const { granted, ask } = pool(2)
    ask('lists', 'a')
    ask('lists', 'a')
    ask('reads', null)
    assert.equal(granted.length, 2)
  })

  test('who waits too long has had no connection, and takes no seat afterwards', async () => {
    const { quota, ask } = pool(1, 10)
    ask('work', null)
    await assert.rejects(Promise.resolve(ask('work', null)), NotConnected)
    assert.equal(quota.waiting, 0)
    quota.free('work', null)
    assert.equal(ask('work', null), null)
  })

  test('a use gives up a connection for others where it has more than is kept for it', () => {
    const { quota, ask } = pool(4)
    ask('reads', null)
    assert.equal(quota.areOthersWaiting('reads'), false)
    for (const name of ['a', 'b', 'c']) ask('work', name)
    assert.equal(quota.areOthersWaiting('reads'), false)
    assert.equal(quota.areOthersWaiting('work'), true)
  })
})
