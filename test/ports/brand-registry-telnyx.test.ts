import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { telnyxBrandRegistry } from '../../src/adapters/telnyx/registry.ts'
import type { BrandRegistry } from '../../src/ports/brand-registry.ts'
import type { Outcome } from '../../src/ports/outcome.ts'
import { type FakeTelnyx, startFakeTelnyx, TELNYX_KEY, type TelnyxFakeFault } from '../kit/fake-telnyx.ts'
import { recordedLog } from '../kit/recorded-log.ts'
import { aRegistryBrand, aRegistryCampaign } from '../kit/registry-builders.ts'
import { brandRegistrySuite, doneValue } from './brand-registry.suite.ts'

const CALLBACK = 'https://letterhead.example/callbacks/telnyx'

async function open({ timeoutMs = 30_000, apiKey = TELNYX_KEY } = {}) {
  const telnyx = await startFakeTelnyx()
  const { log, lines } = recordedLog()
  const registry = telnyxBrandRegistry({
    baseUrl: `${telnyx.url}/v2`,
    apiKey,
    callbackUrl: CALLBACK,
    vetting: { evpId: 'AEGIS', vettingClass: 'STANDARD' },
    fees: { brand: 4.5, revet: null, vetting: null, campaignReview: null },
    log,
    timeoutMs,
  })
  return { registry, telnyx, lines, settle: () => telnyx.settle(), close: () => telnyx.close() }
}

brandRegistrySuite('telnyx', open)

interface Opened {
  registry: BrandRegistry
  telnyx: FakeTelnyx
  lines: string[]
}

