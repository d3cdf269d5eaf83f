import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENDPOINTS } from '../../src/app/app.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'

const operationsOf = (rateClass: Endpoint['rateClass']) =>
  ENDPOINTS.filter((endpoint) => endpoint.rateClass === rateClass).map(({ operation }) => operation)

test('the operations with a rate of their own are the published ones, and the replay, which is ours', () => {
  assert.deepEqual(operationsOf('sensitive').toSorted(), [
    'completeProfile',
    'inviteUser',
    'replayWebhook',
    'rotateWebhookSecret',
  ])
  assert.deepEqual(operationsOf('webhook_test'), ['testWebhook'])
})
