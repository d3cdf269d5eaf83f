import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { telnyxBrandRegistry } from '../../../src/adapters/telnyx/registry.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand, aCampaign } from '../../kit/builders/requests.ts'
import {
  brandWithTaxId,
  CALLBACK_URL,
  completableProfile,
  complete,
  letTimePass,
  registrationOf,
  type ShownRegistration,
  stepOf,
} from '../../kit/completion.ts'
import { recordedLog } from '../../kit/fakes/recorded-log.ts'
import { type FakeTelnyx, startFakeTelnyx, TELNYX_KEY, type TelnyxFate } from '../../kit/fakes/telnyx.ts'
import { STRANGE_ERRORS } from '../../kit/outcome-kind.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** Whole registrations at Telnyx: every word that it has for a brand and a campaign, from the completion to what the customer reads. */

interface Bench extends AsyncDisposable {
  app: TestApp
  org: TestOrganization
  telnyx: FakeTelnyx
  /** What the adapter logs. */
  lines: string[]
}

async function bench({ hasVetting = false } = {}): Promise<Bench> {
  const telnyx = await startFakeTelnyx()
  const { log, lines } = recordedLog()
  const brandRegistry = telnyxBrandRegistry({
    baseUrl: `${telnyx.url}/v2`,
    apiKey: TELNYX_KEY,
    callbackUrl: 'https://letterhead.example/callbacks/telnyx',
    vetting: hasVetting ? { evpId: 'AEGIS', vettingClass: 'STANDARD' } : null,
    fees: { brand: 4.5, revet: 10, vetting: 40, campaignReview: 15 },
    log,
  })
  const app = await testApp({ ports: { brandRegistry, carrier: null } })
  return {
    app,
    telnyx,
    lines,
    org: await app.organization(),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await telnyx.close()
    },
  }
}

/** One server for the tests of a group; each begins with an empty Telnyx and an organization of its own. */
function shared(options: Parameters<typeof bench>[0] = {}): () => Promise<Bench> {
  let kit: Bench | null = null
  after(() => kit?.[Symbol.asyncDispose]())
  return async () => {
    kit ??= await bench(options)
    await kit.app.sql('delete from jobs')
    const { telnyx } = kit
    for (const held of [telnyx.brands, telnyx.campaigns, telnyx.numbers]) held.clear()
    telnyx.requests.length = 0
    telnyx.misfits.length = 0
    telnyx.fate = {}
    return { ...kit, org: await kit.app.organization() }
  }
}

/** Lets Telnyx and the jobs work until the run rests, or has looked often enough to rest in a wait. */
async function settle({ app, org, telnyx }: Bench, id: string): Promise<ShownRegistration> {
  for (let turn = 0; turn < 8; turn += 1) {
    await letTimePass(app)
    telnyx.settle()
    const registration = await registrationOf(org.admin, id)
    assert.deepEqual(telnyx.misfits, [])
    if (!['running', 'waiting'].includes(registration.state)) return registration
  }
  return registrationOf(org.admin, id)
}

function count({ telnyx }: Bench, step: string): number {
  return telnyx.requests.filter((request) => request.step === step).length
}

interface Rest {
  title: string
  fate: TelnyxFate
  state: string
  profile: string
  /** The step that decides, with its state. */
  step: [name: string, state: string]
  /** What the customer reads there: fields and words. */
  reads: { fields: string[]; says: RegExp } | null
  /** Whether the brand, and the campaign, can be changed then. */
  unlocks: [brand: boolean, campaign: boolean]
  fees: number
}

const NOTHING = { state: 'completed', profile: 'approved', reads: null, fees: 49.5 } as const
const WAITS = { state: 'waiting', profile: 'pending_review', reads: null } as const
const CORRECT = { state: 'correction_needed', profile: 'incomplete' } as const
const LOCKED: [boolean, boolean] = [false, false]
const OF_CAMPAIGN: [boolean, boolean] = [false, true]
const OF_ALL: [boolean, boolean] = [true, true]

