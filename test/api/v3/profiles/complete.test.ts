import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { aBrand } from '../../../kit/builders/requests.ts'
import {
  CALLBACK_URL,
  completable,
  completableProfile,
  complete,
  registrationOf,
  settle,
  stepOf,
} from '../../../kit/completion.ts'
import { everything } from '../../../kit/everything.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

const plainBrand = () => {
  const brand = aBrand()
  return { ...brand, compliance: { ...brand.compliance, isTcrApplication: false } }
}

describe('POST /v3/profiles/{profileId}/complete', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  test('a malformed id is 400, an unknown one 404', async () => {
    const malformed = await complete(org.admin, 'string')
    assert.deepEqual([malformed.status, malformed.error.code], [400, 'VALIDATION_003'])
    const unknown = await complete(org.admin, '770e8400-e29b-41d4-a716-446655440009')
    assert.deepEqual([unknown.status, unknown.error.code], [404, 'RESOURCE_014'])
  })

  test('only owner and admin may', async () => {
    const { id } = await completableProfile(org)
    for (const client of [org.developer, org.billing]) assert.equal((await complete(client, id)).status, 403)
  })

  test('everything that is missing is named at once', async () => {
    const { id } = await org.profile({ inherit_tcr_brand: false })
    const reply = await org.admin.post(`/v3/profiles/${id}/complete`, {})
    assert.deepEqual([reply.status, reply.error.code], [400, 'VALIDATION_001'])
    assert.deepEqual(reply.error.details, {
      webHookUrl: ['webHookUrl is required'],
      short_name: ['short_name is required to complete the profile'],
      description: ['description is required to complete the profile'],
      brand: ['brand is required to complete the profile'],
    })
  })

  const urls: [unknown, RegExp][] = [
    ['not a url', /must be a valid HTTP or HTTPS URL/],
    [7, /must be a valid HTTP or HTTPS URL/],
    ['http://your-app.com/hook', /^webHookUrl /],
    ['https://127.0.0.1/hook', /^webHookUrl /],
    ['https://user:secret@your-app.com/', /must be a valid HTTP or HTTPS URL|^webHookUrl /],
  ]
  for (const [webHookUrl, says] of urls) {
    test(`webHookUrl ${JSON.stringify(webHookUrl)} is refused`, async () => {
      const { id } = await completableProfile(org)
      const reply = await org.admin.post(`/v3/profiles/${id}/complete`, { webHookUrl })
      assert.equal(reply.status, 400)
      assert.match(reply.error.details?.webHookUrl?.[0] ?? '', says)
    })
  }

  test('a TCR application without a campaign is refused, own and inherited', async () => {
    const own = await org.profile(completable())
    assert.deepEqual(Object.keys((await complete(org.admin, own.id)).error.details ?? {}), ['campaign'])
    const heir = await org.profile({ ...completable(), inherit_tcr_campaign: true })
    assert.deepEqual(Object.keys((await complete(org.admin, heir.id)).error.details ?? {}), ['inherit_tcr_campaign'])
  })

  test('a number of a profile that is gone is refused', async () => {
    const other = await org.profile()
    const { id } = await completableProfile(org, { settings: { sending_phone_number_profile_id: other.id } })
    await org.admin.delete(`/v3/profiles/${other.id}`)
    const { details } = (await complete(org.admin, id)).error
    assert.deepEqual(Object.keys(details ?? {}), ['sending_phone_number_profile_id'])
  })

  test('in sandbox mode the answer is the same and nothing runs', async () => {
    const { id } = await completableProfile(org)
    const before = await everything(app)
    const reply = await org.admin.post(`/v3/profiles/${id}/complete`, { webHookUrl: CALLBACK_URL, sandbox: true })
    assert.deepEqual(
      [reply.status, reply.data.message, reply.headers['x-sandbox']],
      [202, 'Profile completion in progress', 'true'],
    )
    assert.equal(await everything(app), before)
    assert.equal((await registrationOf(org.admin, id)).state, 'not_started')
  })

  test('acting as the profile it may be completed, as another it is not found', async () => {
    const { id } = await completableProfile(org)
    const other = await org.profile()
    assert.equal((await complete(org.admin, id, { 'x-profile-id': other.id })).status, 404)
    const reply = await complete(org.admin, id, { 'x-profile-id': id })
    assert.deepEqual([reply.status, reply.headers['x-profile-id']], [202, id])
  })

  test('a further completion joins the run that is going, with a callback and secret of its own', async () => {
    const { id } = await completableProfile(org)
    const first = await complete(org.admin, id)
    const second = await complete(org.admin, id)
    assert.deepEqual([first.status, second.status], [202, 202])
    assert.notEqual(first.data.callback_signing_secret, second.data.callback_signing_secret)
    assert.equal((await registrationOf(org.admin, id)).run, 1)
    const callbacks = await app.sql('select id from callbacks where profile_id = $1', [id])
    assert.equal(callbacks.length, 2)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    const due = await app.sql<{ body: string }>(
      "select body from callbacks where profile_id = $1 and state <> 'open'",
      [id],
    )
    assert.equal(due.length, 2)
    for (const { body } of due) {
      const told = JSON.parse(body) as Record<string, unknown>
      assert.deepEqual(Object.keys(told), ['profileId', 'success', 'status', 'timestamp'])
      assert.equal(told.profileId, id)
    }
    assert.equal((await complete(org.admin, id)).status, 200)
  })

  test('a profile that is no TCR application is approved without any registry', async () => {
    const { id } = await completableProfile(org, { brand: plainBrand(), campaign: null })
    assert.equal((await complete(org.admin, id)).status, 202)
    const done = await settle(app, org.admin, id)
    assert.deepEqual([done.state, done.profile_status], ['completed', 'approved'])
    assert.equal(stepOf(done, 'brand').state, 'skipped')
    const { brand } = (await org.admin.get(`/v3/profiles/${id}`)).data as { brand: Record<string, unknown> }
    assert.equal(brand.submitted_to_tcr, false)
  })

  test('without any channel a person decides; complete begins a further run', async () => {
    const profile = await org.profile({ ...completable(plainBrand()) })
    assert.equal((await complete(org.admin, profile.id)).status, 202)
    const waiting = await settle(app, org.admin, profile.id)
    assert.deepEqual([waiting.state, waiting.profile_status], ['submitted', 'pending_review'])
    await org.admin.patch(`/v3/profiles/${profile.id}`, { sending_phone_number: '+12025550123' })
    assert.equal((await complete(org.admin, profile.id)).status, 202)
    const done = await settle(app, org.admin, profile.id)
    assert.deepEqual([done.state, done.run, done.profile_status], ['completed', 2, 'approved'])
  })

  test('numbers of another profile are copied, with a line of history by the system', async () => {
    const source = await org.profile()
    await org.admin.patch(`/v3/profiles/${source.id}`, { sending_phone_number: '+12025550177' })
    const { id } = await completableProfile(org, {
      brand: plainBrand(),
      campaign: null,
      settings: { sending_phone_number_profile_id: source.id },
    })
    await complete(org.admin, id)
    const done = await settle(app, org.admin, id)
    assert.equal(stepOf(done, 'copy_numbers').says, 'The numbers are copied.')
    assert.equal(stepOf(done, 'carrier').state, 'skipped')
    assert.equal((await org.admin.get(`/v3/profiles/${id}`)).data.sending_phone_number, '+12025550177')
    const history = (await org.admin.get(`/v3/profiles/${id}/history`)).data.changes as {
      actor: string
      changes: { member: string }[]
    }[]
    const copied = history.find(({ changes }) => changes.some(({ member }) => member === 'sending_phone_number'))
    assert.equal(copied?.actor, 'system')
  })

  test('what the registry would refuse is told without asking it, and nothing is locked', async () => {
    const brand = aBrand()
    const { id } = await completableProfile(org, { brand: { contact: brand.contact, compliance: brand.compliance } })
    assert.equal((await complete(org.admin, id)).status, 202)
    const asked = app.brandRegistry.calls.length
    const failed = await settle(app, org.admin, id)
    assert.equal(failed.state, 'correction_needed')
    const fields = stepOf(failed, 'brand').feedback.flatMap(({ fields: named }) => named)
    assert.ok(fields.includes('brand.business.taxId') && fields.includes('brand.business.legalName'))
    assert.equal(app.brandRegistry.calls.length, asked)
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, { brand: aBrand() })).status, 200)
  })

  test('a registry that is not configured refuses the completion, and only where it is needed', async () => {
    await using bare = await testApp({ ports: { brandRegistry: null } })
    const other = await bare.organization()
    const tcr = await completableProfile(other)
    const refused = await complete(other.admin, tcr.id)
    assert.deepEqual(
      [refused.status, refused.error.code, Object.keys(refused.error.details ?? {})],
      [503, 'PROVIDER_001', ['brand']],
    )
    const plain = await completableProfile(other, { brand: plainBrand(), campaign: null })
    assert.equal((await complete(other.admin, plain.id)).status, 202)
  })
})

describe('GET /v3/profiles/{profileId}/registration', () => {
  test('every role reads it, before and after, and no step shows what is sealed', async () => {
    await using app = await testApp()
    const org = await app.organization()
    const { id } = await completableProfile(org)
    for (const client of [org.owner, org.admin, org.developer, org.billing]) {
      const { state, steps } = await registrationOf(client, id)
      assert.deepEqual([state, steps], ['not_started', []])
    }
    await complete(org.admin, id)
    const accepted = await registrationOf(org.billing, id)
    assert.deepEqual([accepted.state, accepted.run], ['running', 1])
    await settle(app, org.admin, id)
    const shown = JSON.stringify(await registrationOf(org.billing, id))
    for (const hidden of ['3456789', 'John Smith', 'john@acmecorp.com']) assert.ok(!shown.includes(hidden), hidden)
  })
})
