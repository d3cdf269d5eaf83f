import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordedLog } from '../../test/kit/fakes/recorded-log.ts'
import { gate } from '../../test/kit/gate.ts'
import { startTicker } from './ticker.ts'

test('a turn that fails is repeated, and of a series of failures one is logged', async () => {
  const { log, lines } = recordedLog()
  let turns = 0
  const recovered = gate()
  const ticker = startTicker('trial', log, async () => {
    turns += 1
    if (turns <= 2) throw new Error('out of order')
    recovered.open()
    return 60_000
  })
  await recovered.opened
  await ticker.stop()
  assert.equal(turns, 3)
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /trial_failed/)
})

test('stop waits for the turn that runs, and no other follows', async () => {
  const { log } = recordedLog()
  const started = gate()
  const mayEnd = gate()
  const seen: string[] = []
  const ticker = startTicker('trial', log, async () => {
    seen.push('started')
    started.open()
    await mayEnd.opened
    seen.push('ended')
    return 0
  })
  await started.opened
  const stopped = ticker.stop().then(() => seen.push('stopped'))
  mayEnd.open()
  await stopped
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(seen, ['started', 'ended', 'stopped'])
})

test('a woken ticker does not wait for its next turn, nor does one that is woken during a turn', async () => {
  const { log } = recordedLog()
  const [first, second, third] = [gate(), gate(), gate()]
  const gates = [first, second, third]
  const mayEnd = gate()
  let turns = 0
  const ticker = startTicker('trial', log, async () => {
    gates[turns]?.open()
    turns += 1
    if (turns === 2) await mayEnd.opened
    return 600_000
  })
  await first.opened
  await new Promise((resolve) => setTimeout(resolve, 20))
  ticker.wake()
  await second.opened
  ticker.wake()
  mayEnd.open()
  await third.opened
  await ticker.stop()
  ticker.wake()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(turns, 3)
})
