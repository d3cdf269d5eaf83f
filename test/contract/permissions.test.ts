import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ENDPOINTS } from '../../src/app/app.ts'
import { isAllowed, type Operation, PERMISSIONS, ROLES } from '../../src/contract/permissions.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { aCampaign, aNumber, aTemplate, withOwnCampaigns } from '../kit/builders/requests.ts'
import { bodyOf } from '../kit/routes.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import { Client, type Json, type Reply } from '../kit/servers/client.ts'

const CHANGES = 'You do not have admin access to this organization or profile'
const READS = 'You do not have access to this organization or profile'

/** A body that the change takes and that changes nothing: unknown members are ignored, and it is a dry run. */
const dry = (endpoint: Endpoint) => ({ name: 'Permission', ...bodyOf(endpoint), sandbox: true })

/** One organization with a profile and a key of it, for which every path can be filled in. */
interface Scene {
  org: TestOrganization
  params: Record<string, string>
}

describe('the permission matrix', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ env: { TRUST_PROXY: '127.0.0.1/32' } })
  })
  after(() => app[Symbol.asyncDispose]())

  async function scene(): Promise<Scene> {
    const org = await app.organization()
    const { id: profileId } = await org.profile(withOwnCampaigns())
    const { keyId } = await org.profileKey(profileId)
    const campaign = await org.admin.post(`/v3/profiles/${profileId}/campaigns`, { campaign: aCampaign() })
    const userId = await org.user('developer')
    const template = await org.admin.post('/v3/templates', aTemplate())
    const webhookId = await aWebhook(org)
    const contact = await org.admin.post('/v3/contacts', { phone_number: aNumber() })
    const ids = {
      campaignId: String(campaign.data.id),
      contactId: String(contact.data.id),
      phoneNumber: aNumber(),
      templateId: String(template.data.id),
    }
    return { org, params: { profileId, keyId: keyId ?? '', userId, webhookId, ...ids } }
  }

  async function aWebhook(org: TestOrganization): Promise<string> {
    const body = { display_name: 'Receiver', endpoint_url: 'https://hooks.acme.com' }
    return String((await org.admin.post('/v3/webhooks', body)).data.id)
  }

  async function call(
    caller: Client,
    endpoint: Endpoint,
    scene: Scene,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    // There is no dry run of this one, so each caller gets a webhook to delete.
    const isReal = endpoint.operation === 'deleteWebhook'
    const params = isReal ? { ...scene.params, webhookId: await aWebhook(scene.org) } : scene.params
    const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
      assert.ok(params[name] !== undefined, `${endpoint.operation}: nothing to put for :${name}`)
      return params[name]
    })
    return caller.request(endpoint.method, path, {
      headers,
      ...(endpoint.kind === 'write' ? { body: dry(endpoint) } : {}),
    })
  }

  function assertDenied(reply: Reply, operation: Operation, label: string): void {
    assert.equal(reply.status, 403, label)
    assert.equal(reply.error.code, 'AUTH_004', label)
    assert.equal(reply.error.message, PERMISSIONS[operation].changes ? CHANGES : READS, label)
    assert.equal(reply.error.details, null, label)
  }

  test('every operation that is served is in it, and nothing else', () => {
    const served = ENDPOINTS.map(({ operation }) => operation)
    assert.deepEqual([...served].sort(), Object.keys(PERMISSIONS).sort())
    for (const { operation, kind } of ENDPOINTS)
      assert.equal(PERMISSIONS[operation].changes, kind === 'write', operation)
  })

  test('an operation or a role that is not in it is refused', () => {
    assert.equal(isAllowed('updateProfile', 'admin'), true)
    assert.equal(isAllowed('dropEverything' as Operation, 'owner'), false)
    assert.equal(isAllowed('updateProfile', 'root' as 'owner'), false)
  })

  test('the published cells hold: everybody reads profiles and campaigns, owner and admin alone change them', () => {
    for (const role of ROLES) {
      const isAdmin = role === 'owner' || role === 'admin'
      for (const operation of ['listProfiles', 'getProfile', 'listCampaigns', 'getMe'] as const)
        assert.equal(isAllowed(operation, role), true)
      for (const what of ['Profile', 'Campaign'] as const)
        for (const operation of [`create${what}`, `update${what}`, `delete${what}`] as const)
          assert.equal(isAllowed(operation, role), isAdmin)
    }
  })

  test('each cell is what a caller of that role meets', async () => {
    const here = await scene()
    for (const endpoint of ENDPOINTS) {
      for (const role of ROLES) {
        const label = `${endpoint.operation} as ${role}`
        const reply = await call(here.org[role], endpoint, here)
        if (isAllowed(endpoint.operation, role)) assert.equal(reply.status, endpoint.status, `${label} ${reply.text}`)
        else assertDenied(reply, endpoint.operation, label)
      }
    }
  })

  test('B2: a caller who acts as a profile changes nothing of the organization, by a key of it or by x-profile-id', async () => {
    const here = await scene()
    const { profileId = '' } = here.params
    const path = `/v3/users/${here.params.userId}`
    const asks: [Operation, string, string, Json][] = [
      ['inviteUser', 'POST', '/v3/users', { email: 'new@example.com', name: 'New', role: 'admin' }],
      ['updateUserRole', 'PATCH', path, { role: 'admin' }],
      ['removeUser', 'DELETE', path, {}],
      ['createProfile', 'POST', '/v3/profiles', { name: 'Sibling' }],
    ]
    const people = async () =>
      JSON.stringify((await here.org.admin.get('/v3/users')).data).replaceAll(/"last_login_at":[^,]+/g, '')
    const before = await people()
    for (const user of [here.org.admin, here.org.owner]) {
      const key = await here.org.key(user.userId ?? '', { profileId })
      for (const [operation, method, where, body] of asks) {
        assertDenied(await key.request(method, where, { body }), operation, `${operation} by a key`)
        const headers = { 'x-profile-id': profileId }
        assertDenied(await user.request(method, where, { body, headers }), operation, `${operation} by header`)
      }
      for (const where of ['/v3/users', path]) assert.equal((await key.get(where)).status, 200, where)
    }
    assert.equal(await people(), before)
  })

  test('nobody, and whoever has a key that opens nothing, is turned away from every operation', async () => {
    const here = await scene()
    const key = here.org.admin.apiKey ?? ''
    const apiKey = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`
    const mistyped = new Client(app.url, { apiKey, keyId: '', userId: '' })
    for (const [at, endpoint] of ENDPOINTS.entries()) {
      const nobody = await call(app.nobody, endpoint, here)
      assert.equal(nobody.status, 401, endpoint.operation)
      assert.equal(nobody.error.code, 'AUTH_001')
      assert.equal(nobody.error.message, 'User is not authenticated')
      assert.equal(nobody.error.doc_url, 'https://docs.sent.dm/docs/reference/api/authentication')
      // Each from another address: after some failures an address is told to wait.
      const wrong = await call(mistyped, endpoint, here, { 'x-forwarded-for': `203.0.113.${at + 1}` })
      assert.equal(wrong.status, 401, endpoint.operation)
      assert.equal(wrong.error.code, 'AUTH_002')
    }
  })

  test("a stranger finds nothing of another organization's, and nothing of it in an answer", async () => {
    const here = await scene()
    const stranger = await app.organization()
    for (const endpoint of ENDPOINTS) {
      const reply = await call(stranger.owner, endpoint, here)
      const isNamed = /:\w+Id\b/.test(endpoint.path)
      assert.equal(reply.status, isNamed ? 404 : endpoint.status, `${endpoint.operation} ${reply.text}`)
      if (isNamed) {
        const code = endpoint.path.includes(':profileId') ? 'RESOURCE_014' : (endpoint.notFound ?? 'RESOURCE_014')
        assert.equal(reply.error.code, code)
      }
      for (const id of [here.org.id, here.params.profileId ?? '']) assert.equal(reply.text.includes(id), false)
    }
  })

  test('a user who is invited, suspended or rejected may do nothing, whatever the role', async () => {
    const here = await scene()
    for (const status of ['invited', 'suspended', 'rejected'] as const) {
      for (const role of ['owner', 'admin'] as const) {
        const caller = await here.org.key(await here.org.user(role, status))
        for (const endpoint of ENDPOINTS) {
          assertDenied(
            await call(caller, endpoint, here),
            endpoint.operation,
            `${endpoint.operation} ${status} ${role}`,
          )
        }
      }
    }
  })

  test('a refusal of the role comes before the body, the profile and the If-Match', async () => {
    const { org } = await scene()
    for (const path of [`/v3/profiles/${org.id}`, '/v3/profiles/string']) {
      const reply = await org.billing.patch(path, { name: '' }, { 'if-match': '"old"' })
      assertDenied(reply, 'updateProfile', path)
    }
    assertDenied(await org.developer.post('/v3/profiles', '{'), 'createProfile', 'malformed body')
  })
})
