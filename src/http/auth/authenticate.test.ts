import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newKeyText } from '../../contract/tokens/key-text.ts'
import type { Executor } from '../../db/database.ts'
import { KeyRing } from '../../encryption/key-ring.ts'
import type { AppContext } from '../app-context.ts'
import type { Caller } from '../caller.ts'
import type { Endpoint } from '../endpoint.ts'
import type { FirstReadRow } from '../first-read.store.ts'
import type { IncomingRequest, RequestHeaders } from '../incoming-request.ts'
import {
  authenticate,
  authorize,
  type Credential,
  checkKeyGrammar,
  checkPathIds,
  keyDigest,
  readCredential,
  readFirst,
  secretDigest,
  uuidOrNull,
} from './authenticate.ts'

const ORG = '6f1f6a52-0f5e-4c1b-9a53-0c8f4f5f7a01'
const PROFILE = '6f1f6a52-0f5e-4c1b-9a53-0c8f4f5f7a02'
const OTHER = '6f1f6a52-0f5e-4c1b-9a53-0c8f4f5f7a03'
const CARD = '4242424242424242'

const keys = new KeyRing({
  keys: [{ id: 'a', bytes: Buffer.alloc(32, 1) }],
  activeId: 'a',
  pepper: Buffer.alloc(32, 2),
})
const dataKey = keys.newDataKey(ORG)

/** Every way out of the functions under test, written down. */
function witnessed({ waitSeconds = 0, entries = [] as { organization_id: string }[], rows = [] as object[] } = {}) {
  const seen = { reasons: [] as string[], addresses: [] as string[], asked: [] as unknown[][] }
  const ask = async (...args: unknown[]) => {
    seen.asked.push(args)
    return rows
  }
  const context = {
    keys,
    db: {
      run: ask,
      runUnscoped: async (...args: unknown[]) => {
        seen.asked.push(args)
        return entries
      },
    },
    metrics: { authFailed: (reason: string) => seen.reasons.push(reason) },
    lockout: {
      failed: (address: string) => {
        seen.addresses.push(address)
        return waitSeconds
      },
    },
  } as unknown as AppContext
  return { context, seen }
}

const incoming = (params: Record<string, string> = {}) =>
  ({ params, headers: {}, query: new URLSearchParams(), remoteAddress: '203.0.113.7' }) as unknown as IncomingRequest
const requestHeaders = (given: Partial<RequestHeaders>) => given as RequestHeaders
const endpoint = (given: object) => ({ operation: 'updateProfile', kind: 'write', ...given }) as unknown as Endpoint

const refusal = (code: string, status: number, more: object = {}) => ({ code, status, ...more })
const DENIED_CHANGE = { message: 'You do not have admin access to this organization or profile' }
const DENIED_READ = { message: 'You do not have access to this organization or profile' }

test('only a whole UUID is one, and it is compared in lower case', () => {
  assert.equal(uuidOrNull(ORG), ORG)
  assert.equal(uuidOrNull(ORG.toUpperCase()), ORG)
  for (const text of [undefined, '', `${ORG}0`, `x${ORG}`, `${ORG}\n`, ORG.slice(1), ORG.replace('-', ''), `${ORG} `])
    assert.equal(uuidOrNull(text), null, JSON.stringify(text))
})

test('keys and invitations have digests of their own, which say nothing of the text', () => {
  const digest = keyDigest(keys, 'text')
  assert.match(digest, /^[\w-]{43}$/)
  assert.equal(digest, secretDigest(keys, 'api-key', 'text'))
  assert.notEqual(digest, secretDigest(keys, 'invitation', 'text'))
  assert.notEqual(digest, keyDigest(keys, 'text2'))
})

test('a request without a key is told so, and is no guess', async () => {
  for (const apiKey of [undefined, '']) {
    const { context, seen } = witnessed()
    await assert.rejects(readCredential(context, incoming(), requestHeaders({ apiKey })), refusal('AUTH_001', 401))
    assert.deepEqual(seen, { reasons: ['missing'], addresses: [], asked: [] })
  }
})

test('a key that no key can be costs no query and counts against its address', async () => {
  const { context, seen } = witnessed()
  await assert.rejects(
    readCredential(context, incoming(), requestHeaders({ apiKey: 'sk_live_x' })),
    refusal('AUTH_002', 401),
  )
  assert.deepEqual(seen, { reasons: ['malformed'], addresses: ['203.0.113.7'], asked: [] })
})

