import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMetrics } from '../../observability/metrics.ts'
import { untraced } from '../../observability/trace.ts'
import { done, notAsked, type Outcome, refused, unanswered, unavailable } from '../../ports/outcome.ts'
import { createGuard, type GuardOptions } from './guard.ts'

const OPEN_MS = 10_000

function open(options: Partial<GuardOptions> = {}) {
  let now = 0
  const metrics = createMetrics({ version: 'test', withProcess: false })
  const lines: string[] = []
  const log = { warn: (event: string) => void lines.push(event), info: (event: string) => void lines.push(event) }
  const guard = createGuard({
    trace: untraced,
    port: 'carrier',
    provider: { name: 'telnyx', isSimulated: false },
    log,
    metrics,
    deadlineMs: 5_000,
    callsMax: 2,
    breaker: { failuresMax: 3, openMs: OPEN_MS },
    now: () => now,
    ...options,
  })
  let calls = 0
  const answer = (outcome: Outcome<number>) =>
    guard.run(undefined, async () => {
      calls += 1
      return outcome
    })
  return {
    guard,
    lines,
    answer,
    advance: (milliseconds: number) => {
      now += milliseconds
    },
    calls: () => calls,
    has: async (sample: string) => (await metrics.render()).includes(`\n${sample}`),
  }
}

describe('guard around a port', () => {
  it('hands every outcome through and counts it', async () => {
    const { answer, has } = open()
    for (const outcome of [done(1), refused({ member: '', says: 'No.' }), unavailable('service', 7)]) {
      assert.deepEqual(await answer(outcome), outcome)
      assert.ok(await has(`letterhead_provider_calls_total{provider="carrier",outcome="${outcome.kind}"} 1`))
    }
  })

  it('lets no more than the bulkhead holds out at once, and frees a place when a call ends', async () => {
    const { guard, answer, has } = open()
    const ends: ((outcome: Outcome<number>) => void)[] = []
    const hang = () => guard.run<number>(undefined, () => new Promise((resolve) => ends.push(resolve)))
    const running = [hang(), hang()]
    assert.deepEqual(await answer(done(1)), notAsked(1))
    assert.ok(await has('letterhead_provider_calls_refused_total{provider="carrier",reason="bulkhead_full"} 1'))
    ends[0]?.(done(2))
    assert.deepEqual(await running[0], done(2))
    assert.deepEqual(await answer(done(3)), done(3))
    ends[1]?.(done(4))
    await running[1]
  })

  for (const failure of [unavailable('service'), unanswered('service')]) {
    it(`leaves a provider alone that is ${failure.kind} again and again, probes it, and trusts it again`, async () => {
      const { answer, advance, calls, lines, has } = open()
      for (let time = 0; time < 3; time += 1) await answer(failure)
      assert.deepEqual(lines, ['provider.breaker_opened'])
      assert.ok(await has('letterhead_provider_breaker_open{provider="carrier"} 1'))
      assert.deepEqual(await answer(done(1)), notAsked(10))
      assert.equal(calls(), 3, 'nothing goes out while the breaker is open')
      advance(OPEN_MS)
      await answer(failure)
      assert.equal(calls(), 4)
      assert.equal((await answer(done(1))).kind, 'not_asked', 'the failed probe opens it again')
      advance(OPEN_MS)
      assert.deepEqual(await answer(done(1)), done(1))
      assert.deepEqual(await answer(done(2)), done(2))
      assert.deepEqual(lines, ['provider.breaker_opened', 'provider.breaker_closed'])
      assert.ok(await has('letterhead_provider_breaker_open{provider="carrier"} 0'))
    })
  }

  it('takes a refusal for an answer, and a success for a reason to forget failures', async () => {
    const { answer, lines } = open()
    for (let time = 0; time < 5; time += 1) await answer(refused({ member: '', says: 'No.' }))
    for (let time = 0; time < 5; time += 1) {
      await answer(unavailable('service'))
      await answer(unanswered('service'))
      await answer(done(1))
    }
    assert.deepEqual(lines, [])
  })

  it('has no breaker for a simulator, whose outages are asked for', async () => {
    const { answer } = open({ provider: { name: 'simulator', isSimulated: true } })
    for (let time = 0; time < 9; time += 1) await answer(unavailable('service'))
    assert.deepEqual(await answer(done(1)), done(1))
  })

  it('gives up on an adapter that does not notice the deadline, and lets the place go', async () => {
    const { guard, answer } = open({ deadlineMs: 20, callsMax: 1 })
    assert.deepEqual(await guard.run(undefined, () => new Promise(() => {})), { kind: 'timeout', of: 'service' })
    assert.deepEqual(await answer(done(1)), done(1))
  })

  it("passes the caller's own signal on", async () => {
    const { guard } = open()
    const controller = new AbortController()
    const running = guard.run(
      controller.signal,
      (signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ kind: 'timeout', of: 'service' }), { once: true }),
        ),
    )
    controller.abort()
    assert.deepEqual(await running, { kind: 'timeout', of: 'service' })
  })

  it('A1: lets a bug through, and takes it for no word about the provider', async () => {
    const { guard, answer, advance, lines } = open()
    const bug = () =>
      assert.rejects(
        guard.run(undefined, () => Promise.reject(new TypeError('bug'))),
        /^TypeError: bug$/,
      )
    for (let time = 0; time < 3; time += 1) await bug()
    assert.deepEqual(lines, [])
    await answer(unavailable('service'))
    await answer(unavailable('service'))
    await bug()
    await answer(unavailable('service'))
    assert.deepEqual(lines, ['provider.breaker_opened'], 'a bug is no success either')
    advance(OPEN_MS)
    await bug()
    assert.deepEqual(await answer(done(1)), done(1), 'after a probe that said nothing the next call is one')
  })

  for (const answered of [unavailable('subject', 3600), unanswered('subject')]) {
    it(`A1: an answer about one subject (${answered.kind}) never keeps another from the provider`, async () => {
      const { answer, lines, calls } = open()
      for (let time = 0; time < 9; time += 1) assert.deepEqual(await answer(answered), answered)
      assert.deepEqual(await answer(done(1)), done(1))
      assert.deepEqual([lines, calls()], [[], 10])
    })

    it(`A1: a probe that gets an answer about one subject (${answered.kind}) shows that the provider works`, async () => {
      const { answer, advance, lines } = open()
      for (let time = 0; time < 3; time += 1) await answer(unavailable('service'))
      advance(OPEN_MS)
      assert.deepEqual(await answer(answered), answered)
      assert.deepEqual(await answer(done(1)), done(1))
      assert.deepEqual(lines, ['provider.breaker_opened', 'provider.breaker_closed'])
    })
  }
})
