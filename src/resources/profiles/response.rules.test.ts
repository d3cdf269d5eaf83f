import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aStoredBrand, BRAND_ID } from '../../../test/kit/builders/registrations.ts'
import { PROFILE_MEMBERS } from '../../../test/kit/published-members.ts'
import { presentBrand } from '../brands/index.ts'
import { presentProfile, type Viewed } from './response.rules.ts'

const VIEW = { email: 'owner@acme.example', organizationWabaId: 'theirs', showTaxId: false }

/** Every member has a value of its own, so that none can stand for another. */
const whole = {
  ...Object.fromEntries(PROFILE_MEMBERS.map(([name]) => [name, `the ${name}`])),
  inherit_tcr_brand: false,
  waba_id: 'own',
  brand: aStoredBrand({ business: { tax_id: '12-3456789' } }),
  organizationBrand: aStoredBrand({ id: 'theirs' }),
} as unknown as Viewed

const brandOf = (profile: Viewed, view = VIEW) => presentProfile(profile, view).brand as Record<string, unknown>

test('a profile is shown whole, in the published order (contract 8.1)', () => {
  const { brand, organizationBrand, ...settings } = whole
  const found = presentProfile(whole, VIEW)
  const expected = {
    ...settings,
    email: VIEW.email,
    brand: presentBrand(whole.brand ?? assert.fail(), { isInherited: false, showTaxId: false }),
  }
  assert.deepEqual(found, expected)
  assert.deepEqual(
    Object.keys(found),
    PROFILE_MEMBERS.map(([name]) => name),
  )
})

test('where there is nothing there is null', () => {
  const { billing_contact, brand } = presentProfile({ ...whole, billing_contact: null, brand: null }, VIEW)
  assert.deepEqual([billing_contact, brand], [null, null])
})

test("without a WhatsApp Business Account of its own it shares the organization's", () => {
  const waba = (own: string | null, organizationWabaId: string | null) =>
    presentProfile({ ...whole, waba_id: own }, { ...VIEW, organizationWabaId }).waba_id
  assert.deepEqual([waba('own', 'theirs'), waba(null, 'theirs'), waba(null, null)], ['own', 'theirs', null])
})

test('the brand is the one in effect, and its tax id as the reader may see it', () => {
  assert.deepEqual([brandOf(whole).id, brandOf(whole).is_inherited], [BRAND_ID, false])
  const inheriting = brandOf({ ...whole, inherit_tcr_brand: true })
  assert.deepEqual([inheriting.id, inheriting.is_inherited], ['theirs', true])
  const taxId = (showTaxId: boolean) => (brandOf(whole, { ...VIEW, showTaxId }).business as { tax_id: string }).tax_id
  assert.deepEqual([taxId(false), taxId(true)], ['******6789', '12-3456789'])
})
