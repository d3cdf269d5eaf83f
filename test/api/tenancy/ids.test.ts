import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ENDPOINTS } from '../../../src/app/app.ts'
import type { Operation } from '../../../src/contract/permissions.ts'
import type { Endpoint } from '../../../src/http/endpoint.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { everything } from '../../kit/everything.ts'
import { bodyOf, endpointOf, makeMembers, memberNames, pathWith } from '../../kit/routes.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json, Reply } from '../../kit/servers/client.ts'
import { ownerSession } from '../../kit/servers/owner.ts'
import { type Ran, rewire, withoutOrganization } from './crossing.ts'

const RANDOM = '0190a0b0-0000-7000-8000-00000000abcd'
const NO_IDS = [
  'string',
  '1',
  '-',
  'null',
  'undefined',
  '00000000-0000-0000-0000-000000000000',
  '{id}',
  '*',
  '%',
  '%00',
  '../../v3/me',
  "' or '1'='1",
  "'; drop table profiles; --",
  '770e8400-e29b-41d4-a716-446655440002 or true',
  'x'.repeat(300),
  '🙂',
]

/** What takes away what a member of a path names. */
const WITH_IDS = ENDPOINTS.filter((endpoint) => memberNames(endpoint).some((name) => name.endsWith('Id')))

