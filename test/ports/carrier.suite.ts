import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { CampaignIds } from '../../src/ports/brand-registry.ts'
import type { Carrier } from '../../src/ports/carrier.ts'
import { doneValue, patience } from './brand-registry.suite.ts'

/** One adapter under the suite, with the carrier behind it. */
export interface CarrierHarness {
  carrier: Carrier
  /** A campaign that the carrier knows. */
  campaign: CampaignIds
  lines: readonly string[]
  /** Lets the time pass that an assignment takes. */
  settle(): void
  close(): Promise<void>
}

/** What every carrier guarantees. */
export function carrierSuite(name: string, open: (options: { timeoutMs: number }) => Promise<CarrierHarness>): void {
  const using = async (work: (harness: CarrierHarness) => Promise<void>) => {
    const harness = await open({ timeoutMs: 30_000 })
    try {
      await work(harness)
    } finally {
      await harness.close()
    }
  }
  const connected = async ({ carrier }: CarrierHarness, phoneNumber: string, signal?: AbortSignal) => {
    const reference = randomUUID()
    const { messagingProfileId } = doneValue(await carrier.createMessagingProfile({ reference, name: 'Acme' }))
    const request = { messagingProfileId, phoneNumber, ...(signal === undefined ? {} : { signal }) }
    return { messagingProfileId, outcome: await carrier.connectNumber(request) }
  }

  describe(`carrier port: ${name}`, () => {
    it('makes a messaging profile and finds it by our reference', () =>
      using(async ({ carrier }) => {
        const reference = randomUUID()
        assert.equal(doneValue(await carrier.findMessagingProfile({ reference })), null)
        const made = doneValue(await carrier.createMessagingProfile({ reference, name: 'Acme Support' }))
        assert.deepEqual(doneValue(await carrier.findMessagingProfile({ reference })), made)
      }))

    it('connects a number, assigns it to a campaign, and shows when that is done', () =>
      using(async (harness) => {
        const { carrier, campaign, settle } = harness
        const phoneNumber = '+12025551234'
        assert.deepEqual(doneValue((await connected(harness, phoneNumber)).outcome), { status: 'connected' })
        assert.equal(doneValue(await carrier.readAssignment({ phoneNumber })), null)
        assert.equal(doneValue(await carrier.assignCampaign({ phoneNumber, campaign })).status, 'pending')
        settle()
        const assigned = { status: 'assigned', says: null }
        assert.deepEqual(doneValue(await carrier.readAssignment({ phoneNumber })), assigned)
        assert.deepEqual(doneValue(await carrier.assignCampaign({ phoneNumber, campaign })), assigned)
      }))

    it('has nothing against connecting a number twice', () =>
      using(async (harness) => {
        const { messagingProfileId } = await connected(harness, '+12025551234')
        const again = await harness.carrier.connectNumber({ messagingProfileId, phoneNumber: '+12025551234' })
        assert.equal(doneValue(again).status, 'connected')
      }))

    it('refuses a number of another account', () =>
      using(async (harness) => {
        const { outcome } = await connected(harness, '+12025550000')
        assert.ok(outcome.kind === 'refused', inspect(outcome))
        assert.equal(outcome.refusals[0]?.member, 'phone_number')
      }))

    it('shows why an assignment failed', () =>
      using(async (harness) => {
        const { carrier, campaign, settle } = harness
        const phoneNumber = '+12025550004'
        await connected(harness, phoneNumber)
        doneValue(await carrier.assignCampaign({ phoneNumber, campaign }))
        settle()
        const assignment = doneValue(await carrier.readAssignment({ phoneNumber }))
        assert.equal(assignment?.status, 'failed')
        assert.ok(assignment?.says)
      }))

    it('connects a number whose answer is lost: the same call again is done', () =>
      using(async (harness) => {
        const { messagingProfileId, outcome } = await connected(harness, '+12025550009', patience())
        assert.deepEqual(outcome, { kind: 'timeout', of: 'service' })
        const again = await harness.carrier.connectNumber({ messagingProfileId, phoneNumber: '+12025550009' })
        assert.equal(doneValue(again).status, 'connected')
      }))

    it('is not done while the carrier is busy or down', () =>
      using(async (harness) => {
        const busy = await connected(harness, '+12025550002')
        assert.equal(busy.outcome.kind, 'unavailable')
        const { messagingProfileId } = busy
        const again = await harness.carrier.connectNumber({ messagingProfileId, phoneNumber: '+12025550002' })
        assert.equal(again.kind, 'done')
        const { outcome } = await connected(harness, '+12025550010')
        assert.ok(['unavailable', 'timeout'].includes(outcome.kind))
      }))
  })
}
