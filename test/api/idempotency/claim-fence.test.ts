import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  type Claim,
  closeClaim,
  recordPaymentMethod,
  releaseClaim,
  takeOverClaim,
} from '../../../src/http/idempotency/claim.store.ts'
import { JobsBench } from '../../kit/jobs.ts'

const ANSWER = { status: 200, etag: '"a.2"', answer: 'sealed', requestId: 'req_b', fingerprint: 'f', isKeyless: false }
const BY = { requestId: 'req_successor', fingerprint: 'f', leaseMs: 30_000 }

describe('a claim that was taken over', () => {
  let bench: JobsBench
  let organizationId: string
  let old: Claim
  let successor: Claim

  before(async () => {
    bench = await JobsBench.open()
  })
  beforeEach(async () => {
    organizationId = await bench.organization()
    old = await bench.claim(organizationId)
    await bench.letLeaseEnd(old)
    const taken = await takeOverClaim(bench.otherDb, organizationId, old, BY)
    assert.ok(taken !== null)
    successor = taken
  })
  after(() => bench[Symbol.asyncDispose]())

  const everything = async () => ({
    row: await bench.sql('select i::text from idempotency_keys i where id = $1', [old.id]),
    job: await bench.sql('select j::text from jobs j where id = $1', [old.id]),
  })

  test('has another fence, the same once-key, a fresh lease and one job that looks after it', async () => {
    assert.deepEqual([successor.id, successor.fence, successor.attempt], [old.id, 2, old.attempt])
    assert.equal((await bench.claimState(old))?.is_leased, true)
    assert.ok(((await bench.jobState(old))?.due_in_seconds ?? 0) > 25)
  })

  test('cannot be closed, recorded on or released by its old owner: not a byte of row or job changes', async () => {
    const before = await everything()
    assert.equal(await closeClaim(bench.db, organizationId, old, ANSWER), false)
    assert.equal(await recordPaymentMethod(bench.db, organizationId, old, { reference: 'pm_old' }), false)
    for (const next of ['retry', 'corrected', 'undo'] as const) await releaseClaim(bench.db, organizationId, old, next)
    assert.deepEqual(await everything(), before)
  })

  test('control: its new owner records, and closes it once', async () => {
    assert.equal(await recordPaymentMethod(bench.db, organizationId, successor, { reference: 'pm_new' }), true)
    assert.equal(await closeClaim(bench.db, organizationId, successor, ANSWER), true)
    assert.deepEqual([(await bench.claimState(old))?.state, await bench.jobState(old)], ['kept', null])
    assert.equal(await closeClaim(bench.db, organizationId, successor, ANSWER), false)
  })

  test('cannot be taken over again before its lease ends, and then by one of many only', async () => {
    assert.equal(await takeOverClaim(bench.db, organizationId, successor, BY), null)
    await bench.letLeaseEnd(successor)
    assert.equal(await takeOverClaim(bench.db, organizationId, old, BY), null, 'under the old fence')
    const tries = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        takeOverClaim(index % 2 === 0 ? bench.db : bench.otherDb, organizationId, successor, BY),
      ),
    )
    assert.deepEqual(
      tries.flatMap((taken) => taken?.fence ?? []),
      [3],
    )
  })

  test('of another organization is out of reach', async () => {
    const stranger = await bench.organization()
    const before = await everything()
    assert.equal(await closeClaim(bench.db, stranger, successor, ANSWER), false)
    assert.equal(await takeOverClaim(bench.db, stranger, { ...successor, customerId: stranger }, BY), null)
    assert.deepEqual(await everything(), before)
  })
})
