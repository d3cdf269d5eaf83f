import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Breaker } from './circuit-breaker.ts'

const away = async () => {
  throw new Error('away')
}

test('three failures in a row open it; an answer in between starts the count anew', () => {
  const breaker = new Breaker(away)
  breaker.failed()
  breaker.failed()
  breaker.succeeded()
  breaker.failed()
  breaker.failed()
  assert.equal(breaker.isOpen, false)
  breaker.failed()
  assert.equal(breaker.isOpen, true)
  breaker.stop()
})

test('it closes by itself when the database answers again, and not before', async () => {
  let isAway = true
  let probes = 0
  const breaker = new Breaker(async () => {
    probes += 1
    if (isAway) throw new Error('away')
  })
  for (let at = 0; at < 3; at += 1) breaker.failed()
  while (probes < 2) await sleep(10)
  assert.equal(breaker.isOpen, true)
  isAway = false
  while (breaker.isOpen) await sleep(10)
  breaker.failed()
  assert.equal(breaker.isOpen, false)
})

test('a stopped one probes no more', async () => {
  let probes = 0
  const breaker = new Breaker(async () => {
    probes += 1
    throw new Error('away')
  })
  for (let at = 0; at < 3; at += 1) breaker.failed()
  breaker.stop()
  await sleep(250)
  assert.ok(probes <= 1)
})