test('an address that guessed too often waits for the seconds that it is told', async () => {
  const { context } = witnessed({ waitSeconds: 60 })
  const told = refusal('BUSINESS_002', 429, {
    message: 'Too many requests with an invalid API key',
    headers: { 'retry-after': '60', 'x-should-retry': 'false' },
  })
  await assert.rejects(readCredential(context, incoming(), requestHeaders({ apiKey: 'x' })), told)
})

test('a key of ours names its organization and mode, and costs no look into the directory', async () => {
  for (const mode of ['live', 'test'] as const) {
    const { context, seen } = witnessed()
    const apiKey = newKeyText(mode, ORG)
    const credential = await readCredential(context, incoming(), requestHeaders({ apiKey }))
    assert.deepEqual(credential, { organizationId: ORG, digest: keyDigest(keys, apiKey), mode })
    assert.deepEqual(seen.asked, [])
  }
})

test('an imported key is looked up by the digest of its lower-case form, and is live', async () => {
  const { context, seen } = witnessed({ entries: [{ organization_id: ORG }] })
  const credential = await readCredential(context, incoming(), requestHeaders({ apiKey: OTHER.toUpperCase() }))
  assert.deepEqual(credential, { organizationId: ORG, digest: keyDigest(keys, OTHER), mode: 'live' })
  assert.deepEqual(seen.asked[0]?.[1], [keyDigest(keys, OTHER)])
  const none = witnessed()
  await assert.rejects(
    readCredential(none.context, incoming(), requestHeaders({ apiKey: OTHER })),
    refusal('AUTH_002', 401),
  )
  assert.deepEqual(none.seen.reasons, ['unknown'])
})

test('the first read shows the database nothing that will be refused', async () => {
  const credential: Credential = { organizationId: ORG, digest: 'd', mode: 'test' }
  const read = async (given: Partial<RequestHeaders>, params: Record<string, string> = {}, of: object = {}) => {
    const { context, seen } = witnessed({ rows: [{ k_id: 'k' }] })
    const row = await readFirst(context.db as Executor, endpoint(of), credential, {
      incoming: incoming(params),
      requestHeaders: requestHeaders(given),
    })
    assert.deepEqual(row, { k_id: 'k' })
    assert.equal(seen.asked[0]?.[0], ORG)
    return seen.asked[0]?.[2]
  }
  assert.deepEqual(await read({}), [ORG, 'd', null, null, 'test', null])
  assert.deepEqual(await read({ profileId: PROFILE.toUpperCase(), idempotencyKey: 'order-1' }), [
    ORG,
    'd',
    PROFILE,
    'order-1',
    'test',
    null,
  ])
  for (const idempotencyKey of [CARD, `order-${CARD}`, 'a b', '', 'a'.repeat(256), 'ä', 'a\n'])
    assert.deepEqual(await read({ idempotencyKey, profileId: 'x' }), [ORG, 'd', null, null, 'test', null])
  const longest = 'a'.repeat(255)
  assert.deepEqual(await read({ idempotencyKey: longest }), [ORG, 'd', null, longest, 'test', null])
  const named = { targetParam: 'profileId' }
  assert.deepEqual(await read({}, { profileId: PROFILE }, named), [ORG, 'd', null, null, 'test', PROFILE])
  assert.deepEqual(await read({}, { profileId: 'x' }, named), [ORG, 'd', null, null, 'test', null])
})

test('a key that opens nothing reads as null', async () => {
  const { context } = witnessed()
  const credential: Credential = { organizationId: ORG, digest: 'd', mode: 'test' }
  const all = { incoming: incoming(), requestHeaders: requestHeaders({}) }
  assert.equal(await readFirst(context.db as Executor, endpoint({}), credential, all), null)
})

const ROW = {
  k_id: 'k',
  k_profile_id: null,
  k_mode: 'test',
  k_is_unused: false,
  u_id: 'u',
  u_role: 'admin',
  u_status: 'active',
  u_email: 'user@acme.example',
  o_kind: 'organization',
  o_name: 'Acme',
  o_email: 'hello@acme.example',
  o_icon: null,
  o_description: 'Sends',
  o_state: 'ACTIVE',
  o_waba_id: 'w',
  o_waba_name: 'W',
  o_data_key: dataKey,
  o_created_at: '2026-01-02 03:04:05.678901+00',
  s_id: null,
} as unknown as FirstReadRow

const CREDENTIAL: Credential = { organizationId: ORG, digest: 'd', mode: 'live' }

function authenticated(given: Partial<FirstReadRow>, of: object = {}) {
  const { context, seen } = witnessed()
  return { caller: authenticate(context, incoming(), { ...ROW, ...given }, CREDENTIAL, endpoint(of)), seen }
}

