import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aTemplate, aTextTemplate } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Client, Json } from '../../../kit/servers/client.ts'

const FROZEN = 'Template (except display name) cannot be updated unless it is in draft or rejected status'
const UNKNOWN = '0190a0b0-0000-7000-8000-00000000abcd'

describe('PUT and DELETE of a template', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const make = async (caller: Client, body: Json = aTemplate()) => {
    const { data, headers } = await caller.post('/v3/templates', body)
    return { path: `/v3/templates/${data.id}`, data, etag: String(headers.etag) }
  }

  test('fact 8: with every member null nothing changes', async () => {
    const { admin } = await app.organization()
    const { path, data, etag } = await make(admin)
    for (const body of [
      {},
      { name: null, category: null, language: null, definition: null, submit_for_review: null, sandbox: null },
    ]) {
      const reply = await admin.put(path, body)
      assert.deepEqual([reply.status, reply.data, reply.headers.etag], [200, data, etag])
    }
    assert.deepEqual((await admin.get(path)).data, data)
  })

  test('what is sent changes, the rest stays; a definition replaces the whole one', async () => {
    const { admin } = await app.organization()
    const { path, data } = await make(admin)
    const renamed = await admin.put(path, { name: 'Welcome Message', category: null })
    assert.deepEqual(renamed.data, { ...data, name: 'Welcome Message', updated_at: renamed.data.updated_at })
    assert.notEqual(renamed.data.updated_at, data.updated_at)
    const definition = {
      body: {
        sms: {
          template: 'Hi {{0:variable}}',
          variables: [{ name: 'who', type: 'variable', props: { sample: 'Pat' } }],
        },
      },
    }
    const replaced = await admin.put(`${path}?include=definition`, { definition, language: 'de' })
    assert.deepEqual(
      [replaced.data.channels, replaced.data.variables, replaced.data.language],
      [['sms'], ['who'], 'de'],
    )
    assert.deepEqual(Object.keys(replaced.data.definition as Json), ['body'])
  })

  test('rules judge what will be: a category without its configuration is refused', async () => {
    const { admin } = await app.organization()
    const { path } = await make(admin)
    const reply = await admin.put(path, { category: 'AUTHENTICATION' })
    assert.equal(reply.status, 400)
    assert.deepEqual(Object.keys(reply.error.details ?? {}).sort(), [
      'definition.authenticationConfig',
      'definition.buttons',
    ])
  })

  test('If-Match guards a change and a deletion', async () => {
    const { admin } = await app.organization()
    const { path, etag } = await make(admin)
    const changed = await admin.put(path, { name: 'A' }, { 'if-match': etag })
    assert.equal(changed.status, 200)
    for (const reply of [
      await admin.put(path, { name: 'B' }, { 'if-match': etag }),
      await admin.delete(path, undefined, { 'if-match': etag }),
    ])
      assert.deepEqual(
        [reply.status, reply.error.code, reply.error.message],
        [412, 'PRECONDITION_001', 'The template was changed since you read it'],
      )
    assert.equal((await admin.delete(path, {}, { 'if-match': String(changed.headers.etag) })).status, 204)
    assert.equal((await admin.get(path)).status, 404)
  })

  test('simultaneous changes each build on the one before', async () => {
    const { admin } = await app.organization()
    const { path } = await make(admin)
    const replies = await Promise.all(Array.from({ length: 6 }, (_, at) => admin.put(path, { name: `Name ${at}` })))
    assert.deepEqual(
      replies.map(({ status }) => status),
      Array(6).fill(200),
    )
    assert.equal(new Set(replies.map(({ headers }) => headers.etag)).size, 6)
  })

  test('a text message alone is approved at once; then the name alone may change', async () => {
    const { admin } = await app.organization()
    const { path } = await make(admin, aTextTemplate())
    const approved = await admin.put(path, { submit_for_review: true })
    assert.deepEqual([approved.data.status, approved.data.is_published], ['APPROVED', true])
    for (const body of [
      { language: 'de' },
      { category: 'UTILITY' },
      { definition: aTemplate().definition },
      { submit_for_review: true },
    ]) {
      const reply = await admin.put(path, body)
      assert.deepEqual(
        [reply.status, reply.error.code, reply.error.message, reply.error.details],
        [400, 'VALIDATION_001', FROZEN, null],
      )
    }
    assert.equal((await admin.put(path, { name: 'Code', language: 'en_US' })).data.name, 'Code')
  })

  test('unknown, malformed and deleted ids', async () => {
    const { admin } = await app.organization()
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const malformed = await admin.request(method, '/v3/templates/x', method === 'PUT' ? { body: {} } : {})
      assert.deepEqual([malformed.status, malformed.error.message], [400, 'Invalid template ID format.'])
      const unknown = await admin.request(method, `/v3/templates/${UNKNOWN}`, method === 'PUT' ? { body: {} } : {})
      assert.deepEqual(
        [unknown.status, unknown.error.code, unknown.error.message],
        [404, 'RESOURCE_002', 'Template not found'],
      )
    }
    for (const body of [undefined, {}, { sandbox: false }, { delete_from_meta: true }]) {
      const { path } = await make(admin)
      assert.equal((await admin.delete(path, body)).status, 204)
      assert.equal((await admin.delete(path, body)).status, 404)
    }
  })
})
