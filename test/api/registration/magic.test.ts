import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCampaign } from '../../kit/builders/requests.ts'
import {
  brandWithTaxId,
  CALLBACK_URL,
  type CompletableOptions,
  completableProfile,
  complete,
  letTimePass,
  registrationOf,
  type ShownRegistration,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { aWebhook } from '../webhooks/kit.ts'

/** D14: what a registry and a carrier may come to, asked for by documented values, through a whole registration. */

/** As long as a review takes, and shorter than a campaign stays before it is suspended. */
const A_MOMENT_HOURS = 2.5 / 3_600

const described = (word: string) => ({ ...aCampaign(), description: `${aCampaign().description} ${word}` })

describe('D14: an outcome that a documented value asks for', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp({ env: { VETTING: 'aegis', WEBHOOKS_ALLOW_PRIVATE: '1' } })
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  const again = async (id: string): Promise<ShownRegistration> => {
    const reply = await complete(org.admin, id)
    assert.equal(reply.status, 202, reply.text)
    return settle(app, org.admin, id)
  }
  const completed = async (options: CompletableOptions) => {
    const ids = await completableProfile(org, options)
    return { ...ids, told: await again(ids.id) }
  }
  /** Time passes, and what the providers tell then has been acted on. */
  const heard = async () => {
    await letTimePass(app)
    await Promise.all(app.arrivals)
    await app.app.inbox.runDue()
    await app.app.jobs.runDue()
  }
  const put = async ({ id, campaignId }: { id: string; campaignId: string }, campaign: object) => {
    const reply = await org.admin.put(`/v3/profiles/${id}/campaigns/${campaignId}`, { campaign })
    assert.equal(reply.status, 200, reply.text)
  }
  const giveBrand = async (id: string, taxId: string) => {
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId(taxId) })
    assert.equal(reply.status, 200, reply.text)
  }

  test('a brand is accepted and its registration fails afterwards: corrected and checked again', async () => {
    const { id, told } = await completed({ brand: brandWithTaxId('12-3450019') })
    assert.deepEqual([told.state, told.fees_total], ['correction_needed', 4.5])
    const [feedback] = stepOf(told, 'identity').feedback
    assert.deepEqual([feedback?.category, feedback?.fields], ['REGISTRATION_FAILED', ['brand.business.taxId']])
    assert.equal((await again(id)).fees_total, 4.5, 'unchanged it is not ordered again')
    const asked = await org.admin.post(`/v3/profiles/${id}/complete`, { webHookUrl: CALLBACK_URL, check_again: true })
    assert.equal(asked.status, 202, asked.text)
    const still = await settle(app, org.admin, id)
    assert.deepEqual([still.state, still.fees_total], ['correction_needed', 9])
    await giveBrand(id, '12-3456789')
    const done = await again(id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 4.5 + 4.5 + 4.5 + 40 + 15])
  })

  test('a brand does not qualify for a use case: refused before the campaign is charged, and another use case is taken', async () => {
    const ids = await completed({ brand: brandWithTaxId('12-3450020') })
    assert.deepEqual([ids.told.state, ids.told.fees_total], ['correction_needed', 44.5])
    assert.deepEqual(stepOf(ids.told, 'campaign').feedback, [
      { category: 'REFUSED', fields: ['campaign.useCases'], says: 'The brand does not qualify for this use case.' },
    ])
    const [useCase] = aCampaign().useCases
    await put(ids, { ...aCampaign(), useCases: [{ ...useCase, messagingUseCaseUs: 'CUSTOMER_CARE' }] })
    const done = await again(ids.id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 59.5])
  })

  test('a further check is refused for three months, costs nothing, and is made when they are over', async () => {
    const { id } = await completed({ brand: brandWithTaxId('12-3450021') })
    await giveBrand(id, '12-3456789')
    const refused = await again(id)
    assert.deepEqual([refused.state, refused.fees_total], ['correction_needed', 4.5])
    assert.match(stepOf(refused, 'brand').feedback[0]?.says ?? '', /only three months after the last check/)
    app.providerClock.advance(92 * 86_400_000)
    const done = await again(id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 64])
  })

  test('vetting gives no score: told, charged, and not in the way', async () => {
    const { told } = await completed({ brand: brandWithTaxId('12-3450022') })
    const { state, says, fee } = stepOf(told, 'vetting')
    assert.deepEqual([told.state, state, fee], ['completed', 'done', 40])
    assert.equal(says, 'Vetting active; No score is given for this kind of vetting.')
  })

  test('one sample, or short texts, are refused before the campaign is charged, all of it at once', async () => {
    const [useCase] = aCampaign().useCases
    const campaign = {
      ...aCampaign(),
      description: 'Short',
      messageFlow: null,
      useCases: [{ ...useCase, sampleMessages: ['Hello'] }],
    }
    const ids = await completed({ campaign })
    assert.deepEqual([ids.told.state, ids.told.fees_total], ['correction_needed', 44.5])
    const fields = stepOf(ids.told, 'campaign').feedback.flatMap((entry) => entry.fields)
    assert.deepEqual(fields, ['campaign.description', 'campaign.messageFlow', 'campaign.useCases'])
    await put(ids, aCampaign())
    assert.equal((await again(ids.id)).fees_total, 59.5)
  })

  test('a campaign is accepted and fails afterwards: ended, and submitted anew when it is corrected', async () => {
    const ids = await completed({ campaign: described('[failed]') })
    assert.deepEqual([ids.told.state, ids.told.fees_total], ['correction_needed', 59.5])
    assert.match(stepOf(ids.told, 'campaign_review').feedback[0]?.says ?? '', /did not take the campaign/)
    assert.equal((await again(ids.id)).fees_total, 59.5, 'unchanged it is not ordered again')
    await put(ids, aCampaign())
    const done = await again(ids.id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 74.5])
  })

  test('a campaign is suspended after it was accepted: told, and a further completion says why and unlocks it', async () => {
    const ids = await completableProfile(org, { campaign: described('[suspended]') })
    assert.equal((await complete(org.admin, ids.id)).status, 202)
    const state = async () => (await registrationOf(org.admin, ids.id)).state
    for (let turn = 0; turn < 8 && (await state()) !== 'completed'; turn += 1)
      await letTimePass(app, { hours: A_MOMENT_HOURS })
    assert.equal(await state(), 'completed')
    await heard()
    const list = async () =>
      (await org.admin.get(`/v3/profiles/${ids.id}/campaigns`)).json.data as unknown as Record<string, unknown>[]
    assert.equal((await list())[0]?.sharingStatus, 'DECLINED')
    const why = await again(ids.id)
    assert.deepEqual([why.state, why.profile_status, why.fees_total], ['correction_needed', 'approved', 59.5])
    assert.match(stepOf(why, 'campaign_review').feedback[0]?.says ?? '', /mobile network has suspended/)
    await put(ids, aCampaign())
    const done = await again(ids.id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 74.5])
  })

  test('a number is dropped from its campaign later: told, and put back by a further completion, where it stays', async () => {
    await using receiver = await Receiver.open()
    const mine = await app.organization()
    const { admin } = mine
    await aWebhook(admin, receiver.url, { event_types: ['profile'], event_filters: { profile: ['updated'] } })
    const { id } = await completableProfile(mine, { settings: { sending_phone_number: '+12025550005' } })
    assert.equal((await complete(admin, id)).status, 202)
    const shown = () => registrationOf(admin, id)
    for (let look = 0; look < 12 && (await shown()).state !== 'completed'; look += 1)
      await letTimePass(app, { hours: A_MOMENT_HOURS })
    assert.deepEqual([(await shown()).state, stepOf(await shown(), 'carrier').state], ['completed', 'done'])
    const version = (await admin.get(`/v3/profiles/${id}`)).headers.etag
    await app.app.jobs.runDue()
    const before = receiver.received.length
    await heard()
    const told = await shown()
    assert.deepEqual([told.state, told.profile_status, told.fees_total], ['correction_needed', 'approved', 59.5])
    const says = 'The number is no longer in its campaign. Complete again to put it back, or use another number.'
    assert.deepEqual(stepOf(told, 'carrier').feedback, [
      { category: 'ASSIGNMENT', fields: ['sending_phone_number'], says },
    ])
    assert.notEqual((await admin.get(`/v3/profiles/${id}`)).headers.etag, version)
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, before + 1)
    const locks = await app.sql(
      'select lock from brands where owner_id = $1 union select lock from campaigns where owner_id = $1',
      [id],
    )
    assert.deepEqual(locks, [{ lock: 'submitted' }], 'what the registry has stays locked')
    assert.equal((await complete(admin, id)).status, 202)
    const done = await settle(app, admin, id)
    assert.deepEqual([done.state, done.profile_status, done.fees_total], ['completed', 'approved', 59.5])
    await heard()
    assert.equal((await shown()).state, 'completed')
    assert.equal((await complete(admin, id)).status, 200)
  })

  test('the account at the carrier has no credit: it waits, and nothing is for the customer to correct', async () => {
    const { told, id } = await completed({ settings: { sending_phone_number: '+12025550006' } })
    const { state, feedback, says } = stepOf(told, 'carrier')
    assert.deepEqual([told.state, state, feedback], ['waiting', 'pending', []])
    assert.equal(says, 'The provider is not available; it is asked again.')
    assert.equal((await registrationOf(org.admin, id)).fees_total, 59.5)
  })
})