/** What an answer says, but for what differs from request to request. */
function said(reply: Reply): unknown {
  const headers: Record<string, unknown> = { ...reply.headers }
  for (const name of ['x-request-id', 'x-response-time', 'date', 'content-length']) delete headers[name]
  const { error } = reply.json
  // The hint of an id that can be none tells how it was written, which its sender knows.
  return {
    status: reply.status,
    headers,
    body: { ...reply.json, meta: null, error: error && { ...error, hint: null } },
  }
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i
/** An operation's route that takes away what a member of a path names. */
const REMOVES: Record<string, Operation> = {
  profileId: 'deleteProfile',
  keyId: 'revokeProfileKey',
  campaignId: 'deleteCampaign',
  userId: 'removeUser',
  webhookId: 'deleteWebhook',
  contactId: 'deleteContact',
  templateId: 'deleteTemplate',
}

/**
 * Every route is tried with every wrong id in every place of its path: all are told the same, and nothing changes. Some
 * routes tell what is no id at all apart, by a 400 that is the same for all of it (contract 17-13).
 */
function defineMatrix(open: () => { app: TestApp; org: TestOrganization; stranger: TestOrganization }): void {
  const ask = (who: TestOrganization, endpoint: Endpoint, members: Record<string, string>) => {
    const body = bodyOf(endpoint)
    return who.admin.request(endpoint.method, pathWith(endpoint, members), body === undefined ? {} : { body })
  }

  /** In place of the last member that `wrong` replaces everything else is right. */
  async function wrongIds(org: TestOrganization, stranger: TestOrganization, endpoint: Endpoint, member: string) {
    const foreign = await makeMembers(stranger, endpoint)
    const gone = await makeMembers(org, endpoint)
    const remove = REMOVES[member]
    assert.ok(remove !== undefined, `nothing takes away what :${member} names`)
    assert.equal((await ask(org, endpointOf(remove), gone)).status, 204)
    return [foreign[member] ?? '', gone[member] ?? '', RANDOM, ...NO_IDS]
  }

  for (const endpoint of WITH_IDS) {
    for (const member of memberNames(endpoint)) {
      test(`${endpoint.operation}: a foreign, deleted, unknown or impossible ${member} is the same refusal, and changes nothing`, async () => {
        const { app, org, stranger } = open()
        const own = await makeMembers(org, endpoint)
        const ids = await wrongIds(org, stranger, endpoint, member)
        const before = await everything(app)
        const first = await ask(org, endpoint, { ...own, [member]: RANDOM })
        assert.equal(first.status, 404)
        const malformed = await ask(org, endpoint, { ...own, [member]: 'string' })
        assert.equal(malformed.status, endpoint.malformedId === undefined ? 404 : 400)
        for (const id of ids) {
          const expected = UUID.test(id) ? first : malformed
          const reply = await ask(org, endpoint, { ...own, [member]: id })
          assert.deepEqual(said(reply), said(expected), id)
          if (expected === first) assert.equal(reply.error.hint, first.error.hint, id)
        }
        assert.equal(await everything(app), before)
        assert.equal((await ask(org, endpoint, own)).status, endpoint.status, 'the right id is found')
      })
    }

    test(`${endpoint.operation}: everything of another organization together is a 404, and changes nothing`, async () => {
      const { app, org, stranger } = open()
      const foreign = await makeMembers(stranger, endpoint)
      const before = await everything(app)
      assert.equal((await ask(org, endpoint, foreign)).status, 404)
      assert.equal(await everything(app), before)
      assert.equal((await ask(stranger, endpoint, foreign)).status, endpoint.status, 'its owner finds it')
    })
  }

  for (const endpoint of ENDPOINTS) {
    test(`${endpoint.operation}: an answer has no id of another organization in it`, async () => {
      const { app, org, stranger } = open()
      await makeMembers(stranger, endpointOf('updateCampaign'))
      await makeMembers(stranger, endpointOf('updateTemplate'))
      const reply = await ask(org, endpoint, await makeMembers(org, endpoint))
      assert.equal(reply.status, endpoint.status)
      const foreign = await app.sql<{ id: string }>(
        `select id::text from profiles where organization_id = $1 union select id::text from users where organization_id = $1
         union select id::text from api_keys where organization_id = $1 union select id::text from campaigns where organization_id = $1
         union select id::text from brands where organization_id = $1
         union select id::text from templates where organization_id = $1 union select $1::text`,
        [stranger.id],
      )
      for (const { id } of foreign) assert.ok(!reply.text.includes(id))
      assert.ok(foreign.length > 4)
    })
  }
}

describe('ids in paths', () => {
  let app: TestApp
  let org: TestOrganization
  let stranger: TestOrganization

  before(async () => {
    app = await testApp()
    org = await app.organization()
    stranger = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  defineMatrix(() => ({ app, org, stranger }))

  test('there are routes with ids to try', () => {
    assert.ok(WITH_IDS.length >= 5)
  })
})

describe('ids in paths, with every word about the organization taken out of every statement', () => {
  let app: TestApp
  let org: TestOrganization
  let stranger: TestOrganization
  let ran: Map<string, Ran>

  before(async () => {
    app = await testApp()
    ran = rewire(app.app.db, withoutOrganization)
    org = await app.organization()
    stranger = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  defineMatrix(() => ({ app, org, stranger }))

  test('control: the statements are stripped, and without row-level security they read every organization', async () => {
    await using owner = await ownerSession(app)
    const firstRead = ran.get('naked_admit_listProfiles')
    const listed = ran.get('naked_list_profiles')
    assert.ok(firstRead !== undefined && listed !== undefined)
    const rows = await owner.query<{ t_organization_id: string }>(listed.statement.text, [...listed.params])
    assert.deepEqual(new Set(rows.rows.map((row) => row.t_organization_id)), new Set([org.id, stranger.id]))
    assert.doesNotMatch(firstRead.statement.text, /o\.organization_id = \$1/)
    assert.ok((await owner.query(firstRead.statement.text, [...firstRead.params])).rows.length >= 2)
  })
})

describe('ids in bodies', () => {
  let app: TestApp
  let org: TestOrganization
  let profile: Json & { id: string }
  let foreign: Json & { id: string }

  before(async () => {
    app = await testApp()
    org = await app.organization()
    profile = await org.profile()
    foreign = await (await app.organization()).profile()
  })
  after(() => app[Symbol.asyncDispose]())

  for (const member of ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id']) {
    test(`a ${member} that is foreign, deleted or unknown is refused in the same words`, async () => {
      const { id: gone } = await org.profile()
      await org.admin.delete(`/v3/profiles/${gone}`)
      const path = `/v3/profiles/${profile.id}`
      const refusals = []
      for (const id of [RANDOM, foreign.id, gone]) refusals.push(said(await org.admin.patch(path, { [member]: id })))
      assert.equal((refusals[0] as { status: number }).status, 400)
      assert.deepEqual(refusals[1], refusals[0])
      assert.deepEqual(refusals[2], refusals[0])
      const { id: own } = await org.profile()
      assert.equal((await org.admin.patch(path, { [member]: own })).data[member], own)
    })
  }

  test('an API key cannot be made for a user of another organization, told apart from no user by nothing', async () => {
    const stranger = await app.organization()
    const path = `/v3/profiles/${profile.id}/keys`
    const unknown = said(await org.admin.post(path, { user_id: RANDOM }))
    assert.equal((unknown as { status: number }).status, 400)
    assert.deepEqual(said(await org.admin.post(path, { user_id: await stranger.serviceUser('developer') })), unknown)
    assert.equal((await org.admin.post(path, { user_id: await org.serviceUser('developer') })).status, 201)
  })

  test('a cursor that was made from a foreign profile leads to own profiles only', async () => {
    const stranger = await app.organization()
    for (let index = 0; index < 3; index += 1) await stranger.profile()
    const first = await stranger.admin.get('/v3/profiles?page_size=1')
    const cursor = (first.data.pagination as { cursors: { after: string } }).cursors.after
    const reply = await org.admin.get(`/v3/profiles?page_size=100&cursor=${encodeURIComponent(cursor)}`)
    assert.equal(reply.status, 200)
    for (const found of reply.data.profiles as Json[]) assert.equal(found.organization_id, org.id)
  })

  test('what a response alone may say is not taken from a request', async () => {
    const path = `/v3/profiles/${profile.id}`
    const before = (await org.admin.get(path)).data
    const claimed = {
      id: RANDOM,
      organization_id: foreign.organization_id,
      status: 'approved',
      version: 99,
      waba_id: 'stolen',
      created_at: '2000-01-01T00:00:00+00:00',
      deleted_at: '2000-01-01T00:00:00+00:00',
      payment_method: { reference: 'pm_stolen' },
      __proto__polluted: true,
    }
    const reply = await org.admin.patch(path, claimed)
    assert.equal(reply.status, 200)
    assert.deepEqual((await org.admin.get(path)).data, before)
  })
})
