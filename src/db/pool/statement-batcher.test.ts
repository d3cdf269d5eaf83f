import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Gate, gate } from '../../../test/kit/gate.ts'
import { BatchRefused, databaseTrouble, NotConnected, TooManyOfOne } from '../database-error.ts'
import { statement } from '../statement.ts'
import { type BatchConnection, type BatcherOptions, StatementBatcher } from './statement-batcher.ts'
import type { ScopedItem } from './tenant-query.ts'

const look = statement<{ saw: string }>('test_look', 'select $1 as saw')
const organization = '550e8400-e29b-41d4-a716-446655440000'

type Send = (items: readonly ScopedItem[]) => Promise<object[][]>

const roomy = {
  lines: 1,
  depth: 1,
  itemsMax: 4,
  linesMax: 100,
  isApart: false,
  ofOneMax: 100,
  waitMs: 10_000,
  areOthersWaiting: () => false,
} satisfies Partial<BatcherOptions>

/** A line that sends as told. */
class TestLine implements BatchConnection {
  inFlight = 0
  since = performance.now()
  isSpent = false
  isClosed = false
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  async send(items: readonly ScopedItem[]): Promise<object[][]> {
    assert.ok(!this.isClosed, 'nothing is sent on a closed line')
    if (this.inFlight === 0) this.since = performance.now()
    this.inFlight += 1
    try {
      return await this.#send(items)
    } finally {
      this.inFlight -= 1
    }
  }

  async close(): Promise<void> {
    assert.ok(!this.isClosed, 'a line is closed once')
    assert.equal(this.inFlight, 0, 'nothing is under way on a line that is closed')
    this.isClosed = true
  }
}

interface RoundTrip {
  values: string[]
  line: TestLine
  /** Lets the round trip come back, with an error if there is one. */
  back: Gate
  error?: Error
}

