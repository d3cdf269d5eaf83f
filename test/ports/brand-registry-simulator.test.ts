import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type SimulatedRegistryOptions, simulatedBrandRegistry } from '../../src/adapters/simulator/brand-registry.ts'
import { MAGIC_BRANDS, REVET_REASON, UNQUALIFIED_REASON } from '../../src/adapters/simulator/magic-values/brands.ts'
import {
  DECLINE_REASON,
  FAILED_REASON,
  MAGIC_CAMPAIGNS,
  SUSPENDED_REASON,
} from '../../src/adapters/simulator/magic-values/campaigns.ts'
import { packageRoot } from '../../src/package-root.ts'
import type { ProviderEvent } from '../../src/ports/provider-event.ts'
import { aMagicBrand, aRegistryBrand, aRegistryCampaign } from '../kit/builders/registry.ts'
import { manualClock } from '../kit/fakes/manual-clock.ts'
import { brandRegistrySuite, doneValue } from './brand-registry.suite.ts'

const DELAY_MS = 2_000

function open(options: SimulatedRegistryOptions = {}) {
  const clock = manualClock()
  const events: ProviderEvent[] = []
  const registry = simulatedBrandRegistry({
    clock,
    hasVetting: true,
    sleep: async () => {},
    onEvents: (told) => void events.push(...told),
    ...options,
  })
  return { registry, clock, events }
}

brandRegistrySuite('simulator', async ({ timeoutMs }) => {
  const clock = manualClock()
  return {
    registry: simulatedBrandRegistry({ clock, hasVetting: true, timeoutMs }),
    lines: [],
    settle: () => clock.advance(DELAY_MS),
    close: async () => {},
  }
})

/** The state of a brand whose tax id ends so, as soon as the registry has scored it. */
async function scored(ending: string) {
  const { registry, clock, events } = open()
  const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aMagicBrand(ending) }))
  clock.advance(DELAY_MS)
  return { registry, clock, events, tcrBrandId, brand: doneValue(await registry.readBrand({ tcrBrandId })) }
}

