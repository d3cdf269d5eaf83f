import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../../src/contract/new-id.ts'
import { saveOrganizationBrand } from '../../../../src/resources/brands/organization-brand.store.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { aBrand } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

interface BrandView extends Json {
  id: string
  contact: Json
  business: Json
  compliance: Json
}

const brandOf = (profile: Json) => profile.brand as BrandView

describe('PATCH /v3/profiles/{profileId}: the brand', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  async function giveBrand(org: TestOrganization): Promise<string> {
    const [row] = await app.sql<{ data_key: string }>('select data_key from organizations where organization_id = $1', [
      org.id,
    ])
    const id = newId()
    const sections = {
      contact: { name: 'Head Office' },
      business: { legal_name: 'Acme Holding', tax_id: '98-7654321' },
      compliance: { vertical: 'RETAIL', brand_relationship: 'KEY_ACCOUNT' },
    }
    const cipher = app.keys.open(row?.data_key ?? '', org.id)
    assert.equal(await saveOrganizationBrand(app.app.db, org.id, { id, sections, cipher }), true)
    return id
  }

  test('the first brand is created at the instant of the update, unsubmitted', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const { data, status } = await org.admin.patch(`/v3/profiles/${id}`, { brand: aBrand() })
    assert.equal(status, 200)
    assert.equal(data.inherit_tcr_brand, false)
    const { id: brandId, created_at, contact, business, compliance, ...rest } = brandOf(data)
    assert.match(brandId, /^[0-9a-f-]{36}$/)
    assert.equal(created_at, data.updated_at)
    assert.deepEqual(rest, {
      tcr_brand_id: null,
      status: null,
      identity_status: null,
      universal_ein: null,
      csp_id: null,
      submitted_to_tcr: false,
      submitted_at: null,
      is_inherited: false,
      updated_at: null,
    })
    assert.deepEqual(Object.keys(contact), ['name', 'business_name', 'role', 'phone', 'email', 'phone_country_code'])
    assert.equal(business.legal_name, 'Acme Corporation LLC')
    assert.equal(compliance.notes, null)
  })

  test('a later brand keeps the members it leaves out or sends as null, and its identity', async () => {
    const org = await app.organization()
    const made = await org.profile({ brand: aBrand() })
    const before = brandOf(made)
    const { data, status } = await org.admin.patch(`/v3/profiles/${made.id}`, {
      brand: {
        contact: { name: 'Jane Roe', role: null },
        business: { city: 'Boston', taxId: null },
        compliance: {
          vertical: 'RETAIL',
          brandRelationship: 'KEY_ACCOUNT',
          destinationCountries: [{ id: 'CA' }, { id: 'MX', isMain: true }],
        },
      },
    })
    assert.equal(status, 200)
    const after = brandOf(data)
    assert.deepEqual(after, {
      ...before,
      updated_at: data.updated_at,
      contact: { ...before.contact, name: 'Jane Roe' },
      business: { ...before.business, city: 'Boston' },
      compliance: {
        ...before.compliance,
        vertical: 'RETAIL',
        brand_relationship: 'KEY_ACCOUNT',
        destination_countries: [{ id: 'CA' }, { id: 'MX', isMain: true }],
      },
    })
    assert.deepEqual((await org.admin.get(`/v3/profiles/${made.id}`)).data, data)
  })

  test('a brand that is sent again as it is stored is changed by now, and nothing of it is sealed or written anew', async () => {
    const org = await app.organization()
    const made = await org.profile({ brand: aBrand() })
    const stored = async () =>
      app.sql('select id, contact, business, tax_id, compliance, created_at from brands where owner_id = $1', [made.id])
    const before = await stored()
    const { data, status } = await org.admin.patch(`/v3/profiles/${made.id}`, { name: 'Renamed', brand: aBrand() })
    assert.equal(status, 200)
    assert.deepEqual(brandOf(data), { ...brandOf(made), updated_at: data.updated_at })
    assert.deepEqual(await stored(), before)
    assert.deepEqual((await org.admin.get(`/v3/profiles/${made.id}`)).data, data)
    const other = { ...aBrand(), business: { city: 'Boston' } }
    assert.equal((await org.admin.patch(`/v3/profiles/${made.id}`, { brand: other })).status, 200)
    assert.notDeepEqual(await stored(), before)
  })

  test('a merge patch changes single members of a stored brand; a first brand must be whole in it too', async () => {
    const org = await app.organization()
    const made = await org.profile({ brand: aBrand() })
    const patch = { brand: { contact: { role: 'CFO', phone: null }, business: null } }
    const { data, status } = await org.admin.mergePatch(`/v3/profiles/${made.id}`, patch)
    assert.equal(status, 200)
    const before = brandOf(made)
    const noBusiness = Object.fromEntries(Object.keys(before.business).map((name) => [name, null]))
    assert.deepEqual(brandOf(data), {
      ...before,
      updated_at: data.updated_at,
      contact: { ...before.contact, role: 'CFO', phone: null },
      business: noBusiness,
    })
    const bare = await org.profile()
    const refused = await org.admin.mergePatch(`/v3/profiles/${bare.id}`, patch)
    assert.equal(refused.status, 400)
    assert.deepEqual(refused.error.details, {
      'brand.compliance': ['brand.compliance is required'],
      'brand.contact.name': ['brand.contact.name is required'],
    })
  })

  test('from the moment a submission is queued the brand cannot be changed; everything else can', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const path = `/v3/profiles/${id}`
    for (const [lock, says, isSubmitted] of [
      ['submitting', 'Brand is being submitted to TCR and cannot be modified.', false],
      ['submitted', 'Brand has already been submitted to TCR and cannot be modified.', true],
    ] as const) {
      await app.sql('update brands set lock = $1 where owner_id = $2', [lock, id])
      for (const reply of [
        await org.admin.patch(path, { brand: aBrand() }),
        await org.admin.mergePatch(path, { brand: { contact: { role: 'CFO' } } }),
        await org.admin.patch(path, { brand: aBrand(), sandbox: true }),
      ]) {
        assert.equal(reply.status, 400)
        assert.equal(reply.error.code, 'VALIDATION_001')
        assert.deepEqual(reply.error.details, { brand: [says] })
      }
      const both = await org.admin.patch(path, { brand: aBrand(), inherit_tcr_brand: true })
      assert.deepEqual(both.error.details, {
        brand: ['Cannot provide brand data when inherit_tcr_brand is true.', says],
      })
      const other = await org.admin.patch(path, { name: `While ${lock}`, brand: null })
      assert.equal(other.status, 200)
      assert.equal(brandOf(other.data).submitted_to_tcr, isSubmitted)
    }
    await app.sql('update brands set lock = null where owner_id = $1', [id])
    assert.equal((await org.admin.patch(path, { brand: aBrand() })).status, 200)
  })

  test("an inheriting profile shows the organization's brand; its own is kept meanwhile", async () => {
    const org = await app.organization()
    const brandId = await giveBrand(org)
    const made = await org.profile({ brand: aBrand() })
    const path = `/v3/profiles/${made.id}`
    assert.equal(brandOf(made).is_inherited, false)
    const inheriting = await org.admin.patch(path, { inherit_tcr_brand: true })
    assert.equal(inheriting.status, 200)
    const shown = brandOf(inheriting.data)
    assert.equal(shown.id, brandId)
    assert.equal(shown.is_inherited, true)
    assert.equal(shown.business.legal_name, 'Acme Holding')
    assert.deepEqual(brandOf((await org.admin.get(path)).data), shown)
    const back = await org.admin.patch(path, { inherit_tcr_brand: false })
    assert.deepEqual(brandOf(back.data), brandOf(made))
  })

  test("a new profile shows the organization's brand; a brand of its own ends the inheritance", async () => {
    const org = await app.organization()
    const brandId = await giveBrand(org)
    const made = await org.profile()
    assert.equal(made.inherit_tcr_brand, true)
    assert.equal(brandOf(made).id, brandId)
    const own = await org.admin.patch(`/v3/profiles/${made.id}`, { brand: aBrand() })
    assert.equal(own.data.inherit_tcr_brand, false)
    assert.notEqual(brandOf(own.data).id, brandId)
    assert.equal(brandOf(own.data).contact.name, 'John Smith')
    assert.equal(brandOf(await org.profile()).contact.name, 'Head Office')
  })

  test('an inheriting profile of an organization without a brand shows its own', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const { data } = await org.admin.patch(`/v3/profiles/${id}`, { inherit_tcr_brand: true })
    assert.equal(data.inherit_tcr_brand, true)
    assert.equal(brandOf(data).is_inherited, false)
    assert.equal(brandOf(data).contact.name, 'John Smith')
  })

  test('the tax id is whole for owner and admin and masked to its last four for the others', async () => {
    const org = await app.organization()
    await giveBrand(org)
    const inheriting = await org.profile()
    const own = await org.profile({ brand: aBrand() })
    for (const [id, whole, masked] of [
      [own.id, '12-3456789', '******6789'],
      [inheriting.id, '98-7654321', '******4321'],
    ] as const) {
      for (const caller of [org.owner, org.admin])
        assert.equal(brandOf((await caller.get(`/v3/profiles/${id}`)).data).business.tax_id, whole)
      for (const caller of [org.developer, org.billing]) {
        const reply = await caller.get(`/v3/profiles/${id}`)
        assert.equal(brandOf(reply.data).business.tax_id, masked)
        assert.equal(reply.text.includes(whole), false)
        assert.equal((await caller.get('/v3/profiles')).text.includes(whole), false)
      }
    }
  })

  test('contact and tax id lie sealed in the database, the rest in the clear', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const [row] = await app.sql<{ text: string }>(
      'select to_jsonb(b)::text as text from brands b where owner_id = $1',
      [id],
    )
    for (const secret of ['John Smith', 'john@acmecorp.com', '+12025551234', '12-3456789'])
      assert.equal(row?.text.includes(secret), false, secret)
    assert.ok(row?.text.includes('Acme Corporation LLC'))
  })
})