/** Round trips that the test lets come back; what each carried is kept in the order of sending. */
function station(options: Partial<BatcherOptions> = {}) {
  const trips: RoundTrip[] = []
  const lines: TestLine[] = []
  const open = () => {
    const line = new TestLine(async (items) => {
      const trip: RoundTrip = { values: items.map(({ values }) => String(values[0])), line, back: gate() }
      trips.push(trip)
      await trip.back.opened
      if (trip.error !== undefined) throw trip.error
      return items.map(({ values }) => [{ saw: values[0] }])
    })
    lines.push(line)
    return line
  }
  const batcher = new StatementBatcher({ ...roomy, open, ...options })
  const ask = (value: string, of = organization) => batcher.run(of, look, [value])
  const carried = () => trips.map(({ values }) => values.join(' '))
  return { trips, lines, batcher, ask, carried }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Lets every round trip come back, the later ones too, until all is answered. */
async function letBack<T>(trips: readonly RoundTrip[], work: Promise<T>): Promise<T> {
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

describe('A2: round trips of one organization', () => {
  const apart = { isApart: true, ofOneMax: 1, lines: 4 }
  const other = '650e8400-e29b-41d4-a716-446655440000'

  test('an organization has one at a time; another does not wait for it and shares none with it', async () => {
    const { trips, ask, carried } = station(apart)
    const asked = [ask('a1'), ask('b1', other), ask('a2')]
    await turn()
    asked.push(ask('a3'), ask('a4'), ask('b2', other))
    await turn()
    assert.deepEqual(carried(), ['a1 a2', 'b1'])
    trips[1]?.back.open()
    await asked[1]
    await turn()
    assert.deepEqual(carried(), ['a1 a2', 'b1', 'b2'])
    await letBack(trips, Promise.all(asked))
    assert.deepEqual(carried(), ['a1 a2', 'b1', 'b2', 'a3 a4'])
  })

  test('one whose last took long has one at a time, until one was quick again', async () => {
    const { trips, ask, carried } = station({ ...apart, ofOneMax: 2, itemsMax: 1 })
    const slow = [ask('a1'), ask('a2')]
    await turn()
    assert.deepEqual(carried(), ['a1', 'a2'])
    await sleep(150)
    await letBack(trips, Promise.all(slow))
    const next = [ask('a3'), ask('a4'), ask('b1', other), ask('b2', other)]
    await turn()
    assert.deepEqual(carried().slice(2), ['a3', 'b1', 'b2'])
    trips[2]?.back.open()
    await next[0]
    await turn()
    next.push(ask('a5'))
    await turn()
    assert.deepEqual(carried().slice(5), ['a4', 'a5'])
    await letBack(trips, Promise.all(next))
  })

  test('what finds no turn in time is told that it is its own doing; who waits for others is told that nothing was free', async () => {
    const { trips, ask } = station({ ...apart, linesMax: 1, waitMs: 50 })
    const running = ask('a1')
    await turn()
    const late = [ask('a2'), ask('b1', other)]
    const [own, others] = await Promise.allSettled(late)
    assert.ok(own?.status === 'rejected' && own.reason instanceof TooManyOfOne)
    assert.deepEqual(databaseTrouble(own.reason), { kind: 'crowded' })
    assert.ok(others?.status === 'rejected' && others.reason instanceof NotConnected)
    await letBack(trips, running)
  })

  test('those of one organization that run by themselves leave lines to others, and to who comes to share one', async () => {
    const waits = gate()
    const alone: string[] = []
    const open = ({ isAlone }: { isAlone: boolean }) =>
      new TestLine(async (items) => {
        const values = items.map(({ values: [value] }) => String(value))
        if (!isAlone) {
          const at = values.findIndex((value) => value.startsWith('slow'))
          const reason = Object.assign(new Error('slow'), { code: '57014', severity: 'ERROR' })
          if (at !== -1) throw new BatchRefused(reason, at)
        } else {
          alone.push(...values)
          await waits.opened
        }
        return values.map((saw) => [{ saw }])
      })
    const batcher = new StatementBatcher({ ...roomy, linesMax: 4, ofOneMax: 2, open })
    const ask = (value: string, of = organization) => batcher.run(of, look, [value])
    const slow = [ask('slow1'), ask('slow2'), ask('slow3'), ask('slow4')]
    assert.deepEqual(await ask('quick'), [{ saw: 'quick' }])
    assert.equal(alone.length, 2)
    const others = [ask('slow5', other), ask('slow6', other)]
    assert.deepEqual(await ask('quick', other), [{ saw: 'quick' }])
    assert.equal(alone.length, 3, 'the last line is for those that share one')
    waits.open()
    await Promise.all([...slow, ...others])
  })
})

describe('statements that share a round trip', () => {
  test('one that finds nothing under way goes at once, those of the same turn with it', async () => {
    const { trips, ask, carried } = station()
    const asked = Promise.all([ask('a'), ask('b')])
    await turn()
    assert.deepEqual(carried(), ['a b'])
    assert.deepEqual(await letBack(trips, asked), [[{ saw: 'a' }], [{ saw: 'b' }]])
  })

  test('what comes while a round trip is under way goes together with the next, each with its own rows', async () => {
    const { trips, ask, carried, batcher } = station()
    const first = ask('a')
    await turn()
    const later = Promise.all(['b', 'c', 'd'].map((value) => ask(value)))
    await turn()
    assert.deepEqual(carried(), ['a'])
    assert.equal(batcher.waiting, 3)
    assert.deepEqual(await letBack(trips, Promise.all([first, later])), [
      [{ saw: 'a' }],
      [[{ saw: 'b' }], [{ saw: 'c' }], [{ saw: 'd' }]],
    ])
    assert.deepEqual(carried(), ['a', 'b c d'])
    assert.equal(batcher.waiting, 0)
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
      const open = () => new TestLine(async (items) => items.map(() => new Array(rowsOfEach).fill({ saw: 'x' })))
      const { ask } = station({ open })
      const answeredIn = await Promise.all(['a', 'b', 'c'].map((value) => ask(value).then(() => turns)))
      isOver = true
      const [first = 0] = answeredIn
      assert.deepEqual(answeredIn, [first, first + turnsBetween, first + 2 * turnsBetween])
    })
  }

  for (const [says, shape, linesOpened] of [
    ['as many lines at a time as there may be', { lines: 2 }, 2],
    ['as many round trips behind each other as a line may have', { depth: 2 }, 1],
  ] as const) {
    test(`${says}, and so many statements in each round trip`, async () => {
      const { trips, ask, carried } = station(shape)
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
      assert.equal(new Set(trips.slice(0, 2).map(({ line }) => line)).size, linesOpened)
    })
  }

  test('a line that round trips follow each other on is closed once, when nothing is under way on it', async () => {
    const { trips, lines, ask } = station({ depth: 2, itemsMax: 1 })
    const first = ask('a')
    await turn()
    const second = ask('b')
    await turn()
    assert.equal(lines.length, 1)
    trips[0]?.back.open()
    await first
    await turn()
    assert.deepEqual(
      lines.map(({ isClosed }) => isClosed),
      [false],
    )
    trips[1]?.back.open()
    await second
    await turn()
    assert.deepEqual(
      lines.map(({ isClosed }) => isClosed),
      [true],
    )
  })

  test('a line that was opened beside one that was held up carries no more once that one keeps up again', async () => {
    const { trips, lines, ask } = station({ depth: 2, itemsMax: 1 })
    const held = ask('held')
    await turn()
    if (lines[0] !== undefined) lines[0].since -= 1_000
    const beside = ask('beside')
    await turn()
    assert.equal(lines.length, 2)
    if (lines[0] !== undefined) lines[0].since = performance.now()
    const next = [ask('c'), ask('d')]
    await turn()
    assert.deepEqual(
      trips.map(({ line }) => lines.indexOf(line)),
      [0, 1, 0],
    )
    await letBack(trips, Promise.all([held, beside, ...next]))
  })

  test('while somebody else waits for a connection a line ends with what is under way', async () => {
    let areOthersWaiting = false
    const { trips, lines, ask, carried } = station({ depth: 2, areOthersWaiting: () => areOthersWaiting })
    const first = ask('a')
    await turn()
    areOthersWaiting = true
    const second = ask('b')
    await turn()
    assert.deepEqual(carried(), ['a'])
    trips[0]?.back.open()
    await first
    await letBack(trips, second)
    assert.deepEqual(carried(), ['a', 'b'])
    assert.equal(lines.length, 2)
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
    const send =
      (isAlone: boolean): Send =>
      async (items) => {
        const values = items.map(({ values: [value] }) => String(value))
        trips.push(values.join(' '))
        const at = values.findIndex((value) => value.startsWith('bad'))
        if (at !== -1) throw isAlone ? refusal : new BatchRefused(refusal, at)
        if (values.length > 1 && values.includes('late')) throw new BatchRefused(refusal, null)
        return values.map((saw) => [{ saw }])
      }
    const batcher = new StatementBatcher({ ...roomy, itemsMax: 5, open: ({ isAlone }) => new TestLine(send(isAlone)) })
    const ask = (values: string[]) =>
      Promise.allSettled(values.map((value) => batcher.run(organization, look, [value])))
    return { trips, ask }
  }
  const onOutcome = (saw: string) => ({ status: 'fulfilled', value: [{ saw }] })
  const isTold = { status: 'rejected', reason: refusal }

  test('one that is refused has done nothing: the guilty one runs again by itself and learns of it, the others together', async () => {
    const { trips, ask } = refusing()
    assert.deepEqual(await ask(['a', 'bad', 'b', 'c']), [onOutcome('a'), isTold, onOutcome('b'), onOutcome('c')])
    assert.deepEqual(trips, ['a bad b c', 'a', 'bad', 'b c'])
  })

  test('several that are refused are found one after the other', async () => {
    const { trips, ask } = refusing()
    assert.deepEqual(await ask(['bad1', 'a', 'bad2', 'b']), [isTold, onOutcome('a'), isTold, onOutcome('b')])
    assert.deepEqual(trips, ['bad1 a bad2 b', 'bad1', 'a bad2 b', 'a', 'bad2', 'b'])
  })

  test('where it is the commit that is refused, nobody is known to be guilty, and each runs by itself', async () => {
    const { trips, ask } = refusing()
    assert.deepEqual(await ask(['a', 'late', 'b']), [onOutcome('a'), onOutcome('late'), onOutcome('b')])
    assert.deepEqual(trips, ['a late b', 'a', 'late', 'b'])
  })

  for (const [says, code, times] of [
    ['waited for a lock', '55P03', 2],
    ['took long', '57014', 2],
    ['divided by zero', '22012', 1],
  ] as const) {
    test(`one that nobody travelled with and that ${says} runs ${times === 1 ? 'once' : 'again with all patience'}`, async () => {
      const reason = Object.assign(new Error('refused'), { code, severity: 'ERROR' })
      const asked: boolean[] = []
      const open = ({ isAlone }: { isAlone: boolean }) =>
        new TestLine(async () => {
          asked.push(isAlone)
          throw isAlone ? reason : new BatchRefused(reason, 0)
        })
      const batcher = new StatementBatcher({ ...roomy, open })
      await assert.rejects(batcher.run(organization, look, ['a']), reason)
      assert.deepEqual(asked, [false, true].slice(0, times))
    })
  }

  test('nothing goes out behind one by itself, and nobody waits for it', async () => {
    const waits = gate()
    const alone: string[][] = []
    const open = ({ isAlone }: { isAlone: boolean }) => {
      const carried: string[] = []
      if (isAlone) alone.push(carried)
      return new TestLine(async (items) => {
        const values = items.map(({ values: [value] }) => String(value))
        carried.push(...values)
        if (!isAlone && values.includes('bad')) throw new BatchRefused(refusal, values.indexOf('bad'))
        if (isAlone) await waits.opened
        return values.map((saw) => [{ saw }])
      })
    }
    const batcher = new StatementBatcher({ ...roomy, depth: 8, open })
    const ask = (value: string) => batcher.run(organization, look, [value])
    const bad = [ask('bad'), ask('a')]
    await bad[1]
    for (const value of ['b', 'c']) assert.deepEqual(await ask(value), [{ saw: value }])
    waits.open()
    await bad[0]
    assert.deepEqual(alone, [['bad']])
  })

  test('one by itself that waits holds up neither those that were refused with it nor who comes later', async () => {
    const waits = gate()
    const open = () =>
      new TestLine(async (items) => {
        const values = items.map(({ values: [value] }) => String(value))
        if (values.length > 1 && values.includes('bad')) throw new BatchRefused(refusal, values.indexOf('bad'))
        if (values.includes('bad')) await waits.opened
        return values.map((saw) => [{ saw }])
      })
    const batcher = new StatementBatcher({ ...roomy, itemsMax: 16, linesMax: 16, waitMs: 1_000, open })
    const ask = (value: string) => batcher.run(organization, look, [value])
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
    const { trips, batcher, ask } = station()
    const circle: { self?: object } = {}
    circle.self = circle
    await assert.rejects(batcher.run(organization, look, [circle]), TypeError)
    assert.deepEqual(await letBack(trips, ask('a')), [{ saw: 'a' }])
  })

  test('when every connection is taken a statement waits, then is told that nothing was sent; a free one is used again', async () => {
    const { trips, ask, carried } = station({ lines: 9, linesMax: 2, itemsMax: 1, waitMs: 100 })
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
