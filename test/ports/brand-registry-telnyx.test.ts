import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { notAccepted } from '../../src/adapters/resilience/http-status.rules.ts'
import { telnyxBrandRegistry } from '../../src/adapters/telnyx/registry.ts'
import type { BrandRegistry } from '../../src/ports/brand-registry.ts'
import { refused } from '../../src/ports/outcome.ts'
import { aRegistryBrand, aRegistryCampaign } from '../kit/builders/registry.ts'
import { recordedLog } from '../kit/fakes/recorded-log.ts'
import { type FakeTelnyx, startFakeTelnyx, TELNYX_KEY, type TelnyxFakeFault } from '../kit/fakes/telnyx.ts'
import { kindAndAbout, STRANGE_ERRORS } from '../kit/outcome-kind.ts'
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

/** A brand that is in the account already. */
function fill(telnyx: FakeTelnyx, fields: Record<string, unknown>, createdAt: string) {
  const id = randomUUID()
  telnyx.brands.set(id, { id, tcrBrandId: null, fields, identityStatus: null, status: 'OK', vettings: [], createdAt })
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
    assert.deepEqual(opened.telnyx.misfits, [])
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
  it('D6: reads the answer to the mail among the vettings, and has the mail sent again', () =>
    using(async (opened) => {
      const { registry, telnyx } = opened
      const { tcrBrandId } = await registered(opened)
      const read = async () => doneValue(await registry.readAuthentication({ tcrBrandId }))
      assert.equal(await read(), null)
      const [brand] = telnyx.brands.values()
      const record = { evpId: 'AEGIS', vettingClass: 'AUTHPLUS', createDate: '2026-10-01T10:00:00Z' }
      brand?.vettings.push({ vettingId: randomUUID(), ...record })
      assert.equal((await read())?.status, 'pending')
      assert.equal(doneValue(await registry.readVetting({ tcrBrandId })), null, 'it is no vetting that was ordered')
      doneValue(await registry.resendAuthentication({ tcrBrandId }))
      assert.equal(telnyx.requests.at(-1)?.step, 'send_mail')
      Object.assign(brand?.vettings[0] ?? {}, { vettedDate: '2026-10-02T10:00:00Z' })
      assert.deepEqual(await read(), { status: 'active', score: null, reasons: [] })
      assert.equal((await registry.resendAuthentication({ tcrBrandId: 'B0GONE1' })).kind, 'refused')
    }))

  it('D3: sends a new brand at once, with a callback address that carries our reference', () =>
    using(async ({ registry, telnyx }) => {
      const brand = aRegistryBrand()
      doneValue(await registry.submitBrand({ brand }))
      assert.deepEqual(
        telnyx.requests.map(({ step }) => step),
        ['submit_brand'],
      )
      const { body, authorization } = telnyx.requests.at(-1) ?? assert.fail()
      assert.equal(authorization, `Bearer ${TELNYX_KEY}`)
      assert.equal(body.webhookURL, `${CALLBACK}?reference=${brand.reference}`)
      assert.equal(body.ein, '123456789')
      assert.equal(body.referenceId, undefined)
    }))

  it('D3: registers a brand in an account of 120 that answers in 250 ms, and finds it again by few reads', () =>
    using(async ({ registry, telnyx }) => {
      for (let at = 0; at < 120; at += 1) fill(telnyx, { displayName: `Company ${at}` }, '2026-11-30T10:00:00.000000')
      fill(telnyx, { displayName: 'Acme' }, '2020-01-01T10:00:00.000000')
      fill(telnyx, { displayName: 'Acme', companyName: 'Acme Plumbing Inc' }, new Date().toISOString())
      telnyx.answerMs = 250
      const since = Date.now()
      const brand = aRegistryBrand()
      const startedAt = performance.now()
      const { tcrBrandId } = doneValue(await registry.submitBrand({ brand }))
      assert.ok(performance.now() - startedAt < 5_000)
      assert.deepEqual(
        telnyx.requests.map(({ step }) => step),
        ['submit_brand'],
      )
      telnyx.requests.length = 0
      const found = doneValue(await registry.findBrand({ reference: brand.reference, sent: { brand, since } }))
      assert.equal(found?.tcrBrandId, tcrBrandId)
      assert.deepEqual(
        telnyx.requests.map(({ step, query }) => [step, query.displayName]),
        [
          ['list_brands', 'Acme'],
          ['read_brand', undefined],
        ],
      )
      assert.deepEqual(await registry.submitBrand({ brand, since }), { kind: 'mismatch' })
    }))

  it('D3: takes no brand for ours that shows another name or is older than the first try, whatever the filter lets through', () =>
    using(async ({ registry, telnyx }) => {
      const since = Date.parse('2026-11-30T10:00:00Z')
      const brand = aRegistryBrand()
      const records = [
        { displayName: 'Acme', createdAt: '2026-12-01T10:00:00.000000', email: 'other@acme.example' },
        { displayName: 'Beta', createdAt: '2026-12-01T10:00:00.000000' },
        { displayName: 'Acme', createdAt: '2026-11-01T10:00:00.000000' },
      ].map((record, at) => ({ ...record, brandId: `00000000-0000-4000-8000-00000000000${at}` }))
      telnyx.failNext('list_brands', { does: 'answer', status: 200, body: { records, totalRecords: 3 } })
      assert.equal(doneValue(await registry.findBrand({ reference: 'ours', sent: { brand, since } })), null)
      assert.deepEqual(
        telnyx.requests.map(({ step }) => step),
        ['list_brands'],
      )
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

  const reasons: [title: string, failureReasons: unknown, feedback: { fields: string[]; says: string }[]][] = [
    ['text', 'Invalid EIN', [{ fields: ['brand'], says: 'Invalid EIN' }]],
    [
      'a list of objects and texts',
      [{ description: 'Bad EIN', fields: ['ein', 'companyName'] }, 'Bad'],
      [
        { fields: ['brand.business.taxId', 'brand.business.legalName'], says: 'Bad EIN' },
        { fields: ['brand'], says: 'Bad' },
      ],
    ],
    [
      'text that holds JSON',
      '[{"code":501,"field":"website","description":"Not reachable"}]',
      [{ fields: ['brand.business.url'], says: 'Not reachable' }],
    ],
    [
      "Telnyx's own errors as JSON",
      '{"errors":[{"detail":"No such exchange","field":"/stockExchange"}]}',
      [{ fields: ['brand.business.stockExchange'], says: 'No such exchange' }],
    ],
    [
      'a field alone',
      [{ fields: ['ein'] }],
      [{ fields: ['brand.business.taxId'], says: 'The registry did not take the brand.' }],
    ],
    ['JSON that is cut', '[{"description":"Bad', []],
    ['nothing', undefined, []],
    ['a number', 7, []],
    ['JSON in JSON in JSON', JSON.stringify(JSON.stringify(['Bad'])), [{ fields: ['brand'], says: 'Bad' }]],
  ]
  for (const [title, failureReasons, expected] of reasons) {
    it(`D4: shows a brand that TCR did not take as in doubt, with its reasons from ${title}`, () =>
      using(async ({ registry, telnyx }) => {
        const { tcrBrandId } = doneValue(await registry.submitBrand({ brand: aRegistryBrand() }))
        const [brand] = telnyx.brands.values()
        Object.assign(brand ?? {}, { status: 'REGISTRATION_FAILED', failureReasons })
        const read = doneValue(await registry.readBrand({ tcrBrandId }))
        assert.deepEqual([read.status, read.identityStatus], ['ACTIVE', 'UNVERIFIED'])
        const feedback = doneValue(await registry.readFeedback({ tcrBrandId }))
        assert.deepEqual(
          feedback.map(({ fields, says }) => ({ fields, says })),
          expected,
        )
      }))
  }

  it('D4: counts the registration that a correction has started anew as the new check', () =>
    using(async ({ registry, telnyx }) => {
      const brand = aRegistryBrand({ taxId: '12-3450020' })
      const { tcrBrandId } = doneValue(await registry.submitBrand({ brand }))
      telnyx.settle()
      assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).identityStatus, 'UNVERIFIED')
      doneValue(await registry.updateBrand({ tcrBrandId, brand: { ...brand, taxId: '12-3456789' } }))
      doneValue(await registry.revetBrand({ tcrBrandId }))
      assert.ok(!telnyx.requests.some(({ step }) => step === 'revet'))
      telnyx.settle()
      assert.equal(doneValue(await registry.readBrand({ tcrBrandId })).identityStatus, 'VERIFIED')
    }))

  it('D9: sends a new brand without what Telnyx takes in a change only, and says that it is not whole', () =>
    using(async ({ registry, telnyx }) => {
      const brand = aRegistryBrand({ altBusinessId: '150483782', altBusinessIdType: 'DUNS' })
      const since = Date.now()
      const made = doneValue(await registry.submitBrand({ brand }))
      assert.equal(made.isPartial, true)
      const found = doneValue(await registry.findBrand({ reference: brand.reference, sent: { brand, since } }))
      assert.equal(found?.isPartial, true)
      const changed = doneValue(await registry.updateBrand({ tcrBrandId: made.tcrBrandId, brand }))
      assert.equal(changed.isPartial, undefined)
      const [kept] = telnyx.brands.values()
      assert.deepEqual([kept?.fields.altBusinessId, kept?.fields.altBusinessIdType], ['150483782', 'DUNS'])
      const whole = doneValue(await registry.findBrand({ reference: brand.reference, sent: { brand, since } }))
      assert.equal(whole?.isPartial, undefined)
    }))

  const listed = { entityType: 'PUBLIC_PROFIT', stockSymbol: 'ACME', businessContactEmail: 'ir@acme.example' } as const
  for (const stockExchange of ['SGX', 'OTHER']) {
    it(`D9: refuses a company at the exchange ${stockExchange}, which Telnyx does not know, before it is asked`, () =>
      using(async ({ registry, telnyx }) => {
        const brand = aRegistryBrand({ ...listed, stockExchange })
        for (const outcome of [
          await registry.submitBrand({ brand }),
          await registry.updateBrand({ tcrBrandId: randomUUID(), brand }),
        ]) {
          assert.ok(outcome.kind === 'refused', inspect(outcome))
          const [refusal] = outcome.refusals
          assert.equal(refusal?.member, 'brand.business.stockExchange')
          assert.match(refusal?.says ?? '', new RegExp(`exchange ${stockExchange}\\.`))
        }
        assert.deepEqual(telnyx.requests, [])
      }))
  }

  it('D9: names the contact of the business for public companies alone', () =>
    using(async ({ registry, telnyx }) => {
      const businessContactEmail = 'ir@acme.example'
      for (const brand of [
        aRegistryBrand({ ...listed, stockExchange: 'NASDAQ' }),
        aRegistryBrand({ businessContactEmail }),
        aRegistryBrand({ entityType: 'NON_PROFIT', businessContactEmail }),
      ])
        doneValue(await registry.submitBrand({ brand }))
      const sent = telnyx.requests.map(({ body }) => body.businessContactEmail)
      assert.deepEqual(sent, ['ir@acme.example', undefined, undefined])
    }))

  it('D12: gives the first address of the samples as the example of the links', () =>
    using(async (opened) => {
      const { registry, telnyx } = opened
      const { tcrBrandId } = await registered(opened)
      const samples = ['Acme: hello.', 'Acme: see https://acme.example/t/1. Reply STOP to opt out.']
      for (const hasEmbeddedLink of [true, false]) {
        const campaign = aRegistryCampaign(tcrBrandId, { samples, hasEmbeddedLink })
        doneValue(await registry.submitCampaign({ campaign }))
      }
      const sent = telnyx.requests.filter(({ step }) => step === 'submit_campaign')
      assert.deepEqual(
        sent.map(({ body }) => body.embeddedLinkSample),
        ['https://acme.example/t/1', undefined],
      )
    }))

  it('D7: reads a vetting without a score, and none of another company or class', () =>
    using(async (opened) => {
      const { registry, telnyx } = opened
      const { tcrBrandId } = await registered(opened)
      const [brand] = telnyx.brands.values()
      const vettedDate = '2026-12-01T10:00:00Z'
      brand?.vettings.push({ evpId: 'CV', vettingClass: 'POLITICAL', vettedDate, createDate: '2026-12-01T10:00:00Z' })
      brand?.vettings.push({ evpId: 'AEGIS', vettingClass: 'AUTHPLUS', vettedDate, createDate: '2026-12-01T10:00:00Z' })
      assert.equal(doneValue(await registry.readVetting({ tcrBrandId })), null)
      brand?.vettings.push({ evpId: 'AEGIS', vettingClass: 'STANDARD', createDate: '2026-11-01T10:00:00Z' })
      assert.equal(doneValue(await registry.readVetting({ tcrBrandId }))?.status, 'pending')
      Object.assign(brand?.vettings.at(-1) ?? {}, { vettedDate })
      assert.deepEqual(doneValue(await registry.readVetting({ tcrBrandId })), {
        status: 'active',
        score: null,
        reasons: [],
      })
    }))

  it('cannot say that a reference is absent among more brands than it can compare', () =>
    using(async ({ registry, telnyx }) => {
      const ids = Array.from({ length: 50 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`)
      const body = { page: 1, totalRecords: 500, records: ids.map((brandId) => ({ brandId })) }
      for (const brandId of [...ids, ...ids]) {
        telnyx.failNext('read_brand', { does: 'answer', status: 200, body: { brandId } })
      }
      for (let page = 1; page <= 3; page += 1) {
        telnyx.failNext('list_brands', { does: 'answer', status: 200, body })
      }
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

  const states: [campaignStatus: string, status: string | null, sharing: string | null, correction?: string][] = [
    ['TCR_PENDING', null, 'PENDING'],
    ['TCR_ACCEPTED', 'ACTIVE', 'PENDING'],
    ['TCR_FAILED', null, 'DECLINED', 'anew'],
    ['TCR_SUSPENDED', 'ACTIVE', 'DECLINED', 'anew'],
    ['TCR_EXPIRED', 'EXPIRED', 'DECLINED', 'anew'],
    ['TELNYX_ACCEPTED', 'ACTIVE', 'PENDING'],
    ['TELNYX_FAILED', 'ACTIVE', 'DECLINED', 'change'],
    ['MNO_PENDING', 'ACTIVE', 'PENDING'],
    ['MNO_ACCEPTED', 'ACTIVE', 'PENDING'],
    ['MNO_REJECTED', 'ACTIVE', 'DECLINED', 'change'],
    ['MNO_PROVISIONED', 'ACTIVE', 'ACCEPTED'],
    ['MNO_PROVISIONING_FAILED', 'ACTIVE', 'DECLINED', 'anew'],
    ['DORMANT_PENDING', 'ACTIVE', 'PENDING'],
  ]
  for (const [campaignStatus, status, sharing, correction] of states) {
    it(`D5: shows a campaign in ${campaignStatus} as ${status} and ${sharing}`, () =>
      using(async (opened) => {
        const { registry, telnyx } = opened
        const { tcrBrandId } = await registered(opened)
        const content = aRegistryCampaign(tcrBrandId)
        const campaign = doneValue(await registry.submitCampaign({ campaign: content }))
        telnyx.fate = { campaignStatus }
        telnyx.settle()
        const read = doneValue(await registry.readCampaign({ campaign }))
        assert.deepEqual([read.status, read.sharingStatus, read.correction], [status, sharing, correction])
        assert.equal(read.says === null, sharing !== 'DECLINED')
        const changed = doneValue(await registry.updateCampaign({ campaign: read, content }))
        const appeals = telnyx.requests.filter(({ step }) => step === 'appeal_campaign')
        assert.equal(appeals.length, correction === 'change' ? 1 : 0)
        assert.equal(changed.sharingStatus, correction === 'anew' ? 'DECLINED' : correction ? 'PENDING' : sharing)
        doneValue(await registry.deactivateCampaign({ campaign: read }))
      }))
  }

  for (const failureReasons of [
    'Brand does not qualify for submitted campaign use-case.',
    'The brand must be vetted before this use case.',
    [{ description: 'External vetting is required.' }],
  ]) {
    it(`D5: takes the brand for the cause of "${JSON.stringify(failureReasons)}"`, () =>
      using(async (opened) => {
        const { registry, telnyx } = opened
        const { tcrBrandId } = await registered(opened)
        const campaign = doneValue(await registry.submitCampaign({ campaign: aRegistryCampaign(tcrBrandId) }))
        telnyx.fate = { campaignStatus: 'TCR_FAILED', failureReasons }
        telnyx.settle()
        const read = doneValue(await registry.readCampaign({ campaign }))
        assert.deepEqual([read.cause, read.correction], ['brand', 'anew'])
      }))
  }

  const error = (status: number, ...errors: unknown[]): TelnyxFakeFault => ({
    does: 'answer',
    status,
    body: { errors },
  })
  const faults: [title: string, fault: TelnyxFakeFault, change: string, read: string][] = [
    ['422', error(422, { code: '10015', detail: 'Bad', source: { pointer: '/ein' } }), 'refused', 'refused'],
    ['409', error(409, { code: '1' }), 'mismatch', 'mismatch'],
    ['404', error(404, { code: '10005' }), 'refused', 'refused'],
    ['429', error(429, { code: '10011' }), 'unavailable of service', 'unavailable of service'],
    ['401', error(401, { code: '10009' }), 'unavailable of service', 'unavailable of service'],
    ['500', error(500), 'timeout of service', 'unavailable of service'],
    ['402', error(402, { code: '20100' }), 'unavailable of subject', 'unavailable of subject'],
    ['403', error(403, { code: '10010' }), 'unavailable of subject', 'unavailable of subject'],
    ['408', error(408, { code: '10008' }), 'timeout of service', 'unavailable of service'],
    ['423', error(423, { code: '1' }), 'timeout of subject', 'unavailable of subject'],
    ['425', error(425, { code: '1' }), 'timeout of service', 'unavailable of service'],
    ['a dropped connection', { does: 'reset' }, 'timeout of service', 'unavailable of service'],
    [
      'wrong types',
      { does: 'answer', status: 200, body: { brandId: [], status: 7 } },
      'timeout of subject',
      'unavailable of subject',
    ],
    [
      '10 MB',
      { does: 'answer', status: 200, body: `"${'x'.repeat(10_000_000)}"` },
      'timeout of service',
      'unavailable of service',
    ],
    [
      'a polluted object',
      { does: 'answer', status: 200, body: '{"__proto__":{"brandId":"x"}}' },
      'timeout of subject',
      'unavailable of subject',
    ],
    [
      'a redirect',
      { does: 'answer', status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      'timeout of service',
      'unavailable of service',
    ],
  ]
  for (const [title, fault, change, read] of faults) {
    it(`answers ${title}: ${change} to a change, ${read} to a read`, () =>
      using(async (opened) => {
        const { registry, telnyx, lines } = opened
        const { tcrBrandId } = await registered(opened)
        telnyx.failNext('submit_brand', fault)
        lines.length = 0
        assert.equal(kindAndAbout(await registry.submitBrand({ brand: aRegistryBrand() })), change)
        telnyx.failNext('list_brands', fault)
        assert.equal(kindAndAbout(await registry.readBrand({ tcrBrandId })), read)
        assert.equal(lines.length, 2)
        assert.doesNotMatch(lines.join(), /3456789|Acme|KEY_of/)
      }))
  }

  for (const { title, status, body } of STRANGE_ERRORS) {
    it(`D8: takes ${title} for a refusal, and tells the operator`, () =>
      using(async (opened) => {
        const { registry, telnyx, lines } = opened
        const { tcrBrandId } = await registered(opened)
        const strange = { does: 'answer', status, body } as const
        telnyx.failNext('submit_brand', strange)
        lines.length = 0
        const expected = refused(notAccepted(status))
        assert.deepEqual(await registry.submitBrand({ brand: aRegistryBrand() }), expected)
        telnyx.failNext('list_brands', strange)
        assert.deepEqual(await registry.readBrand({ tcrBrandId }), expected)
        assert.equal(lines.length, 2)
        for (const line of lines) assert.match(line, /registry\.refused[\s\S]*unexpected_error_answer/)
        assert.doesNotMatch(lines.join(), /not allowed by us|secret/)
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
