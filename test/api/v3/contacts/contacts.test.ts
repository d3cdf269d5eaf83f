import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { aNumber } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../kit/servers/client.ts'

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/
const MEMBERS = [
  'id',
  'phone_number',
  'format_e164',
  'format_international',
  'format_national',
  'format_rfc',
  'country_code',
  'region_code',
  'available_channels',
  'default_channel',
  'opt_out',
  'is_inherited',
  'created_at',
  'updated_at',
]
const UNKNOWN = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'

const said = ({ status, error }: Reply) => [status, error.code, error.message, error.details]
const contactsOf = (reply: Reply) => reply.data.contacts as Json[]
const idsOf = (reply: Reply) => contactsOf(reply).map(({ id }) => id)

describe('contacts', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
  })
  beforeEach(async () => {
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  const add = async (phone_number: string) => {
    const reply = await org.admin.post('/v3/contacts', { phone_number })
    assert.equal(reply.status, 201, reply.text)
    return reply.data
  }

  describe('are created', () => {
    test('with the members in their order and the number in its four forms', async () => {
      const reply = await org.admin.post('/v3/contacts', { phone_number: ' +1 (202) 555-1234 ' })
      assert.equal(reply.status, 201)
      assert.deepEqual(Object.keys(reply.data), MEMBERS)
      const { id, created_at, ...rest } = reply.data
      assert.match(String(id), /^[0-9a-f-]{36}$/)
      assert.match(String(created_at), TIME)
      assert.deepEqual(rest, {
        phone_number: '+1 (202) 555-1234',
        format_e164: '+12025551234',
        format_international: '+1 202-555-1234',
        format_national: '(202) 555-1234',
        format_rfc: 'tel:+1-202-555-1234',
        country_code: '1',
        region_code: 'US',
        available_channels: 'sms',
        default_channel: 'sms',
        opt_out: false,
        is_inherited: false,
        updated_at: null,
      })
      assert.equal(reply.headers.etag, `"${id}.1"`)
      assert.deepEqual((await org.admin.get(`/v3/contacts/${id}`)).data, reply.data)
    })

    test('also from the number of the official client’s own example, which cannot exist', async () => {
      const { format_international, format_national, format_rfc, region_code } = await add('+1234567890')
      assert.deepEqual(
        [format_international, format_national, format_rfc, region_code],
        ['+1 234567890', '234567890', 'tel:+1-234567890', ''],
      )
    })

    test('acceptance 1: not without a number, in one sentence and without details', async () => {
      for (const body of [{}, { phone_number: null }, { phone_number: '' }, { phone_number: '  ' }]) {
        const reply = await org.admin.post('/v3/contacts', body)
        assert.deepEqual(said(reply), [400, 'VALIDATION_001', 'Phone number is required', null], JSON.stringify(body))
      }
    })

    test('not from what is no number with its country code', async () => {
      for (const phone_number of [
        '2025551234',
        '0012025551234',
        'nonsense',
        '+1202555123456789',
        '+12',
        '+1\n2025551234',
      ])
        assert.deepEqual(
          said(await org.admin.post('/v3/contacts', { phone_number })),
          [400, 'VALIDATION_002', 'Invalid phone number format', null],
          phone_number,
        )
      for (const phone_number of [12025551234, true, {}, ['+12025551234']])
        assert.deepEqual(said(await org.admin.post('/v3/contacts', { phone_number })), [
          400,
          'VALIDATION_001',
          'Request validation failed',
          { phone_number: ['phone_number must be text'] },
        ])
      assert.deepEqual(contactsOf(await org.admin.get('/v3/contacts')), [])
    })

    test('acceptance 2: not twice with one number, however it is written, also not at the same time', async () => {
      await add('+12025551234')
      const taken = await org.admin.post('/v3/contacts', { phone_number: 'tel:+1-202-555-1234' })
      const sentence = 'Contact with this phone number already exists for this customer'
      assert.deepEqual(said(taken), [409, 'RESOURCE_007', sentence, null])
      assert.equal(taken.headers['x-should-retry'], 'false')
      const phone_number = aNumber()
      const at_once = await Promise.all(
        Array.from({ length: 8 }, () => org.admin.post('/v3/contacts', { phone_number })),
      )
      assert.deepEqual(at_once.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)])
      assert.equal((await org.admin.get('/v3/contacts')).data.pagination !== null, true)
      assert.equal(contactsOf(await org.admin.get('/v3/contacts')).length, 2)
    })

    test('with members that are unknown or of the wrong kind named, and refused in strict mode', async () => {
      const lax = await org.admin.post('/v3/contacts', { phone_number: aNumber(), nickname: 'Jo' })
      assert.deepEqual([lax.status, lax.headers['x-unknown-fields']], [201, 'nickname'])
      const strict = { prefer: 'handling=strict' }
      const refused = await org.admin.post('/v3/contacts', { phone_number: aNumber(), nickname: 'Jo' }, strict)
      assert.deepEqual([refused.status, Object.keys(refused.error.details ?? {})], [400, ['nickname']])
      const typo = await org.admin.post('/v3/contacts', { phone_number: aNumber(), test_mode: true })
      assert.deepEqual([typo.status, Object.keys(typo.error.details ?? {})], [400, ['sandbox']])
      const odd = await org.admin.post('/v3/contacts', { phone_number: aNumber(), sandbox: 'yes' })
      assert.deepEqual(odd.error.details, { sandbox: ['sandbox must be true or false'] })
    })

    test('a dry run makes none, and says what would be', async () => {
      const phone_number = aNumber()
      const dry = await org.admin.post('/v3/contacts', { phone_number, sandbox: true })
      assert.deepEqual([dry.status, dry.headers['x-sandbox'], dry.headers.etag], [201, 'true', undefined])
      assert.equal((await org.admin.get(`/v3/contacts/${dry.data.id}`)).status, 404)
      await add(phone_number)
      assert.equal((await org.admin.post('/v3/contacts', { phone_number, sandbox: true })).status, 409)
    })
  })

  describe('are changed', () => {
    test('in opt-out and channel; an empty change and null change nothing', async () => {
      const made = await add(aNumber())
      const path = `/v3/contacts/${made.id}`
      const changed = await org.admin.patch(path, { opt_out: true })
      assert.equal(changed.status, 200)
      assert.match(String(changed.data.updated_at), TIME)
      assert.deepEqual(changed.data, { ...made, opt_out: true, updated_at: changed.data.updated_at })
      assert.equal(changed.headers.etag, `"${made.id}.2"`)
      for (const body of [{}, { opt_out: null, default_channel: null }]) {
        const same = await org.admin.patch(path, body)
        assert.deepEqual([same.status, same.data, same.headers.etag], [200, changed.data, `"${made.id}.2"`])
      }
      assert.deepEqual((await org.admin.get(path)).data, changed.data)
    })

    test('to whatsapp only where the person can be reached there', async () => {
      const { id } = await add(aNumber())
      const path = `/v3/contacts/${id}`
      const none = await org.admin.patch(path, { default_channel: 'whatsapp' })
      assert.deepEqual(none.error.details, { default_channel: ['Channel not available for this contact'] })
      const unknown = await org.admin.patch(path, { default_channel: 'fax', opt_out: 'no' })
      assert.deepEqual(unknown.error.details, {
        default_channel: ['Default channel must be one of: sms, whatsapp'],
        opt_out: ['opt_out must be true or false'],
      })
      await app.sql("update contacts set channels = 'sms,whatsapp' where id = $1", [id])
      const there = await org.admin.patch(path, { default_channel: 'whatsapp' })
      assert.deepEqual([there.status, there.data.default_channel], [200, 'whatsapp'])
      assert.equal(there.data.available_channels, 'sms,whatsapp')
      assert.deepEqual(idsOf(await org.admin.get('/v3/contacts?channel=whatsapp')), [id])
    })

    test('under If-Match: a stale tag is refused and says that it is a contact', async () => {
      const { id } = await add(aNumber())
      const path = `/v3/contacts/${id}`
      const { etag = '' } = (await org.admin.get(path)).headers
      assert.equal((await org.admin.patch(path, { opt_out: true }, { 'if-match': etag })).status, 200)
      for (const reply of [
        await org.admin.patch(path, { opt_out: false }, { 'if-match': etag }),
        await org.admin.request('DELETE', path, { headers: { 'if-match': etag } }),
      ]) {
        assert.deepEqual(said(reply), [412, 'PRECONDITION_001', 'The contact was changed since you read it', null])
        assert.match(reply.error.hint, /Read the contact again/)
      }
      assert.equal((await org.admin.get(path)).data.opt_out, true)
    })

    test('an unknown id and one that is none are not found', async () => {
      for (const id of [UNKNOWN, 'nonsense', '0']) {
        for (const reply of [
          await org.admin.get(`/v3/contacts/${id}`),
          await org.admin.patch(`/v3/contacts/${id}`, { opt_out: true }),
          await org.admin.delete(`/v3/contacts/${id}`),
        ])
          assert.deepEqual(said(reply), [404, 'RESOURCE_001', 'Contact not found', null], id)
      }
    })
  })

  describe('are dissociated', () => {
    test('with every form of an empty body, and are gone then', async () => {
      const bodies = [undefined, {}, { sandbox: false }, '']
      for (const body of bodies) {
        const { id } = await add(aNumber())
        const sending = body === undefined ? {} : { body }
        const reply = await org.admin.request('DELETE', `/v3/contacts/${id}`, sending)
        assert.deepEqual([reply.status, reply.text], [204, ''], JSON.stringify(body))
        assert.equal((await org.admin.get(`/v3/contacts/${id}`)).status, 404)
        assert.equal((await org.admin.delete(`/v3/contacts/${id}`)).status, 404)
      }
      assert.deepEqual(contactsOf(await org.admin.get('/v3/contacts')), [])
    })

    test('not in a dry run', async () => {
      const { id } = await add(aNumber())
      const dry = await org.admin.request('DELETE', `/v3/contacts/${id}`, { body: { sandbox: true } })
      assert.deepEqual([dry.status, dry.headers['x-sandbox']], [204, 'true'])
      assert.equal((await org.admin.get(`/v3/contacts/${id}`)).status, 200)
    })

    test('39: the number is forgotten; whoever opted out is still opted out when the number comes again, under the same id', async () => {
      const phone_number = aNumber()
      const first = await add(phone_number)
      await org.admin.patch(`/v3/contacts/${first.id}`, { opt_out: true })
      await org.admin.delete(`/v3/contacts/${first.id}`)
      const [row] = await app.sql<{ number: string | null; national_digest: string | null; opt_out: boolean }>(
        'select number, national_digest, opt_out from contacts where id = $1',
        [first.id],
      )
      assert.deepEqual(row, { number: null, national_digest: null, opt_out: true })
      assert.equal((await org.admin.get(`/v3/contacts?phone=${encodeURIComponent(phone_number)}`)).status, 404)
      const again = await add(phone_number)
      assert.deepEqual([again.id, again.opt_out, again.updated_at], [first.id, true, null])
      assert.ok(String(again.created_at) > String(first.created_at))
      assert.deepEqual((await org.admin.get(`/v3/contacts/${first.id}`)).data, again)
      assert.equal((await org.admin.post('/v3/contacts', { phone_number })).status, 409)
    })
  })

  describe('are listed', () => {
    test('newest first, by page', async () => {
      const made: unknown[] = []
      for (let count = 0; count < 5; count += 1) made.unshift((await add(aNumber())).id)
      const first = await org.admin.get('/v3/contacts?page=1&page_size=2')
      assert.deepEqual(idsOf(first), made.slice(0, 2))
      assert.deepEqual(Object.keys(first.data), ['contacts', 'pagination'])
      const expected = { page: 1, page_size: 2, total_count: 5, total_pages: 3, has_more: true, cursors: null }
      assert.deepEqual(first.data.pagination, expected)
      const last = await org.admin.get('/v3/contacts?page=3&page_size=2')
      assert.deepEqual(idsOf(last), made.slice(4))
      assert.deepEqual(last.data.pagination, { ...expected, page: 3, has_more: false })
      const beyond = await org.admin.get('/v3/contacts?page=4&page_size=2')
      assert.deepEqual([beyond.status, idsOf(beyond)], [200, []])
      assert.deepEqual(idsOf(await org.admin.get('/v3/contacts')), made)
    })

    test('M15: none is an empty list, of 20 to the page', async () => {
      assert.deepEqual((await org.admin.get('/v3/contacts')).data, {
        contacts: [],
        pagination: { page: 1, page_size: 20, total_count: 0, total_pages: 0, has_more: false, cursors: null },
      })
    })

    test('acceptance 4: a page or size out of range is VALIDATION_005 in its own sentences', async () => {
      for (const page of ['0', '-1', '1.5', 'x', '99999999999'])
        assert.deepEqual(said(await org.admin.get(`/v3/contacts?page=${page}`)), [
          400,
          'VALIDATION_005',
          'Page must be greater than 0',
          null,
        ])
      for (const size of ['0', '101', 'x'])
        assert.deepEqual(said(await org.admin.get(`/v3/contacts?page_size=${size}`)), [
          400,
          'VALIDATION_005',
          'Page size must be between 1 and 100',
          null,
        ])
      assert.deepEqual((await org.admin.get('/v3/contacts?channel=SMS')).error.details, {
        channel: ['Channel must be one of: sms, whatsapp'],
      })
    })

    test('search finds a whole number in any of its forms, and no part of one', async () => {
      const { id } = await add('+12025550147')
      const other = await add('+447400123456')
      for (const search of [
        '+12025550147',
        '12025550147',
        '+1 202-555-0147',
        '(202) 555-0147',
        '2025550147',
        'tel:+1-202-555-0147',
      ])
        assert.deepEqual(idsOf(await org.admin.get(`/v3/contacts?search=${encodeURIComponent(search)}`)), [id], search)
      assert.deepEqual(idsOf(await org.admin.get('/v3/contacts?search=07400%20123456')), [other.id])
      for (const search of ['202555014', '0147', '5550147', 'Jo', '+44', 'tel:', `1${'0'.repeat(30)}`]) {
        const none = await org.admin.get(`/v3/contacts?search=${encodeURIComponent(search)}`)
        assert.deepEqual([none.status, idsOf(none)], [200, []], search)
      }
      assert.equal((await org.admin.get(`/v3/contacts?search=${'1'.repeat(256)}`)).status, 400)
      assert.equal(contactsOf(await org.admin.get('/v3/contacts?search=')).length, 2)
    })

    test('acceptance 3: phone answers one contact, or a 404 of its own where search answers an empty list', async () => {
      const { id } = await add('+12025550148')
      for (const phone of ['%2B12025550148', '+12025550148', '%2B1%20202-555-0148']) {
        const reply = await org.admin.get(`/v3/contacts?page=2&phone=${phone}`)
        assert.deepEqual(idsOf(reply), [id], phone)
        assert.deepEqual(reply.data.pagination, {
          page: 1,
          page_size: 20,
          total_count: 1,
          total_pages: 1,
          has_more: false,
          cursors: null,
        })
      }
      const none = await org.admin.get('/v3/contacts?phone=%2B12025550149')
      const sentence = 'Contact not found with the specified phone number'
      assert.deepEqual(said(none), [404, 'RESOURCE_001', sentence, null])
      assert.deepEqual(idsOf(await org.admin.get('/v3/contacts?search=%2B12025550149')), [])
      const malformed = await org.admin.get('/v3/contacts?phone=2025550148')
      assert.deepEqual(said(malformed), [400, 'VALIDATION_002', 'Invalid phone number format', null])
    })
  })
})
