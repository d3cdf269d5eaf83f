import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Gate, gate } from '../../test/kit/gate.ts'
import { databaseTrouble, NotConnected } from './database-error.ts'
import type { ScopedItem } from './scoped-query.ts'
import { statement } from './statement.ts'
import { Together, type TogetherOptions, TripRefused } from './together.ts'

const look = statement<{ saw: string }>('test_look', 'select $1 as saw')
const organization = '550e8400-e29b-41d4-a716-446655440000'

interface Trip {
  values: string[]
  /** Lets the round trip come back, with an error if there is one. */
  back: Gate
  error?: Error
}

/** Round trips that the test lets come back; what each carried is kept in the order of sending. */
function station(options: Partial<TogetherOptions> = {}) {
  const trips: Trip[] = []
  const together = new Together({
    lanes: 1,
    itemsMax: 4,
    tripsMax: 100,
    waitMs: 10_000,
    send: async (items: readonly ScopedItem[]) => {
      const trip: Trip = { values: items.map(({ values }) => String(values[0])), back: gate() }
      trips.push(trip)
      await trip.back.opened
      if (trip.error !== undefined) throw trip.error
      return items.map(({ values }) => [{ saw: values[0] }])
    },
    ...options,
  })
  const ask = (value: string) => together.run(organization, look, [value])
  const carried = () => trips.map(({ values }) => values.join(' '))
  return { trips, together, ask, carried }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Lets every round trip come back, the later ones too, until all is answered. */
async function letBack<T>(trips: readonly Trip[], work: Promise<T>): Promise<T> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  done.catch(() => undefined)
  while (!isDone) {
    for (const { back } of trips) back.open()
    await turn()
  }
  return done
}

