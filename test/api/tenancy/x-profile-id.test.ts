import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Json } from '../../kit/servers/client.ts'
import { kindOf } from '../../kit/tally.ts'

const RANDOM = '0190a0b0-0000-7000-8000-00000000abcd'

interface Ids {
  own: string
  sibling: string
  foreign: string
  deleted: string
  organization: string
}

/** What the header says, and what a request for the profile `own` is told with it. */
const FOR_AN_ORGANIZATION_KEY: [string, (ids: Ids) => string, string][] = [
  ['the target itself', ({ own }) => own, '200'],
  ['the target itself in capital letters', ({ own }) => own.toUpperCase(), '200'],
  ['another profile of the organization', ({ sibling }) => sibling, '404 RESOURCE_014'],
  ['a profile of another organization', ({ foreign }) => foreign, '404 RESOURCE_014'],
  ['a deleted profile', ({ deleted }) => deleted, '404 RESOURCE_014'],
  ['an unknown id', () => RANDOM, '404 RESOURCE_014'],
  ['the id of the organization', ({ organization }) => organization, '404 RESOURCE_014'],
  ['nothing', () => '', '400 VALIDATION_003'],
  ['no UUID', () => 'string', '400 VALIDATION_003'],
  ['a UUID without hyphens', ({ own }) => own.replaceAll('-', ''), '400 VALIDATION_003'],
  ['a UUID in braces', ({ own }) => `{${own}}`, '400 VALIDATION_003'],
  ['two UUIDs', ({ own }) => `${own}, ${own}`, '400 VALIDATION_003'],
  ['SQL', () => "' or '1'='1", '400 VALIDATION_003'],
]

describe('x-profile-id', () => {
  let app: TestApp
  let org: TestOrganization
  let ids: Ids
  let profileKey: Client
  let standalone: Client

  before(async () => {
    app = await testApp()
    org = await app.organization()
    const stranger = await app.organization()
    ids = {
      own: (await org.profile({ name: 'Own' })).id,
      sibling: (await org.profile({ name: 'Sibling' })).id,
      foreign: (await stranger.profile({ name: 'Foreign' })).id,
      deleted: (await org.profile({ name: 'Deleted' })).id,
      organization: org.id,
    }
    assert.equal((await org.admin.delete(`/v3/profiles/${ids.deleted}`)).status, 204)
    profileKey = await org.profileKey(ids.own)
    standalone = (await app.organization({ kind: 'user' })).admin
  })
  after(() => app[Symbol.asyncDispose]())

  const everyWay = (who: Client, header: string) => {
    const path = `/v3/profiles/${ids.own}`
    const scope = { 'x-profile-id': header }
    return Promise.all([
      who.get(path, scope),
      who.get(`${path}/history`, scope),
      who.get(`${path}/keys`, scope),
      who.patch(path, { short_name: 'ABC' }, scope),
    ])
  }

  for (const [says, headerOf, expected] of FOR_AN_ORGANIZATION_KEY) {
    test(`with an organization key, ${says}: ${expected}`, async () => {
      for (const reply of await everyWay(org.admin, headerOf(ids))) {
        assert.equal(kindOf(reply), expected)
        assert.equal(reply.headers['x-profile-id'], expected === '200' ? ids.own : undefined)
      }
    })
  }

  const FOREIGN: [string, (ids: Ids) => string][] = [
    ['own', ({ own }) => own],
    ['sibling', ({ sibling }) => sibling],
    ['foreign', ({ foreign }) => foreign],
    ['deleted', ({ deleted }) => deleted],
    ['unknown', () => RANDOM],
  ]
  for (const [says, headerOf] of FOREIGN) {
    test(`with a profile key or a standalone key it is forbidden, whatever profile it names: ${says}`, async () => {
      for (const who of [profileKey, standalone]) {
        for (const reply of await everyWay(who, headerOf(ids))) {
          assert.equal(kindOf(reply), '403 AUTH_004')
          assert.equal(reply.headers['x-profile-id'], undefined)
        }
        assert.equal(kindOf(await who.get('/v3/me', { 'x-profile-id': headerOf(ids) })), '403 AUTH_004')
      }
    })
  }

  test('its form is judged before the kind of key', async () => {
    for (const who of [profileKey, standalone]) {
      for (const reply of await everyWay(who, 'string')) assert.equal(kindOf(reply), '400 VALIDATION_003')
    }
  })

  test('the role is judged as without it, and before the target', async () => {
    const scope = { 'x-profile-id': ids.own }
    for (const id of [ids.own, ids.sibling, ids.foreign, RANDOM]) {
      assert.equal(kindOf(await org.developer.patch(`/v3/profiles/${id}`, {}, scope)), '403 AUTH_004')
    }
  })

  test('an organization key with it is what the key of the profile is', async () => {
    const scope = { 'x-profile-id': ids.own }
    const asScoped = await org.admin.get('/v3/me', scope)
    const asProfile = await profileKey.get('/v3/me')
    assert.deepEqual(
      [asScoped.data.type, asScoped.data.id, asScoped.data.organization_id],
      ['profile', ids.own, org.id],
    )
    assert.deepEqual(asScoped.data, asProfile.data)
    assert.equal(asProfile.headers['x-profile-id'], undefined)
    for (const reply of [await org.admin.get('/v3/profiles', scope), await profileKey.get('/v3/profiles')]) {
      assert.deepEqual((reply.data.profiles as Json[]).length, 0)
    }
    for (const reply of [
      await org.admin.post('/v3/profiles', { name: 'Child of a child' }, scope),
      await profileKey.post('/v3/profiles', { name: 'Child of a child' }),
    ]) {
      assert.equal(kindOf(reply), '403 AUTH_004')
    }
  })

  test('a profile key reaches its own profile and no sibling, cousin or unknown id', async () => {
    assert.equal((await profileKey.get(`/v3/profiles/${ids.own}`)).data.name, 'Own')
    for (const id of [ids.sibling, ids.foreign, ids.deleted, RANDOM, 'string']) {
      for (const reply of [
        await profileKey.get(`/v3/profiles/${id}`),
        await profileKey.patch(`/v3/profiles/${id}`, { name: 'Taken over' }),
        await profileKey.delete(`/v3/profiles/${id}`),
        await profileKey.get(`/v3/profiles/${id}/history`),
        await profileKey.post(`/v3/profiles/${id}/keys`, {}),
      ]) {
        assert.equal(kindOf(reply), '404 RESOURCE_014')
      }
    }
    assert.equal((await org.admin.get(`/v3/profiles/${ids.sibling}`)).data.name, 'Sibling')
  })

  test('the key of a deleted profile opens nothing, also when it names a profile that lives', async () => {
    const { id } = await org.profile()
    const key = await org.profileKey(id)
    assert.equal((await key.get(`/v3/profiles/${id}`)).status, 200)
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    for (const headers of [{}, { 'x-profile-id': ids.own }, { 'x-profile-id': id }, { 'x-profile-id': 'string' }]) {
      assert.equal(kindOf(await key.get('/v3/me', headers as Record<string, string>)), '401 AUTH_002')
    }
  })
})
