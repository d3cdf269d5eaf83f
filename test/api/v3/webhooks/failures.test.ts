import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../kit/servers/app.ts'

test('an unforeseen failure says what the published pages say', async () => {
  await using app = await testApp()
  app.expectErrors('request_failed')
  const org = await app.organization()
  const made = await org.admin.post('/v3/webhooks', { display_name: 'Orders', endpoint_url: 'https://hooks.acme.com' })
  const path = `/v3/webhooks/${made.data.id}`
  await app.sql('alter table webhooks rename column display_name to shown_name')
  const list = await org.admin.get('/v3/webhooks')
  const rotation = await org.admin.post(`${path}/rotate-secret`, {})
  const one = await org.admin.get(path)
  assert.deepEqual(
    [list, rotation, one].map(({ status, error }) => [status, error.code]),
    Array(3).fill([500, 'INTERNAL_001']),
  )
  assert.deepEqual(
    [list, rotation, one].map(({ error }) => error.message),
    [
      'An unexpected error occurred while retrieving webhooks',
      'An unexpected error occurred while rotating the webhook secret',
      `Failed to retrieve webhook. Please contact support with request ID: ${one.json.meta.request_id}`,
    ],
  )
})
