import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { giveBrandOf } from '../../kit/builders/organization-data.ts'
import { aCampaign } from '../../kit/builders/requests.ts'
import {
  brandWithTaxId,
  CALLBACK_URL,
  completableProfile,
  complete,
  inheritingProfile,
  registrationOf,
  type ShownRegistration,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** D1: what a registry has had before is not ordered, and paid for, a second time. */

const DOUBT = 'The tax id does not belong to the legal name.'

interface Bench {
  app: TestApp
  org: TestOrganization
  registry: ScriptedRegistry
}

async function bench(): Promise<Bench> {
  const registry = scriptedRegistry({ hasVetting: false })
  const app = await testApp({ ports: { brandRegistry: registry, carrier: null } })
  return { app, org: await app.organization(), registry }
}

async function again(app: TestApp, org: TestOrganization, id: string): Promise<ShownRegistration> {
  const reply = await complete(org.admin, id)
  assert.equal(reply.status, 202, reply.text)
  return settle(app, org.admin, id)
}

function count({ log }: ScriptedRegistry, call: string): number {
  return log.filter((each) => each === call).length
}

describe('D1: a brand that the registry doubts', () => {
  test('completed again unchanged orders nothing, says what to correct, and can be corrected then', async () => {
    await using app = await testApp()
    const org = await app.organization()
    const { id } = await completableProfile(org, { brand: brandWithTaxId('12-3450000') })
    const first = await again(app, org, id)
    assert.deepEqual([first.state, first.fees_total], ['correction_needed', 4.5])
    for (const run of [2, 3]) {
      const second = await again(app, org, id)
      assert.deepEqual([second.state, second.run, second.fees_total], ['correction_needed', run, 4.5])
      const { state, says, feedback } = stepOf(second, 'brand')
      assert.equal(state, 'correction_needed')
      assert.match(says ?? '', /Nothing that the registry gets of the brand was changed/)
      assert.deepEqual(feedback, [
        { category: 'TAX_ID', fields: ['brand.business.taxId', 'brand.business.legalName'], says: DOUBT },
      ])
    }
    assert.deepEqual(await app.sql('select kind from registry_orders'), [{ kind: 'brand' }])
    const corrected = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456789') })
    assert.equal(corrected.status, 200, corrected.text)
    const done = await again(app, org, id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 24])
  })

  test('is ordered again where the customer says so, and where a member that the registry gets was changed alone', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    registry.identity = 'UNVERIFIED'
    registry.feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: DOUBT }]
    const brand = brandWithTaxId('12-3456789')
    const { id } = await completableProfile(org, { brand })
    await again(app, org, id)
    const path = `/v3/profiles/${id}`
    for (const change of [
      { name: 'Another name' },
      { brand: { ...brand, contact: { ...brand.contact, role: 'Owner' } } },
      { brand: { ...brand, compliance: { ...brand.compliance, expectedMessagingVolume: '5000' } } },
      { brand: { ...brand, business: { ...brand.business, legalName: `  ${brand.business.legalName} ` } } },
    ]) {
      const patched = await org.admin.patch(path, change)
      assert.equal(patched.status, 200, patched.text)
      assert.equal((await again(app, org, id)).fees_total, 4.5, JSON.stringify(change))
    }
    const reply = await org.admin.post(`${path}/complete`, { webHookUrl: CALLBACK_URL, check_again: true })
    assert.equal(reply.status, 202, reply.text)
    assert.equal((await settle(app, org.admin, id)).fees_total, 9)
    assert.equal(count(registry, 'revetBrand'), 1)
    await org.admin.patch(path, { brand: { ...brand, business: { ...brand.business, city: 'Albany' } } })
    assert.equal((await again(app, org, id)).fees_total, 13.5)
  })

  test('changed and changed back is what was doubted before, and told so without asking', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    registry.identity = 'UNVERIFIED'
    registry.feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: DOUBT }]
    const { id } = await completableProfile(org, { brand: brandWithTaxId('12-3456789') })
    await again(app, org, id)
    registry.feedback = [{ category: 'OTHERS', fields: ['brand.business.url'], says: 'Something else.' }]
    await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456788') })
    assert.equal((await again(app, org, id)).fees_total, 9)
    await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456789') })
    const back = await again(app, org, id)
    assert.deepEqual([back.state, back.fees_total], ['correction_needed', 9])
    const { says, feedback } = stepOf(back, 'brand')
    assert.match(says ?? '', /had this text before/)
    assert.equal(feedback[0]?.says, DOUBT)
    assert.equal(count(registry, 'revetBrand'), 1)
    const patched = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456787') })
    assert.equal(patched.status, 200, 'it is not locked')
  })

  test('that profiles share: the second one neither pays nor orders', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    await giveBrandOf(app, org.id, brandWithTaxId('12-3456789'))
    registry.identity = 'UNVERIFIED'
    registry.feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says: DOUBT }]
    const [one, other] = [await inheritingProfile(org), await inheritingProfile(org)]
    assert.equal((await again(app, org, one.id)).fees_total, 4.5)
    const second = await again(app, org, other.id)
    assert.deepEqual([second.state, second.fees_total], ['correction_needed', 0])
    assert.equal(stepOf(second, 'brand').feedback[0]?.says, DOUBT)
    assert.deepEqual([count(registry, 'submitBrand'), count(registry, 'revetBrand')], [1, 0])
    assert.equal((await org.admin.delete(`/v3/profiles/${one.id}`)).status, 204)
    assert.equal((await again(app, org, (await inheritingProfile(org)).id)).fees_total, 0)
  })

  test('and has verified meanwhile: nothing is ordered, and the run goes on', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    registry.identity = 'UNVERIFIED'
    const { id } = await completableProfile(org)
    await again(app, org, id)
    registry.identity = 'VERIFIED'
    const done = await again(app, org, id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 19.5])
    const brand = (await org.admin.get(`/v3/profiles/${id}`)).data.brand as Record<string, unknown>
    assert.deepEqual([brand.submitted_to_tcr, brand.identity_status], [true, 'VERIFIED'])
    assert.equal(count(registry, 'revetBrand'), 0)
  })
})

