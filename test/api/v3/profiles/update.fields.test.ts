import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { BRAND_RELATIONSHIPS, ENTITY_TYPES, VERTICALS } from '../../../../src/resources/brands/brand.fields.ts'
import { replaced } from '../../../contract/request-members.ts'
import { aBillingContact, aBrand } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

type Refusal = [path: string, value: unknown, says: string]

const long = (length: number) => 'x'.repeat(length)
const SHORT_NAME =
  'short_name must be 3-11 characters, contain only letters, numbers, and spaces, and include at least one letter'

const PROFILE: Refusal[] = [
  ['name', '', 'Profile name is required'],
  ['name', '  ', 'Profile name is required'],
  ['name', 7, 'name must be text of at most 255 characters'],
  ['name', long(256), 'name must be text of at most 255 characters'],
  ['icon', 'icon.png', 'icon must be a valid HTTP or HTTPS URL'],
  ['icon', 'javascript:alert(1)', 'icon must be a valid HTTP or HTTPS URL'],
  ['icon', 'https://user:secret@example.com/', 'icon must be a valid HTTP or HTTPS URL'],
  ['icon', `https://example.com/${long(2048)}`, 'icon must be a valid HTTP or HTTPS URL'],
  ['description', long(5001), 'description must be text of at most 5000 characters'],
  ['description', { text: 'a' }, 'description must be text of at most 5000 characters'],
  ['short_name', '', SHORT_NAME],
  ['short_name', 'AB', SHORT_NAME],
  ['short_name', 'ABCDEFGHIJKL', SHORT_NAME],
  ['short_name', '12345', SHORT_NAME],
  ['short_name', 'SALES!', SHORT_NAME],
  ['short_name', 'Straße', SHORT_NAME],
  ['short_name', 'SALES\n', SHORT_NAME],
  ['short_name', 12345, SHORT_NAME],
  ['allow_contact_sharing', 'true', 'allow_contact_sharing must be true or false'],
  ['allow_template_sharing', 1, 'allow_template_sharing must be true or false'],
  ['inherit_contacts', 0, 'inherit_contacts must be true or false'],
  ['inherit_templates', [], 'inherit_templates must be true or false'],
  ['inherit_tcr_brand', {}, 'inherit_tcr_brand must be true or false'],
  ['inherit_tcr_campaign', '', 'inherit_tcr_campaign must be true or false'],
  ['billing_model', 'PROFILE', 'billing_model must be one of: profile, organization, profile_and_organization'],
  ['billing_model', '', 'billing_model must be one of: profile, organization, profile_and_organization'],
  ['billing_contact', 'Acme', 'billing_contact must be an object'],
  ['billing_contact', [], 'billing_contact must be an object'],
  ['sending_phone_number_profile_id', 'sales', 'sending_phone_number_profile_id must be a UUID'],
  ['sending_phone_number_profile_id', '-'.repeat(36), 'sending_phone_number_profile_id must be a UUID'],
  ['sending_whatsapp_number_profile_id', '', 'sending_whatsapp_number_profile_id must be a UUID'],
  ['sending_phone_number', '2025551234', "sending_phone_number must be in E.164 format (e.g. '+12025551234')"],
  ['sending_phone_number', '+1 202 555 1234', "sending_phone_number must be in E.164 format (e.g. '+12025551234')"],
  ['whatsapp_phone_number', '+12', "whatsapp_phone_number must be in E.164 format (e.g. '+12025551234')"],
  ['allow_number_change_during_onboarding', 'no', 'allow_number_change_during_onboarding must be true or false'],
  ['brand', 'Acme', 'brand must be an object'],
  ['brand', [], 'brand must be an object'],
  ['payment_details', 'card', 'payment_details must be an object'],
  ['sandbox', 'true', 'sandbox must be true or false'],
]

const CONTACT: Refusal[] = [
  ['name', undefined, 'billing_contact.name is required'],
  ['name', null, 'billing_contact.name is required'],
  ['name', ' ', 'billing_contact.name is required'],
  ['name', long(256), 'billing_contact.name must be text of at most 255 characters'],
  ['email', undefined, 'billing_contact.email is required'],
  ['email', 'billing', 'billing_contact.email must be a valid email address'],
  ['email', '', 'billing_contact.email must be a valid email address'],
  ['phone', '555', "billing_contact.phone must be in E.164 format (e.g. '+12025551234')"],
  ['address', '', 'billing_contact.address must be 1 to 1000 characters'],
  ['address', long(1001), 'billing_contact.address must be 1 to 1000 characters'],
]

const COUNTRY = "must be an ISO 3166-1 alpha-2 country code (e.g. 'US')"

