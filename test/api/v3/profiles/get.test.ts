import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROFILE_MEMBERS } from '../../../kit/published-members.ts'
import { testApp } from '../../../kit/servers/app.ts'

test('a profile is answered with its ETag, and with every member of the contract in the published order', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const made = await org.profile({ name: 'Marketing', short_name: 'MKT' })
  const reply = await org.developer.get(`/v3/profiles/${made.id}`)
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.etag, `"${made.id}.1"`)
  assert.deepEqual(reply.data, made)
  assert.deepEqual(
    Object.keys(reply.data),
    PROFILE_MEMBERS.map(([name]) => name),
  )
})

test('unknown, malformed, deleted and foreign ids answer the same 404', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const stranger = await app.organization()
  const foreign = await stranger.profile()
  const deleted = await org.profile()
  assert.equal((await org.admin.delete(`/v3/profiles/${deleted.id}`)).status, 204)
  const bodies = new Set<string>()
  for (const id of [
    '550e8400-e29b-41d4-a716-446655440000',
    'string',
    deleted.id,
    foreign.id,
    '..%2f',
    "1' or '1'='1",
  ]) {
    const reply = await org.admin.get(`/v3/profiles/${encodeURIComponent(id)}`)
    assert.equal(reply.status, 404, id)
    // The hint of an id that cannot be one says how ids look; it tells nothing about what is there.
    const { hint: _, ...error } = reply.error
    bodies.add(JSON.stringify({ ...reply.json, error, meta: null }))
  }
  assert.equal(bodies.size, 1)
  assert.equal((await stranger.admin.get(`/v3/profiles/${foreign.id}`)).status, 200)
})
