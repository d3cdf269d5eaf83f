import type { JsonValue } from '../../src/contract/fields/json-value.ts'
import type { TSchema } from '../../src/contract/fields/schema.ts'
import { toSnake } from '../../src/contract/fields/snake-case.ts'
import type { Caller } from '../../src/http/caller.ts'
import { type Brand, type BrandSections, brandRequest, newBrand } from '../../src/resources/brands/index.ts'
import type { BillingModel, Profile, ProfileSettings } from '../../src/resources/profiles/profile.fields.ts'
import { profileTable } from '../../src/resources/profiles/profile-members.fields.ts'

/** A stored profile that has a value everywhere, each another than the field tables' examples. */

const AT = '2026-01-02T03:04:05.678901+00:00'
export const OTHER_PROFILE = '660e8400-e29b-41d4-a716-446655440000'
const SECOND_PROFILE = '660e8400-e29b-41d4-a716-446655440009'

interface Shape {
  type?: string
  enum?: readonly string[]
  format?: string
  pattern?: string
  example?: unknown
  properties?: Record<string, TSchema>
  items?: TSchema
  e164?: boolean
  webAddress?: boolean
  country?: boolean
}

/** For every text one of them fits. */
const TEXTS = ['Stored', '44']

function storedText({ format, enum: choices, pattern, e164, webAddress, country }: Shape): string {
  if (choices !== undefined) return choices[0] ?? ''
  if (format === 'uuid') return SECOND_PROFILE
  if (format === 'email') return 'stored@example.com'
  if (e164) return '+442071838750'
  if (webAddress) return 'https://example.org/stored'
  if (country) return 'DE'
  const found = TEXTS.find((value) => pattern === undefined || new RegExp(pattern, 'u').test(value))
  if (found === undefined) throw new Error(`no text fits ${pattern}: add one to TEXTS`)
  return found
}

function storedValue(schema: TSchema): JsonValue {
  const shape = schema as Shape
  if (shape.properties !== undefined) return storedValues(shape.properties)
  if (shape.items !== undefined) return [storedValue(shape.items)]
  return shape.type === 'boolean' ? shape.example !== true : storedText(shape)
}

function storedValues(schemas: Record<string, TSchema>, rename = (name: string) => name): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [rename(name), storedValue(schema)]))
}

function storedBrand(): Brand {
  const sections = Object.entries(brandRequest.properties).map(([section, { properties }]) => [
    section,
    storedValues(properties, toSnake),
  ])
  const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
  return newBrand(id, AT, Object.fromEntries(sections) as unknown as BrandSections)
}

function storedSettings(): ProfileSettings {
  const settings = Object.entries(profileTable).filter(([, { kind }]) => kind === 'setting')
  const schemas = settings.map(([name, { schema }]) => [name, schema])
  return storedValues(Object.fromEntries(schemas)) as unknown as ProfileSettings
}

export function storedProfile(billingModel: BillingModel): Profile {
  return {
    ...storedSettings(),
    id: '770e8400-e29b-41d4-a716-446655440002',
    organization_id: '550e8400-e29b-41d4-a716-446655440000',
    status: 'approved',
    waba_id: null,
    payment_method: null,
    registry_feedback: null,
    version: 1,
    created_at: AT,
    updated_at: AT,
    billing_model: billingModel,
    brand: storedBrand(),
    organizationBrand: null,
  }
}

/** An owner who asks. Nothing is encrypted or opened for a document. */
export const READER: Caller = {
  keyId: '0190a0b0-0000-7000-8000-000000000001',
  userId: '0190a0b0-0000-7000-8000-000000000002',
  userEmail: 'team@acme.com',
  role: 'owner',
  mode: 'live',
  organization: {
    organization_id: '550e8400-e29b-41d4-a716-446655440000',
    kind: 'organization',
    name: 'Acme Corp',
    email: 'team@acme.com',
    icon: null,
    description: null,
    state: 'ACTIVE',
    waba_id: '123456789012345',
    waba_name: 'Acme Corp',
    created_at: AT,
  },
  cipher: {
    encrypt: () => {
      throw new Error('a document seals nothing')
    },
    decrypt: () => {
      throw new Error('a document opens nothing')
    },
    decryptOften: () => {
      throw new Error('a document opens nothing')
    },
  },
  actingProfileId: null,
  isScopedByHeader: false,
  hasWebhooks: false,
  customerId: '550e8400-e29b-41d4-a716-446655440000',
}
