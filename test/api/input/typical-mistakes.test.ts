import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ErrorCode } from '../../../src/contract/errors.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Sending } from '../../kit/servers/client.ts'
import { assertRefusal } from './refusal.ts'

/** What people send by mistake on their first day, and that the answer says what to do instead. */

interface Given {
  org: TestOrganization
  id: string
  key: string
  profileKey: string
}

type Request = [method: string, path: string, sending?: Sending]

interface Row {
  mistake: string
  send: (given: Given) => Request
  /** Without the key of the organization's admin. */
  isKeyless?: true
  code: ErrorCode
  /** What the sentences about each member say; that no other member is named is part of it. */
  details?: Record<string, RegExp>
  message?: RegExp
  hint?: RegExp
}

const PROFILES = '/v3/profiles'
const FORM = 'application/x-www-form-urlencoded'
const STRICT = { prefer: 'handling=strict' }
const UNKNOWN_ID = '770e8400-e29b-41d4-a716-446655440002'

const patch = (body: unknown, headers: Record<string, string> = {}): Pick<Row, 'send'> => ({
  send: ({ id }) => ['PATCH', `${PROFILES}/${id}`, { body, headers }],
})
const get = (path: string, headers: Record<string, string> = {}): Pick<Row, 'send'> => ({
  send: () => ['GET', path, { headers }],
})
const sendKey = (headers: (key: string) => Record<string, string>): Pick<Row, 'send' | 'isKeyless'> => ({
  send: ({ key }) => ['GET', PROFILES, { headers: headers(key) }],
  isKeyless: true,
})
const webhook = (members: object): Pick<Row, 'send'> => {
  const body = { display_name: 'Receiver', endpoint_url: 'https://hooks.acme.com/letterhead', ...members }
  return { send: () => ['POST', '/v3/webhooks', { body }] }
}

const MEDIA_TYPES: readonly Row[] = [
  {
    mistake: 'an empty Content-Type',
    ...patch('{"name":"A"}', { 'content-type': '' }),
    code: 'REQUEST_415',
    message: /the Content-Type is empty\. Send application\/json/,
  },
  {
    mistake: 'a wrong Content-Type',
    ...patch('{"name":"A"}', { 'content-type': 'text/plain' }),
    code: 'REQUEST_415',
    message: /is text\/plain\. Send application\/json/,
  },
  {
    mistake: 'the body of a form, as curl -d sends it',
    ...patch('name=A', { 'content-type': FORM }),
    code: 'REQUEST_415',
    hint: /add -H 'Content-Type: application\/json'/,
  },
  { mistake: 'Accept: text/html', ...get(PROFILES, { accept: 'text/html' }), code: 'REQUEST_406', hint: /json/ },
]

const KEYS: readonly Row[] = [
  { mistake: 'no key', ...sendKey(() => ({})), code: 'AUTH_001', hint: /Send your API key in the x-api-key header/ },
  {
    mistake: 'Authorization: Bearer',
    ...sendKey((key) => ({ authorization: `Bearer ${key}` })),
    code: 'AUTH_001',
    hint: /Bearer is not read here\. Send the key in the x-api-key header, without Bearer/,
  },
  {
    mistake: 'X-Api-Key misspelt as api-key',
    ...sendKey((key) => ({ 'api-key': key })),
    code: 'AUTH_001',
    hint: /The api-key header is not read here\. Send the key in the x-api-key header/,
  },
  {
    mistake: 'the key in the query',
    send: ({ key }) => ['GET', `${PROFILES}?api_key=${key}`],
    isKeyless: true,
    code: 'AUTH_001',
    hint: /Send it in the x-api-key header, and put a new key in its place/,
  },
  {
    mistake: 'a variable that is not set as the key',
    ...sendKey(() => ({ 'x-api-key': '' })),
    code: 'AUTH_001',
    hint: /is empty: set the variable that holds the key/,
  },
  {
    mistake: 'a placeholder as the key',
    ...sendKey(() => ({ 'x-api-key': 'YOUR_API_KEY' })),
    code: 'AUTH_002',
    hint: /placeholder: put a key in its place/,
  },
  {
    mistake: 'a key that is not complete',
    ...sendKey((key) => ({ 'x-api-key': key.slice(0, -4) })),
    code: 'AUTH_002',
    hint: /not whole.*Copy it from sk_ to its last character/,
  },
  {
    mistake: 'quotation marks around the key',
    ...sendKey((key) => ({ 'x-api-key': `"${key}"` })),
    code: 'AUTH_002',
    hint: /without quotation marks/,
  },
]

