import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Executor } from '../../db/database.ts'
import {
  deleteExpiredKey,
  KEPT_COLUMNS,
  KEPT_PARAMS,
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
  storeResponse,
} from './idempotency.store.ts'

const ROW: StoredResponse = {
  id: 'id',
  customerId: 'customer',
  mode: 'live',
  key: 'key',
  operation: 'operation',
  target: 'target',
  fingerprint: 'fingerprint',
  requestId: 'request',
  isSandbox: false,
  status: 200,
  etag: 'etag',
  answer: 'answer',
}

/** What a statement was run with. */
async function sent(use: (db: Executor) => Promise<void>) {
  const calls: { organizationId: string; name: string; text: string; params: readonly unknown[] }[] = []
  await use({
    run: async (organizationId, { name, text }, params) => {
      calls.push({ organizationId, name, text, params })
      return []
    },
  })
  assert.equal(calls.length, 1)
  return calls[0]
}

const namesIn = (list = '') => list.split(',').map((name) => name.trim())

test('each column of a kept row takes its own parameter, whatever number they start at', () => {
  for (const first of [2, 9]) {
    const [, columns, values] =
      /^insert into idempotency_keys \(([^)]+)\)\s+select (.+)\s+from source s$/s.exec(
        storedResponseCte('source', first),
      ) ?? []
    const value = namesIn(values)
    const taken = namesIn(columns).flatMap((column, at) => {
      const [, number] = /^\$(\d+)/.exec(value[at] ?? '') ?? []
      return number === undefined ? [] : [[column, storedResponseParams(ROW)[Number(number) - first]]]
    })
    const { customerId: customer_id, requestId: request_id, isSandbox: is_sandbox, ...rest } = ROW
    assert.deepEqual(Object.fromEntries(taken), { ...rest, customer_id, request_id, is_sandbox })
    assert.equal(taken.length, KEPT_PARAMS)
    assert.equal(value[0], 's.organization_id')
    assert.equal(value[namesIn(columns).indexOf('state')], "'kept'")
    assert.equal(value.at(-1), "now() + interval '24 hours'")
  }
})

test('the first read has every column that a replay and a claim are judged by', () => {
  for (const name of ['state', 'operation', 'target', 'fingerprint', 'request_id', 'is_sandbox', 'status', 'etag'])
    assert.match(KEPT_COLUMNS, new RegExp(`\\bi\\.${name} as i_${name}\\b`))
})

test('an answer is kept for the organization that it was given in', async () => {
  const call = await sent((db) => storeResponse(db, 'org', ROW))
  assert.deepEqual([call?.organizationId, call?.name], ['org', 'insert_kept'])
  assert.deepEqual(call?.params, ['org', ...storedResponseParams(ROW)])
  assert.match(call?.text ?? '', /from \(select \$1::uuid as organization_id\) s$/)
})

test('room is made for one key of one customer in one mode', async () => {
  const call = await sent((db) => deleteExpiredKey(db, 'org', ROW))
  assert.deepEqual([call?.organizationId, call?.name], ['org', 'delete_expired_key'])
  assert.deepEqual(call?.params, ['org', 'customer', 'live', 'key'])
  assert.match(call?.text ?? '', /i\.expires_at <= now\(\)\s+and not exists/)
})
