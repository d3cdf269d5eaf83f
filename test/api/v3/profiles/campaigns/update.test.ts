import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../../../kit/builders/organization.ts'
import { giveBrand, giveCampaign } from '../../../../kit/builders/organization-data.ts'
import { aCampaign, withOwnCampaigns } from '../../../../kit/builders/requests.ts'
import { everything } from '../../../../kit/everything.ts'
import { type TestApp, testApp } from '../../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../../kit/servers/client.ts'

describe('PUT /v3/profiles/{profileId}/campaigns/{campaignId}', () => {
  let app: TestApp
  let org: TestOrganization
  let profileId: string
  let campaigns: string
  let path: string
  let made: Json
  before(async () => {
    app = await testApp({ instances: 2 })
    org = await app.organization()
    await giveBrand(app, org.id)
  })
  beforeEach(async () => {
    profileId = (await org.profile(withOwnCampaigns())).id
    campaigns = `/v3/profiles/${profileId}/campaigns`
    made = (await org.admin.post(campaigns, { campaign: aCampaign() })).data
    path = `${campaigns}/${made.id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const put = (campaign: unknown): Promise<Reply> => org.admin.put(path, { campaign })
  const stored = async () => ((await org.admin.get(campaigns)).data as unknown as Json[])[0]

  test('it replaces everything: what is left out or null is gone, what is sent holds', async () => {
    const { name, description, type, useCases } = aCampaign()
    const required = { name: 'Renamed', description, type, useCases }
    const reply = await put(required)
    assert.equal(reply.status, 200)
    const { updatedAt, ...data } = reply.data
    const nulls = Object.fromEntries(
      Object.keys(aCampaign())
        .filter((member) => !(member in required))
        .map((member) => [member, null]),
    )
    assert.match(String(updatedAt), /\+00:00$/)
    assert.deepEqual({ ...data, updatedAt: null }, { ...made, ...nulls, name: 'Renamed' })
    assert.deepEqual(await stored(), reply.data)
    const again = await put({ ...aCampaign(), helpMessage: null })
    assert.deepEqual([again.data.name, again.data.helpMessage], [name, null])
    assert.equal(again.data.optinMessage, aCampaign().optinMessage)
  })

  test('use cases are replaced as a list; one of a kind that is stored keeps its id', async () => {
    const [first] = aCampaign().useCases
    const [before] = made.useCases as Json[]
    const samples = (...sampleMessages: string[]) => ({ ...first, sampleMessages })
    const other = { messagingUseCaseUs: 'MARKETING', sampleMessages: ['Sale'] }
    const reply = await put({ ...aCampaign(), useCases: [other, samples('Changed'), first] })
    const [marketing, changed, twin] = reply.data.useCases as Json[]
    assert.deepEqual(
      [changed?.id, changed?.createdAt, changed?.updatedAt],
      [before?.id, before?.createdAt, reply.data.updatedAt],
    )
    assert.deepEqual([marketing?.createdAt, marketing?.updatedAt], [reply.data.updatedAt, null])
    assert.equal(new Set([marketing?.id, changed?.id, twin?.id]).size, 3)
    const only = await put({ ...aCampaign(), useCases: [other] })
    assert.deepEqual(only.data.useCases, [marketing])
    assert.deepEqual(await stored(), only.data)
  })

  test('who changed what is kept, version by version: by key, user and request', async () => {
    const changed = await org.owner.put(path, { campaign: { ...aCampaign(), name: 'Renamed', helpMessage: null } })
    await org.admin.put(path, { campaign: { ...aCampaign(), name: '' } })
    const deleted = await org.admin.delete(path)
    const rows = await app.sql(
      `select version::int, operation, request_id, key_id, user_id, changes from campaign_history
        where campaign_id = $1 and version > 1 order by version`,
      [made.id],
    )
    assert.deepEqual(rows, [
      {
        version: 2,
        operation: 'updateCampaign',
        request_id: changed.json.meta.request_id,
        key_id: org.owner.keyId,
        user_id: org.owner.userId,
        changes: [
          { member: 'name', from: 'Customer Notifications', to: 'Renamed' },
          { member: 'helpMessage', from: aCampaign().helpMessage, to: null },
        ],
      },
      {
        version: 3,
        operation: 'deleteCampaign',
        request_id: deleted.headers['x-request-id'],
        key_id: org.admin.keyId,
        user_id: org.admin.userId,
        changes: [],
      },
    ])
  })

  test('the required members are required here too, and nothing half is written', async () => {
    const before = await everything(app)
    const reply = await put({ name: 'Alone' })
    assert.equal(reply.status, 400)
    assert.deepEqual(Object.keys(reply.error.details ?? {}).sort(), [
      'campaign.description',
      'campaign.type',
      'campaign.useCases',
    ])
    assert.equal(await everything(app), before)
  })

  const LOCKED = {
    submitting: 'Campaign is being submitted to TCR and cannot be modified.',
    submitted: 'Campaign has already been submitted to TCR and cannot be modified.',
  }
  for (const [lock, says] of Object.entries(LOCKED)) {
    test(`a campaign that is ${lock} is locked, and ${lock === 'submitted' ? '' : 'not yet '}shown as submitted`, async () => {
      await app.sql('update campaigns set lock = $1 where id = $2', [lock, made.id])
      const reply = await put(aCampaign())
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, { campaign: [says] })
      const both = await put({ ...aCampaign(), type: '' })
      assert.deepEqual(both.error.details, { 'campaign.type': ['campaign.type is required'], campaign: [says] })
      assert.deepEqual(await stored(), { ...made, submittedToTCR: lock === 'submitted' })
    })
  }

  test('what the registry wrote is shown, and stays through a change', async () => {
    await app.sql(
      `update campaigns set submitted_at = '2026-03-25 10:43:34+00', status = 'EXPIRED', tcr_campaign_id = 'CABC123', telnyx_campaign_id = 'T1',
         csp_id = 'SABC123', reseller_id = 'R000000', upstream_cnp_id = 'CNP1', sharing_status = 'DECLINED', cost = 10.5,
         billed_date = '2026-03-26 00:00:00+00', tcr_sync_error = 'Not described' where id = $1`,
      [made.id],
    )
    const { updatedAt, ...data } = (await put({ ...aCampaign(), name: 'Corrected' })).data
    assert.ok(updatedAt !== null)
    assert.deepEqual(
      { ...data, updatedAt: null },
      {
        ...made,
        name: 'Corrected',
        submittedAt: '2026-03-25T10:43:34+00:00',
        status: 'EXPIRED',
        tcrCampaignId: 'CABC123',
        telnyxCampaignId: 'T1',
        cspId: 'SABC123',
        resellerId: 'R000000',
        upstreamCnpId: 'CNP1',
        sharingStatus: 'DECLINED',
        cost: 10.5,
        billedDate: '2026-03-26T00:00:00+00:00',
        tcrSyncError: 'Not described',
      },
    )
  })

  test('inherited campaigns are read-only, and while they are inherited so are the own ones', async () => {
    const inheritedId = await giveCampaign(app, org.id, { ...aCampaign(), name: 'Shared' })
    const inherited = `${campaigns}/${inheritedId}`
    const apart = await org.admin.put(inherited, { campaign: aCampaign() })
    assert.deepEqual([apart.status, apart.error.code], [404, 'RESOURCE_010'])
    await org.admin.patch(`/v3/profiles/${profileId}`, { inherit_tcr_campaign: true })
    const before = await everything(app)
    for (const at of [inherited, path]) {
      const reply = await org.admin.put(at, { campaign: aCampaign() })
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, {
        campaign: ['Cannot provide campaign data when inherit_tcr_campaign is true.'],
      })
    }
    assert.equal(await everything(app), before)
  })

  test('a campaign of a sibling, of another organization, unknown or deleted: one 404; no UUID: one 400', async () => {
    const stranger = await app.organization()
    const theirs = await stranger.profile(withOwnCampaigns())
    const foreign = await stranger.admin.post(`/v3/profiles/${theirs.id}/campaigns`, { campaign: aCampaign() })
    const sibling = await org.profile(withOwnCampaigns())
    const beside = await org.admin.post(`/v3/profiles/${sibling.id}/campaigns`, { campaign: aCampaign() })
    const gone = await org.admin.post(campaigns, { campaign: aCampaign() })
    await org.admin.delete(`${campaigns}/${gone.data.id}`)
    const unknown = '550e8400-e29b-41d4-a716-446655440000'
    for (const id of [unknown, foreign.data.id, beside.data.id, gone.data.id]) {
      const reply = await org.admin.put(`${campaigns}/${id}`, { campaign: aCampaign() })
      assert.equal(reply.status, 404)
      const { code, message, details } = reply.error
      assert.deepEqual([code, message, details], ['RESOURCE_010', 'Campaign not found for this profile', null])
    }
    for (const at of [`${campaigns}/string`, `/v3/profiles/string/campaigns/${made.id}`]) {
      const reply = await org.admin.put(at, { campaign: aCampaign() })
      const { code, message, details } = reply.error
      assert.deepEqual([code, message, details], ['VALIDATION_001', 'Invalid profile or campaign ID format', null])
    }
    const upper = await org.admin.put(`${campaigns}/${String(made.id).toUpperCase()}`, { campaign: aCampaign() })
    assert.equal(upper.status, 200)
  })

  test('simultaneous changes each replace the whole: what is stored is one of the answers, none is lost in another', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        org.admin.at(app.urls[at % 2] ?? app.url).put(path, {
          campaign: { ...aCampaign(), name: `Change ${at}`, description: `Change ${at}` },
        }),
      ),
    )
    for (const reply of replies) assert.equal(reply.status, 200, reply.text)
    const last = await stored()
    assert.equal(last?.name, last?.description)
    assert.ok(replies.some(({ data }) => JSON.stringify(data) === JSON.stringify(last)))
    const [row] = await app.sql<{ version: string }>('select version from campaigns where id = $1', [made.id])
    assert.equal(Number(row?.version), 9)
  })

  test('a dry run answers what would be and keeps what is', async () => {
    const reply = await org.admin.put(path, { campaign: { ...aCampaign(), name: 'Dry' }, sandbox: true })
    assert.deepEqual([reply.status, reply.headers['x-sandbox'], reply.data.name], [200, 'true', 'Dry'])
    assert.deepEqual(await stored(), made)
  })
})
