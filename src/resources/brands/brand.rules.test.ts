import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toJsonSchema } from '../../http/openapi/schema.ts'
import { brandResponse } from './brand.fields.ts'
import {
  applyBrand,
  brandDifferences,
  brandInEffect,
  ENCRYPTED_BRAND_MEMBERS,
  lockProblem,
  mergedRequest,
  newBrand,
  presentBrand,
} from './brand.rules.ts'

const brand = {
  ...newBrand('a1b2c3d4-e5f6-7890-abcd-efabcdefabcd', '2026-03-25T10:43:34+00:00', {
    contact: { name: 'John Smith' },
    business: { tax_id: '12-3456789' },
    compliance: { vertical: 'PROFESSIONAL', brand_relationship: 'SMALL_ACCOUNT' },
  }),
  universal_ein: 'US_123456789',
}

test('who may not see the tax id sees its last four characters, and no more of it in the registry’s own form', () => {
  const shown = JSON.stringify(presentBrand(brand, { isInherited: false, showTaxId: false }))
  assert.ok(shown.includes('"******6789"') && shown.includes('"********6789"'))
  for (const hidden of ['12-3456789', '123456789', '3456789']) assert.ok(!shown.includes(hidden), hidden)
  const full = presentBrand(brand, { isInherited: false, showTaxId: true })
  assert.equal(full.universal_ein, 'US_123456789')
  assert.equal((full.business as { tax_id: string }).tax_id, '12-3456789')
})

test('a tax id of four characters or fewer is hidden whole', () => {
  for (const [taxId, shown] of [
    ['1234', '****'],
    ['1', '*'],
    ['', ''],
    ['12345', '*2345'],
  ]) {
    const short = { ...brand, business: { tax_id: taxId ?? '' }, universal_ein: null }
    const answered = presentBrand(short, { isInherited: true, showTaxId: false })
    assert.equal((answered.business as { tax_id: string }).tax_id, shown)
    assert.deepEqual([answered.universal_ein, answered.is_inherited], [null, true])
  }
})

test('a brand that was begun to be submitted cannot be changed, and reads as submitted once it is', () => {
  const answer = (lock: 'submitting' | 'submitted' | null) => [
    lockProblem({ lock }),
    presentBrand({ ...brand, lock }, { isInherited: false, showTaxId: true }).submitted_to_tcr,
  ]
  assert.deepEqual(answer(null), [null, false])
  assert.deepEqual(answer('submitting'), ['Brand is being submitted to TCR and cannot be modified.', false])
  assert.deepEqual(answer('submitted'), ['Brand has already been submitted to TCR and cannot be modified.', true])
  assert.equal(lockProblem(null), null)
})

const STORED = {
  contact: { name: 'John Smith', business_name: 'Acme' },
  business: { tax_id: '12-3456789', legal_name: 'Acme LLC' },
  compliance: { vertical: 'PROFESSIONAL' },
}

test('given members replace stored ones, cleared ones and cleared sections go, the others stay', () => {
  const request = { contact: { businessName: 'Acme 2' }, business: 'x' }
  assert.deepEqual(applyBrand(STORED, request, new Set()), {
    ...STORED,
    contact: { name: 'John Smith', business_name: 'Acme 2' },
  })
  const cleared = applyBrand(STORED, { contact: { name: 'J' } }, new Set(['brand.business.taxId', 'brand.compliance']))
  assert.deepEqual(cleared, {
    contact: { name: 'J', business_name: 'Acme' },
    business: { legal_name: 'Acme LLC' },
    compliance: {},
  })
  assert.deepEqual(applyBrand(null, {}, new Set()), { contact: {}, business: {}, compliance: {} })
  assert.deepEqual(applyBrand(null, { contact: { name: 'J', unheard: 1 } }, new Set()).contact, { name: 'J' })
})

test('a merge patch is judged as the stored sections, in its spelling, with it laid over them', () => {
  assert.deepEqual(mergedRequest(STORED, { contact: { name: 'J' }, business: 'x' }), {
    contact: { name: 'J', businessName: 'Acme' },
    business: 'x',
    compliance: { vertical: 'PROFESSIONAL' },
  })
})

test('the brand in effect is the organization’s while it is inherited and there is one, else the own one', () => {
  const effect = (inherit_tcr_brand: boolean, own: string | null, organizationBrand: string | null) =>
    brandInEffect({ inherit_tcr_brand, brand: own, organizationBrand })
  assert.deepEqual(effect(true, 'own', 'theirs'), { brand: 'theirs', isInherited: true })
  assert.deepEqual(effect(true, 'own', null), { brand: 'own', isInherited: false })
  assert.deepEqual(effect(false, 'own', 'theirs'), { brand: 'own', isInherited: false })
  assert.equal(effect(false, null, 'theirs'), null)
  assert.equal(effect(true, null, null), null)
})

test('what differs is told by its path in answers; of a new brand, what has a value', () => {
  assert.deepEqual(brandDifferences(STORED, { ...STORED }), [])
  assert.deepEqual(brandDifferences(STORED, { ...STORED, contact: { name: 'J', business_name: 'Acme' } }), [
    { member: 'brand.contact.name', from: 'John Smith', to: 'J' },
  ])
  assert.deepEqual(brandDifferences(STORED, null).length, 5)
  const inUs = (isMain: boolean) => ({ ...STORED, compliance: { destination_countries: [{ id: 'US', isMain }] } })
  assert.deepEqual(brandDifferences(inUs(true), inUs(true)), [])
  assert.deepEqual(
    brandDifferences(inUs(true), inUs(false)).map(({ member }) => member),
    ['brand.compliance.destination_countries'],
  )
  assert.deepEqual(brandDifferences(null, { ...STORED, contact: {}, business: {} }), [
    { member: 'brand.compliance.vertical', from: null, to: 'PROFESSIONAL' },
  ])
})

test('contact and tax id are sealed, and a kind of business is not', () => {
  for (const path of ['brand.contact.name', 'brand.contact.email', 'brand.business.tax_id'])
    assert.equal(ENCRYPTED_BRAND_MEMBERS.has(path), true, path)
  for (const path of ['brand.compliance.vertical', 'brand.business.country'])
    assert.equal(ENCRYPTED_BRAND_MEMBERS.has(path), false, path)
})

test('what is not set is null, and members of ours are shown where they are set', () => {
  const shown = (parts: Partial<typeof brand>) =>
    presentBrand({ ...brand, ...parts }, { isInherited: false, showTaxId: false })
  const { contact, business } = shown({ business: {} as typeof brand.business }) as Record<string, object>
  assert.equal(Object.hasOwn(contact ?? {}, 'mobile_phone'), false)
  assert.equal((contact as { phone: unknown }).phone, null)
  assert.equal((business as { tax_id: unknown }).tax_id, null)
  const ours = { name: 'John Smith', mobile_phone: '+12025550199' }
  assert.equal((shown({ contact: ours }).contact as typeof ours).mobile_phone, '+12025550199')
})

test('what an answer must have is what every brand is shown with', () => {
  const shown = presentBrand(brand, { isInherited: false, showTaxId: true })
  const { properties } = toJsonSchema(brandResponse, 'answer') as { properties: Record<string, { required: string[] }> }
  for (const section of ['contact', 'business', 'compliance'] as const) {
    const members = new Set(Object.keys(shown[section] as object))
    assert.deepEqual(
      properties[section]?.required.filter((name) => !members.has(name)),
      [],
      section,
    )
  }
})
