import assert from 'node:assert/strict'
import { ENDPOINTS } from '../../src/app/app.ts'
import type { TSchema } from '../../src/contract/fields/schema.ts'
import type { Operation } from '../../src/contract/permissions.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import type { TestOrganization } from './builders/organization.ts'
import { aCampaign, aNumber, aTemplate, withOwnCampaigns } from './builders/requests.ts'
import type { Json } from './servers/client.ts'

/** How a test reaches every operation, whatever operations there are: real path members and a body that has an effect. */

/** What has to exist for a path, by the name of its member. A new member needs an entry. */
const PATH_MEMBERS: Record<string, (org: TestOrganization, earlier: Record<string, string>) => Promise<string>> = {
  profileId: async (org) => (await org.profile(withOwnCampaigns())).id,
  campaignId: async (org, { profileId }) => {
    const made = await org.admin.post(`/v3/profiles/${profileId}/campaigns`, { campaign: aCampaign() })
    return String(made.data.id)
  },
  userId: (org) => org.user('developer'),
  webhookId: async (org) => {
    const body = { display_name: 'Receiver', endpoint_url: 'https://hooks.acme.com/letterhead' }
    const { data } = await org.admin.post('/v3/webhooks', body)
    // It has onOutcome of something, so that there is something to replay.
    await org.profile()
    return String(data.id)
  },
  contactId: async (org) => String((await org.admin.post('/v3/contacts', { phone_number: aNumber() })).data.id),
  phoneNumber: async () => aNumber(),
  templateId: async (org) => String((await org.admin.post('/v3/templates', aTemplate())).data.id),
  keyId: async (org, { profileId }) => String((await org.admin.post(`/v3/profiles/${profileId}/keys`, {})).data.id),
}

/** What else must be there for an operation to do its work. */
const PREPARED: Partial<
  Record<Operation, (org: TestOrganization, members: Record<string, string>) => Promise<unknown>>
> = {
  completeProfile: (org, { profileId }) =>
    org.admin.post(`/v3/profiles/${profileId}/campaigns`, { campaign: aCampaign() }),
}

/** Bodies of operations that change nothing when only what they require is sent. */
const BODIES: Partial<Record<Operation, Json | (() => Json)>> = {
  updateProfile: { name: 'Changed' },
  previewProfile: { name: 'Changed' },
  createCampaign: { campaign: aCampaign() },
  updateCampaign: { campaign: { ...aCampaign(), name: 'Changed' } },
  updateUserRole: { role: 'billing' },
  createContact: () => ({ phone_number: aNumber() }),
  updateContact: { opt_out: true },
  updateTemplate: { name: 'Changed' },
  replayWebhook: { from: new Date(Date.now() - 3_600_000).toISOString() },
}

export function memberNames(endpoint: Endpoint): string[] {
  return [...endpoint.path.matchAll(/:([A-Za-z]+)/g)].map(([, name = '']) => name)
}

/** Makes in `org` what the members of the endpoint's path name. */
export async function makeMembers(org: TestOrganization, endpoint: Endpoint): Promise<Record<string, string>> {
  const members: Record<string, string> = {}
  for (const name of memberNames(endpoint)) {
    const make = PATH_MEMBERS[name]
    assert.ok(make !== undefined, `test/kit/routes.ts does not know how to make a :${name}`)
    members[name] = await make(org, members)
  }
  await PREPARED[endpoint.operation]?.(org, members)
  return members
}

export function pathWith(endpoint: Endpoint, members: Record<string, string>): string {
  return endpoint.path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(members[name] ?? ''))
}

/** The body of a request that has an effect; undefined for a read. */
export function bodyOf(endpoint: Endpoint): Json | undefined {
  if (endpoint.kind === 'read') return undefined
  const body = BODIES[endpoint.operation] ?? requiredExamples(endpoint.document.body)
  return typeof body === 'function' ? body() : body
}

/** The examples of the members that a body must have. */
function requiredExamples(schema: TSchema | undefined): Json {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, { example?: unknown }>
    required?: string[]
  }
  return Object.fromEntries(required.map((name) => [name, properties[name]?.example]))
}

export function endpointOf(operation: Operation): Endpoint {
  const found = ENDPOINTS.find((endpoint) => endpoint.operation === operation)
  assert.ok(found !== undefined, operation)
  return found
}
