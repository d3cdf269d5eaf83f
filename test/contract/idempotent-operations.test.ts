import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ENDPOINTS } from '../../src/app/app.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { everything } from '../kit/everything.ts'
import { bodyOf, makeMembers, pathWith } from '../kit/routes.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'

const WITH_BODY = ENDPOINTS.filter((endpoint) => endpoint.kind === 'write')
const WRITES = WITH_BODY.filter(({ writesNothing }) => writesNothing !== true)
const QUESTIONS = WITH_BODY.filter(({ writesNothing }) => writesNothing === true)

/** Deleting a webhook is always real (contract 5). */
function hasDryRun({ document }: Endpoint): boolean {
  return 'sandbox' in ((document.body as { properties?: object } | undefined)?.properties ?? {})
}

describe('every operation that changes something', () => {
  let app: TestApp
  let org: TestOrganization

  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  const effects = () => everything(app, ['idempotency_keys'])

  test('is in this test: there are such operations, and one alone has no dry run', () => {
    assert.ok(WRITES.some(({ operation }) => operation === 'updateProfile'))
    assert.deepEqual(
      WRITES.filter((endpoint) => !hasDryRun(endpoint)).map(({ operation }) => operation),
      ['deleteWebhook'],
    )
  })

  for (const endpoint of WRITES) {
    const { operation, method, status } = endpoint

    test(`${operation} sent twice with one Idempotency-Key does its work once and answers twice the same`, async () => {
      const path = pathWith(endpoint, await makeMembers(org, endpoint))
      const sending = { body: bodyOf(endpoint), headers: { 'idempotency-key': `once-${operation}` } }
      const before = await effects()
      const first = await org.admin.request(method, path, sending)
      assert.deepEqual([first.status, first.headers['idempotent-replayed']], [status, undefined], first.text)
      const once = await effects()
      assert.notEqual(once, before, 'the first request changes something')
      const second = await org.admin.request(method, path, sending)
      assert.deepEqual([second.status, second.headers['idempotent-replayed']], [status, 'true'], second.text)
      assert.equal(second.text, first.text)
      assert.equal(await effects(), once)
    })

    if (!hasDryRun(endpoint)) continue
    test(`${operation} in sandbox mode changes nothing but its key`, async () => {
      const path = pathWith(endpoint, await makeMembers(org, endpoint))
      const sending = {
        body: { ...bodyOf(endpoint), sandbox: true },
        headers: { 'idempotency-key': `dry-${operation}` },
      }
      const before = await effects()
      for (const replayed of [undefined, 'true']) {
        const reply = await org.admin.request(method, path, sending)
        const said = [reply.status, reply.headers['x-sandbox'], reply.headers['idempotent-replayed']]
        assert.deepEqual(said, [status, 'true', replayed], reply.text)
      }
      assert.equal(await effects(), before)
    })
  }

  for (const endpoint of QUESTIONS) {
    const { operation, method, status } = endpoint

    test(`${operation} writes nothing, not even under an Idempotency-Key that another operation has used`, async () => {
      const members = await makeMembers(org, endpoint)
      const key = { 'idempotency-key': `asked-${operation}` }
      const profile = `/v3/profiles/${members.profileId ?? (await org.profile()).id}`
      assert.equal((await org.admin.patch(profile, { name: 'Taken' }, key)).status, 200)
      const before = await everything(app)
      const answers = []
      for (let turn = 1; turn <= 2; turn += 1) {
        const reply = await org.admin.request(method, pathWith(endpoint, members), {
          body: bodyOf(endpoint),
          headers: key,
        })
        assert.deepEqual([reply.status, reply.headers['idempotent-replayed']], [status, undefined], reply.text)
        answers.push(JSON.stringify(reply.data))
      }
      assert.equal(answers[0], answers[1])
      assert.equal(await everything(app), before)
    })
  }
})