function declinedAs(campaignStatus: string, more: Partial<Rest> = {}): Rest {
  const reads = { fields: ['campaign'], says: /^The opt-in is not described\.$/ }
  const step: Rest['step'] = ['campaign_review', 'correction_needed']
  const fate = { campaignStatus }
  return {
    title: `campaign ${campaignStatus}`,
    fate,
    ...CORRECT,
    step,
    reads,
    unlocks: OF_CAMPAIGN,
    fees: 49.5,
    ...more,
  }
}

function waitsAs(campaignStatus: string): Rest {
  const step: Rest['step'] = ['campaign_review', 'waiting']
  return { title: `campaign ${campaignStatus}`, fate: { campaignStatus }, ...WAITS, step, unlocks: LOCKED, fees: 49.5 }
}

const RESTS: Rest[] = [
  waitsAs('TCR_PENDING'),
  waitsAs('TCR_ACCEPTED'),
  waitsAs('TELNYX_ACCEPTED'),
  waitsAs('MNO_PENDING'),
  waitsAs('MNO_ACCEPTED'),
  { title: 'campaign MNO_PROVISIONED', fate: {}, ...NOTHING, step: ['campaign_review', 'done'], unlocks: LOCKED },
  declinedAs('TELNYX_FAILED'),
  declinedAs('MNO_REJECTED'),
  declinedAs('MNO_PROVISIONING_FAILED'),
  declinedAs('TCR_SUSPENDED'),
  declinedAs('TCR_FAILED'),
  declinedAs('TCR_EXPIRED', { reads: { fields: ['campaign'], says: /has ended at the registry/ } }),
  {
    ...declinedAs('TCR_FAILED'),
    title: 'campaign TCR_FAILED for its brand',
    fate: { campaignStatus: 'TCR_FAILED', failureReasons: 'Brand does not qualify for submitted campaign use-case.' },
    reads: { fields: ['brand', 'campaign.useCases'], says: /use-case\. The cause is the brand, not the campaign/ },
  },
  {
    title: 'brand REGISTRATION_PENDING',
    fate: { brandStatus: 'REGISTRATION_PENDING' },
    ...WAITS,
    step: ['identity', 'waiting'],
    unlocks: LOCKED,
    fees: 4.5,
  },
  {
    title: 'brand REGISTRATION_FAILED',
    fate: { brandStatus: 'REGISTRATION_FAILED', failureReasons: '[{"field":"ein","description":"Invalid EIN"}]' },
    ...CORRECT,
    step: ['identity', 'correction_needed'],
    reads: { fields: ['brand.business.taxId'], says: /^Invalid EIN$/ },
    unlocks: OF_ALL,
    fees: 4.5,
  },
]

async function isChangeable(org: TestOrganization, id: string, campaignId: string): Promise<[boolean, boolean]> {
  const brand = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('98-7654321') })
  const put = await org.admin.put(`/v3/profiles/${id}/campaigns/${campaignId}`, {
    campaign: { ...aCampaign(), description: 'Reminders, with opt-in at checkout, for customers' },
  })
  return [brand.status === 200, put.status === 200]
}

describe('a registration at Telnyx comes to rest', () => {
  const fresh = shared()
  for (const { title, fate, state, profile, step, reads, unlocks, fees } of RESTS) {
    test(`D4, D5: ${title}: ${state}, ${step.join(' ')}`, async () => {
      const kit = await fresh()
      const { org, telnyx } = kit
      telnyx.fate = fate
      const { id, campaignId } = await completableProfile(org)
      await complete(org.admin, id)
      const rested = await settle(kit, id)
      assert.deepEqual([rested.state, rested.profile_status], [state, profile], JSON.stringify(rested))
      const decides = stepOf(rested, step[0])
      assert.deepEqual([decides.step, decides.state], step)
      const [feedback, ...more] = decides.feedback
      assert.deepEqual(more, [])
      assert.deepEqual(feedback?.fields ?? null, reads?.fields ?? null)
      if (reads !== null) assert.match(feedback?.says ?? '', reads.says)
      assert.equal(rested.fees_total, fees)
      assert.deepEqual(await isChangeable(org, id, campaignId), unlocks)
    })
  }
})

