import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { simulatedWhatsapp } from '../../../../src/adapters/simulator/whatsapp.ts'
import { unanswered } from '../../../../src/ports/outcome.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { aTemplate, aTextTemplate } from '../../../kit/builders/requests.ts'
import { everything } from '../../../kit/everything.ts'
import { manualClock } from '../../../kit/fakes/manual-clock.ts'
import { Receiver } from '../../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'
import { aWebhook } from '../../webhooks/kit.ts'

const FROZEN = 'Template (except display name) cannot be updated unless it is in draft or rejected status'
const OPEN = { WEBHOOKS_ALLOW_PRIVATE: 'on' }

/** A template whose WhatsApp text says this. */
const saying = (template: string, members: Json = {}) =>
  aTemplate({ definition: { body: { whatsapp: { template } } }, submit_for_review: true, ...members })

describe('the review of templates', () => {
  let app: TestApp
  let receiver: Receiver
  before(async () => {
    receiver = await Receiver.open(204)
    app = await testApp({ env: OPEN })
  })
  after(async () => {
    await app[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })

  async function settle(): Promise<void> {
    await app.app.jobs.runDue()
    app.providerClock.advance(60_000)
    await app.sql("update jobs set due_at = now() - interval '1 second' where kind = 'review_template'")
    await app.app.jobs.runDue()
  }

  async function scene(): Promise<{ org: TestOrganization; told: () => Json[] }> {
    const org = await app.organization()
    await aWebhook(org.admin, receiver.url, { event_types: ['templates'] })
    const told = () =>
      receiver.received
        .map(({ body }) => JSON.parse(body) as { field: string; sub_type: string; payload: Json })
        .filter(({ payload }) => payload.organization_id === org.id)
        .map(({ field, sub_type, payload }) => ({ field, sub_type, payload }))
    return { org, told }
  }

  test('handed in it is PENDING and frozen but for its name, then APPROVED; webhooks hear of it once, under its owner', async () => {
    const { org, told } = await scene()
    const { id: profileId } = await org.profile()
    const key = await org.profileKey(profileId)
    const made = await key.post('/v3/templates', aTemplate({ submit_for_review: true }))
    assert.deepEqual([made.data.status, made.data.is_published], ['PENDING', false])
    const path = `/v3/templates/${made.data.id}`
    for (const body of [{ language: 'de' }, { submit_for_review: true }]) {
      const reply = await key.put(path, body)
      assert.deepEqual([reply.status, reply.error.message], [400, FROZEN])
    }
    assert.equal((await key.put(path, { name: 'Welcome Message' })).status, 200)
    await app.app.jobs.runDue()
    assert.equal((await key.get(path)).data.status, 'PENDING', 'a review takes its time')
    await settle()
    const approved = await key.get(`${path}?include=review`)
    assert.deepEqual([approved.data.status, approved.data.is_published], ['APPROVED', true])
    const { reason, reviewed_at, whatsapp_template_id } = approved.data.review as Json
    assert.deepEqual([reason, approved.data.updated_at], [null, reviewed_at])
    const payload = {
      account_id: profileId,
      organization_id: org.id,
      profile_id: profileId,
      template_id: made.data.id,
      template_name: 'Welcome Message',
      whatsapp_template_id,
      language: 'en_US',
      category: 'MARKETING',
      channel: 'whatsapp',
      reason: null,
      status: 'APPROVED',
      sequence: 2,
    }
    assert.deepEqual(told(), [{ field: 'templates', sub_type: 'templates.approved', payload }])
    await settle()
    assert.equal(told().length, 1)
  })

  test('a text message needs no review: it is APPROVED at once, and told', async () => {
    const { org, told } = await scene()
    const made = await org.admin.post('/v3/templates', aTextTemplate('Hi', { submit_for_review: true }))
    assert.equal(made.data.status, 'APPROVED')
    await settle()
    const [{ payload } = { payload: {} }] = told() as { payload: Json }[]
    assert.deepEqual(
      [payload.status, payload.channel, payload.account_id, payload.profile_id],
      ['APPROVED', 'sms', org.id, null],
    )
  })

  for (const [word, reason] of [
    ['[reject]', 'The text does not fit the category.'],
    ['[refuse]', 'The text is not in the language of the template.'],
  ]) {
    test(`${word}: REJECTED with the reason; changed it is a draft, and can be handed in again`, async () => {
      const { org, told } = await scene()
      const made = await org.admin.post('/v3/templates', saying(`Hello ${word} there`))
      const path = `/v3/templates/${made.data.id}`
      await settle()
      const rejected = await org.admin.get(`${path}?include=review`)
      assert.deepEqual([rejected.data.status, (rejected.data.review as Json).reason], ['REJECTED', reason])
      const [{ sub_type, payload } = { sub_type: '', payload: {} }] = told() as { sub_type: string; payload: Json }[]
      assert.deepEqual([sub_type, payload.status, payload.reason], ['templates.rejected', 'REJECTED', reason])
      const definition = { body: { whatsapp: { template: 'Hello there' } } }
      const edited = await org.admin.put(`${path}?include=review`, { definition })
      assert.deepEqual([edited.data.status, (edited.data.review as Json).reason], ['DRAFT', null])
      assert.equal((await org.admin.put(path, { submit_for_review: true })).data.status, 'PENDING')
      await settle()
      assert.equal((await org.admin.get(path)).data.status, 'APPROVED')
      assert.equal(told().length, 2)
    })
  }

  test('a template that is deleted, or whose reviewers never decide, ends nowhere', async () => {
    const { org, told } = await scene()
    const gone = await org.admin.post('/v3/templates', saying('Hello there'))
    const open = await org.admin.post('/v3/templates', saying('Hello [pending] there'))
    assert.equal((await org.admin.delete(`/v3/templates/${gone.data.id}`)).status, 204)
    await settle()
    assert.equal((await org.admin.get(`/v3/templates/${open.data.id}`)).data.status, 'PENDING')
    assert.deepEqual(told(), [])
    assert.deepEqual(await app.sql('select id from jobs where subject_id = $1', [gone.data.id]), [])
  })

  test('a dry run hands nothing in', async () => {
    const { org } = await scene()
    const before = await everything(app)
    const dry = await org.admin.post('/v3/templates', saying('Hello there', { sandbox: true }))
    assert.deepEqual([dry.status, dry.data.status, dry.headers['x-sandbox']], [201, 'PENDING', 'true'])
    assert.equal(await everything(app), before)
    assert.equal((await org.admin.get(`/v3/templates/${dry.data.id}`)).status, 404)
  })
})

test('an answer that got lost hands a template in once', async () => {
  const clock = manualClock()
  const simulated = simulatedWhatsapp({ clock })
  let handedIn = 0
  const templates = {
    ...simulated.templates,
    submitTemplate: async (request: Parameters<typeof simulated.templates.submitTemplate>[0]) => {
      handedIn += 1
      await simulated.templates.submitTemplate(request)
      return unanswered('service')
    },
  }
  await using app = await testApp({ ports: { whatsapp: { ...simulated, templates } } })
  const { admin } = await app.organization()
  const made = await admin.post('/v3/templates', saying('Hello there'))
  for (let turn = 0; turn < 3; turn += 1) {
    await app.app.jobs.runDue()
    clock.advance(60_000)
    await app.sql("update jobs set due_at = now() - interval '1 second'")
  }
  await app.app.jobs.runDue()
  assert.equal((await admin.get(`/v3/templates/${made.data.id}`)).data.status, 'APPROVED')
  assert.equal(handedIn, 1)
})

test('where nobody reviews, a WhatsApp text cannot be handed in; a text message can', async () => {
  await using app = await testApp({ ports: { whatsapp: null } })
  const { admin } = await app.organization()
  const reply = await admin.post('/v3/templates', saying('Hello there'))
  assert.deepEqual([reply.status, reply.error.code], [503, 'PROVIDER_001'])
  assert.deepEqual(reply.error.details, {
    submit_for_review: ['The review of WhatsApp templates is not configured on this server'],
  })
  const draft = await admin.post('/v3/templates', saying('Hello there', { submit_for_review: false }))
  assert.equal((await admin.put(`/v3/templates/${draft.data.id}`, { submit_for_review: true })).status, 503)
  assert.equal(
    (await admin.post('/v3/templates', aTextTemplate('Hi', { submit_for_review: true }))).data.status,
    'APPROVED',
  )
})