async function using(work: (opened: Opened) => Promise<void>, options: Parameters<typeof open>[0] = {}) {
  const opened = await open(options)
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

const registered = async ({ registry, telnyx }: Opened) => {
  const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
  telnyx.settle()
  return doneValue(await registry.readBrand({ tcrBrandId }))
}

describe('telnyx brand registry', () => {
  it('looks the reference up, then sends the brand with a callback address that carries it', () =>
    using(async ({ registry, telnyx }) => {
      const brand = aRegistryBrand()
      doneValue(await registry.submitBrand({ brand }))
      assert.deepEqual(
        telnyx.requests.map(({ step }) => step),
        ['list_brands', 'submit_brand'],
      )
      const { body, authorization } = telnyx.requests.at(-1) ?? assert.fail()
      assert.equal(authorization, `Bearer ${TELNYX_KEY}`)
      assert.equal(body.webhookURL, `${CALLBACK}?reference=${brand.reference}`)
      assert.equal(body.ein, '123456789')
      assert.equal(body.referenceId, undefined)
    }))

  it("goes by Telnyx's id until TCR has given its own, and takes either afterwards", () =>
    using(async (opened) => {
      const { registry, telnyx } = opened
      const brand = aRegistryBrand()
      const { tcrBrandId: uuid } = doneValue(await registry.submitBrand({ brand }))
      assert.match(uuid, /^[0-9a-f-]{36}$/)
      telnyx.settle()
      const read = doneValue(await registry.readBrand({ tcrBrandId: uuid }))
      assert.equal(read.tcrBrandId, 'B000001')
      assert.deepEqual(doneValue(await registry.readBrand({ tcrBrandId: 'B000001' })), read)
      assert.equal((await registry.readBrand({ tcrBrandId: 'B000002' })).kind, 'refused')
    }))

  it('replaces with PUT, and checks again with PUT', () =>
    using(async (opened) => {
      const { tcrBrandId } = await registered(opened)
      doneValue(await opened.registry.updateBrand({ tcrBrandId, brand: aRegistryBrand() }))
      doneValue(await opened.registry.revetBrand({ tcrBrandId }))
      const changes = opened.telnyx.requests.filter(({ step }) => ['update_brand', 'revet'].includes(step))
      assert.deepEqual(
        changes.map(({ method }) => method),
        ['PUT', 'PUT'],
      )
    }))

  it('shows a brand that TCR did not take as in doubt, with the reasons', () =>
    using(async ({ registry, telnyx }) => {
      const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
      const [brand] = telnyx.brands.values()
      Object.assign(brand ?? {}, { status: 'REGISTRATION_FAILED', failureReasons: [{ description: 'Bad EIN' }, 'Bad'] })
      const read = doneValue(await registry.readBrand({ tcrBrandId }))
      assert.deepEqual([read.status, read.identityStatus], ['INACTIVE', 'UNVERIFIED'])
      const feedback = doneValue(await registry.readFeedback({ tcrBrandId }))
      assert.deepEqual(
        feedback.map(({ says }) => says),
        ['Bad EIN', 'Bad'],
      )
    }))

  it('cannot say that a reference is absent among more brands than it can compare', () =>
    using(async ({ registry, telnyx }) => {
      const ids = Array.from({ length: 50 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`)
      const body = { page: 1, totalRecords: 500, records: ids.map((brandId) => ({ brandId })) }
      for (const brandId of [...ids, ...ids]) {
        telnyx.failNext('read_brand', { does: 'answer', status: 200, body: { brandId } })
      }
      telnyx.failNext('list_brands', { does: 'answer', status: 200, body })
      telnyx.failNext('list_brands', { does: 'answer', status: 200, body })
      assert.equal((await registry.findBrand({ reference: 'ours' })).kind, 'unavailable')
    }))

  it("adopts no brand that carries another's reference, or none", () =>
    using(async ({ registry, telnyx }) => {
      doneValue(await registry.submitBrand({ brand: aRegistryBrand({ reference: 'theirs' }) }))
      assert.deepEqual(await registry.findBrand({ reference: 'ours' }), { kind: 'done', value: null })
      const [id] = telnyx.brands.keys()
      telnyx.failNext('read_brand', { does: 'answer', status: 200, body: { brandId: id, webhookURL: 'not a URL' } })
      assert.deepEqual(await registry.findBrand({ reference: 'theirs' }), { kind: 'done', value: null })
    }))

  const states: [campaignStatus: string, status: string | null, sharing: string | null][] = [
    ['TCR_PENDING', null, 'PENDING'],
    ['TCR_ACCEPTED', 'ACTIVE', 'PENDING'],
    ['TELNYX_ACCEPTED', 'ACTIVE', 'PENDING'],
    ['MNO_PENDING', 'ACTIVE', 'PENDING'],
    ['MNO_ACCEPTED', 'ACTIVE', 'ACCEPTED'],
    ['MNO_PROVISIONED', 'ACTIVE', 'ACCEPTED'],
    ['TELNYX_FAILED', 'ACTIVE', 'DECLINED'],
    ['MNO_REJECTED', 'ACTIVE', 'DECLINED'],
    ['TCR_SUSPENDED', 'ACTIVE', 'DECLINED'],
    ['TCR_EXPIRED', 'EXPIRED', 'DECLINED'],
  ]
  for (const [campaignStatus, status, sharing] of states) {
    it(`shows a campaign in ${campaignStatus} as ${status} and ${sharing}`, () =>
      using(async (opened) => {
        const { registry, telnyx } = opened
        const { tcrBrandId } = await registered(opened)
        const campaign = doneValue(await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) }))
        const tcrCampaignId = campaignStatus === 'TCR_PENDING' ? null : 'C000001'
        Object.assign(telnyx.campaigns.get(campaign.telnyxCampaignId ?? '') ?? {}, { campaignStatus, tcrCampaignId })
        const read = doneValue(await registry.readCampaign({ campaign }))
        assert.deepEqual([read.status, read.sharingStatus, read.tcrCampaignId], [status, sharing, tcrCampaignId])
        assert.equal(read.says === null, sharing !== 'DECLINED')
      }))
  }

  const error = (status: number, ...errors: unknown[]): TelnyxFakeFault => ({
    does: 'answer',
    status,
    body: { errors },
  })
  const faults: [
    title: string,
    fault: TelnyxFakeFault,
    change: Outcome<never>['kind'],
    read: Outcome<never>['kind'],
  ][] = [
    ['422', error(422, { code: '10015', detail: 'Bad', source: { pointer: '/ein' } }), 'refused', 'refused'],
    ['409', error(409, { code: '1' }), 'mismatch', 'mismatch'],
    ['404', error(404, { code: '10005' }), 'refused', 'refused'],
    ['429', error(429, { code: '10011' }), 'unavailable', 'unavailable'],
    ['401', error(401, { code: '10009' }), 'unavailable', 'unavailable'],
    ['500', error(500), 'timeout', 'unavailable'],
    ['400 without a list', { does: 'answer', status: 400, body: '<html>' }, 'timeout', 'unavailable'],
    ['a dropped connection', { does: 'reset' }, 'timeout', 'unavailable'],
    ['wrong types', { does: 'answer', status: 200, body: { brandId: [], status: 7 } }, 'timeout', 'unavailable'],
    ['10 MB', { does: 'answer', status: 200, body: `"${'x'.repeat(10_000_000)}"` }, 'timeout', 'unavailable'],
    [
      'a polluted object',
      { does: 'answer', status: 200, body: '{"__proto__":{"brandId":"x"}}' },
      'timeout',
      'unavailable',
    ],
    [
      'a redirect',
      { does: 'answer', status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      'timeout',
      'unavailable',
    ],
  ]
  for (const [title, fault, change, read] of faults) {
    it(`answers ${title}: ${change} to a change, ${read} to a read`, () =>
      using(async (opened) => {
        const { registry, telnyx, lines } = opened
        const { tcrBrandId } = await registered(opened)
        telnyx.failNext('submit_brand', fault)
        telnyx.failNext('list_brands', { does: 'answer', status: 200, body: { records: [], totalRecords: 0 } })
        lines.length = 0
        assert.equal((await registry.submitBrand({ brand: aRegistryBrand() })).kind, change)
        telnyx.failNext('list_brands', fault)
        assert.equal((await registry.readBrand({ tcrBrandId })).kind, read)
        assert.equal(lines.length, 2)
        assert.doesNotMatch(lines.join(), /3456789|Acme|KEY_of/)
      }))
  }

  it('names our member for a field that Telnyx refuses', () =>
    using(async ({ registry, telnyx }) => {
      const errors = [{ code: '10015', title: 'Invalid', detail: 'Bad number', source: { pointer: '/ein' } }]
      telnyx.failNext('submit_brand', { does: 'answer', status: 422, body: { errors } })
      const outcome = await registry.submitBrand({ brand: aRegistryBrand() })
      assert.deepEqual(outcome, {
        kind: 'refused',
        refusals: [{ member: 'brand.business.taxId', says: 'Bad number' }],
      })
    }))

  it('shows no secret in what it is', () =>
    using(async ({ registry }) => {
      assert.equal(inspect(registry, { depth: null, showHidden: true }).includes(TELNYX_KEY), false)
    }))
})
