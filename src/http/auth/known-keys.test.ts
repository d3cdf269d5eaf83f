import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KnownKeys } from './known-keys.ts'

test('A3: a key is known for a quarter of an hour after it opened something, or until it opens nothing', () => {
  let ms = 0
  const keys = new KnownKeys(() => ms)
  const mark = keys.markOf('sk_live_a')
  assert.notEqual(mark, keys.markOf('sk_live_b'))
  assert.notEqual(mark, new KnownKeys().markOf('sk_live_a'), 'salted')
  assert.equal(keys.has(mark), false)
  keys.keep(mark)
  ms = 899_999
  assert.equal(keys.has(mark), true)
  keys.keep(mark)
  ms = 1_700_000
  assert.equal(keys.has(mark), true)
  ms = 1_800_000
  assert.equal(keys.has(mark), false)
  keys.keep(mark)
  keys.forget(mark)
  assert.equal(keys.has(mark), false)
})

test('A3: of more keys than are held the oldest is looked up again', () => {
  const keys = new KnownKeys()
  for (let at = 0; at <= 20_000; at += 1) keys.keep(`mark-${at}`)
  assert.deepEqual([keys.has('mark-0'), keys.has('mark-1'), keys.has('mark-20000')], [false, true, true])
})

test('A3: a key that many bring at once is looked up once; more than may wait are told so', async () => {
  const keys = new KnownKeys()
  let asked = 0
  let say: (isValid: boolean) => void = () => {}
  const ask = () => {
    asked += 1
    return new Promise<boolean>((resolve) => {
      say = resolve
    })
  }
  const all = [keys.find('m', ask, 2), keys.find('m', ask, 2), keys.find('m', ask, 2), keys.find('m', ask, 2)]
  say(true)
  assert.deepEqual(await Promise.all(all), [true, true, true, null])
  assert.deepEqual([asked, keys.has('m')], [1, true])
  const wrong = keys.find('w', ask, 2)
  say(false)
  assert.deepEqual([await wrong, keys.has('w')], [false, false])
  // Made a moment later, it is found.
  const made = keys.find('w', ask, 2)
  say(true)
  assert.deepEqual([await made, keys.has('w')], [true, true])
})

test('A3: a look-up that fails is one for all who wait, and the next one asks anew', async () => {
  const keys = new KnownKeys()
  const fail = async () => {
    throw new Error('no database')
  }
  const all = await Promise.allSettled([keys.find('m', fail, 5), keys.find('m', fail, 5)])
  assert.deepEqual(
    all.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(await keys.find('m', async () => true, 5), true)
})