const JSON_TEXT: readonly Row[] = (
  [
    ['a trailing comma', '{"name":"A",}', /column 12/, /comma before a closing bracket: take it out/],
    ['single quotes', "{'name':'A'}", /column 2/, /write "name", not 'name'/],
    ['a key without quotes', '{name:"A"}', /column 2/, /in double quotation marks/],
    ['a comment', '{"name":"A" // the name\n}', /column 13/, /no comments: take it out/],
    ['JSON that is cut', '{"name":"A"', /column 12/, /closing bracket is missing/],
    ['a word of Python', '{"sandbox":True}', /column 12/, /true, false, null/],
    ['an array as the body', '[{"name":"A"}]', /must be a JSON object/, /Put the members into one object/],
    ['a key twice', '{"name":"A","name":"B"}', /column 13/, /send it once/],
  ] as const
).map(([mistake, body, message, hint]) => ({ mistake, ...patch(body), code: 'REQUEST_400', message, hint }))

const PATHS: readonly Row[] = [
  {
    mistake: 'PUT on a profile',
    send: ({ id }) => ['PUT', `${PROFILES}/${id}`, { body: { name: 'A' } }],
    code: 'REQUEST_405',
    hint: /PATCH/,
  },
  {
    mistake: 'POST on a profile',
    send: ({ id }) => ['POST', `${PROFILES}/${id}`, { body: { name: 'A' } }],
    code: 'REQUEST_405',
    hint: /PATCH/,
  },
  { mistake: '/v2', ...get('/v2/profiles'), code: 'REQUEST_404', hint: /Did you mean \/v3\/profiles\?/ },
  { mistake: 'no /v3', ...get('/profiles'), code: 'REQUEST_404', hint: /Paths of the API begin with \/v3/ },
  { mistake: '/v3/profile', ...get('/v3/profile'), code: 'REQUEST_404', hint: /Did you mean \/v3\/profiles\?/ },
  {
    mistake: 'a slash at the end',
    ...get(`${PROFILES}/`),
    code: 'RESOURCE_014',
    hint: /leave the slash at the end out/,
  },
  {
    mistake: 'braces that were left',
    ...get(`${PROFILES}/{profileId}`),
    code: 'RESOURCE_014',
    hint: /placeholder where profileId belongs/,
  },
  {
    mistake: 'a colon that was left',
    ...get(`${PROFILES}/:profileId`),
    code: 'RESOURCE_014',
    hint: /placeholder where profileId belongs/,
  },
  { mistake: 'an id that is none', ...get(`${PROFILES}/123`), code: 'RESOURCE_014', hint: /no UUID/ },
  {
    mistake: 'the id of an example',
    ...get(`${PROFILES}/${UNKNOWN_ID}`),
    code: 'RESOURCE_014',
    hint: /List the profiles of this key/,
  },
]