function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-simulator-'))
  test.after(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('simulated registry', () => {
  it('has distinct magic values, all of them documented', async () => {
    const endings = MAGIC_BRANDS.map(({ ending }) => ending)
    assert.equal(new Set(endings).size, endings.length)
    const page = (await readFile(join(packageRoot, 'docs/PROVIDERS.md'), 'utf8')).replace(/ +/g, ' ')
    for (const { ending, says } of MAGIC_BRANDS) assert.ok(page.includes(`| \`${ending}\` | ${says} |`), ending)
    for (const { word, place, says } of MAGIC_CAMPAIGNS) {
      assert.ok(page.includes(`| \`${word}\` | ${place} | ${says} |`), word)
    }
  })

  for (const { ending, behaviour } of MAGIC_BRANDS) {
    if (behaviour.does !== 'doubt') continue
    it(`gives the feedback ${behaviour.category} to a tax id that ends in ${ending}`, async () => {
      const { registry, brand, tcrBrandId } = await scored(ending)
      assert.equal(brand.identityStatus, 'UNVERIFIED')
      const feedback = doneValue(await registry.readFeedback({ tcrBrandId }))
      const { category, fields, feedback: says } = behaviour
      assert.deepEqual(feedback, [{ category, fields, says }])
    })
  }

  it('never scores 0001, vets 0003 at once, and suspends 0017 later', async () => {
    assert.equal((await scored('0001')).brand.identityStatus, null)
    assert.equal((await scored('0003')).brand.identityStatus, 'VETTED_VERIFIED')
    const { registry, clock, brand, tcrBrandId } = await scored('0017')
    assert.equal(brand.status, 'ACTIVE')
    clock.advance(DELAY_MS)
    assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).status, 'SUSPENDED')
  })

  it('refuses 0011 at once, and claims to have 0018 without finding it', async () => {
    const { registry } = open()
    const refused = await registry.submitBrand({ brand: aMagicBrand('0011') })
    assert.deepEqual(refused, {
      kind: 'refused',
      refusals: [{ member: 'brand.business.taxId', says: 'The tax id is not valid.' }],
    })
    const brand = aMagicBrand('0018')
    assert.deepEqual(await registry.submitBrand({ brand }), { kind: 'mismatch' })
    assert.equal(doneValue(await registry.findBrand({ reference: brand.reference })), null)
  })

  it('loses the first request of 0016, and registers the second', async () => {
    const { registry } = open()
    const brand = aMagicBrand('0016')
    assert.deepEqual(await registry.submitBrand({ brand }), { kind: 'timeout', of: 'service' })
    assert.equal(doneValue(await registry.findBrand({ reference: brand.reference })), null)
    doneValue(await registry.submitBrand({ brand }))
  })

  it('gives a low score to 0012 and fails the vetting of 0013', async () => {
    for (const [ending, status, score] of [
      ['0012', 'active', 20],
      ['0013', 'failed', null],
      ['0022', 'active', null],
    ] as const) {
      const { registry, clock, tcrBrandId } = await scored(ending)
      doneValue(await registry.orderVetting({ tcrBrandId }))
      clock.advance(DELAY_MS)
      const vetting = doneValue(await registry.readVetting({ tcrBrandId }))
      assert.deepEqual([vetting?.status, vetting?.score, vetting?.reasons.length], [status, score, 1])
    }
  })

  it('orders no vetting where it is not configured', async () => {
    const { registry, clock } = open({ hasVetting: false })
    const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
    clock.advance(DELAY_MS)
    assert.equal((await registry.orderVetting({ tcrBrandId })).kind, 'refused')
    assert.equal(registry.hasVetting, false)
  })

  it('declares a sole proprietor, who gets that one use case only', async () => {
    const { registry, clock } = open()
    const brand = aRegistryBrand({
      entityType: 'SOLE_PROPRIETOR',
      legalName: null,
      taxId: null,
      firstName: 'Ada',
      lastName: 'Byron',
      mobilePhone: '+12025551234',
    })
    const { tcrBrandId } = doneValue(await registry.submitBrand({ brand }))
    clock.advance(DELAY_MS)
    assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).identityStatus, 'SELF_DECLARED')
    assert.equal((await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) })).kind, 'refused')
    const campaign = aRegistryCampaign(tcrBrandId, { usecase: 'SOLE_PROPRIETOR' })
    doneValue(await registry.submitCampaign({ campaign }))
  })

  it('takes references that differ in case alone as one', async () => {
    const { registry } = open()
    const brand = aRegistryBrand({ reference: 'a-Reference' })
    doneValue(await registry.submitBrand({ brand }))
    assert.deepEqual(await registry.submitBrand({ brand: { ...brand, reference: 'A-REFERENCE' } }), {
      kind: 'mismatch',
    })
  })

  it('tells the score once, twice for 0014, and before the answer for 0015', async () => {
    for (const [ending, before, after] of [
      ['0003', 0, 1],
      ['0014', 0, 2],
      ['0015', 1, 1],
    ] as const) {
      const { registry, clock, events } = open()
      const brand = aMagicBrand(ending)
      const { tcrBrandId } = doneValue(await registry.submitBrand({ brand }))
      assert.equal(events.length, before, ending)
      clock.advance(DELAY_MS)
      assert.equal(events.length, after, ending)
      assert.equal(new Set(events.map(({ id }) => id)).size, 1)
      assert.deepEqual(events[0]?.about, { tcrBrandId, brandReference: brand.reference })
    }
  })

  it('expires, keeps pending, and declines with the reason, as the words ask', async () => {
    const { registry, clock, events } = open()
    const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
    clock.advance(DELAY_MS)
    const states = []
    for (const word of ['[expired]', '[pending]', '[decline]', '[failed]', '']) {
      const campaign = doneValue(
        await registry.submitCampaign({
          campaign: aRegistryCampaign(tcrBrandId, { description: `${aRegistryCampaign('').description} ${word}` }),
        }),
      )
      doneValue(await registry.shareCampaign({ campaign }))
      clock.advance(2 * DELAY_MS)
      const { status, sharingStatus, says, correction } = doneValue(await registry.readCampaign({ campaign }))
      states.push([status, sharingStatus, says, correction])
    }
    assert.deepEqual(states, [
      ['EXPIRED', 'ACCEPTED', null, undefined],
      ['ACTIVE', 'PENDING', null, undefined],
      ['ACTIVE', 'DECLINED', DECLINE_REASON, undefined],
      ['ACTIVE', 'DECLINED', FAILED_REASON, 'anew'],
      ['ACTIVE', 'ACCEPTED', null, undefined],
    ])
    assert.ok(events.some(({ type }) => type === 'CAMPAIGN_SHARE_DELETE'))
  })

  it('D14: suspends what it has accepted, and tells so', async () => {
    const { registry, clock, events } = open()
    const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
    clock.advance(DELAY_MS)
    const description = `${aRegistryCampaign('').description} [suspended]`
    const campaign = doneValue(
      await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId, { description }) }),
    )
    doneValue(await registry.shareCampaign({ campaign }))
    clock.advance(2 * DELAY_MS)
    assert.equal(doneValue(await registry.readCampaign({ campaign })).sharingStatus, 'ACCEPTED')
    clock.advance(DELAY_MS)
    const { sharingStatus, says } = doneValue(await registry.readCampaign({ campaign }))
    assert.deepEqual([sharingStatus, says, events.at(-1)?.type], ['DECLINED', SUSPENDED_REASON, 'CAMPAIGN_SUSPENDED'])
  })

  it('D14: checks 0021 again only after three months', async () => {
    const { registry, clock, tcrBrandId, brand } = await scored('0021')
    assert.equal(brand.identityStatus, 'UNVERIFIED')
    const refused = { kind: 'refused', refusals: [{ member: 'brand', says: REVET_REASON }] }
    assert.deepEqual(await registry.revetBrand({ tcrBrandId }), refused)
    clock.advance(91 * 86_400_000)
    doneValue(await registry.revetBrand({ tcrBrandId }))
  })

  it('D14: takes of 0020 the one use case that it qualifies for', async () => {
    const { registry, tcrBrandId } = await scored('0020')
    const other = await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId, { usecase: 'MARKETING' }) })
    const refusals = [{ member: 'campaign.useCases', says: UNQUALIFIED_REASON }]
    assert.deepEqual(other, { kind: 'refused', refusals })
    doneValue(await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) }))
  })

  it('shares a declined campaign again', async () => {
    const { registry, clock } = open()
    const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
    clock.advance(DELAY_MS)
    const campaign = doneValue(
      await registry.submitCampaign({
        campaign: aRegistryCampaign(tcrBrandId, { description: `${aRegistryCampaign('').description} [decline]` }),
      }),
    )
    doneValue(await registry.shareCampaign({ campaign }))
    clock.advance(DELAY_MS)
    doneValue(await registry.shareCampaign({ campaign }))
    assert.equal(doneValue(await registry.readCampaign({ campaign })).sharingStatus, 'PENDING')
  })

  it('waits as long as it says', async () => {
    const waits: number[] = []
    const { registry } = open({ sleep: async (milliseconds) => void waits.push(milliseconds) })
    await registry.submitBrand({ brand: aMagicBrand('0008') })
    await registry.submitBrand({ brand: aMagicBrand('0009') })
    await registry.submitBrand({ brand: aMagicBrand('0016') })
    assert.deepEqual(waits, [3_000, 10_000, 10_000])
  })

  it('knows after a restart what it knew, without a tax id or a name in its file', async (test) => {
    const file = join(temporaryFolder(test), 'deep', 'simulator')
    const before = open({ file })
    const brand = aMagicBrand('0000')
    const { tcrBrandId } = doneValue(await before.registry.submitBrand({ brand }))
    const after = open({ file })
    assert.equal(doneValue(await after.registry.findBrand({ reference: brand.reference }))?.tcrBrandId, tcrBrandId)
    assert.deepEqual(await after.registry.submitBrand({ brand }), { kind: 'mismatch' })
    after.clock.advance(DELAY_MS)
    assert.equal(doneValue(await after.registry.readBrand({ tcrBrandId })).identityStatus, 'UNVERIFIED')

    const kept = readdirSync(join(file, '..')).map((each) => readFileSync(join(file, '..', each), 'utf8'))
    assert.ok(kept.join().includes(brand.reference))
    for (const secret of ['3450000', brand.legalName, brand.phone])
      assert.equal(kept.join().includes(String(secret)), false)
  })

  it('starts anew over a file that is damaged', async (test) => {
    const file = join(temporaryFolder(test), 'simulator')
    writeFileSync(`${file}-brands.json`, '{"half')
    const { registry } = open({ file })
    assert.equal(doneValue(await registry.findBrand({ reference: randomUUID() })), null)
  })

  it('reads a brand and a campaign that it has forgotten as accepted long ago', async () => {
    const { registry } = open()
    const brand = doneValue(await registry.readBrand({ tcrBrandId: 'B0GONE1' }))
    assert.deepEqual([brand.status, brand.identityStatus], ['ACTIVE', 'VERIFIED'])
    const campaign = doneValue(
      await registry.readCampaign({ campaign: { tcrCampaignId: 'C0GONE1', telnyxCampaignId: null } }),
    )
    assert.deepEqual([campaign.status, campaign.sharingStatus], ['ACTIVE', 'ACCEPTED'])
  })

  it('notes each call with ids alone', async () => {
    const { registry } = open()
    const brand = aRegistryBrand()
    const { tcrBrandId } = doneValue(await registry.submitBrand({ brand }))
    await registry.readBrand({ tcrBrandId })
    assert.deepEqual(registry.calls, [
      { operation: 'submitBrand', subject: brand.reference, outcome: 'done' },
      { operation: 'readBrand', subject: tcrBrandId, outcome: 'done' },
    ])
  })
})
