import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENDPOINTS } from '../../src/app/app.ts'

/**
 * The members that are kept encrypted or not at all, and the texts that may not hold a card number, read from the field
 * tables (decisions 18 and 19). The lists stand here in full, so that taking a mark away is a change that somebody sees.
 */

interface Schema {
  type?: string
  enum?: unknown
  format?: string
  properties?: Record<string, Schema>
  items?: Schema
  secret?: string
  humanText?: boolean
  e164?: boolean
  webAddress?: boolean
  country?: boolean
}

/** Members at every depth, and the entries of lists, as `list[]`. */
function membersOf(schema: Schema, root: string): [path: string, schema: Schema][] {
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, member]): [string, Schema][] => {
    const path = root === '' ? name : `${root}.${name}`
    return [[path, member], ...membersOf(member, path)]
  })
  if (schema.items === undefined) return inside
  return [...inside, [`${root}[]`, schema.items], ...membersOf(schema.items, `${root}[]`)]
}

function requestMembers(): Map<string, [string, Schema][]> {
  return new Map(
    ENDPOINTS.filter(({ document }) => document.body !== undefined).map(({ operation, document }) => [
      operation,
      membersOf(document.body as Schema, ''),
    ]),
  )
}

function pathsWhere(isChosen: (schema: Schema) => boolean): Record<string, string[]> {
  const paths: Record<string, string[]> = {}
  for (const [operation, members] of requestMembers()) {
    const found = members.filter(([, schema]) => isChosen(schema)).map(([path]) => path)
    if (found.length > 0) paths[operation] = found.sort()
  }
  return paths
}

const ENCRYPTED_OF_A_PROFILE = [
  'billing_contact',
  'billing_contact.address',
  'billing_contact.email',
  'billing_contact.name',
  'billing_contact.phone',
  'brand.business.taxId',
  'brand.contact.businessContactEmail',
  'brand.contact.businessName',
  'brand.contact.email',
  'brand.contact.mobilePhone',
  'brand.contact.name',
  'brand.contact.phone',
  'brand.contact.phoneCountryCode',
  'brand.contact.role',
]

const FORWARDED = [
  'payment_details',
  'payment_details.card_number',
  'payment_details.cvc',
  'payment_details.expiry',
  'payment_details.zip_code',
]

test('exactly these members of requests are kept encrypted', () => {
  assert.deepEqual(
    pathsWhere(({ secret }) => secret === 'sealed'),
    {
      createProfile: [...ENCRYPTED_OF_A_PROFILE, 'whatsapp_business_account.access_token'],
      updateProfile: ENCRYPTED_OF_A_PROFILE,
      createWebhook: ['endpoint_url'],
      updateWebhook: ['endpoint_url'],
      previewProfile: ENCRYPTED_OF_A_PROFILE,
      createContact: ['phone_number'],
    },
  )
})

test('exactly these members of requests are forwarded and kept nowhere', () => {
  assert.deepEqual(
    pathsWhere(({ secret }) => secret === 'forwarded'),
    { createProfile: FORWARDED, updateProfile: FORWARDED, previewProfile: FORWARDED },
  )
})

test('no member is marked in another way', () => {
  assert.deepEqual(
    pathsWhere(({ secret }) => secret !== undefined && secret !== 'sealed' && secret !== 'forwarded'),
    {},
  )
})

/** A text without a closed form of its own: not an id, an address, a phone number, a country or a word of a list. */
function isOpenText({ type, format, enum: words, secret, ...schema }: Schema): boolean {
  const hasForm = format !== undefined || words !== undefined || schema.e164 || schema.webAddress || schema.country
  return type === 'string' && !hasForm && secret !== 'forwarded'
}

const CARD_TEXT_TAKEN = [
  'brand.business.stockSymbol',
  'brand.business.taxId',
  'brand.compliance.phoneNumberPrefix',
  'brand.contact.phoneCountryCode',
  'short_name',
]

test('every open text of a request refuses card numbers, but for exactly these', () => {
  assert.deepEqual(
    pathsWhere((schema) => isOpenText(schema) && schema.humanText !== true),
    {
      createProfile: [
        ...CARD_TEXT_TAKEN,
        'whatsapp_business_account.access_token',
        'whatsapp_business_account.phone_number_id',
        'whatsapp_business_account.waba_id',
      ],
      updateProfile: CARD_TEXT_TAKEN,
      previewProfile: CARD_TEXT_TAKEN,
      createContact: ['phone_number'],
    },
  )
})

test('the list looks at texts in lists, at every depth', () => {
  const paths = (requestMembers().get('createCampaign') ?? []).map(([path]) => path)
  assert.ok(paths.includes('campaign.useCases[].sampleMessages[]'))
  assert.ok(pathsWhere(({ humanText }) => humanText === true).updateCampaign?.includes('campaign.helpKeywords'))
})