const WEBHOOKS: readonly Row[] = [
  {
    mistake: 'an http webhook on a laptop',
    ...webhook({ endpoint_url: 'http://192.168.0.5:9000/hook' }),
    code: 'VALIDATION_001',
    details: { endpoint_url: /private or reserved address/ },
    hint: /WEBHOOKS_ALLOW_PRIVATE=on/,
  },
  {
    mistake: 'an http webhook',
    ...webhook({ endpoint_url: 'http://hooks.acme.com/hook' }),
    code: 'VALIDATION_001',
    details: { endpoint_url: /must use https/ },
    hint: /https.*WEBHOOKS_ALLOW_PRIVATE=on/,
  },
  {
    mistake: 'a webhook to localhost',
    ...webhook({ endpoint_url: 'http://localhost:3000/hook' }),
    code: 'VALIDATION_001',
    details: { endpoint_url: /must use https/ },
    hint: /WEBHOOKS_ALLOW_PRIVATE=on/,
  },
  {
    mistake: 'a webhook without a scheme',
    ...webhook({ endpoint_url: 'hooks.acme.com/hook' }),
    code: 'VALIDATION_001',
    message: /^Endpoint URL must be a valid HTTP or HTTPS URL$/,
    hint: /Give an https address/,
  },
  {
    mistake: 'an http address to call at the end of a completion',
    send: ({ id }) => ['POST', `${PROFILES}/${id}/complete`, { body: { webHookUrl: 'http://localhost:3000/hook' } }],
    code: 'VALIDATION_001',
    hint: /WEBHOOKS_ALLOW_PRIVATE=on/,
  },
  {
    mistake: 'the whole name of an event as its kind',
    ...webhook({ event_types: ['profile.updated'] }),
    code: 'VALIDATION_001',
    details: { 'event_types[0]': /must be one of: profile, / },
    hint: /"event_types": \["profile"\] and "event_filters": \{"profile": \["updated"\]\}/,
  },
  {
    mistake: 'the whole name of an event in a filter',
    ...webhook({ event_types: ['brand'], event_filters: { brand: ['brand.submitted'] } }),
    code: 'VALIDATION_001',
    details: { 'event_filters.brand[0]': /must be one of: created, / },
    hint: /"event_filters": \{"brand": \["submitted"\]\}/,
  },
  {
    mistake: 'a number as text',
    ...webhook({ retry_count: '3' }),
    code: 'VALIDATION_001',
    details: { retry_count: /must be a whole number from 1 to 5/ },
  },
]

const said = (mistake: string, request: Pick<Row, 'send'>, details: Record<string, RegExp>): Row => ({
  mistake,
  ...request,
  code: 'VALIDATION_001',
  details,
})
const phone = { name: 'Ada Example', email: 'ada@acme.com', phone: '12025551234' }

const MEMBERS: readonly Row[] = [
  said('sandbox as text', patch({ sandbox: 'true' }), { sandbox: /must be true or false/ }),
  said('test_mode', patch({ test_mode: true }), { sandbox: /^Use sandbox instead of test_mode$/ }),
  said('a boolean as text', patch({ inherit_contacts: 'true' }), { inherit_contacts: /must be true or false/ }),
  said('a boolean as a number', patch({ inherit_contacts: 1 }), { inherit_contacts: /must be true or false/ }),
  said('text as a number', patch({ name: 5 }), { name: /must be text/ }),
  said('no name', { send: () => ['POST', PROFILES, { body: { name: null } }] }, { name: /^Profile name is required$/ }),
  said('a name to clear', patch({ name: null }, { 'content-type': 'application/merge-patch+json' }), {
    name: /cannot be cleared/,
  }),
  said('no body where one is needed', { send: () => ['POST', PROFILES] }, { name: /^Profile name is required$/ }),
  said('members of the brand in snake_case', patch({ brand: { contact: { name: 'A', business_name: 'B' } } }, STRICT), {
    'brand.compliance': /is required/,
    'brand.contact.business_name': /did you mean brand\.contact\.businessName\?/,
  }),
  said('settings in camelCase', patch({ shortName: 'A' }, STRICT), { shortName: /did you mean short_name\?/ }),
  said('a member that is not known', patch({ colour: 'red' }, STRICT), { colour: /is not a known member$/ }),
  said('a member that is misspelt', patch({ nmae: 'A' }, STRICT), { nmae: /did you mean name\?/ }),
  said('a phone number without +', patch({ billing_contact: phone }), { 'billing_contact.phone': /'\+12025551234'/ }),
  said(
    'the owner as the role of an invitation',
    { send: () => ['POST', '/v3/users', { body: { email: 'new@example.com', name: 'New', role: 'owner' } }] },
    { role: /^Role must be one of: admin, billing, developer$/ },
  ),
  said('?limit=5', get(`${PROFILES}?limit=5`, STRICT), { limit: /did you mean page_size\?/ }),
  said('?stauts=', get(`${PROFILES}?stauts=approved`, STRICT), { stauts: /did you mean status\?/ }),
  said('a status that is misspelt', get(`${PROFILES}?status=aproved`), { status: /must be one of: .*approved/ }),
]

