import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../../../kit/builders/organization.ts'
import { giveBrand, giveCampaign } from '../../../../kit/builders/organization-data.ts'
import { aCampaign, withOwnCampaigns } from '../../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../../kit/servers/app.ts'
import type { Json } from '../../../../kit/servers/client.ts'

describe('DELETE /v3/profiles/{profileId}/campaigns/{campaignId}', () => {
  let app: TestApp
  let org: TestOrganization
  let profileId: string
  let campaigns: string
  before(async () => {
    app = await testApp()
    org = await app.organization()
    await giveBrand(app, org.id)
  })
  beforeEach(async () => {
    profileId = (await org.profile(withOwnCampaigns())).id
    campaigns = `/v3/profiles/${profileId}/campaigns`
  })
  after(() => app[Symbol.asyncDispose]())

  const make = async () => (await org.admin.post(campaigns, { campaign: aCampaign() })).data
  const listed = async () => (await org.admin.get(campaigns)).data as unknown as Json[]

  test('it answers 204 without a body, with none sent, an empty one, and the {} of the SDK', async () => {
    for (const body of [undefined, '', {}, { sandbox: false }, { sandbox: null }]) {
      const { id } = await make()
      const reply = await org.admin.delete(`${campaigns}/${id}`, body, { accept: '*/*' })
      assert.deepEqual([reply.status, reply.text], [204, ''], JSON.stringify(body))
      assert.deepEqual(await listed(), [])
    }
  })

  test('a deleted campaign is not found again, and its row stays', async () => {
    const { id } = await make()
    const path = `${campaigns}/${id}`
    assert.equal((await org.admin.delete(path)).status, 204)
    for (const reply of [await org.admin.delete(path), await org.admin.put(path, { campaign: aCampaign() })]) {
      assert.equal(reply.status, 404)
      const { code, message } = reply.error
      assert.deepEqual([code, message], ['RESOURCE_010', 'Campaign not found for this profile'])
    }
    const rows = await app.sql('select name, deleted_at is not null as gone from campaigns where id = $1', [id])
    assert.deepEqual(rows, [{ name: 'Customer Notifications', gone: true }])
  })

  test('a submitted one, and one that is being submitted, may go too; what the registry knows of it stays in the row', async () => {
    for (const lock of ['submitting', 'submitted']) {
      const { id } = await make()
      await app.sql("update campaigns set lock = $1, tcr_campaign_id = 'CABC123' where id = $2", [lock, id])
      assert.equal((await org.admin.delete(`${campaigns}/${id}`)).status, 204)
      assert.deepEqual(await listed(), [])
      const rows = await app.sql('select lock, tcr_campaign_id from campaigns where id = $1', [id])
      assert.deepEqual(rows, [{ lock, tcr_campaign_id: 'CABC123' }])
    }
  })

  test('an inherited one cannot be deleted through a profile, and while it is inherited no own one either', async () => {
    const { id } = await make()
    const inheritedId = await giveCampaign(app, org.id, aCampaign())
    assert.equal((await org.admin.delete(`${campaigns}/${inheritedId}`)).error.code, 'RESOURCE_010')
    await org.admin.patch(`/v3/profiles/${profileId}`, { inherit_tcr_campaign: true })
    for (const at of [inheritedId, id]) {
      const reply = await org.admin.delete(`${campaigns}/${at}`)
      assert.equal(reply.status, 400)
      assert.deepEqual(reply.error.details, {
        campaign: ['Cannot delete a campaign when inherit_tcr_campaign is true.'],
      })
    }
    await org.admin.patch(`/v3/profiles/${profileId}`, { inherit_tcr_campaign: false })
    assert.equal((await org.admin.delete(`${campaigns}/${id}`)).status, 204)
  })

  test('an id that is no UUID is a 400 in one sentence, unknown ones a 404', async () => {
    const { id } = await make()
    for (const at of [`${campaigns}/string`, `/v3/profiles/string/campaigns/${id}`]) {
      const reply = await org.admin.delete(at)
      assert.equal(reply.status, 400)
      const { code, message, details } = reply.error
      assert.deepEqual([code, message, details], ['VALIDATION_001', 'Invalid profile or campaign ID format', null])
    }
    const unknown = '550e8400-e29b-41d4-a716-446655440000'
    assert.equal((await org.admin.delete(`${campaigns}/${unknown}`)).error.code, 'RESOURCE_010')
    assert.equal((await org.admin.delete(`/v3/profiles/${unknown}/campaigns/${id}`)).error.code, 'RESOURCE_014')
  })

  test('a repeat with the same Idempotency-Key is a 204 again, though the campaign is gone', async () => {
    const { id } = await make()
    const headers = { 'idempotency-key': 'delete-campaign' }
    assert.equal((await org.admin.delete(`${campaigns}/${id}`, undefined, headers)).status, 204)
    const again = await org.admin.delete(`${campaigns}/${id}`, undefined, headers)
    assert.deepEqual([again.status, again.headers['idempotent-replayed']], [204, 'true'])
    const { id: other } = await make()
    const conflict = await org.admin.delete(`${campaigns}/${other}`, undefined, headers)
    assert.deepEqual([conflict.status, conflict.error.code], [409, 'CONFLICT_002'])
  })

  test('a dry run deletes nothing', async () => {
    const campaign = await make()
    const reply = await org.admin.delete(`${campaigns}/${campaign.id}`, { sandbox: true })
    assert.deepEqual([reply.status, reply.headers['x-sandbox']], [204, 'true'])
    assert.deepEqual(await listed(), [campaign])
    const odd = await org.admin.delete(`${campaigns}/${campaign.id}`, { sandbox: 'yes', test_mode: true })
    assert.equal(odd.status, 400)
    assert.deepEqual(odd.error.details, { sandbox: ['Use sandbox instead of test_mode'] })
  })

  test('a failure inside tells the request id in the documented sentence', async () => {
    app.expectErrors('request_failed')
    const { id } = await make()
    await app.sql(`update campaigns set created_at = 'infinity' where id = $1`, [id])
    const doing = [
      ['delete campaign', await org.admin.delete(`${campaigns}/${id}`)],
      ['update campaign', await org.admin.put(`${campaigns}/${id}`, { campaign: aCampaign() })],
      ['retrieve campaigns', await org.admin.get(campaigns)],
    ] as const
    for (const [what, { status, error, json }] of doing) {
      assert.equal(status, 500)
      assert.equal(error.message, `Failed to ${what}. Please contact support with request ID: ${json.meta.request_id}`)
    }
  })
})
