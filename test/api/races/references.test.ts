import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf, tally } from '../../kit/tally.ts'

/** On a busy machine a row's queue may be longer than the default wait; a refusal for that is another test's matter. */
const PATIENT = { ROW_LOCK_MS: '4500' }

const ROUNDS = 20

describe('references between profiles under simultaneous changes', () => {
  let app: TestApp
  let org: TestOrganization
  let user: string
  let sender: string

  before(async () => {
    app = await testApp({ instances: 2, env: PATIENT })
    org = await app.organization()
  })
  beforeEach(async () => {
    user = (await org.profile({ name: 'User' })).id
    sender = (await org.profile({ name: 'Sender' })).id
  })
  after(() => app[Symbol.asyncDispose]())

  const at = (index: number): Client => org.admin.at(app.urls[index % 2] ?? app.url)
  const pathOf = (id: string) => `/v3/profiles/${id}`
  const refer = (from: string, to: string, instance: number) =>
    at(instance).patch(pathOf(from), { sending_phone_number_profile_id: to })

  /** Whether the user was pointed at the sender after the sender had been deleted: transaction ids follow the locks. */
  async function pointsAtDeleted(): Promise<boolean> {
    const [row] = await app.sql<{ late: boolean }>(
      `select u.sending_phone_number_profile_id = s.id and s.deleted_at is not null
              and u.xmin::text::bigint > s.xmin::text::bigint as late
         from profiles u, profiles s where u.id = $1 and s.id = $2`,
      [user, sender],
    )
    return row?.late === true
  }

  test('a reference is never set to a profile that is already deleted', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [deleted, referred] = await Promise.all([at(round).delete(pathOf(sender)), refer(user, sender, round + 1)])
      assert.equal(deleted.status, 204)
      assert.ok(['200', '400 VALIDATION_001'].includes(kindOf(referred)), kindOf(referred))
      assert.equal(await pointsAtDeleted(), false)
      user = (await org.profile()).id
      sender = (await org.profile()).id
    }
  })

  test('control: the detector sees a reference that is written after the deletion', async () => {
    assert.equal((await at(0).delete(pathOf(sender))).status, 204)
    await app.sql('update profiles set sending_phone_number_profile_id = $2 where id = $1', [user, sender])
    assert.equal(await pointsAtDeleted(), true)
  })

  test('a reference that waits for a deletion is refused when the deletion comes first', async () => {
    await using holder = await ownerSession(app)
    await holder.query('begin')
    await holder.query('select 1 from organizations where organization_id = $1 for update', [org.id])
    const referring = refer(user, sender, 0)
    await untilBlocked(app, 1)
    await holder.query('update profiles set deleted_at = now(), version = version + 1 where id = $1', [sender])
    await holder.query('commit')
    const refused = await referring
    assert.equal(kindOf(refused), '400 VALIDATION_001')
    assert.deepEqual(Object.keys(refused.error.details ?? {}), ['sending_phone_number_profile_id'])
  })

  test('changes with and without a reference, with and without a key, do not lock one another out', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          at(index).patch(
            pathOf(user),
            index < 4 ? { name: `Name ${index}` } : { sending_phone_number_profile_id: sender },
            index % 4 < 2 ? { 'idempotency-key': `round-${round}-${index}` } : {},
          ),
        ),
      )
      assert.deepEqual(tally(replies), { 200: 8 })
    }
  })

  test('of two references that would close a circle one is refused', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const replies = await Promise.all([refer(user, sender, round), refer(sender, user, round + 1)])
      assert.deepEqual(tally(replies), { '200': 1, '400 VALIDATION_001': 1 })
      user = (await org.profile()).id
      sender = (await org.profile()).id
    }
  })

  test('of three references that would close a circle one is refused', async () => {
    for (let round = 0; round < ROUNDS / 2; round += 1) {
      const third = (await org.profile()).id
      const replies = await Promise.all([refer(user, sender, 0), refer(sender, third, 1), refer(third, user, 0)])
      assert.deepEqual(tally(replies), { '200': 2, '400 VALIDATION_001': 1 })
      user = (await org.profile()).id
      sender = (await org.profile()).id
    }
  })
})
