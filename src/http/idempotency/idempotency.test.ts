import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { KeyRing } from '../../encryption/key-ring.ts'
import type { Caller } from '../caller.ts'
import type { ChangeRow } from '../first-read.store.ts'
import { checkSameRequest, fingerprint, replay, responsePlace } from './idempotency.ts'

const ORG = '6f1f6a52-0f5e-4c1b-9a53-0c8f4f5f7a01'
const ring = (pepper: number) =>
  new KeyRing({ keys: [{ id: 'a', bytes: Buffer.alloc(32, 1) }], activeId: 'a', pepper: Buffer.alloc(32, pepper) })
const keys = ring(2)

const print = (body: JsonObject, extra: { merge?: boolean; hasCard?: boolean } = {}) =>
  fingerprint(keys, body, { merge: false, hasCard: false, ...extra })

test('bodies that mean the same have one fingerprint', () => {
  assert.equal(print({ a: 1, b: { c: [1, 'x'], d: null } }), print({ b: { d: null, c: [1, 'x'] }, a: 1 }))
  assert.equal(print({ a: [[{ b: 1, c: 2 }], 3] }), print({ a: [[{ c: 2, b: 1 }], 3] }), 'within lists too')
  assert.match(print({}), /^[\w-]{43}$/)
})

test('bodies, media types and the presence of a card are told apart', () => {
  const bodies: JsonObject[] = [
    {},
    { a: null },
    { a: 1 },
    { a: '1' },
    { a: true },
    { a: [] },
    { a: {} },
    { a: [1, 2] },
    { a: [2, 1] },
    { a: [12] },
    { a: [[1], 2] },
    { a: '1,2' },
    { a: [null] },
    { a: { b: 1 } },
    { a: { b: 1, c: 2 } },
    { a: { b: 1 }, c: 2 },
    { ab: 1 },
    { 'a":1,"b': 1 },
    { a: 1, b: 1 },
  ]
  const prints = bodies.flatMap((body) => [
    print(body),
    print(body, { merge: true }),
    print(body, { hasCard: true }),
    print(body, { merge: true, hasCard: true }),
  ])
  assert.equal(new Set(prints).size, 4 * bodies.length)
})

test('a fingerprint is of use only to who has the pepper, and is the digest of no other purpose', () => {
  const extra = { merge: false, hasCard: false }
  assert.notEqual(fingerprint(ring(3), { a: 1 }, extra), print({ a: 1 }))
  // A kept fingerprint must fit the same body after an update of the server.
  assert.equal(print({ a: 1 }), keys.digest('fingerprint', 'json  {"a":1}').toString('base64url'))
  assert.equal(
    print({ b: [1, 'x'], a: null }, { merge: true, hasCard: true }),
    keys.digest('fingerprint', 'merge card {"a":null,"b":[1,"x"]}').toString('base64url'),
  )
})

test('an answer is sealed for its own row', () => {
  assert.deepEqual(responsePlace('r'), { table: 'idempotency_keys', column: 'answer', row: 'r' })
})

const cipher = keys.open(keys.newDataKey(ORG), ORG)
const caller = { cipher } as Caller
const identity = { operation: 'updateProfile', target: 't', fingerprint: 'f' }
const BODY = '{"success":true}'

const kept = (given: object = {}) =>
  ({
    i_id: 'r',
    i_operation: 'updateProfile',
    i_target: 't',
    i_fingerprint: 'f',
    i_request_id: 'req_1',
    i_is_sandbox: false,
    i_status: 200,
    i_etag: null,
    i_answer: cipher.encrypt(BODY, responsePlace('r')),
    ...given,
  }) as unknown as ChangeRow

const again = (row: ChangeRow, asks: { isStrict?: boolean; isSandbox?: boolean; fingerprint?: string } = {}) =>
  replay(row, caller, {
    identity: { ...identity, fingerprint: asks.fingerprint ?? 'f' },
    isStrict: asks.isStrict ?? false,
    isSandbox: asks.isSandbox ?? false,
  })

test('a kept answer comes back byte for byte, marked as a replay', () => {
  assert.deepEqual(again(kept()), {
    status: 200,
    headers: { 'idempotent-replayed': 'true', 'x-original-request-id': 'req_1' },
    body: BODY,
  })
  assert.deepEqual(again(kept({ i_etag: '"v1"', i_is_sandbox: true, i_status: 201 })), {
    status: 201,
    headers: {
      'idempotent-replayed': 'true',
      'x-original-request-id': 'req_1',
      'x-sandbox': 'true',
      etag: '"v1"',
    },
    body: BODY,
  })
})

test('an answer without a body comes back without one', () => {
  assert.equal(again(kept({ i_status: 204, i_answer: null })).body, null)
  assert.equal(again(kept({ i_id: null })).body, null)
})

test('an answer that was sealed for another row does not open', () => {
  assert.throws(() => again(kept({ i_id: 'r2' })))
})

test('a key that was used for another operation or target is refused, strict or not', () => {
  for (const given of [{ i_operation: 'createProfile' }, { i_target: 't2' }]) {
    assert.throws(() => checkSameRequest(kept(given), identity), { code: 'CONFLICT_002', status: 409 })
    for (const isStrict of [false, true])
      assert.throws(() => again(kept(given), { isStrict }), { code: 'CONFLICT_002' })
  }
  checkSameRequest(kept({ i_fingerprint: 'f2' }), identity)
})

test('another body under the same key replays with a mark, and is refused in strict mode', () => {
  const { headers, body } = again(kept(), { fingerprint: 'f2' })
  assert.deepEqual([headers['idempotent-payload-mismatch'], body], ['true', BODY])
  assert.throws(() => again(kept(), { fingerprint: 'f2', isStrict: true }), { code: 'STRICT_001' })
  assert.equal(again(kept(), { isStrict: true }).status, 200)
})

test('in strict mode a live call gets no answer of the sandbox, and the body is told after that', () => {
  const ofSandbox = kept({ i_is_sandbox: true })
  assert.throws(() => again(ofSandbox, { isStrict: true }), { code: 'STRICT_002' })
  assert.throws(() => again(ofSandbox, { isStrict: true, fingerprint: 'f2' }), { code: 'STRICT_002' })
  assert.equal(again(ofSandbox, { isStrict: true, isSandbox: true }).headers['x-sandbox'], 'true')
  assert.equal(again(ofSandbox, { isSandbox: true }).headers['x-sandbox'], 'true')
  assert.equal(again(kept(), { isStrict: true, isSandbox: true }).headers['x-sandbox'], undefined)
})
