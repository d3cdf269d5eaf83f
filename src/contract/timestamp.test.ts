import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createWireClock, nowWireTimestamp, toWireTimestamp } from './timestamp.ts'

const WIRE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,6}[1-9])?\+00:00$/

describe('toWireTimestamp', () => {
  it('writes the time of the database with T and +00:00, without trailing zeros', () => {
    const pairs = [
      ['2026-03-25 10:43:34.589117+00', '2026-03-25T10:43:34.589117+00:00'],
      ['2026-03-25 10:43:34.5+00', '2026-03-25T10:43:34.5+00:00'],
      ['2026-03-25 10:43:34.589100+00', '2026-03-25T10:43:34.5891+00:00'],
      ['2026-03-25 10:43:34.000001+00', '2026-03-25T10:43:34.000001+00:00'],
      ['2026-01-15 10:30:00+00', '2026-01-15T10:30:00+00:00'],
      ['2026-01-15 10:30:00.000000+00', '2026-01-15T10:30:00+00:00'],
      ['2026-01-15T10:30:00+00:00', '2026-01-15T10:30:00+00:00'],
      ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00+00:00'],
    ] as const
    for (const [pg, wire] of pairs) assert.equal(toWireTimestamp(pg), wire)
  })

  it('refuses what is not a time in UTC, without quoting it', () => {
    for (const text of [
      '',
      'infinity',
      '-infinity',
      '2026-03-25 10:43:34',
      '2026-03-25 10:43:34+02',
      '2026-03-25 10:43:34-00:30',
      '2026-03-25 10:43:34+00:30',
      '2026-03-25 10:43:34.1234567+00',
      '44 BC',
      '0044-03-15 00:00:00+00 BC',
      '12026-03-25 10:43:34+00',
      'Wed Mar 25 10:43:34 2026 UTC',
    ]) {
      assert.throws(() => toWireTimestamp(text), {
        message: 'A timestamp from the database is not in UTC or not in ISO form',
      })
    }
  })
})

describe('createWireClock', () => {
  const START = Date.UTC(2026, 2, 25, 10, 43, 34, 589)

  function clockAt() {
    const time = { wall: START, monotonic: 500 }
    return {
      time,
      now: createWireClock(
        () => time.wall,
        () => time.monotonic,
      ),
    }
  }

  it('fills the digits below a millisecond from the monotonic clock, to 100 ns', () => {
    const { time, now } = clockAt()
    assert.equal(now(), '2026-03-25T10:43:34.589+00:00')
    time.monotonic += 0.1174
    assert.equal(now(), '2026-03-25T10:43:34.5891174+00:00')
    time.monotonic += 0.0826
    assert.equal(now(), '2026-03-25T10:43:34.5892+00:00')
  })

  it('drops a fraction of zero', () => {
    const { time, now } = clockAt()
    time.wall = Date.UTC(2026, 3, 15, 10, 30)
    assert.equal(now(), '2026-04-15T10:30:00+00:00')
  })

  it('stays within the millisecond of the wall clock, whichever clock runs faster', () => {
    const { time, now } = clockAt()
    time.monotonic += 30
    assert.equal(now(), '2026-03-25T10:43:34.5899999+00:00')
    time.wall += 3
    assert.equal(now(), '2026-03-25T10:43:34.592+00:00')
  })

  it('follows the wall clock when it is set, forward and back', () => {
    const { time, now } = clockAt()
    time.wall += 3_600_000
    assert.equal(now().slice(0, 23), '2026-03-25T11:43:34.589')
    time.wall -= 7_200_000
    assert.equal(now().slice(0, 23), '2026-03-25T09:43:34.589')
  })

  it('never goes back while the wall clock does not, in any order of ticks', () => {
    const { time, now } = clockAt()
    const instant = (wire: string) => wire.slice(0, -6).padEnd(27, wire.includes('.') ? '0' : '.0000000')
    let before = instant(now())
    for (let step = 0; step < 5000; step += 1) {
      time.monotonic += ((step * 7919) % 1000) / 700
      if (step % 3 === 0) time.wall += (step * 104_729) % 3
      const present = instant(now())
      assert.ok(present >= before, `${present} after ${before}`)
      before = present
    }
  })
})

describe('nowWireTimestamp', () => {
  it('is the present, in the form of the contract', () => {
    const earliest = Date.now()
    const wire = nowWireTimestamp()
    const latest = Date.now()
    assert.match(wire, WIRE)
    assert.ok(Date.parse(wire) >= earliest && Date.parse(wire) <= latest, wire)
  })

  it('tells apart instants within one millisecond', () => {
    const seen = new Set(Array.from({ length: 2000 }, () => nowWireTimestamp()))
    const milliseconds = new Set([...seen].map((wire) => wire.slice(0, 23)))
    assert.ok(seen.size > 2 * milliseconds.size, `${seen.size} instants in ${milliseconds.size} ms`)
    for (const wire of seen) assert.match(wire, WIRE)
  })
})
