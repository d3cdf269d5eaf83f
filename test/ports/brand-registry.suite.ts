import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { BrandForRegistry, BrandRegistry, RegisteredBrand } from '../../src/ports/brand-registry.ts'
import type { Outcome } from '../../src/ports/outcome.ts'
import { aMagicBrand, aRegistryBrand, aRegistryCampaign } from '../kit/builders/registry.ts'

/** One adapter under the suite, with the registry behind it. */
export interface BrandRegistryHarness {
  registry: BrandRegistry
  /** Everything that the adapter logged. */
  lines: readonly string[]
  /** Lets the time pass that a score, a vetting or a review takes. */
  settle(): void
  close(): Promise<void>
}

export function doneValue<T>(outcome: Outcome<T>): T {
  assert.equal(outcome.kind, 'done', inspect(outcome, { depth: 5 }))
  return (outcome as { value: T }).value
}

/** For an answer that never comes: long enough for the request to arrive on a busy machine. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(1_500)
}

/** What every brand registry guarantees. */
export function brandRegistrySuite(
  name: string,
  open: (options: { timeoutMs: number }) => Promise<BrandRegistryHarness>,
): void {
  const using = async (work: (harness: BrandRegistryHarness) => Promise<void>) => {
    const harness = await open({ timeoutMs: 30_000 })
    try {
      await work(harness)
    } finally {
      await harness.close()
    }
  }
  const verified = async ({ registry, settle }: BrandRegistryHarness): Promise<RegisteredBrand> => {
    const brand = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
    settle()
    return doneValue(await registry.readBrand({ tcrBrandId: brand.tcrBrandId }))
  }
  const submit = (registry: BrandRegistry, brand: BrandForRegistry) => registry.submitBrand({ brand })

  describe(`brand registry port: ${name}: brands`, () => {
    it('registers a brand, scores it later, and shows it by its id and by our reference', () =>
      using(async ({ registry, settle }) => {
        const brand = aRegistryBrand()
        const registered = doneValue(await submit(registry, brand))
        assert.equal(registered.reference, brand.reference)
        assert.equal(registered.identityStatus, null)
        settle()
        const read = doneValue(await registry.readBrand({ tcrBrandId: registered.tcrBrandId }))
        assert.equal(read.reference, brand.reference)
        assert.equal(read.identityStatus, 'VERIFIED')
        assert.equal(read.status, 'ACTIVE')
        assert.equal(read.universalEin, 'US_123456789')
        assert.deepEqual(doneValue(await registry.findBrand({ reference: brand.reference })), read)
        assert.deepEqual(doneValue(await registry.readFeedback({ tcrBrandId: read.tcrBrandId })), [])
      }))

    it('finds nothing under a reference that it was not given', () =>
      using(async ({ registry }) => {
        await submit(registry, aRegistryBrand())
        assert.equal(doneValue(await registry.findBrand({ reference: randomUUID() })), null)
      }))

    it('refuses an id that it does not know', () =>
      using(async ({ registry }) => {
        for (const tcrBrandId of ['nonsense', '../brand', '']) {
          assert.equal((await registry.readBrand({ tcrBrandId })).kind, 'refused', tcrBrandId)
        }
      }))

    it('says mismatch to a reference that it has, and keeps the first brand alone', () =>
      using(async ({ registry }) => {
        const brand = aRegistryBrand()
        const first = doneValue(await submit(registry, brand))
        // What may have been sent before: of a first try a registry may be sure that nothing is there.
        const again = { brand, since: Date.now() }
        assert.deepEqual(await registry.submitBrand(again), { kind: 'mismatch' })
        assert.equal(doneValue(await registry.findBrand({ reference: brand.reference }))?.tcrBrandId, first.tcrBrandId)
      }))

    it('names what a company must give', () =>
      using(async ({ registry }) => {
        const outcome = await submit(registry, aRegistryBrand({ taxId: null, street: null }))
        assert.ok(outcome.kind === 'refused', inspect(outcome))
        const members = outcome.refusals.map(({ member }) => member).sort()
        assert.deepEqual(members, ['brand.business.street', 'brand.business.taxId'])
      }))

    it('doubts an identity, says why, and verifies the brand once it is corrected', () =>
      using(async ({ registry, settle }) => {
        const brand = aMagicBrand('0000')
        const { tcrBrandId } = doneValue(await submit(registry, brand))
        settle()
        assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).identityStatus, 'UNVERIFIED')
        const [feedback] = doneValue(await registry.readFeedback({ tcrBrandId }))
        assert.equal(feedback?.category, 'TAX_ID')
        assert.ok(feedback?.fields.includes('brand.business.taxId'), inspect(feedback))
        assert.ok(feedback.says.length > 0)

        const corrected = { ...brand, taxId: '12-3456789' }
        const updated = doneValue(await registry.updateBrand({ tcrBrandId, brand: corrected }))
        assert.equal(updated.reference ?? brand.reference, brand.reference)
        doneValue(await registry.revetBrand({ tcrBrandId }))
        settle()
        assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).identityStatus, 'VERIFIED')
      }))

    it('registers a brand whose answer is lost, and finds it afterwards', () =>
      using(async ({ registry }) => {
        const brand = aMagicBrand('0009')
        assert.deepEqual(await registry.submitBrand({ brand, signal: patience() }), { kind: 'timeout', of: 'service' })
        assert.ok(doneValue(await registry.findBrand({ reference: brand.reference })))
      }))

    it('ends an aborted call at once, as one that may have happened or certainly has not', () =>
      using(async ({ registry }) => {
        const controller = new AbortController()
        const running = registry.submitBrand({ brand: aMagicBrand('0009'), signal: controller.signal })
        setTimeout(() => controller.abort(), 30)
        assert.ok(['timeout', 'unavailable'].includes((await running).kind))
      }))

    it('says unavailable while it is busy, and takes the brand when it is sent again', () =>
      using(async ({ registry }) => {
        const brand = aMagicBrand('0002')
        const outcome = await submit(registry, brand)
        assert.ok(outcome.kind === 'unavailable' && outcome.retryAfterSeconds > 0, inspect(outcome))
        assert.equal(doneValue(await registry.findBrand({ reference: brand.reference })), null)
        doneValue(await submit(registry, brand))
      }))

    it('registers nothing while it is down', () =>
      using(async ({ registry }) => {
        const brand = aMagicBrand('0010')
        assert.ok(['unavailable', 'timeout'].includes((await submit(registry, brand)).kind))
        assert.equal(doneValue(await registry.findBrand({ reference: brand.reference })), null)
      }))

    it('vets a verified brand when asked to', () =>
      using(async (harness) => {
        const { registry, settle } = harness
        const { tcrBrandId } = await verified(harness)
        assert.equal(doneValue(await registry.readVetting({ tcrBrandId })), null)
        assert.equal(doneValue(await registry.orderVetting({ tcrBrandId })).status, 'pending')
        settle()
        const vetting = doneValue(await registry.readVetting({ tcrBrandId }))
        assert.equal(vetting?.status, 'active')
        assert.ok((vetting?.score ?? -1) >= 0)
        assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).identityStatus, 'VETTED_VERIFIED')
      }))
  })

  describe(`brand registry port: ${name}: campaigns`, () => {
    it('registers a campaign of a verified brand, and shows it by its ids and by our reference', () =>
      using(async (harness) => {
        const { registry } = harness
        const { tcrBrandId } = await verified(harness)
        const campaign = aRegistryCampaign(tcrBrandId)
        const registered = doneValue(await registry.submitCampaign({ campaign }))
        assert.equal(registered.reference, campaign.reference)
        harness.settle()
        const read = doneValue(await registry.readCampaign({ campaign: registered }))
        assert.equal(read.status, 'ACTIVE')
        assert.ok(read.tcrCampaignId)
        const found = doneValue(await registry.findCampaign({ reference: campaign.reference, tcrBrandId }))
        // What was taken on submission is told again: its answer may have been lost.
        const { upFrontFee, monthlyFee } = registered
        const fees = { monthlyFee: monthlyFee ?? read.monthlyFee, ...(upFrontFee === undefined ? {} : { upFrontFee }) }
        assert.deepEqual(found, { ...read, ...fees })
        assert.equal(doneValue(await registry.findCampaign({ reference: randomUUID(), tcrBrandId })), null)
      }))

    it('says mismatch to a reference that it has', () =>
      using(async (harness) => {
        const { registry } = harness
        const campaign = aRegistryCampaign((await verified(harness)).tcrBrandId)
        doneValue(await registry.submitCampaign({ campaign }))
        assert.deepEqual(await registry.submitCampaign({ campaign }), { kind: 'mismatch' })
      }))

    it('is unavailable before the brand is scored, and refuses a brand whose identity is in doubt', () =>
      using(async ({ registry, settle }) => {
        const { tcrBrandId } = doneValue(await submit(registry, aMagicBrand('0000')))
        const campaign = aRegistryCampaign(tcrBrandId)
        assert.equal((await registry.submitCampaign({ campaign })).kind, 'unavailable')
        settle()
        assert.equal((await registry.submitCampaign({ campaign })).kind, 'refused')
      }))

    it('refuses a bad sample at once', () =>
      using(async (harness) => {
        const { tcrBrandId } = await verified(harness)
        const campaign = aRegistryCampaign(tcrBrandId, { samples: ['[reject] Buy now!', 'Acme: hello.'] })
        const outcome = await harness.registry.submitCampaign({ campaign })
        assert.ok(outcome.kind === 'refused', inspect(outcome))
        assert.ok(outcome.refusals.every(({ member, says }) => member.startsWith('campaign') && says.length > 0))
      }))

    it('registers a campaign whose answer is lost, and finds it afterwards', () =>
      using(async (harness) => {
        const { registry } = harness
        const { tcrBrandId } = await verified(harness)
        const campaign = aRegistryCampaign(tcrBrandId, { description: 'Acme answers its customers. [lost] Always.' })
        assert.deepEqual(await registry.submitCampaign({ campaign, signal: patience() }), {
          kind: 'timeout',
          of: 'service',
        })
        assert.ok(doneValue(await registry.findCampaign({ reference: campaign.reference, tcrBrandId })))
      }))

    it('refuses campaign ids that it does not know', () =>
      using(async ({ registry }) => {
        const campaign = { tcrCampaignId: '../x', telnyxCampaignId: '../x' }
        assert.equal((await registry.readCampaign({ campaign })).kind, 'refused')
      }))

    it('ends a campaign, and has nothing against ending it twice', () =>
      using(async (harness) => {
        const { registry } = harness
        const { tcrBrandId } = await verified(harness)
        const campaign = doneValue(await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) }))
        assert.equal(doneValue(await registry.deactivateCampaign({ campaign })), null)
        assert.equal(doneValue(await registry.deactivateCampaign({ campaign })), null)
        assert.equal(doneValue(await registry.readCampaign({ campaign })).status, 'EXPIRED')
      }))

    it('has nothing against sharing a campaign twice', () =>
      using(async (harness) => {
        const { registry, settle } = harness
        const { tcrBrandId } = await verified(harness)
        const campaign = doneValue(await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) }))
        assert.equal(doneValue(await registry.shareCampaign({ campaign })), null)
        assert.equal(doneValue(await registry.shareCampaign({ campaign })), null)
        settle()
        const read = doneValue(await registry.readCampaign({ campaign }))
        assert.equal(read.sharingStatus, 'ACCEPTED')
        assert.equal(read.says, null)
      }))

    it('changes a declined campaign under its id and has it reviewed again, also when that is said twice', () =>
      using(async (harness) => {
        const { registry, settle } = harness
        const { tcrBrandId } = await verified(harness)
        const declined = aRegistryCampaign(tcrBrandId, {
          messageFlow: 'Customers of Acme agree to messages somewhere. [decline]',
        })
        const campaign = doneValue(await registry.submitCampaign({ campaign: declined }))
        doneValue(await registry.shareCampaign({ campaign }))
        settle()
        assert.equal(doneValue(await registry.readCampaign({ campaign })).sharingStatus, 'DECLINED')
        assert.ok(registry.changeableInCampaign.includes('messageFlow'))
        const content = { ...declined, messageFlow: 'Customers agree at https://acme.example/sms in a box.' }
        for (let time = 0; time < 2; time += 1) {
          const changed = doneValue(await registry.updateCampaign({ campaign, content }))
          assert.equal(changed.sharingStatus, 'PENDING')
          assert.equal(changed.reference, declined.reference)
        }
        settle()
        const read = doneValue(await registry.readCampaign({ campaign }))
        assert.deepEqual([read.sharingStatus, read.status, read.says], ['ACCEPTED', 'ACTIVE', null])
      }))

    it('does not change a campaign that has ended, or that it does not know', () =>
      using(async (harness) => {
        const { registry } = harness
        const { tcrBrandId } = await verified(harness)
        const content = aRegistryCampaign(tcrBrandId)
        const campaign = doneValue(await registry.submitCampaign({ campaign: content }))
        doneValue(await registry.deactivateCampaign({ campaign }))
        assert.equal((await registry.updateCampaign({ campaign, content })).kind, 'refused')
        const unknown = { tcrCampaignId: '../x', telnyxCampaignId: '../x' }
        assert.equal((await registry.updateCampaign({ campaign: unknown, content })).kind, 'refused')
      }))

    it('shows a decline with the reason', () =>
      using(async (harness) => {
        const { registry, settle } = harness
        const { tcrBrandId } = await verified(harness)
        const description = 'Acme answers the questions of its customers. [decline]'
        const campaign = doneValue(
          await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId, { description }) }),
        )
        doneValue(await registry.shareCampaign({ campaign }))
        settle()
        const read = doneValue(await registry.readCampaign({ campaign }))
        assert.equal(read.sharingStatus, 'DECLINED')
        assert.ok(read.says)
      }))
  })
}
