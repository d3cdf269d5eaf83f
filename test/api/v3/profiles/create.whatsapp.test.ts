import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MAGIC_TOKENS } from '../../../../src/adapters/simulator/magic-values/tokens.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

const account = (access_token: string) => ({
  waba_id: '123456789012345',
  phone_number_id: '987654321098765',
  access_token,
})

describe('POST /v3/profiles with a WhatsApp Business Account', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('without one of its own and without one to share, a profile is refused with 422', async () => {
    const org = await app.organization({ waba: null })
    for (const body of [{ name: 'A' }, { name: 'A', whatsapp_business_account: null }, { name: 'A', sandbox: true }]) {
      const reply = await org.admin.post('/v3/profiles', body)
      assert.equal(reply.status, 422)
      assert.equal(reply.error.code, 'BUSINESS_009')
      assert.equal(reply.error.details, null)
    }
    assert.equal((await org.admin.post('/v3/profiles', {})).status, 400)
    const own = await org.admin.post('/v3/profiles', {
      name: 'A',
      whatsapp_business_account: account('EAAtest_ok'),
    })
    assert.equal(own.status, 201)
    assert.equal(own.data.waba_id, '123456789012345')
  })

  test('its own account wins over the shared one', async () => {
    const org = await app.organization()
    const made = await org.profile({ whatsapp_business_account: account('EAAtest_ok') })
    assert.equal(made.waba_id, '123456789012345')
    assert.equal((await org.profile()).waba_id, '102290129340398')
  })

  test('the token is never answered or logged, and is sealed where it is kept', async () => {
    const org = await app.organization()
    const token = 'EAAcanary4711keptsecret'
    const made = await org.admin.post(
      '/v3/profiles',
      { name: 'A', whatsapp_business_account: account(token) },
      { 'idempotency-key': 'waba-canary' },
    )
    assert.equal(made.status, 201)
    assert.equal(made.text.includes(token), false)
    const [row] = await app.sql<{ text: string; waba_access_token: string; waba_phone_number_id: string }>(
      'select to_jsonb(p)::text as text, waba_access_token, waba_phone_number_id from profiles p where id = $1',
      [made.data.id],
    )
    assert.equal(row?.waba_phone_number_id, '987654321098765')
    assert.equal(row.text.includes(token), false)
    const [organization] = await app.sql<{ data_key: string }>(
      'select data_key from organizations where organization_id = $1',
      [org.id],
    )
    const cipher = app.keys.open(organization?.data_key ?? '', org.id)
    const place = { table: 'profiles', column: 'waba_access_token', row: String(made.data.id) }
    assert.equal(cipher.decrypt(row.waba_access_token, place), token)
    for (const path of [`/v3/profiles/${made.data.id}`, '/v3/profiles', `/v3/profiles/${made.data.id}/history`]) {
      const reply = await org.owner.get(path)
      assert.equal(reply.status, 200)
      assert.equal(reply.text.includes(token), false, path)
    }
    assert.ok(app.lines.some((line) => line.includes(String(made.json.meta.request_id))))
    assert.equal(
      app.lines.some((line) => line.includes(token)),
      false,
    )
  })

  test('each refusal of the provider is reported under its member, and nothing is made', async () => {
    const org = await app.organization()
    let refusals = 0
    for (const { token, behaviour } of MAGIC_TOKENS) {
      if (behaviour.does !== 'refuse') continue
      refusals += 1
      const reply = await org.admin.post('/v3/profiles', { name: 'A', whatsapp_business_account: account(token) })
      assert.equal(reply.status, 400, token)
      assert.equal(reply.error.code, 'VALIDATION_001')
      const { member, says } = behaviour.refusal
      assert.deepEqual(reply.error.details, { [`whatsapp_business_account.${member}`]: [says] })
    }
    assert.equal(refusals, 4)
    assert.deepEqual((await org.admin.get('/v3/profiles')).data.profiles, [])
  })

  test('an outage of the provider is 502, and the same request may be sent again', async () => {
    app.expectErrors('request_failed')
    const org = await app.organization()
    const reply = await org.admin.post('/v3/profiles', {
      name: 'A',
      whatsapp_business_account: account('EAAtest_outage'),
    })
    assert.equal(reply.status, 502)
    assert.equal(reply.error.code, 'INTERNAL_003')
    assert.deepEqual((await org.admin.get('/v3/profiles')).data.profiles, [])
  })

  test('the shape of the credentials is judged with everything else, before anybody is called', async () => {
    const org = await app.organization()
    const calls = app.whatsapp.calls.length
    const empty = await org.admin.post('/v3/profiles', { whatsapp_business_account: {} })
    assert.deepEqual(empty.error.details, {
      name: ['Profile name is required'],
      'whatsapp_business_account.waba_id': ['whatsapp_business_account.waba_id is required'],
      'whatsapp_business_account.access_token': ['whatsapp_business_account.access_token is required'],
    })
    const odd = await org.admin.post('/v3/profiles', {
      name: 'A',
      whatsapp_business_account: { waba_id: 'a/b', phone_number_id: '1 2', access_token: 'EAA with space' },
    })
    assert.deepEqual(odd.error.details, {
      'whatsapp_business_account.waba_id': ['whatsapp_business_account.waba_id must be an id of letters and digits'],
      'whatsapp_business_account.phone_number_id': [
        'whatsapp_business_account.phone_number_id must be an id of letters and digits',
      ],
      'whatsapp_business_account.access_token': [
        'whatsapp_business_account.access_token must be a token of printable ASCII characters',
      ],
    })
    const word = await org.admin.post('/v3/profiles', { name: 'A', whatsapp_business_account: 'EAA' })
    assert.deepEqual(word.error.details, { whatsapp_business_account: ['whatsapp_business_account must be an object'] })
    assert.equal(app.whatsapp.calls.length, calls)
  })

  test('the phone number may be left out, and a sandbox call asks no provider', async () => {
    const org = await app.organization()
    const calls = app.whatsapp.calls.length
    const credentials = { waba_id: '123456789012345', phone_number_id: null, access_token: 'EAAtest_expired' }
    const dry = await org.admin.post('/v3/profiles', {
      name: 'A',
      whatsapp_business_account: credentials,
      sandbox: true,
    })
    assert.equal(dry.status, 201)
    assert.equal(dry.data.waba_id, '123456789012345')
    assert.equal(app.whatsapp.calls.length, calls)
    await org.profile({ whatsapp_business_account: { ...credentials, access_token: 'EAAtest_ok' } })
    assert.equal(app.whatsapp.calls.length, calls + 1)
  })
})
