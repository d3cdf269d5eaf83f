import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '../../../src/contract/permissions.ts'
import { CORPUS } from '../../kit/corpus.ts'
import { endpointOf, makeMembers } from '../../kit/routes.ts'
import { testApp } from '../../kit/servers/app.ts'

test('every request that a random test was reduced to has the answer that is right', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const wrong: string[] = []
  for (const { about, operation, ids, query, headers = {}, body, text, status } of CORPUS.requests) {
    const endpoint = endpointOf(operation as Operation)
    const members = { ...(await makeMembers(org, endpoint)), ...ids }
    const path = endpoint.path.replace(/:([A-Za-z]+)/g, (_, name: string) => members[name] ?? '')
    const target = query === undefined ? path : `${path}?${query}`
    const reply = await org.admin.request(endpoint.method, target, { body: text ?? body, headers })
    if (reply.status !== status) wrong.push(`${about}: ${reply.status} for ${status} ${reply.text.slice(0, 300)}`)
  }
  assert.deepEqual(wrong, [])
})
