import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { QueryTimeouts } from './query-timeouts.ts'

describe('work that lasts longer than it may', () => {
  let nowMs = 0

  /** Lets the clock of timers and the clock of durations go on batcher, in the steps in which a real one is looked at. */
  function pass(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= 10) {
      nowMs += Math.min(10, left)
      mock.timers.tick(Math.min(10, left))
    }
  }

  beforeEach(() => {
    nowMs = 0
    mock.timers.enable({ apis: ['setTimeout'] })
    mock.method(performance, 'now', () => nowMs)
  })
  afterEach(() => {
    mock.timers.reset()
    mock.restoreAll()
  })

  test('is told so once, no sooner than its limit and at most 50 ms later', () => {
    const told: number[] = []
    new QueryTimeouts(1_000).begin(() => told.push(nowMs))
    pass(999)
    assert.deepEqual(told, [])
    pass(5_000)
    assert.equal(told.length, 1)
    assert.ok((told[0] ?? 0) <= 1_050, `${told}`)
  })

  test('is told nothing once it has ended, and may end twice', () => {
    const told: string[] = []
    const timeouts = new QueryTimeouts(100)
    const end = timeouts.begin(() => told.push('ended'))
    timeouts.begin(() => told.push('late'))
    pass(60)
    end()
    end()
    pass(200)
    assert.deepEqual(told, ['late'])
  })

  test('is told in its order, each after its own time', () => {
    const told: string[] = []
    const timeouts = new QueryTimeouts(200)
    timeouts.begin(() => told.push(`first at ${nowMs}`))
    pass(100)
    timeouts.begin(() => told.push(`second at ${nowMs}`))
    pass(150)
    assert.deepEqual(told, ['first at 200'])
    pass(100)
    assert.deepEqual(told, ['first at 200', 'second at 300'])
  })

  test('leaves no timer behind when nothing is under way, and takes up its watch again', () => {
    const timer = mock.method(globalThis, 'setTimeout')
    const timeouts = new QueryTimeouts(100)
    timeouts.begin(() => undefined)()
    pass(500)
    assert.equal(timer.mock.callCount(), 1)
    const told: number[] = []
    timeouts.begin(() => told.push(nowMs))
    pass(500)
    assert.equal(told.length, 1)
  })
})