describe('what Telnyx has refused is corrected', () => {
  const fresh = shared()
  test('D4: a brand that TCR did not take is corrected, registered anew, and goes on', async () => {
    const kit = await fresh()
    const { org, telnyx } = kit
    const { id } = await completableProfile(org, { brand: brandWithTaxId('12-3450020') })
    await complete(org.admin, id)
    const failed = await settle(kit, id)
    assert.equal(failed.state, 'correction_needed')
    const [feedback] = stepOf(failed, 'identity').feedback
    assert.deepEqual([feedback?.fields, feedback?.says], [['brand.business.taxId'], 'Invalid EIN.'])
    const patched = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456789') })
    assert.equal(patched.status, 200, patched.text)
    await complete(org.admin, id)
    const done = await settle(kit, id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    assert.equal(telnyx.brands.size, 1)
    assert.deepEqual([count(kit, 'submit_brand'), count(kit, 'update_brand'), count(kit, 'revet')], [1, 1, 0])
  })

  const withOtherId = () => {
    const brand = aBrand()
    return { ...brand, business: { ...brand.business, altBusinessId: '150483782', altBusinessIdType: 'DUNS' } }
  }

  test('D9: what a new brand cannot be sent with follows before its identity is looked at, paid once', async () => {
    const kit = await fresh()
    const { org, telnyx } = kit
    const { id } = await completableProfile(org, { brand: withOtherId() })
    await complete(org.admin, id)
    const done = await settle(kit, id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 49.5], JSON.stringify(done))
    const [kept] = telnyx.brands.values()
    assert.equal(kept?.fields.altBusinessId, '150483782')
    assert.deepEqual([count(kit, 'submit_brand'), count(kit, 'update_brand'), count(kit, 'revet')], [1, 1, 0])
  })

  test('D9: where that is refused, the brand is unlocked and the reason is told', async () => {
    const kit = await fresh()
    const { org, telnyx } = kit
    const detail = 'There is no such DUNS number'
    const errors = [{ code: '10015', detail, source: { pointer: '/altBusinessId' } }]
    telnyx.failNext('update_brand', { does: 'answer', status: 422, body: { errors } })
    const { id, campaignId } = await completableProfile(org, { brand: withOtherId() })
    await complete(org.admin, id)
    const refused = await settle(kit, id)
    assert.equal(refused.state, 'correction_needed')
    const [feedback] = stepOf(refused, 'brand').feedback
    assert.deepEqual([feedback?.fields, feedback?.says], [['brand.business.altBusinessId'], detail])
    assert.deepEqual(await isChangeable(org, id, campaignId), OF_ALL)
  })

  for (const campaignStatus of ['TCR_FAILED', 'TCR_SUSPENDED', 'MNO_PROVISIONING_FAILED', 'TCR_EXPIRED']) {
    test(`D5: a campaign in ${campaignStatus} is ended and submitted anew under a further reference`, async () => {
      const kit = await fresh()
      const { org, telnyx } = kit
      telnyx.fate = { campaignStatus }
      const { id, campaignId } = await completableProfile(org)
      await complete(org.admin, id)
      assert.equal((await settle(kit, id)).state, 'correction_needed')
      telnyx.fate = {}
      // A change that Telnyx would take where it is: it would not bring the campaign back.
      const campaign = { ...aCampaign(), description: 'Reminders, with opt-in at checkout, for customers' }
      const put = await org.admin.put(`/v3/profiles/${id}/campaigns/${campaignId}`, { campaign })
      assert.equal(put.status, 200, put.text)
      await complete(org.admin, id)
      const done = await settle(kit, id)
      assert.equal(done.state, 'completed', JSON.stringify(done))
      const references = [...telnyx.campaigns.values()].map(({ referenceId }) => referenceId)
      assert.deepEqual(references, [campaignId, `${campaignId}-2`])
      assert.equal(count(kit, 'appeal_campaign'), 0)
    })
  }

  for (const isBrandsFault of [true, false]) {
    test(`D1: check_again submits a campaign that has failed anew unchanged, ${isBrandsFault ? 'where only its brand was put right' : 'whatever its fault'}`, async () => {
      const kit = await fresh()
      const { app, org, telnyx } = kit
      const failureReasons = isBrandsFault
        ? 'Brand does not qualify for submitted campaign use-case.'
        : 'Not compliant.'
      telnyx.fate = { campaignStatus: 'TCR_FAILED', failureReasons }
      const { id, campaignId } = await completableProfile(org)
      await complete(org.admin, id)
      const failed = await settle(kit, id)
      assert.equal(stepOf(failed, 'campaign_review').feedback[0]?.category, 'FAILED')
      telnyx.fate = {}
      await complete(org.admin, id)
      const unchanged = await settle(kit, id)
      assert.deepEqual([unchanged.state, unchanged.fees_total], ['correction_needed', 49.5])
      assert.equal(telnyx.campaigns.size, 1)
      const asked = await org.admin.post(`/v3/profiles/${id}/complete`, { webHookUrl: CALLBACK_URL, check_again: true })
      assert.equal(asked.status, 202, asked.text)
      const done = await settle(kit, id)
      assert.deepEqual([done.state, done.fees_total], ['completed', 94.5], JSON.stringify(done))
      const references = [...telnyx.campaigns.values()].map(({ referenceId }) => referenceId)
      assert.deepEqual(references, [campaignId, `${campaignId}-2`])
      const orders = await app.sql('select kind from registry_orders where profile_id = $1 order by ordered_at', [id])
      assert.deepEqual(orders, [{ kind: 'brand' }, { kind: 'campaign' }, { kind: 'campaign' }])
    })
  }

  for (const campaignStatus of ['TELNYX_FAILED', 'MNO_REJECTED']) {
    test(`D5: a campaign in ${campaignStatus} is changed and appealed`, async () => {
      const kit = await fresh()
      const { org, telnyx } = kit
      telnyx.fate = { campaignStatus }
      const { id, campaignId } = await completableProfile(org)
      await complete(org.admin, id)
      assert.equal((await settle(kit, id)).state, 'correction_needed')
      telnyx.fate = {}
      const { messageFlow: _before, ...rest } = aCampaign() as Record<string, unknown>
      const campaign = {
        ...rest,
        messageFlow: 'Customers agree at https://acme.example/sms with a box that is not ticked.',
      }
      const put = await org.admin.put(`/v3/profiles/${id}/campaigns/${campaignId}`, { campaign })
      assert.equal(put.status, 200, put.text)
      await complete(org.admin, id)
      assert.equal((await settle(kit, id)).state, 'completed')
      assert.deepEqual([telnyx.campaigns.size, count(kit, 'appeal_campaign')], [1, 1])
    })
  }
})

