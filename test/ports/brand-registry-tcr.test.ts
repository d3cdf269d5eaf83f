import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { notAccepted } from '../../src/adapters/resilience/http-status.rules.ts'
import { tcrBrandRegistry } from '../../src/adapters/tcr/index.ts'
import type { BrandRegistry } from '../../src/ports/brand-registry.ts'
import { refused } from '../../src/ports/outcome.ts'
import { REGISTRY_REASONS } from '../../src/ports/registry-reasons.ts'
import { aMagicBrand, aRegistryBrand, aRegistryCampaign } from '../kit/builders/registry.ts'
import { recordedLog } from '../kit/fakes/recorded-log.ts'
import { FAKE_CNP, type FakeTcr, startFakeTcr, TCR_KEY, TCR_SECRET, type TcrFakeFault } from '../kit/fakes/tcr.ts'
import { kindAndAbout, STRANGE_ERRORS } from '../kit/outcome-kind.ts'
import { brandRegistrySuite, doneValue } from './brand-registry.suite.ts'

const FEES = { brand: 4.5, revet: 4.5, vetting: 40, campaignReview: 15 }

async function open({ timeoutMs = 5_000, apiSecret = TCR_SECRET, upstreamCnp = FAKE_CNP as string | null } = {}) {
  const tcr = await startFakeTcr()
  const { log, lines } = recordedLog()
  const registry = tcrBrandRegistry({
    baseUrl: `${tcr.url}/v2`,
    apiKey: TCR_KEY,
    apiSecret,
    upstreamCnp,
    vetting: { evpId: 'AEGIS', vettingClass: 'STANDARD' },
    fees: FEES,
    log,
    timeoutMs,
  })
  return { registry, tcr, lines, settle: () => tcr.settle(), close: () => tcr.close() }
}

brandRegistrySuite('tcr', open)

