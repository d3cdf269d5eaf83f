import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { simulatedCarrier } from '../../src/adapters/simulator/carrier.ts'
import { LOOKED_UP_NUMBERS, MAGIC_NUMBERS } from '../../src/adapters/simulator/magic-values/numbers.ts'
import { packageRoot } from '../../src/package-root.ts'
import type { ProviderEvent } from '../../src/ports/provider-event.ts'
import { manualClock } from '../kit/fakes/manual-clock.ts'
import { doneValue } from './brand-registry.suite.ts'
import { carrierSuite } from './carrier.suite.ts'

const campaign = { tcrCampaignId: 'CSIMUL8', telnyxCampaignId: null }

carrierSuite('simulator', async ({ timeoutMs }) => {
  const clock = manualClock()
  const carrier = simulatedCarrier({ clock, timeoutMs })
  return { carrier, campaign, lines: [], settle: () => clock.advance(2_000), close: async () => {} }
})

describe('simulated carrier', () => {
  it('has distinct magic numbers, all of them documented', async () => {
    const endings = MAGIC_NUMBERS.map(({ ending }) => ending)
    assert.equal(new Set(endings).size, endings.length)
    const page = (await readFile(join(packageRoot, 'docs/PROVIDERS.md'), 'utf8')).replace(/ +/g, ' ')
    for (const { ending, says } of [...MAGIC_NUMBERS, ...LOOKED_UP_NUMBERS])
      assert.ok(page.includes(`| \`${ending}\` | ${says} |`), ending)
  })

  it('connects 0003 a moment later, and never assigns 0001', async () => {
    const clock = manualClock()
    const carrier = simulatedCarrier({ clock })
    const connect = (phoneNumber: string) => carrier.connectNumber({ messagingProfileId: 'mp', phoneNumber })
    assert.equal(doneValue(await connect('+12025550003')).status, 'pending')
    clock.advance(2_000)
    assert.equal(doneValue(await connect('+12025550003')).status, 'connected')

    doneValue(await connect('+12025550001'))
    doneValue(await carrier.assignCampaign({ phoneNumber: '+12025550001', campaign }))
    clock.advance(1_000_000)
    assert.equal(doneValue(await carrier.readAssignment({ phoneNumber: '+12025550001' }))?.status, 'pending')
  })

  it('tells that an assignment changed, once', async () => {
    const clock = manualClock()
    const events: ProviderEvent[] = []
    const carrier = simulatedCarrier({ clock, onEvents: (told) => void events.push(...told) })
    const phoneNumber = '+12025551234'
    doneValue(await carrier.assignCampaign({ phoneNumber, campaign }))
    doneValue(await carrier.assignCampaign({ phoneNumber, campaign }))
    clock.advance(2_000)
    assert.deepEqual(
      events.map(({ about }) => about),
      [{ phoneNumber, tcrCampaignId: campaign.tcrCampaignId }],
    )
  })

  it('D14: takes 0005 out of its campaign a moment after it was assigned, once', async () => {
    const clock = manualClock()
    const events: ProviderEvent[] = []
    const carrier = simulatedCarrier({ clock, onEvents: (told) => void events.push(...told) })
    const phoneNumber = '+12025550005'
    const read = async () => doneValue(await carrier.readAssignment({ phoneNumber }))?.status ?? null
    const assign = async () => doneValue(await carrier.assignCampaign({ phoneNumber, campaign })).status
    assert.equal(await assign(), 'pending')
    clock.advance(2_000)
    assert.deepEqual([await read(), events.length], ['assigned', 1])
    clock.advance(5_999)
    assert.deepEqual([await read(), await assign(), events.length], ['assigned', 'assigned', 1])
    clock.advance(1)
    assert.deepEqual([await read(), events.length], [null, 2])
    doneValue(await carrier.connectNumber({ messagingProfileId: 'mp', phoneNumber }))
    assert.deepEqual([await read(), await assign()], [null, 'pending'])
    clock.advance(2_000)
    assert.deepEqual([await read(), events.length], ['assigned', 3])
    clock.advance(1_000_000)
    assert.deepEqual([await read(), events.length], ['assigned', 3])
  })

  it('waits as long as it says', async () => {
    const waits: number[] = []
    const carrier = simulatedCarrier({ sleep: async (milliseconds) => void waits.push(milliseconds) })
    for (const phoneNumber of ['+12025550008', '+12025550009', '+12025550009']) {
      await carrier.connectNumber({ messagingProfileId: 'mp', phoneNumber })
    }
    assert.deepEqual(waits, [3_000, 10_000])
  })
})