describe('a campaign that a network would not take', () => {
  const fresh = shared()
  const network = { minMsgSamples: 3, reqSubscriberHelp: true, noEmbeddedLink: true, noEmbeddedPhone: true }

  test('D11: is refused before it is paid for, with the member', async () => {
    const kit = await fresh()
    const { org, telnyx } = kit
    telnyx.fate = { network }
    const { id, campaignId } = await completableProfile(org)
    await complete(org.admin, id)
    const refused = await settle(kit, id)
    assert.deepEqual([refused.state, refused.fees_total], ['correction_needed', 4.5], JSON.stringify(refused))
    const { state, feedback } = stepOf(refused, 'campaign')
    assert.equal(state, 'correction_needed')
    assert.ok(feedback.some(({ says }) => /AT&T, T-Mobile asks for at least 3 sample messages/.test(says)))
    assert.equal(telnyx.campaigns.size, 0)
    assert.deepEqual(await isChangeable(org, id, campaignId), OF_CAMPAIGN)
  })

  test('D11: goes on where other networks take it, and says which does not', async () => {
    const kit = await fresh()
    const { org, telnyx } = kit
    const open = { mno: 'AT&T', qualify: true, minMsgSamples: 1 }
    telnyx.fate = { qualification: { monthlyFee: 10, mnoMetadata: { 10017: open, 10035: { qualify: false } } } }
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const done = await settle(kit, id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    assert.match(stepOf(done, 'campaign').says ?? '', /T-Mobile does not take \w+ from this brand/)
  })
})

describe('a vetting at Telnyx', () => {
  const fresh = shared({ hasVetting: true })
  test('D7: that gives no score keeps nothing back', async () => {
    const kit = await fresh()
    kit.telnyx.fate = { vetting: { vettedDate: '2026-12-01T10:00:00Z' } }
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    const done = await settle(kit, id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    assert.equal(stepOf(done, 'vetting').says, 'Vetting active')
  })

  test('D7: that never gets a date is waited for seven days, then told', async () => {
    const kit = await fresh()
    const { app, org } = kit
    kit.telnyx.fate = { vetting: {} }
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const waiting = await settle(kit, id)
    assert.deepEqual([waiting.state, stepOf(waiting, 'vetting').state], ['waiting', 'waiting'])
    await app.sql(
      `update registrations set steps = (
         select jsonb_agg(case when s->>'step' = 'vetting'
                               then jsonb_set(s, '{waiting_since}', to_jsonb((s->>'waiting_since')::bigint - 8 * 86400000))
                               else s end order by n)
           from jsonb_array_elements(steps) with ordinality as e(s, n))`,
    )
    const done = await settle(kit, id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    const { state, says, fee } = stepOf(done, 'vetting')
    assert.deepEqual([state, says, fee], ['done', 'Vetting pending; no result came within seven days.', 40])
  })
})

describe('an answer of Telnyx that is none of its documented ones', () => {
  const open = shared()

  for (const { title, status, body } of STRANGE_ERRORS) {
    test(`D8: ${title}: the brand is refused at once, can be corrected, and the operator is told`, async () => {
      const kit = await open()
      const { app, org, telnyx, lines } = kit
      const { id } = await completableProfile(org)
      telnyx.failNext('submit_brand', { does: 'answer', status, body })
      lines.length = 0
      await complete(org.admin, id)
      await app.app.jobs.runDue()
      const refused = await registrationOf(org.admin, id)
      const says = `The provider did not accept it (HTTP ${status}) and gave no reason that can be shown. The operator of this server finds it in the log.`
      const step = stepOf(refused, 'brand')
      assert.deepEqual([step.state, step.says], ['correction_needed', says])
      assert.deepEqual(step.feedback, [{ category: 'REFUSED', fields: [], says }])
      assert.equal(refused.fees_total ?? 0, 0)
      assert.match(lines.join(), /registry\.refused[\s\S]*unexpected_error_answer/)
      assert.doesNotMatch(lines.join(), /not allowed by us/)
      const { status: changed } = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456788') })
      assert.equal(changed, 200, 'the brand is not locked')
    })
  }

  test('D8: no credit is no refusal: the brand is sent when there is some, and the operator is told', async () => {
    const kit = await open()
    const { app, org, telnyx, lines } = kit
    const { id } = await completableProfile(org)
    telnyx.failNext('submit_brand', {
      does: 'answer',
      status: 402,
      body: { errors: [{ code: '20100', title: 'Insufficient Funds', detail: 'Your balance is 1.07' }] },
    })
    lines.length = 0
    await complete(org.admin, id)
    await app.app.jobs.runDue()
    const step = stepOf(await registrationOf(org.admin, id), 'brand')
    assert.deepEqual([step.state, step.says], ['pending', 'The provider is not available; it is asked again.'])
    assert.match(lines.join(), /registry\.unavailable[\s\S]*no_credit/)
    assert.doesNotMatch(lines.join(), /1\.07|Insufficient/)
    await letTimePass(app)
    assert.equal(stepOf(await registrationOf(org.admin, id), 'brand').state, 'done')
    assert.equal(count(kit, 'submit_brand'), 2)
  })
})