interface Opened {
  registry: BrandRegistry
  tcr: FakeTcr
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

/** A verified brand of the fake, by its id. */
async function verified({ registry, tcr }: Opened): Promise<string> {
  const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
  tcr.settle()
  return tcrBrandId
}

describe('tcr adapter', () => {
  it('D6: reads the answer to the mail among the vettings, and cannot have the mail sent again', () =>
    using(async (opened) => {
      const { registry, tcr } = opened
      const tcrBrandId = await verified(opened)
      const read = async () => doneValue(await registry.readAuthentication({ tcrBrandId }))
      assert.equal(await read(), null)
      const record = { evpId: 'AEGIS', vettingClass: 'AUTHPLUS', vettingStatus: 'FAILED', vettingScore: null }
      for (const brand of tcr.brands.values())
        brand.vettings.push({ ...record, createDate: '2026-10-01T10:00:00Z', reasons: ['Unknown person.'] } as never)
      assert.deepEqual(await read(), { status: 'failed', score: null, reasons: ['Unknown person.'] })
      assert.equal(doneValue(await registry.readVetting({ tcrBrandId })), null, 'it is no vetting that was ordered')
      assert.deepEqual(await registry.resendAuthentication({ tcrBrandId }), refused(REGISTRY_REASONS.noMailAgain))
    }))

  it('sends a company as TCR takes it: the reference, digits of the tax id, five of the ZIP, nothing empty', () =>
    using(async ({ registry, tcr }) => {
      const brand = aRegistryBrand({ postalCode: '10001-1234', website: null, firstName: 'Ada' })
      doneValue(await registry.submitBrand({ brand }))
      const { body, path, authorization } = tcr.requests[0] ?? assert.fail()
      assert.equal(path, 'brand/nonBlocking')
      assert.equal(authorization, `Basic ${Buffer.from(`${TCR_KEY}:${TCR_SECRET}`).toString('base64')}`)
      assert.deepEqual(body, {
        entityType: 'PRIVATE_PROFIT',
        displayName: 'Acme',
        companyName: 'Acme Corporation LLC',
        ein: '123456789',
        einIssuingCountry: 'US',
        phone: '+12025551234',
        email: 'support@acme.example',
        street: '123 Main Street',
        city: 'New York',
        state: 'NY',
        postalCode: '10001',
        country: 'US',
        vertical: 'PROFESSIONAL',
        brandRelationship: 'SMALL_ACCOUNT',
        referenceId: brand.reference,
      })
    }))

  it('sends a rehearsal as mock, and a sole proprietor without a company', () =>
    using(async ({ registry, tcr }) => {
      const person = { entityType: 'SOLE_PROPRIETOR', firstName: 'Ada', lastName: 'Byron' } as const
      const brand = aRegistryBrand({ ...person, mobilePhone: '+12025551234', isMock: true })
      await registry.submitBrand({ brand })
      const { body } = tcr.requests[0] ?? assert.fail()
      assert.equal(body.mock, true)
      assert.deepEqual([body.firstName, body.lastName, body.mobilePhone], ['Ada', 'Byron', '+12025551234'])
      assert.deepEqual([body.ein, body.companyName], [undefined, undefined])
    }))

  it('asks whether the brand qualifies, and at what price, before it registers a campaign', () =>
    using(async (opened) => {
      const { registry, tcr } = opened
      const tcrBrandId = await verified(opened)
      const from = tcr.requests.length
      const campaign = aRegistryCampaign(tcrBrandId, { usecase: '2FA' })
      assert.equal(doneValue(await registry.submitCampaign({ campaign })).monthlyFee, 10)
      assert.deepEqual(
        tcr.requests.slice(from).map(({ method, path }) => `${method} ${path}`),
        [`GET campaignBuilder/brand/${tcrBrandId}/usecase/2FA`, 'POST campaignBuilder'],
      )
      const { body } = tcr.requests.at(-1) ?? assert.fail()
      assert.equal(body.sample1, campaign.samples[0])
      assert.deepEqual([body.brandId, body.resellerId, body.referenceId], [tcrBrandId, 'R000000', campaign.reference])
    }))

  it('refuses a mix of fewer use cases than TCR takes, before anything is charged', () =>
    using(async (opened) => {
      const tcrBrandId = await verified(opened)
      const campaign = aRegistryCampaign(tcrBrandId, { usecase: 'MIXED', subUsecases: ['MARKETING'] })
      const outcome = await opened.registry.submitCampaign({ campaign })
      assert.ok(outcome.kind === 'refused' && outcome.refusals[0]?.member === 'campaign.useCases')
      assert.equal(opened.tcr.campaigns.size, 0)
    }))

  it('shares with the configured partner, and says when there is none', () =>
    using(
      async (opened) => {
        const tcrBrandId = await verified(opened)
        const campaign = doneValue(await opened.registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) }))
        const outcome = await opened.registry.shareCampaign({ campaign })
        assert.deepEqual(outcome, { kind: 'refused', refusals: [REGISTRY_REASONS.notShareable] })
      },
      { upstreamCnp: null },
    ))

  it('does not share twice, which TCR refuses', () =>
    using(async (opened) => {
      const { registry, tcr } = opened
      const campaign = doneValue(await registry.submitCampaign({ campaign: aRegistryCampaign(await verified(opened)) }))
      doneValue(await registry.shareCampaign({ campaign }))
      doneValue(await registry.shareCampaign({ campaign }))
      assert.equal(tcr.requests.filter(({ step }) => step === 'share').length, 1)
      assert.equal(tcr.campaigns.get(campaign.tcrCampaignId ?? '')?.sharing?.upstreamCnpId, FAKE_CNP)
    }))

  it("adopts no record with another reference, whatever the registry's list says", () =>
    using(async ({ registry, tcr }) => {
      const records = [{ brandId: 'B000009', referenceId: 'somebody-else' }]
      tcr.failNext('list_brands', { does: 'answer', status: 200, body: { page: 1, totalRecords: 1, records } })
      assert.deepEqual(await registry.findBrand({ reference: 'ours' }), { kind: 'done', value: null })
    }))

  it('takes no answer about another brand than the one it asked for', () =>
    using(async (opened) => {
      const tcrBrandId = await verified(opened)
      opened.tcr.failNext('read_brand', { does: 'answer', status: 200, body: { brandId: 'B0000ZZ' } })
      assert.equal((await opened.registry.readBrand({ tcrBrandId })).kind, 'unavailable')
    }))

  const fault = (status: number, ...codes: number[]): TcrFakeFault => ({
    does: 'answer',
    status,
    body: codes.map((code) => ({ code, description: `Says ${code}` })),
  })
  const errors: [title: string, fault: TcrFakeFault, change: string, read: string][] = [
    ['code 502', fault(400, 502), 'refused', 'refused'],
    ['code 503', fault(400, 503), 'mismatch', 'mismatch'],
    ['code 512', fault(400, 512), 'refused', 'refused'],
    ['code 527', fault(400, 527), 'unavailable of subject', 'unavailable of subject'],
    ['code 529', fault(400, 529), 'refused', 'refused'],
    ['code 590', fault(400, 590), 'timeout of service', 'unavailable of service'],
    ['code 591', fault(400, 591), 'unavailable of service', 'unavailable of service'],
    ['code 630 among others', fault(400, 501, 630), 'unavailable of service', 'unavailable of service'],
    ['too many calls', { does: 'answer', status: 429, body: '' }, 'unavailable of service', 'unavailable of service'],
    [
      'a key that is not accepted',
      { does: 'answer', status: 401, body: '' },
      'unavailable of service',
      'unavailable of service',
    ],
    ['a crash', { does: 'answer', status: 500, body: '' }, 'timeout of service', 'unavailable of service'],
    ['no credit', { does: 'answer', status: 402, body: [] }, 'unavailable of subject', 'unavailable of subject'],
    [
      'a missing permission',
      { does: 'answer', status: 403, body: '' },
      'unavailable of subject',
      'unavailable of subject',
    ],
    ['a record in use', { does: 'answer', status: 409, body: '' }, 'timeout of subject', 'unavailable of subject'],
    ['a locked record', { does: 'answer', status: 423, body: '' }, 'timeout of subject', 'unavailable of subject'],
    ['a slow request', { does: 'answer', status: 408, body: '' }, 'timeout of service', 'unavailable of service'],
    [
      'a request that is too early',
      { does: 'answer', status: 425, body: '' },
      'timeout of service',
      'unavailable of service',
    ],
    ['a connection that drops', { does: 'reset' }, 'timeout of service', 'unavailable of service'],
    ['HTML', { does: 'answer', status: 200, body: '<html>' }, 'timeout of service', 'unavailable of service'],
    ['nothing', { does: 'answer', status: 200, body: '' }, 'timeout of service', 'unavailable of service'],
    ['a list', { does: 'answer', status: 200, body: [] }, 'timeout of subject', 'unavailable of subject'],
    [
      'wrong types',
      { does: 'answer', status: 200, body: { brandId: 7, identityStatus: {} } },
      'timeout of subject',
      'unavailable of subject',
    ],
    [
      'an identity that is no word for a state',
      { does: 'answer', status: 200, body: { brandId: 'B000001', identityStatus: 'blessed by all' } },
      'timeout of subject',
      'unavailable of subject',
    ],
    [
      'a polluted object',
      { does: 'answer', status: 200, body: '{"__proto__":{"brandId":"B000001"},"constructor":{"prototype":{"x":1}}}' },
      'timeout of subject',
      'unavailable of subject',
    ],
    [
      '10 MB',
      { does: 'answer', status: 200, body: `{"brandId":"${'B'.repeat(10_000_000)}"}` },
      'timeout of service',
      'unavailable of service',
    ],
    [
      'a redirect',
      { does: 'answer', status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      'timeout of service',
      'unavailable of service',
    ],
  ]
  for (const [title, answer, change, read] of errors) {
    it(`answers ${title}: ${change} to a change, ${read} to a read`, () =>
      using(async (opened) => {
        const { registry, tcr, lines } = opened
        const tcrBrandId = await verified(opened)
        tcr.failNext('submit_brand', answer)
        tcr.failNext('read_brand', answer)
        lines.length = 0
        assert.equal(kindAndAbout(await registry.submitBrand({ brand: aRegistryBrand() })), change)
        assert.equal(kindAndAbout(await registry.readBrand({ tcrBrandId })), read)
        assert.equal(lines.length, 2)
        assert.doesNotMatch(lines.join(), /12-?3456789|Acme|Says|support@|tcr-secret/)
        assert.equal(tcr.brands.size, 1)
      }))
  }

  for (const { title, status, body } of STRANGE_ERRORS) {
    it(`D8: takes ${title} for a refusal, and tells the operator`, () =>
      using(async (opened) => {
        const { registry, tcr, lines } = opened
        const tcrBrandId = await verified(opened)
        const strange = { does: 'answer', status, body } as const
        tcr.failNext('submit_brand', strange)
        tcr.failNext('read_brand', strange)
        lines.length = 0
        const expected = refused(notAccepted(status))
        assert.deepEqual(await registry.submitBrand({ brand: aRegistryBrand() }), expected)
        assert.deepEqual(await registry.readBrand({ tcrBrandId }), expected)
        assert.equal(lines.length, 2)
        for (const line of lines) assert.match(line, /registry\.refused[\s\S]*unexpected_error_answer/)
        assert.doesNotMatch(lines.join(), /not allowed by us|secret/)
      }))
  }

  it('names our member for a field that TCR refuses, with its words', () =>
    using(async ({ registry, tcr }) => {
      const body = [
        { code: 501, field: 'ein', description: 'Invalid\u0000 tax\nid' },
        { code: 501, field: 'postalCode', description: 'Bad' },
        { code: 501, field: 'cspSecretThing', description: 'Bad' },
      ]
      tcr.failNext('submit_brand', { does: 'answer', status: 400, body })
      assert.deepEqual(await registry.submitBrand({ brand: aRegistryBrand() }), {
        kind: 'refused',
        refusals: [
          { member: 'brand.business.taxId', says: 'Invalid tax id' },
          { member: 'brand.business.postalCode', says: 'Bad' },
          { member: 'brand', says: 'Bad' },
        ],
      })
    }))

  it('obeys Retry-After', () =>
    using(async ({ registry, tcr }) => {
      tcr.failNext('submit_brand', { does: 'answer', status: 429, body: '', headers: { 'retry-after': '17' } })
      assert.deepEqual(await registry.submitBrand({ brand: aRegistryBrand() }), {
        kind: 'unavailable',
        of: 'service',
        retryAfterSeconds: 17,
      })
    }))

  it('says unavailable when nobody listens: certainly nothing was done', async () => {
    const { registry, close } = await open()
    await close()
    assert.equal((await registry.submitBrand({ brand: aRegistryBrand() })).kind, 'unavailable')
  })

  it('registers once when the connection drops after the brand was taken', () =>
    using(async ({ registry, tcr }) => {
      const brand = aMagicBrand('1234')
      tcr.failNext('submit_brand', { does: 'lost' })
      assert.deepEqual(await registry.submitBrand({ brand }), { kind: 'timeout', of: 'service' })
      assert.deepEqual(await registry.submitBrand({ brand }), { kind: 'mismatch' })
      assert.equal(doneValue(await registry.findBrand({ reference: brand.reference }))?.tcrBrandId, 'B000001')
      assert.equal(tcr.brands.size, 1)
    }))

  it('shows no secret in what it is', () =>
    using(async ({ registry }) => {
      assert.equal(inspect(registry, { depth: null, showHidden: true }).includes(TCR_SECRET), false)
      assert.deepEqual(registry.fees(), FEES)
    }))

  for (const baseUrl of ['http://csp.example.com/v2', 'nonsense', 'https://user:pw@csp.example.com/v2']) {
    it(`will not send a secret to ${baseUrl}`, () => {
      const { log } = recordedLog()
      const parts = { apiKey: 'k', apiSecret: 's', upstreamCnp: null, vetting: null, fees: FEES, log }
      assert.throws(() => tcrBrandRegistry({ ...parts, baseUrl }), /^Error: TCR_BASE_URL /)
    })
  }
})