const HEADERS: readonly Row[] = [
  {
    mistake: 'an Idempotency-Key with a space',
    ...patch({ name: 'A' }, { 'idempotency-key': 'my key' }),
    code: 'VALIDATION_007',
    hint: /1 to 255 letters, digits, hyphens or underscores/,
  },
  {
    mistake: 'an Idempotency-Key that is too long',
    ...patch({ name: 'A' }, { 'idempotency-key': 'k'.repeat(256) }),
    code: 'VALIDATION_007',
    hint: /1 to 255/,
  },
  {
    mistake: 'If-Match without quotes',
    send: ({ id }) => ['PATCH', `${PROFILES}/${id}`, { body: { name: 'A' }, headers: { 'if-match': `${id}.1` } }],
    code: 'REQUEST_400',
    message: /in double quotes/,
    hint: /with its quotation marks/,
  },
  {
    mistake: 'an empty x-profile-id',
    ...get(PROFILES, { 'x-profile-id': '' }),
    code: 'VALIDATION_003',
    hint: /Send a UUID, or leave the x-profile-id header out/,
  },
  {
    mistake: 'x-profile-id with the key of a profile',
    send: ({ id, profileKey }) => ['GET', '/v3/me', { headers: { 'x-profile-id': id, 'x-api-key': profileKey } }],
    code: 'AUTH_004',
    hint: /leave the x-profile-id header out/,
  },
]

describe('typical mistakes', () => {
  let app: TestApp
  let given: Given
  before(async () => {
    app = await testApp()
    const org = await app.organization()
    const { id } = await org.profile({ inherit_tcr_brand: false })
    const key = org.admin.apiKey ?? ''
    given = { org, id, key, profileKey: (await org.profileKey(id)).apiKey ?? '' }
  })
  after(() => app[Symbol.asyncDispose]())

  for (const row of [...MEDIA_TYPES, ...KEYS, ...JSON_TEXT, ...PATHS, ...WEBHOOKS, ...MEMBERS, ...HEADERS]) {
    const { mistake, code, details, message, hint } = row
    test(`the answer to ${mistake} says what to do`, async () => {
      const [method, path, sending] = row.send(given)
      const client = row.isKeyless === true ? app.nobody : given.org.admin
      const reply = await client.request(method, path, sending)
      assert.equal(assertRefusal(reply, '', mistake), code)
      const { error } = reply
      if (details !== undefined) {
        assert.deepEqual(Object.keys(error.details ?? {}).sort(), Object.keys(details).sort(), reply.text)
        for (const [member, says] of Object.entries(details)) assert.match(String(error.details?.[member]), says)
      }
      if (message !== undefined) assert.match(error.message, message)
      if (hint !== undefined) assert.match(error.hint, hint)
    })
  }

  test('the answer to a body without a Content-Type says what to do', async () => {
    // The only client at hand that sends bytes without saying what they are.
    const reply = await fetch(`${app.url}${PROFILES}/${given.id}`, {
      method: 'PATCH',
      body: Buffer.from('{"name":"A"}'),
      headers: { 'x-api-key': given.key },
    })
    const { error } = (await reply.json()) as { error: { code: string; message: string } }
    assert.equal(error.code, 'REQUEST_415')
    assert.match(error.message, /has a body and no Content-Type\. Send application\/json/)
  })

  test('nothing of all that changed the profile', async () => {
    const reply = await given.org.admin.get(`${PROFILES}/${given.id}`)
    assert.equal(reply.headers.etag, `"${given.id}.1"`)
  })
})