const BRAND: Refusal[] = [
  ['contact', undefined, 'brand.contact is required'],
  ['contact', null, 'brand.contact is required'],
  ['contact', 'John', 'brand.contact must be an object'],
  ['compliance', undefined, 'brand.compliance is required'],
  ['business', [], 'brand.business must be an object'],
  ['contact.name', undefined, 'brand.contact.name is required'],
  ['contact.name', null, 'brand.contact.name is required'],
  ['contact.name', ' ', 'brand.contact.name is required'],
  ['contact.businessName', '', 'brand.contact.businessName must be 1 to 255 characters'],
  ['contact.role', long(256), 'brand.contact.role must be 1 to 255 characters'],
  ['contact.phone', '0202', "brand.contact.phone must be in E.164 format (e.g. '+12025551234')"],
  ['contact.email', 'john', 'brand.contact.email must be a valid email address'],
  ['contact.phoneCountryCode', 'US', "brand.contact.phoneCountryCode must be a calling code (e.g. '1')"],
  ['business.legalName', 5, 'brand.business.legalName must be text, in quotation marks'],
  ['business.taxId', '', 'brand.business.taxId must be 1 to 64 characters'],
  ['business.taxIdType', long(65), 'brand.business.taxIdType must be 1 to 64 characters'],
  ['business.entityType', 'LLC', `brand.business.entityType must be one of: ${ENTITY_TYPES.join(', ')}`],
  ['business.postalCode', long(33), 'brand.business.postalCode must be 1 to 32 characters'],
  ['business.country', 'us', `brand.business.country ${COUNTRY}`],
  ['business.countryOfRegistration', 'XX', `brand.business.countryOfRegistration ${COUNTRY}`],
  ['business.url', 'acmecorp.com', 'brand.business.url must be a valid HTTP or HTTPS URL'],
  ['compliance.vertical', undefined, 'brand.compliance.vertical is required'],
  ['compliance.vertical', 'professional', `brand.compliance.vertical must be one of: ${VERTICALS.join(', ')}`],
  ['compliance.brandRelationship', null, 'brand.compliance.brandRelationship is required'],
  [
    'compliance.brandRelationship',
    'HUGE',
    `brand.compliance.brandRelationship must be one of: ${BRAND_RELATIONSHIPS.join(', ')}`,
  ],
  [
    'compliance.expectedMessagingVolume',
    10000,
    'brand.compliance.expectedMessagingVolume must be text, in quotation marks',
  ],
  ['compliance.isTcrApplication', 'yes', 'brand.compliance.isTcrApplication must be true or false'],
  ['compliance.phoneNumberPrefix', 'one', "brand.compliance.phoneNumberPrefix must be a calling prefix (e.g. '+1')"],
  ['compliance.destinationCountries', 'US', 'brand.compliance.destinationCountries must be a list'],
  [
    'compliance.destinationCountries',
    Array.from({ length: 251 }, () => ({ id: 'US' })),
    'brand.compliance.destinationCountries must have at most 250 entries',
  ],
  ['compliance.notes', long(5001), 'brand.compliance.notes must be 1 to 5000 characters'],
]

describe('PATCH /v3/profiles/{profileId}: the sentence for each member', () => {
  let app: TestApp
  let path: string
  let patch: (body: Json) => ReturnType<TestApp['nobody']['patch']>
  before(async () => {
    app = await testApp()
    const org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}`
    patch = (body) => org.admin.patch(path, body)
  })
  after(() => app[Symbol.asyncDispose]())

  async function assertRefused(body: Json, at: string, says: string): Promise<void> {
    const reply = await patch(body)
    assert.equal(reply.status, 400, `${at}: ${reply.text}`)
    assert.equal(reply.error.code, 'VALIDATION_001')
    assert.deepEqual(reply.error.details, { [at]: [says] })
  }

  test('members of the profile', async () => {
    for (const [member, value, says] of PROFILE) await assertRefused({ [member]: value }, member, says)
  })

  test('members of the billing contact', async () => {
    for (const [member, value, says] of CONTACT) {
      const billing_contact = replaced(aBillingContact(), member.split('.'), value)
      await assertRefused({ billing_contact }, `billing_contact.${member}`, says)
    }
  })

  test('members of the brand, under the path of the request', async () => {
    for (const [member, value, says] of BRAND) {
      await assertRefused({ brand: replaced(aBrand(), member.split('.'), value) }, `brand.${member}`, says)
    }
  })

  test('entries of a list are named by their index', async () => {
    const destinationCountries = [{ id: 'US' }, 'CA', { id: 'usa', isMain: 1 }]
    const reply = await patch({
      brand: replaced(aBrand(), ['compliance', 'destinationCountries'], destinationCountries),
    })
    assert.equal(reply.status, 400)
    const list = 'brand.compliance.destinationCountries'
    assert.deepEqual(Object.keys(reply.error.details ?? {}).sort(), [
      `${list}[1]`,
      `${list}[2].id`,
      `${list}[2].isMain`,
    ])
    assert.deepEqual(reply.error.details?.[`${list}[2].id`], [`${list}[2].id ${COUNTRY}`])
  })

  test('members of the card', async () => {
    const card = { card_number: '4242424242424242', expiry: '09/29', cvc: '123', zip_code: '10001' }
    const refusals: Refusal[] = [
      ['card_number', '4242 4242 4242 4242', 'payment_details.card_number must be 13 to 19 digits'],
      ['card_number', '4242424242424241', 'payment_details.card_number is not a valid card number'],
      ['card_number', null, 'payment_details.card_number is required'],
      ['expiry', '2027-09', "payment_details.expiry must be in MM/YY format (e.g. '09/27')"],
      ['expiry', '13/27', "payment_details.expiry must be in MM/YY format (e.g. '09/27')"],
      ['cvc', '12', 'payment_details.cvc must be 3 or 4 digits'],
      ['cvc', 123, 'payment_details.cvc must be text, in quotation marks'],
      ['zip_code', '', 'payment_details.zip_code must be 1 to 32 characters'],
      ['zip_code', undefined, 'payment_details.zip_code is required'],
    ]
    for (const [member, value, says] of refusals) {
      await assertRefused({ payment_details: replaced(card, [member], value) }, `payment_details.${member}`, says)
    }
  })

  test('values at the bounds are taken', async () => {
    for (const body of [
      { name: long(255) },
      { description: long(5000) },
      { short_name: 'Mkt' },
      { short_name: 'Support1 AB' },
      { icon: 'http://localhost:8080/icon?size=1#a' },
      { sending_phone_number: '+442079460000' },
      { name: '😀'.repeat(255) },
    ]) {
      const reply = await patch(body)
      assert.equal(reply.status, 200, JSON.stringify(body))
      for (const [member, value] of Object.entries(body)) assert.equal(reply.data[member], value)
    }
  })
})
