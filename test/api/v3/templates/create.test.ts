import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DEFINITION_EXAMPLE } from '../../../../src/resources/templates/definition.fields.ts'
import { aTemplate, aTextTemplate } from '../../../kit/builders/requests.ts'
import { everything } from '../../../kit/everything.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

const MEMBERS = [
  'id',
  'name',
  'category',
  'language',
  'status',
  'channels',
  'variables',
  'created_at',
  'updated_at',
  'is_published',
]

/** The published example, with its nulls. */
const PUBLISHED = {
  ...DEFINITION_EXAMPLE,
  header: null,
  body: { multiChannel: { ...DEFINITION_EXAMPLE.body.multiChannel, type: null }, sms: null, whatsapp: null },
  footer: null,
  buttons: null,
  authenticationConfig: null,
}

describe('POST and GET of a template', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('fact 7: the published example is a draft for two channels with its variables in order; updated_at equals created_at', async () => {
    const { admin } = await app.organization()
    const made = await admin.post('/v3/templates', aTemplate({ creation_source: null, definition: PUBLISHED }))
    assert.equal(made.status, 201, made.text)
    const { id, created_at, ...rest } = made.data
    assert.deepEqual(Object.keys(made.data), MEMBERS)
    assert.deepEqual(rest, {
      name: 'Hello Welcome to',
      category: 'MARKETING',
      language: 'en_US',
      status: 'DRAFT',
      channels: ['sms', 'whatsapp'],
      variables: ['name', 'company'],
      updated_at: created_at,
      is_published: false,
    })
    const found = await admin.get(`/v3/templates/${id}`)
    assert.deepEqual(found.data, made.data)
    assert.equal(found.headers.etag, made.headers.etag)
  })

  test('what is not given is derived: the name with a number where it is taken, the category, the language', async () => {
    const { admin } = await app.organization()
    const body = { definition: { body: { sms: { template: 'Your order is on its way.' } } } }
    const names = []
    for (let count = 0; count < 3; count += 1) {
      const { data } = await admin.post('/v3/templates', body)
      names.push(data.name)
      assert.deepEqual([data.category, data.language], ['UTILITY', 'en_US'])
    }
    assert.deepEqual(names, ['Your order is on its way', 'Your order is on its way 2', 'Your order is on its way 3'])
    const code = {
      body: body.definition.body,
      authenticationConfig: {},
      buttons: [{ type: 'COPY_CODE', props: { text: 'Copy' } }],
    }
    assert.equal((await admin.post('/v3/templates', { definition: code })).data.category, 'AUTHENTICATION')
    assert.equal((await admin.post('/v3/templates', { ...body, name: 'Order' })).data.name, 'Order')
  })

  test('two at once with the same first words have two names', async () => {
    const { admin } = await app.organization()
    const all = await Promise.all(
      Array.from({ length: 4 }, () => admin.post('/v3/templates', aTextTemplate('Same words'))),
    )
    assert.equal(new Set(all.map(({ data }) => data.name)).size, 4)
  })

  test('fact 9: of one faulty member the sentence is the message, of several not; all are told, and nothing is written', async () => {
    const { admin } = await app.organization()
    const before = await everything(app)
    const one = await admin.post('/v3/templates', aTemplate({ category: 'OTHER' }))
    const says = 'Category must be one of: MARKETING, UTILITY, AUTHENTICATION'
    assert.deepEqual(
      [one.status, one.error.code, one.error.message, one.error.details],
      [400, 'VALIDATION_001', says, { category: [says] }],
    )
    const two = await admin.post('/v3/templates', aTemplate({ category: 'OTHER', language: 'english' }))
    assert.equal(two.error.message, 'Request validation failed')
    assert.deepEqual(Object.keys(two.error.details ?? {}), ['category', 'language'])
    const strict = await admin.post('/v3/templates', aTemplate({ nam: 'x' }), { prefer: 'handling=strict' })
    assert.deepEqual(strict.error.details, { nam: ['nam is not a known member; did you mean name?'] })
    const none = await admin.post('/v3/templates', {})
    assert.deepEqual([none.status, none.error.details], [400, { definition: ['definition is required'] }])
    assert.equal(await everything(app), before)
  })

  test('include adds the definition as it was sent, the size of the text message, warnings and the review', async () => {
    const { admin } = await app.organization()
    const made = await admin.post('/v3/templates?include=definition', aTemplate())
    const { definition } = made.data as { definition: Json }
    assert.deepEqual(Object.keys(definition), ['body', 'definitionVersion'])
    const { multiChannel } = definition.body as { multiChannel: { template: string; variables: Json[] } }
    assert.equal(multiChannel.template, 'Hello {{0:variable}}! Welcome to {{1:variable}}.')
    assert.deepEqual(
      multiChannel.variables.map(({ id, name }) => [id, name]),
      [
        [0, 'name'],
        [1, 'company'],
      ],
    )
    const path = `/v3/templates/${made.data.id}`
    const more = await admin.get(`${path}?include=sms,warnings,review`)
    assert.deepEqual(more.data.sms, { encoding: 'GSM-7', segments: 1 })
    assert.deepEqual(more.data.warnings, [
      'WhatsApp reviewers refuse a text with few words for its variables: it needs twice as many and one more',
    ])
    assert.deepEqual(more.data.review, { reason: null, reviewed_at: null, whatsapp_template_id: null })
    const listed = await admin.get('/v3/templates?page=1&page_size=20&include=definition')
    assert.deepEqual((listed.data.templates as Json[])[0], made.data)
    const cyrillic = await admin.post('/v3/templates?include=sms', aTextTemplate('ж'.repeat(71)))
    assert.deepEqual(cyrillic.data.sms, { encoding: 'UCS-2', segments: 2 })
    const alone = { body: { whatsapp: { template: 'Hello there' } } }
    assert.equal((await admin.post('/v3/templates?include=sms', { definition: alone })).data.sms, undefined)
    const wrong = await admin.get(`${path}?include=everything`)
    assert.deepEqual([wrong.status, Object.keys(wrong.error.details ?? {})], [400, ['include']])
  })

  test('card numbers are refused in every text, and text is kept composed', async () => {
    const { admin } = await app.organization()
    const card = await admin.post('/v3/templates', aTextTemplate('Pay with 4111 1111 1111 1111'))
    assert.deepEqual([card.status, Object.keys(card.error.details ?? {})], [400, ['definition.body.sms.template']])
    const made = await admin.post('/v3/templates?include=definition', aTextTemplate('Cafe\u0301'))
    assert.equal(made.data.name, 'Caf\u00e9')
  })
})
