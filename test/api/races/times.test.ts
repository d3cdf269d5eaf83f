import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCard } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'

describe('the time of a change that waited for a lock', () => {
  let app: TestApp
  let org: TestOrganization

  before(async () => {
    app = await testApp({ env: { ROW_LOCK_MS: '4500' } })
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  const WAITING: [string, (siblingId: string) => Json, (id: string) => string][] = [
    [
      'of the organization',
      (siblingId) => ({ sending_phone_number_profile_id: siblingId }),
      () => `select organization_id from organizations where organization_id = '${org.id}' for no key update`,
    ],
    [
      'of the profile',
      () => ({ payment_details: aCard() }),
      (id) => `select version from profiles where id = '${id}' for update`,
    ],
  ]
  for (const [which, bodyWith, lock] of WAITING) {
    test(`${which} is after the end of that wait, in the answer, in the store and in the history`, async () => {
      const { id } = await org.profile()
      const sibling = await org.profile()
      const path = `/v3/profiles/${id}`
      await using holder = await ownerSession(app)
      await holder.query('begin')
      await holder.query(lock(id))
      const changing = org.admin.patch(path, bodyWith(sibling.id))
      await untilBlocked(app, 1)
      const { rows } = await holder.query<{ now: string }>('select clock_timestamp()::text as now')
      await holder.query('commit')
      const reply = await changing
      assert.equal(reply.status, 200, reply.text)
      const [newest] = (await org.admin.get(`${path}/history`)).data.changes as Json[]
      const [row] = await app.sql<{ answered: boolean; stored: boolean; noted: boolean }>(
        `select $2::timestamptz > $1::timestamptz as answered, $3::timestamptz > $1::timestamptz as noted,
                (select p.updated_at > $1::timestamptz from profiles p where p.id = $4) as stored`,
        [rows[0]?.now, reply.data.updated_at, newest?.changed_at, id],
      )
      assert.deepEqual(row, { answered: true, noted: true, stored: true })
    })
  }
})