test('a caller is who the row says, in the organization that the key names', () => {
  const { caller, seen } = authenticated({})
  const { cipher, ...rest } = caller
  assert.deepEqual(rest, {
    keyId: 'k',
    userId: 'u',
    userEmail: 'user@acme.example',
    role: 'admin',
    mode: 'test',
    organization: {
      organization_id: ORG,
      kind: 'organization',
      name: 'Acme',
      email: 'hello@acme.example',
      icon: null,
      description: 'Sends',
      state: 'ACTIVE',
      waba_id: 'w',
      waba_name: 'W',
      created_at: '2026-01-02T03:04:05.678901+00:00',
    },
    actingProfileId: null,
    isScopedByHeader: false,
    hasWebhooks: false,
    customerId: ORG,
  })
  const place = { table: 't', column: 'c', row: 'r' }
  assert.equal(keys.open(dataKey, ORG).decrypt(cipher.encrypt('x', place), place), 'x')
  assert.deepEqual(seen, { reasons: [], addresses: [], asked: [] })
})

test('no row, no key, no user, and a key of a profile that is gone all answer alike, and count as guesses', () => {
  const { context, seen } = witnessed()
  const rows = [null, { ...ROW, k_id: null }, { ...ROW, u_id: null }, { ...ROW, k_profile_id: PROFILE, s_id: null }]
  for (const row of rows)
    assert.throws(
      () => authenticate(context, incoming(), row, CREDENTIAL, endpoint({})),
      refusal('AUTH_002', 401, { message: 'Invalid or missing API key' }),
    )
  assert.deepEqual(
    seen.reasons,
    rows.map(() => 'unknown'),
  )
  assert.equal(seen.addresses.length, rows.length)
})

test('a key of a profile and an accepted x-profile-id act as the profile; only the header is echoed', () => {
  const { caller: byKey } = authenticated({ k_profile_id: PROFILE, s_id: PROFILE })
  assert.deepEqual([byKey.actingProfileId, byKey.isScopedByHeader, byKey.customerId], [PROFILE, false, PROFILE])
  const { caller: byHeader } = authenticated({ s_id: PROFILE })
  assert.deepEqual([byHeader.actingProfileId, byHeader.isScopedByHeader, byHeader.customerId], [PROFILE, true, PROFILE])
})

test('a key that was not used of late is noted, for its own organization', () => {
  const { seen } = authenticated({ k_is_unused: true })
  assert.deepEqual(
    seen.asked.map(([organizationId, , params]) => [organizationId, params]),
    [[ORG, [ORG, 'k']]],
  )
})

test('that the note fails is no matter of the request', async () => {
  const { context } = witnessed()
  context.db.run = () => Promise.reject(new Error('the database is away'))
  authenticate(context, incoming(), { ...ROW, k_is_unused: true }, CREDENTIAL, endpoint({}))
  await new Promise((resolve) => setImmediate(resolve))
})

test('an account that is not active is told what is missing, and may still ask who it is', () => {
  const states: [string, string][] = [
    ['SUSPENDED', 'BUSINESS_014'],
    ['ACTIVATION_PENDING', 'AUTH_005'],
    ['KYC_COMPLETED', 'AUTH_007'],
    ['MESSAGE_COMPLIANCE_COMPLETED', 'AUTH_007'],
    ['KYC_PENDING', 'AUTH_006'],
    ['', 'AUTH_006'],
  ]
  for (const [o_state, code] of states) {
    assert.throws(() => authenticated({ o_state }), { code }, o_state)
    assert.equal(authenticated({ o_state }, { operation: 'getMe' }).caller.userId, 'u')
  }
})

function authorized(
  given: Partial<FirstReadRow>,
  {
    of = {},
    asks = {},
    params = {},
    is = {},
  }: { of?: object; asks?: Partial<RequestHeaders>; params?: Record<string, string>; is?: object } = {},
) {
  const row = { ...ROW, ...given }
  const { context } = witnessed()
  const caller: Caller = { ...authenticate(context, incoming(), row, CREDENTIAL, endpoint(of)), ...is }
  return authorize(endpoint(of), incoming(params), requestHeaders(asks), row, caller)
}

