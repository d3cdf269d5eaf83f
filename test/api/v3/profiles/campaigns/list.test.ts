import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { giveBrand, giveCampaign } from '../../../../kit/builders/organization-data.ts'
import { aBrand, aCampaign, withOwnCampaigns } from '../../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../../kit/servers/client.ts'

describe('GET /v3/profiles/{profileId}/campaigns', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const campaignsOf = (reply: Reply) => reply.data as unknown as Json[]
  const namesOf = (reply: Reply) => campaignsOf(reply).map(({ name }) => name)
  const pathOf = ({ id }: { id: string }) => `/v3/profiles/${id}/campaigns`

  test('data is a bare array: empty at first, then the own campaigns, oldest first, without the deleted ones', async () => {
    const org = await app.organization()
    const path = pathOf(await org.profile(withOwnCampaigns()))
    const none = await org.admin.get(path)
    assert.deepEqual([none.status, none.data], [200, []])
    const made = []
    for (const name of ['One', 'Two', 'Three']) {
      made.push((await org.admin.post(path, { campaign: { ...aCampaign(), name } })).data)
    }
    assert.deepEqual(campaignsOf(await org.admin.get(path)), made)
    assert.equal((await org.admin.delete(`${path}/${made[1]?.id}`)).status, 204)
    assert.deepEqual(namesOf(await org.admin.get(path)), ['One', 'Three'])
  })

  test('campaigns of a sibling are not among them', async () => {
    const org = await app.organization()
    const [one, other] = [await org.profile(withOwnCampaigns()), await org.profile(withOwnCampaigns())]
    await org.admin.post(pathOf(one), { campaign: aCampaign() })
    assert.deepEqual(campaignsOf(await org.admin.get(pathOf(other))), [])
  })

  test("while inherit_tcr_campaign is true they are the organization's, and the own ones come back afterwards", async () => {
    const org = await app.organization()
    const profile = await org.profile(withOwnCampaigns())
    const path = pathOf(profile)
    const own = await org.admin.post(path, { campaign: { ...aCampaign(), name: 'Own' } })
    const brandId = await giveBrand(app, org.id)
    const inheritedId = await giveCampaign(app, org.id, { ...aCampaign(), name: 'Shared' })
    assert.deepEqual(namesOf(await org.admin.get(path)), ['Own'])
    await org.admin.patch(`/v3/profiles/${profile.id}`, { inherit_tcr_campaign: true })
    const [shared, ...others] = campaignsOf(await org.admin.get(path))
    assert.deepEqual(others, [])
    const { id, name, customerId, brandId: shownBrand } = shared ?? {}
    assert.deepEqual([id, name, customerId, shownBrand], [inheritedId, 'Shared', org.id, brandId])
    await org.admin.patch(`/v3/profiles/${profile.id}`, { inherit_tcr_campaign: false })
    assert.deepEqual(campaignsOf(await org.admin.get(path)), [own.data])
  })

  test('an inherited brand can bear own campaigns, which name it', async () => {
    const org = await app.organization()
    const brandId = await giveBrand(app, org.id)
    const path = pathOf(await org.profile({ inherit_tcr_brand: true, inherit_tcr_campaign: false }))
    const made = await org.admin.post(path, { campaign: aCampaign() })
    assert.deepEqual([made.status, made.data.brandId], [201, brandId])
    assert.deepEqual(campaignsOf(await org.admin.get(path)), [made.data])
  })

  test('without a brand in effect it is 404 RESOURCE_009, whatever is inherited', async () => {
    const org = await app.organization()
    const nothing = [
      await org.profile(),
      await org.profile({ inherit_tcr_campaign: false }),
      await org.profile({ inherit_tcr_brand: false }),
    ]
    for (const profile of nothing) {
      const reply = await org.admin.get(pathOf(profile))
      assert.equal(reply.status, 404)
      const { code, message, details } = reply.error
      assert.deepEqual([code, message, details], ['RESOURCE_009', 'Brand not found for this profile', null])
    }
    await giveBrand(app, org.id)
    const [inheriting, , apart] = nothing as [{ id: string }, unknown, { id: string }]
    assert.deepEqual((await org.admin.get(pathOf(inheriting))).data, [])
    assert.equal((await org.admin.get(pathOf(apart))).error.code, 'RESOURCE_009')
  })

  test('with an own brand and no campaign of the organization to inherit it is empty', async () => {
    const org = await app.organization()
    const path = pathOf(await org.profile({ brand: aBrand(), inherit_tcr_campaign: true }))
    assert.deepEqual((await org.admin.get(path)).data, [])
  })

  test('a profile key lists its own; x-profile-id does the same', async () => {
    const org = await app.organization()
    const profile = await org.profile(withOwnCampaigns())
    const other = await org.profile(withOwnCampaigns())
    const made = await org.admin.post(pathOf(profile), { campaign: aCampaign() })
    const key = await org.profileKey(profile.id)
    assert.deepEqual(campaignsOf(await key.get(pathOf(profile))), [made.data])
    assert.equal((await key.get(pathOf(other))).error.code, 'RESOURCE_014')
    const scope = { 'x-profile-id': profile.id }
    assert.deepEqual(campaignsOf(await org.admin.get(pathOf(profile), scope)), [made.data])
    assert.equal((await org.admin.get(pathOf(other), scope)).error.code, 'RESOURCE_014')
  })

  test('an id that is no UUID is a 400 in one sentence, for every kind of key; an unknown one a 404', async () => {
    const org = await app.organization()
    const key = await org.profileKey((await org.profile()).id)
    for (const who of [org.admin, key]) {
      for (const id of ['string', '-'.repeat(36), '%20']) {
        const reply = await who.get(`/v3/profiles/${id}/campaigns`)
        const { code, message, details } = reply.error
        assert.equal(reply.status, 400, id)
        assert.deepEqual([code, message, details], ['VALIDATION_001', 'Invalid profile or campaign ID format', null])
      }
      const unknown = await who.get(pathOf({ id: '550e8400-e29b-41d4-a716-446655440000' }))
      assert.deepEqual([unknown.status, unknown.error.code], [404, 'RESOURCE_014'])
    }
  })
})
