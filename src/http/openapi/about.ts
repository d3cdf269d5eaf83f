import type { JsonObject } from '../../contract/fields/json-value.ts'

/** What the API document says of itself, in our words. */
export const INFO: JsonObject = {
  title: 'Letterhead',
  version: 'v3',
  summary: 'Sender profiles over HTTP.',
  description: [
    'Letterhead keeps sender profiles: the identity that a brand, a department or a use case has when it sends business messages. It speaks the v3 HTTP API that Sent publishes for profiles. It is independent work and not affiliated with Sent.',
    'Every answer with a body is one envelope: `success`, `data`, `error`, `meta`. A refusal carries a code of the catalogue, a sentence, and where members are at fault a list of sentences for each of them.',
    'Send your key in `x-api-key`. A key of an organization can act as one of its profiles by `x-profile-id`. A test key runs every change as a dry run, as `"sandbox": true` in the body does.',
    'Members that are not known are ignored and named in `X-Unknown-Fields`. Send `Prefer: handling=strict` to have them refused.',
  ].join('\n\n'),
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
}

export const SECURITY_SCHEMES: JsonObject = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'A key of an organization, a profile or a standalone account.',
  },
}

const TAGS: Record<string, string> = {
  Profiles: 'Sender profiles: settings, billing, numbers, brand, and the history of their changes.',
  Campaigns: 'Campaigns of a profile: what is sent, and how consent is given. Members are camelCase both ways.',
  'API keys': 'Keys that act as one profile. An addition of Letterhead.',
  Account: 'What the key acts as.',
  Users: 'The users of an organization, whose roles decide what their API keys may do.',
  Invitations:
    'What the holder of an invitation can do, without an API key. An addition of Letterhead. Wrong tokens are slowed down like wrong keys.',
  Contacts: 'People whom an account sends to, and whether they want that.',
  Numbers: 'What is known of a phone number.',
  Templates: 'Texts with variables that messages are made of, with their review and what others share.',
  Webhooks: 'Endpoints that are told of events, signed and retried, with a log and a replay.',
}

/** The tags that are in use. @throws Error for one that is not described. */
export function tagsOf(names: readonly string[]): JsonObject[] {
  return [...new Set(names)].map((name) => {
    const description = TAGS[name]
    if (description === undefined) throw new Error(`the tag ${name} has no description`)
    return { name, description }
  })
}

const PATH_PARAMETERS: Record<string, [description: string, example: string]> = {
  profileId: [
    'Id of the profile. One that is malformed, unknown or deleted is not found.',
    '770e8400-e29b-41d4-a716-446655440002',
  ],
  campaignId: ['Id of the campaign, as the list shows it.', 'b2c3d4e5-f6a7-8901-bcde-f12345678901'],
  userId: [
    'Id of the user. One that is malformed, unknown, removed, or the owner is not found.',
    '0190a0b0-0000-7000-8000-000000000002',
  ],
  token: ['Token of the invitation, as its mail shows it.', 'inv_…'],
  templateId: ['Id of the template, as the list shows it.', '0190a0b0-0000-7000-8000-00000000000a'],
  webhookId: ['Id of the webhook, as the list shows it.', 'd4f5a6b7-c8d9-4e0f-a1b2-c3d4e5f6a7b8'],
  contactId: ['Id of the contact, as the list shows it.', '6ba7b810-9dad-41d1-80b4-00c04fd430c8'],
  phoneNumber: ['The number with its country code; its + is percent-encoded.', '+12025551234'],
  keyId: ['Id of the key, as the list shows it.', '0190a0b0-0000-7000-8000-000000000001'],
}

/** The parameters that a route path names, as `:profileId`. @throws Error for one that is not described. */
export function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name = '']) => {
    const known = PATH_PARAMETERS[name]
    if (known === undefined) throw new Error(`the path parameter ${name} has no description`)
    const [description, example] = known
    return { name, in: 'path', required: true, description, schema: { type: 'string', examples: [example] } }
  })
}

/** A route path as OpenAPI writes it: `/v3/profiles/{profileId}`. */
export function documentPath(path: string): string {
  return path.replace(/:([A-Za-z]+)/g, '{$1}')
}