test('x-profile-id must be a UUID, of a profile that is there, and may come with a key of an organization alone', () => {
  assert.throws(() => authorized({}, { asks: { profileId: 'x' } }), refusal('VALIDATION_003', 400))
  assert.throws(() => authorized({}, { asks: { profileId: '' } }), refusal('VALIDATION_003', 400))
  const ofProfile = { k_profile_id: PROFILE, s_id: PROFILE }
  assert.throws(() => authorized(ofProfile, { asks: { profileId: PROFILE } }), refusal('AUTH_004', 403, DENIED_READ))
  assert.throws(() => authorized({ o_kind: 'user', s_id: PROFILE }, { asks: { profileId: PROFILE } }), {
    code: 'AUTH_004',
    ...DENIED_READ,
  })
  assert.throws(() => authorized({}, { asks: { profileId: PROFILE } }), refusal('RESOURCE_014', 404))
  authorized({ s_id: PROFILE }, { asks: { profileId: PROFILE } })
  authorized(ofProfile)
  authorized({ o_kind: 'user' })
})

test('the role must be allowed and the user active; a change is refused in words of its own', () => {
  for (const u_status of ['invited', 'suspended', 'rejected', ''])
    assert.throws(() => authorized({ u_status }), refusal('AUTH_004', 403, DENIED_CHANGE), u_status)
  assert.throws(() => authorized({ u_role: 'developer' }), refusal('AUTH_004', 403, DENIED_CHANGE))
  assert.throws(
    () => authorized({ u_role: 'billing' }, { of: { operation: 'listProfileKeys' } }),
    refusal('AUTH_004', 403, DENIED_READ),
  )
  authorized({ u_role: 'billing' }, { of: { operation: 'listProfiles' } })
})

test('what is the organization’s alone is refused to a profile and to a standalone account', () => {
  const of = { organizationOnly: true }
  authorized({}, { of })
  assert.throws(() => authorized({ s_id: PROFILE }, { of }), refusal('AUTH_004', 403, DENIED_CHANGE))
  assert.throws(() => authorized({ o_kind: 'user' }, { of }), refusal('AUTH_004', 403, DENIED_CHANGE))
  for (const other of [{}, { organizationOnly: false }]) {
    authorized({ s_id: PROFILE }, { of: other })
    authorized({ o_kind: 'user' }, { of: other })
  }
})

test('who acts as a profile finds that one profile and no other', () => {
  authorized({ s_id: PROFILE }, { params: { profileId: PROFILE.toUpperCase() } })
  for (const profileId of [OTHER, 'x', ORG])
    assert.throws(() => authorized({ s_id: PROFILE }, { params: { profileId } }), refusal('RESOURCE_014', 404))
  authorized({}, { params: { profileId: OTHER } })
  authorized({ s_id: PROFILE }, { params: { campaignId: OTHER } })
})

test('where an endpoint tells a malformed id apart, another profile is still not found', () => {
  const of = { malformedId: 'Invalid id' }
  authorized({ s_id: PROFILE }, { of, params: { profileId: 'x' } })
  assert.throws(() => authorized({ s_id: PROFILE }, { of, params: { profileId: OTHER } }), refusal('RESOURCE_014', 404))
})

test('a malformed id in the path is told apart only where the endpoint says how', () => {
  checkPathIds(endpoint({}), incoming({ profileId: 'x' }))
  const says = endpoint({ malformedId: 'Invalid id' })
  checkPathIds(says, incoming({}))
  checkPathIds(says, incoming({ profileId: PROFILE, keyId: OTHER }))
  for (const params of [{ profileId: 'x' }, { profileId: PROFILE, keyId: 'x' }, { profileId: 'x', keyId: OTHER }])
    assert.throws(() => checkPathIds(says, incoming(params)), refusal('VALIDATION_001', 400, { message: 'Invalid id' }))
  const named = endpoint({ malformedId: { code: 'RESOURCE_008' } })
  assert.throws(() => checkPathIds(named, incoming({ webhookId: 'x' })), refusal('RESOURCE_008', 404))
})

test('an Idempotency-Key has 1 to 255 letters, digits, hyphens and underscores, and is no card number', () => {
  for (const key of [undefined, 'a', 'A-z_09', 'a'.repeat(255)]) checkKeyGrammar(key)
  for (const key of ['', 'a'.repeat(256), 'a b', 'a.b', 'ä', 'a\n', ' a'])
    assert.throws(
      () => checkKeyGrammar(key),
      refusal('VALIDATION_007', 400, { message: 'Invalid Idempotency-Key format' }),
      key,
    )
  assert.throws(
    () => checkKeyGrammar(`order-${CARD}`),
    refusal('VALIDATION_007', 400, { message: 'Invalid Idempotency-Key format: it looks like a card number' }),
  )
})
