import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countedAddress, Lockout } from './lockout.ts'

const SECOND = 1000
const HOUR = 3_600_000
const ADDRESS = '203.0.113.7'

function clocked(): { lockout: Lockout; pass: (ms: number) => void } {
  let now = 5_000
  return {
    lockout: new Lockout(() => now),
    pass: (ms) => {
      now += ms
    },
  }
}

function fail(lockout: Lockout, times: number, address = ADDRESS): number[] {
  return Array.from({ length: times }, () => lockout.failed(address))
}

test('ten failures go through and the eleventh waits 60 seconds', () => {
  const { lockout } = clocked()
  assert.deepEqual(fail(lockout, 11), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60])
})

test('the wait counts down in whole seconds, rounded up, and ends after the minute', () => {
  const { lockout, pass } = clocked()
  fail(lockout, 10)
  pass(1_001)
  assert.equal(lockout.failed(ADDRESS), 59)
  pass(58_998)
  assert.equal(lockout.failed(ADDRESS), 1)
  pass(1)
  assert.equal(lockout.failed(ADDRESS), 0)
})

test('every further ten failures wait longer: 1, 5, 15 minutes, and then 15 again', () => {
  const { lockout, pass } = clocked()
  const waits = []
  for (let round = 0; round < 5; round += 1) {
    fail(lockout, 10)
    const wait = lockout.failed(ADDRESS)
    waits.push(wait)
    pass(wait * SECOND)
  }
  assert.deepEqual(waits, [60, 300, 900, 900, 900])
})

test('a failure during the wait neither shortens nor lengthens it', () => {
  const { lockout, pass } = clocked()
  fail(lockout, 10)
  pass(30 * SECOND)
  assert.deepEqual(new Set(fail(lockout, 50)), new Set([30]))
  pass(30 * SECOND)
  assert.equal(lockout.failed(ADDRESS), 0)
})

test('an address that was quiet for an hour starts again; one that was not does not', () => {
  const { lockout, pass } = clocked()
  fail(lockout, 9)
  pass(HOUR - 1)
  assert.deepEqual(fail(lockout, 2), [0, 60])
  pass(HOUR)
  assert.deepEqual(fail(lockout, 11).at(-1), 60)
})

test('addresses are counted apart', () => {
  const { lockout } = clocked()
  fail(lockout, 10)
  assert.equal(lockout.failed('203.0.113.8'), 0)
  assert.equal(lockout.failed(ADDRESS), 60)
})

test('ten thousand other addresses push the oldest out, so memory is bounded', () => {
  const { lockout } = clocked()
  fail(lockout, 10)
  for (let index = 0; index < 9_999; index += 1) lockout.failed(`10.0.${index >> 8}.${index & 255}`)
  assert.equal(lockout.failed(ADDRESS), 60)
  for (let index = 0; index < 10_000; index += 1) lockout.failed(`10.1.${index >> 8}.${index & 255}`)
  assert.equal(lockout.failed(ADDRESS), 0)
})

const SAME: [string, string, string][] = [
  ['an IPv4 address is itself', '192.0.2.1', '192.0.2.1'],
  ['an IPv4 address mapped into IPv6 is the IPv4 address', '::ffff:192.0.2.1', '192.0.2.1'],
  ['the mapping is recognised in capitals', '::FFFF:192.0.2.1', '192.0.2.1'],
  ['two addresses of one /64', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::1'],
  ['a short form and the long one', '2001:db8::1', '2001:0db8:0000:0000:0000:0000:0000:0002'],
  ['capitals and small letters', '2001:DB8::1', '2001:db8::2'],
  ['with and without a zone', 'fe80::1%eth0', 'fe80::2'],
  ['the loopback address and its neighbours', '::1', '::2'],
]
for (const [says, one, other] of SAME) {
  test(`counted as one: ${says}`, () => assert.equal(countedAddress(one), countedAddress(other)))
}

const APART: [string, string, string][] = [
  ['two IPv4 addresses', '192.0.2.1', '192.0.2.2'],
  ['two mapped IPv4 addresses', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
  ['two /64 of one /48', '2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['a gap in the front half', '2001:db8::5:0:0:0:1', '2001:db8::6:0:0:0:1'],
]
for (const [says, one, other] of APART) {
  test(`counted apart: ${says}`, () => assert.notEqual(countedAddress(one), countedAddress(other)))
}