describe('D1: a campaign that was declined', () => {
  async function declined({ app, org, registry }: Bench): Promise<{ id: string; campaignId: string }> {
    registry.sharing = 'DECLINED'
    const profile = await completableProfile(org)
    assert.equal((await again(app, org, profile.id)).fees_total, 19.5)
    return profile
  }

  const put = (org: TestOrganization, ids: { id: string; campaignId: string }, change: object) =>
    org.admin.put(`/v3/profiles/${ids.id}/campaigns/${ids.campaignId}`, { campaign: { ...aCampaign(), ...change } })

  test('completed again unchanged, or with another name, is not reviewed again', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const ids = await declined(kit)
    for (const change of [{}, { name: 'Another name' }]) {
      assert.equal((await put(org, ids, change)).status, 200)
      const told = await again(app, org, ids.id)
      assert.deepEqual([told.state, told.fees_total], ['correction_needed', 19.5])
      const { says, feedback } = stepOf(told, 'campaign')
      assert.match(says ?? '', /Nothing that the registry gets of the campaign was changed/)
      assert.equal(feedback[0]?.says, 'The opt-in is not described.')
    }
    assert.deepEqual([count(registry, 'updateCampaign'), count(registry, 'submitCampaign')], [0, 1])
    registry.sharing = 'ACCEPTED'
    assert.deepEqual([(await again(app, org, ids.id)).state, count(registry, 'updateCampaign')], ['completed', 0])
  })

  test('changed and changed back is not reviewed again; with check_again it is', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org } = kit
    const ids = await declined(kit)
    const other = 'Acme Corporation reminds its customers of the appointments that they made with it.'
    await put(org, ids, { description: other })
    assert.equal((await again(app, org, ids.id)).fees_total, 34.5)
    await put(org, ids, {})
    const back = await again(app, org, ids.id)
    assert.deepEqual([back.state, back.fees_total], ['correction_needed', 34.5])
    assert.match(stepOf(back, 'campaign').says ?? '', /had this text before/)
    await org.admin.post(`/v3/profiles/${ids.id}/complete`, { webHookUrl: CALLBACK_URL, check_again: true })
    assert.equal((await settle(app, org.admin, ids.id)).fees_total, 49.5)
  })
})

test('D1: a vetting that the registry does not show is not ordered by a second profile of the same brand', async () => {
  const registry = scriptedRegistry({ hasVetting: true })
  registry.vetted = { status: 'failed', score: null, reasons: [] }
  await using app = await testApp({ ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  await giveBrandOf(app, org.id, brandWithTaxId('12-3456789'))
  const [one, other] = [await inheritingProfile(org), await inheritingProfile(org)]
  assert.equal(stepOf(await again(app, org, one.id), 'vetting').fee, 40)
  registry.vetted = null
  const second = await again(app, org, other.id)
  assert.deepEqual(
    [second.state, stepOf(second, 'vetting').fee, count(registry, 'orderVetting')],
    ['completed', null, 1],
  )
  assert.equal((await registrationOf(org.admin, other.id)).fees_total, 15)
})
