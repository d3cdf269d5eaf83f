import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unavailable } from '../../ports/outcome.ts'
import { aboutOf, isDefinite, notAccepted, operatorMatter } from './http-status.rules.ts'

test('D8: a status of the 400s is definite, but for those after which the same request may follow', () => {
  const statuses = [
    200, 302, 399, 400, 404, 407, 408, 409, 410, 415, 422, 423, 424, 425, 426, 428, 429, 431, 499, 500, 503,
  ]
  assert.deepEqual(statuses.filter(isDefinite), [400, 404, 407, 410, 415, 422, 424, 426, 428, 431, 499])
})

test('A1: an error is about the service from 500 on, and where the front of the service answers', () => {
  const statuses = [200, 400, 402, 403, 404, 408, 409, 422, 423, 425, 429, 500, 502, 503]
  assert.deepEqual(
    statuses.filter((status) => aboutOf(status) === 'service'),
    [408, 425, 429, 500, 502, 503],
  )
})

test('D8: a refusal that cannot be read names its status and the log, and no member', () => {
  assert.deepEqual(notAccepted(415), {
    member: '',
    says: 'The provider did not accept it (HTTP 415) and gave no reason that can be shown. The operator of this server finds it in the log.',
  })
})

test("what is the operator's is never a refusal, and only a wrong key and a limit are everybody's", () => {
  assert.deepEqual(operatorMatter(401, 7), { outcome: unavailable('service', 60), reason: 'key_not_accepted' })
  assert.deepEqual(operatorMatter(402, 7), { outcome: unavailable('subject', 60), reason: 'no_credit' })
  assert.deepEqual(operatorMatter(403, 7), { outcome: unavailable('subject', 60), reason: 'not_permitted' })
  assert.deepEqual(operatorMatter(429, 7), { outcome: unavailable('service', 7), reason: 'rate_limited' })
  assert.deepEqual(operatorMatter(429, null), { outcome: unavailable('service', 10), reason: 'rate_limited' })
  for (const status of [400, 404, 409, 422, 500]) assert.equal(operatorMatter(status, 7), null)
})