describe('statements that share a round trip', () => {
  test('one that finds nothing under way goes at once, those of the same turn with it', async () => {
    const { trips, ask, carried } = station()
    const asked = Promise.all([ask('a'), ask('b')])
    await turn()
    assert.deepEqual(carried(), ['a b'])
    assert.deepEqual(await letBack(trips, asked), [[{ saw: 'a' }], [{ saw: 'b' }]])
  })

  test('what comes while a round trip is under way goes together with the next, each with its own rows', async () => {
    const { trips, ask, carried, together } = station()
    const first = ask('a')
    await turn()
    const later = Promise.all(['b', 'c', 'd'].map(ask))
    await turn()
    assert.deepEqual(carried(), ['a'])
    assert.equal(together.waiting, 3)
    assert.deepEqual(await letBack(trips, Promise.all([first, later])), [
      [{ saw: 'a' }],
      [[{ saw: 'b' }], [{ saw: 'c' }], [{ saw: 'd' }]],
    ])
    assert.deepEqual(carried(), ['a', 'b c d'])
    assert.equal(together.waiting, 0)
  })

  for (const [says, rowsOfEach, turnsBetween] of [
    ['answers of one row come in the same turn of the event loop', 1, 0],
    ['after an answer of many rows everybody else has a turn', 2, 1],
  ] as const) {
    test(says, async () => {
      let turns = 0
      let isOver = false
      const count = () => {
        turns += 1
        if (!isOver) setImmediate(count)
      }
      setImmediate(count)
      const { ask } = station({ send: async (items) => items.map(() => new Array(rowsOfEach).fill({ saw: 'x' })) })
      const answeredIn = await Promise.all(['a', 'b', 'c'].map((value) => ask(value).then(() => turns)))
      isOver = true
      const [first = 0] = answeredIn
      assert.deepEqual(answeredIn, [first, first + turnsBetween, first + 2 * turnsBetween])
    })
  }

  test('as many round trips at a time as there are lanes, and so many statements in each', async () => {
    const { trips, ask, carried } = station({ lanes: 2 })
    const asked = Promise.all(Array.from({ length: 10 }, (_, at) => ask(String(at))))
    await turn()
    assert.deepEqual(
      carried().map((values) => values.split(' ').length),
      [4, 4],
    )
    await letBack(trips, asked)
    assert.deepEqual(
      trips.map(({ values }) => values.length),
      [4, 4, 2],
    )
  })

  test('a round trip that takes long holds up nobody but those in it', async () => {
    const { trips, ask } = station()
    const slow = ask('slow')
    await turn()
    const next = ask('next')
    while (trips.length < 2) await sleep(5)
    trips[1]?.back.open()
    assert.deepEqual(await next, [{ saw: 'next' }])
    await letBack(trips, slow)
  })

  const refusal = Object.assign(new Error('division by zero'), { code: '22012', severity: 'ERROR' })

  /** Refuses every round trip with a statement whose value begins with "bad", and the commit of one with "late". */
  function refusing() {
    const trips: string[] = []
    const together = new Together({
      ...{ lanes: 1, itemsMax: 5, tripsMax: 100, waitMs: 10_000 },
      send: async (items) => {
        const values = items.map(({ values: [value] }) => String(value))
        trips.push(values.join(' '))
        const at = values.findIndex((value) => value.startsWith('bad'))
        if (at !== -1) throw values.length === 1 ? refusal : new TripRefused(refusal, at)
        if (values.length > 1 && values.includes('late')) throw new TripRefused(refusal, null)
        return values.map((saw) => [{ saw }])
      },
    })
    const ask = (values: string[]) =>
      Promise.allSettled(values.map((value) => together.run(organization, look, [value])))
    return { trips, ask }
  }
  const heard = (saw: string) => ({ status: 'fulfilled', value: [{ saw }] })
  const isTold = { status: 'rejected', reason: refusal }

  test('one that is refused has done nothing: the guilty one runs again by itself and learns of it, the others together', async () => {
    const { trips, ask } = refusing()
    assert.deepEqual(await ask(['a', 'bad', 'b', 'c']), [heard('a'), isTold, heard('b'), heard('c')])
    assert.deepEqual(trips, ['a bad b c', 'a', 'bad', 'b c'])
  })

  test('several that are refused are found one after the other', async () => {
    const { trips, ask } = refusing()
    assert.deepEqual(await ask(['bad1', 'a', 'bad2', 'b']), [isTold, heard('a'), isTold, heard('b')])
    assert.deepEqual(trips, ['bad1 a bad2 b', 'bad1', 'a bad2 b', 'a', 'bad2', 'b'])
  })

  test('where it is the commit that is refused, nobody is known to be guilty, and each runs by itself', async () => {
    const { trips, ask } = refusing()
    assert.deepEqual(await ask(['a', 'late', 'b']), [heard('a'), heard('late'), heard('b')])
    assert.deepEqual(trips, ['a late b', 'a', 'late', 'b'])
  })

  test('one by itself that waits holds up neither those that were refused with it nor who comes later', async () => {
    const waits = gate()
    const together = new Together({
      ...{ lanes: 1, itemsMax: 16, tripsMax: 16, waitMs: 1_000 },
      send: async (items) => {
        const values = items.map(({ values: [value] }) => String(value))
        if (values.length > 1 && values.includes('bad')) throw new TripRefused(refusal, values.indexOf('bad'))
        if (values.includes('bad')) await waits.opened
        return values.map((saw) => [{ saw }])
      },
    })
    const ask = (value: string) => together.run(organization, look, [value])
    const bad = ask('bad')
    const others = Array.from({ length: 15 }, (_, at) => ask(String(at)))
    await Promise.all(others)
    assert.deepEqual(await ask('later'), [{ saw: 'later' }])
    waits.open()
    assert.deepEqual(await bad, [{ saw: 'bad' }])
  })

  test('one whose connection breaks may have happened: all learn of it, and nothing runs again', async () => {
    const { trips, ask, carried } = station()
    const asked = Promise.allSettled([ask('a'), ask('b')])
    await turn()
    const [trip] = trips
    assert.ok(trip)
    trip.error = new Error('Connection terminated unexpectedly')
    const outcomes = await letBack(trips, asked)
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && databaseTrouble(outcome.reason)),
      [
        { kind: 'unreachable', isSent: true },
        { kind: 'unreachable', isSent: true },
      ],
    )
    assert.deepEqual(carried(), ['a b'])
  })

  test('what is no refusal may have happened, even if it says something else than that the connection broke', async () => {
    const { trips, ask, carried } = station()
    const asked = Promise.allSettled([ask('a'), ask('b')])
    await turn()
    const [trip] = trips
    assert.ok(trip)
    trip.error = Object.assign(new Error('no route'), { code: 'ENETUNREACH', syscall: 'write' })
    const outcomes = await letBack(trips, asked)
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.deepEqual(carried(), ['a b'])
  })

  test('a parameter that cannot be written is told to who gave it alone', async () => {
    const { trips, together, ask } = station()
    const circle: { self?: object } = {}
    circle.self = circle
    await assert.rejects(together.run(organization, look, [circle]), TypeError)
    assert.deepEqual(await letBack(trips, ask('a')), [{ saw: 'a' }])
  })

  test('when every connection is taken a statement waits, then is told that nothing was sent; a free one is used again', async () => {
    const { trips, ask, carried } = station({ lanes: 9, tripsMax: 2, itemsMax: 1, waitMs: 100 })
    const held = Promise.all([ask('a'), ask('b')])
    await turn()
    const startedMs = performance.now()
    await assert.rejects(ask('late'), NotConnected)
    const waitedMs = performance.now() - startedMs
    assert.ok(waitedMs >= 95 && waitedMs < 1_000, `waited ${waitedMs} ms`)
    await letBack(trips, held)
    assert.deepEqual(await letBack(trips, ask('c')), [{ saw: 'c' }])
    assert.deepEqual(carried(), ['a', 'b', 'c'])
  })
})
