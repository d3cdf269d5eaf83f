import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toJsonSchema } from '../../http/openapi/schema.ts'
import { brandAnswer } from './brand.fields.ts'
import { newBrand, presentBrand } from './brand.rules.ts'

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

test('what an answer must have is what every brand is shown with', () => {
  const shown = presentBrand(brand, { isInherited: false, showTaxId: true })
  const { properties } = toJsonSchema(brandAnswer, 'answer') as { properties: Record<string, { required: string[] }> }
  for (const section of ['contact', 'business', 'compliance'] as const) {
    const members = new Set(Object.keys(shown[section] as object))
    assert.deepEqual(
      properties[section]?.required.filter((name) => !members.has(name)),
      [],
      section,
    )
  }
})
