import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TSchema } from 'typebox'
import { ENDPOINTS } from '../../src/app.ts'
import type { Operation } from '../../src/contract/permissions.ts'
import { type TestApp, testApp } from '../kit/app.ts'
import type { Json } from '../kit/client.ts'
import type { TestOrganization } from '../kit/organization.ts'

const WRITES = ENDPOINTS.filter((endpoint) => endpoint.kind === 'write')

/** What has to exist for an operation, by the member of its path. A new member needs an entry. */
const PATH_MEMBERS: Record<string, (org: TestOrganization, earlier: Json) => Promise<string>> = {
  profileId: async (org) => (await org.profile()).id,
  keyId: async (org, { profileId }) => String((await org.admin.post(`/v3/profiles/${profileId}/keys`, {})).data.id),
}

/** Bodies of operations that change nothing when only what they require is sent. */
const BODIES: Partial<Record<Operation, Json>> = { updateProfile: { name: 'Changed' } }

/** The examples of the members that a body must have. */
function requiredExamples(schema: TSchema | undefined): Json {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, { example?: unknown }>
    required?: string[]
  }
  return Object.fromEntries(required.map((name) => [name, properties[name]?.example]))
}

describe('every operation that changes something', () => {
  let app: TestApp
  let org: TestOrganization

  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  /** All rows of the database, but those of the keys themselves and when an API key was last used. */
  async function everything(): Promise<string> {
    const tables = await app.sql<{ name: string }>(
      `select tablename::text as name from pg_tables where schemaname = 'public'
        and tablename not in ('idempotency_keys', 'rate_windows') order by 1`,
    )
    const parts = []
    for (const { name } of tables) {
      const [row] = await app.sql<{ rows: string | null }>(
        `select string_agg((to_jsonb(t) - 'last_used_at')::text, E'\\n' order by (to_jsonb(t) - 'last_used_at')::text) as rows from ${name} t`,
      )
      parts.push(`${name}\n${row?.rows ?? ''}`)
    }
    return parts.join('\n')
  }

  async function pathOf(template: string): Promise<string> {
    const values: Json = {}
    for (const [, name = ''] of template.matchAll(/:([A-Za-z]+)/g)) {
      const make = PATH_MEMBERS[name]
      assert.ok(make !== undefined, `this test does not know how to make a :${name}`)
      values[name] = await make(org, values)
    }
    return template.replace(/:([A-Za-z]+)/g, (_, name: string) => String(values[name]))
  }

  test('is in this test: there are such operations', () => {
    assert.ok(WRITES.some(({ operation }) => operation === 'updateProfile'))
  })

  for (const { operation, method, path: template, status, document } of WRITES) {
    test(`${operation} sent twice with one Idempotency-Key does its work once and answers twice the same`, async () => {
      const path = await pathOf(template)
      const body = BODIES[operation] ?? requiredExamples(document.body)
      const sending = { body, headers: { 'idempotency-key': `once-${operation}` } }
      const before = await everything()
      const first = await org.admin.request(method, path, sending)
      assert.deepEqual([first.status, first.headers['idempotent-replayed']], [status, undefined], first.text)
      const once = await everything()
      assert.notEqual(once, before, 'the first request changes something')
      const second = await org.admin.request(method, path, sending)
      assert.deepEqual([second.status, second.headers['idempotent-replayed']], [status, 'true'], second.text)
      assert.equal(second.text, first.text)
      assert.equal(await everything(), once)
    })

    test(`${operation} in sandbox mode changes nothing but its key`, async () => {
      const path = await pathOf(template)
      const body = { ...(BODIES[operation] ?? requiredExamples(document.body)), sandbox: true }
      const sending = { body, headers: { 'idempotency-key': `dry-${operation}` } }
      const before = await everything()
      for (const replayed of [undefined, 'true']) {
        const reply = await org.admin.request(method, path, sending)
        assert.deepEqual(
          [reply.status, reply.headers['x-sandbox'], reply.headers['idempotent-replayed']],
          [status, 'true', replayed],
          reply.text,
        )
      }
      assert.equal(await everything(), before)
    })
  }
})
