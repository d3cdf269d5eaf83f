import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aProfileWith } from '../../../kit/builders/numbers.ts'
import { giveBrand, giveCampaign } from '../../../kit/builders/organization-data.ts'
import { aBrand, aCampaign } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Client, Json } from '../../../kit/servers/client.ts'

interface Member {
  member: string
  value: unknown
  origin: string
  profile_id: string | null
  since: string | null
}

describe('GET /v3/profiles/{profileId}/effective', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  async function membersOf(caller: Client, id: string): Promise<(name: string) => Member> {
    const reply = await caller.get(`/v3/profiles/${id}/effective`)
    assert.equal(reply.status, 200, reply.text)
    assert.equal(reply.data.id, id)
    const members = reply.data.members as unknown as Member[]
    return (name) => {
      const found = members.find(({ member }) => member === name)
      assert.ok(found !== undefined, `${name} is among ${members.map(({ member }) => member)}`)
      return found
    }
  }

  test('what nobody set is a default, what was set is own since its last change', async () => {
    const org = await app.organization()
    const { id, created_at: createdAt } = await org.profile({ name: 'Sales', short_name: 'SALES' })
    const fresh = await membersOf(org.admin, id)
    assert.deepEqual(fresh('name'), {
      member: 'name',
      value: 'Sales',
      origin: 'own',
      profile_id: null,
      since: createdAt,
    })
    assert.deepEqual([fresh('short_name').origin, fresh('icon').origin], ['own', 'default'])
    assert.deepEqual([fresh('inherit_contacts').value, fresh('inherit_contacts').origin], [true, 'default'])
    assert.equal(fresh('icon').since, createdAt)

    const patched = await org.admin.patch(`/v3/profiles/${id}`, { short_name: 'SALES2', inherit_contacts: false })
    const later = await membersOf(org.admin, id)
    assert.deepEqual(later('short_name'), { ...fresh('short_name'), value: 'SALES2', since: patched.data.updated_at })
    assert.deepEqual([later('inherit_contacts').value, later('inherit_contacts').origin], [false, 'own'])
    assert.deepEqual(later('name'), fresh('name'))

    const back = await org.admin.patch(`/v3/profiles/${id}`, { inherit_contacts: true })
    const last = (await membersOf(org.admin, id))('inherit_contacts')
    assert.deepEqual([last.value, last.origin, last.since], [true, 'own', back.data.updated_at])
  })

  test('brand and campaigns are the organization’s while they are inherited, and the own ones then', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const none = await membersOf(org.admin, id)
    assert.deepEqual([none('campaigns').value, none('campaigns').origin], [[], 'organization'])
    await giveBrand(app, org.id)
    const campaignId = await giveCampaign(app, org.id, aCampaign())
    const inherited = await membersOf(org.admin, id)
    const legalName = inherited('brand.business.legal_name')
    assert.deepEqual([legalName.value, legalName.origin], ['Example LLC', 'organization'])
    assert.ok(Date.parse(legalName.since ?? '') > 0)
    assert.deepEqual(inherited('campaigns').value, [{ id: campaignId, name: 'Customer Notifications' }])
    assert.deepEqual([inherited('email').value, inherited('email').origin], ['team@acme.com', 'organization'])
    assert.deepEqual([inherited('waba_id').value, inherited('waba_id').origin], ['102290129340398', 'organization'])

    const patched = await org.admin.patch(`/v3/profiles/${id}`, { brand: aBrand(), inherit_tcr_campaign: false })
    const own = await membersOf(org.admin, id)
    assert.deepEqual(own('brand.business.legal_name'), {
      member: 'brand.business.legal_name',
      value: 'Acme Corporation LLC',
      origin: 'own',
      profile_id: null,
      since: patched.data.updated_at,
    })
    assert.deepEqual([own('brand.compliance.notes').value, own('brand.compliance.notes').origin], [null, 'default'])
    assert.deepEqual([own('campaigns').value, own('campaigns').origin], [[], 'default'])
    assert.equal(own('campaigns').since, patched.data.updated_at)
  })

  test('a number of another profile is shown as it is used, with the profile that has it and the last change on the way', async () => {
    const org = await app.organization()
    const source = await aProfileWith(org, { sending_phone_number: '+12025550171' })
    const middle = await aProfileWith(org, { sending_phone_number_profile_id: source.id })
    const { id } = await aProfileWith(org, {
      sending_phone_number: '+12025550172',
      sending_phone_number_profile_id: middle.id,
    })
    const borrowed = (await membersOf(org.admin, id))('sending_phone_number')
    assert.deepEqual([borrowed.value, borrowed.origin, borrowed.profile_id], ['+12025550171', 'profile', source.id])
    const changed = await org.admin.patch(`/v3/profiles/${source.id}`, { sending_phone_number: '+12025550173' })
    const later = (await membersOf(org.admin, id))('sending_phone_number')
    assert.deepEqual([later.value, later.since], ['+12025550173', changed.data.updated_at])
    const direct = (await membersOf(org.admin, source.id))('sending_phone_number')
    assert.deepEqual([direct.value, direct.origin, direct.profile_id], ['+12025550173', 'own', null])
  })

  test('a number is none when the profile that has it is gone', async () => {
    const org = await app.organization()
    const source = await aProfileWith(org, { whatsapp_phone_number: '+12025550174' })
    const { id } = await aProfileWith(org, { sending_whatsapp_number_profile_id: source.id })
    await org.admin.delete(`/v3/profiles/${source.id}`)
    const gone = (await membersOf(org.admin, id))('whatsapp_phone_number')
    assert.deepEqual([gone.value, gone.origin, gone.profile_id, gone.since], [null, 'profile', source.id, null])
  })

  test('every role reads it, masked as the profile itself is', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const taxIdFor = async (caller: Client) => (await membersOf(caller, id))('brand.business.tax_id').value
    for (const caller of [org.owner, org.admin]) assert.equal(await taxIdFor(caller), '12-3456789')
    for (const caller of [org.developer, org.billing]) {
      const shown = (await caller.get(`/v3/profiles/${id}`)).data as { brand: { business: Json } }
      assert.equal(await taxIdFor(caller), shown.brand.business.tax_id)
      assert.equal(await taxIdFor(caller), '******6789')
    }
  })

  test('another organization’s profile, a deleted and an unknown one are not found', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const other = await app.organization()
    assert.equal((await other.admin.get(`/v3/profiles/${id}/effective`)).error.code, 'RESOURCE_014')
    await org.admin.delete(`/v3/profiles/${id}`)
    for (const path of [id, org.id, 'nothing'])
      assert.equal((await org.admin.get(`/v3/profiles/${path}/effective`)).error.code, 'RESOURCE_014', path)
  })
})
