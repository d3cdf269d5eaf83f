import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newRequestId } from './request-id.ts'

const IDS = Array.from({ length: 62_000 }, () => newRequestId())

test('a request id is req_ and ten letters or digits', () => {
  for (const id of IDS) assert.match(id, /^req_[A-Za-z0-9]{10}$/)
})

test('request ids do not repeat', () => {
  assert.equal(new Set(IDS).size, IDS.length)
})

test('every character is equally likely at every place', () => {
  for (let place = 4; place < 14; place += 1) {
    const counts = new Map<string, number>()
    for (const id of IDS) counts.set(id.charAt(place), (counts.get(id.charAt(place)) ?? 0) + 1)
    assert.equal(counts.size, 62)
    // 1,000 are expected; 8 standard deviations are 254. Folding 256 values on 62 without rejection gives 1,210 and 969.
    const favoured = [...'ABCDEFGH'].reduce((sum, letter) => sum + (counts.get(letter) ?? 0), 0)
    assert.ok(Math.abs(favoured - 8000) < 700, `${favoured} of the first eight letters`)
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 254, `${count}`)
  }
})
