import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Reply } from '../../kit/servers/client.ts'
import { kindOf } from '../../kit/tally.ts'

const ROUNDS = 60

/** CONC-4: whatever two admins, or the owner, do to each other at once, an active admin remains. */
describe('the last admin', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ instances: 2, env: { TRUST_PROXY: '127.0.0.1' } })
  })
  after(() => app[Symbol.asyncDispose]())

  /** An address for each round: the key of a removed admin is a wrong key, and those are counted. */
  const from = (round: number) => ({ 'x-forwarded-for': `203.0.113.${round}` })
  const demote = (by: Client, whom: string | null, round: number): Promise<Reply> =>
    by.patch(`/v3/users/${whom}`, { role: 'billing' }, from(round))
  const remove = (by: Client, whom: string | null, round: number): Promise<Reply> =>
    by.delete(`/v3/users/${whom}`, undefined, from(round))
  const ACTS = [demote, remove] as const

  async function activeAdmins(organizationId: string): Promise<number> {
    const [row] = await app.sql<{ admins: number }>(
      `select count(*)::int as admins from users
        where organization_id = $1 and role = 'admin' and status = 'active' and removed_at is null`,
      [organizationId],
    )
    return row?.admins ?? 0
  }

  test(`two admins who demote or remove each other: exactly one succeeds, in ${ROUNDS} rounds over two instances`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const org = await app.organization()
      const other = await org.key(await org.user('admin'))
      const [first, second] = [ACTS[round % 2] ?? demote, ACTS[Math.floor(round / 2) % 2] ?? demote]
      const replies = await Promise.all([
        first(org.admin, other.userId, round),
        second(other.at(app.urls[1] ?? ''), org.admin.userId, round),
      ])
      const kinds = replies.map(kindOf)
      const done = kinds.filter((kind) => kind === '200' || kind === '204')
      assert.equal(done.length, 1, kinds.join(', '))
      // The slower one is no admin any more, has no key any more, or finds that the other is the last admin.
      const refused = kinds.find((kind) => kind !== '200' && kind !== '204')
      assert.match(String(refused), /^(403 AUTH_004|401 AUTH_002|400 VALIDATION_001)$/)
      assert.equal(await activeAdmins(org.id), 1)
    }
  })

  test('the owner who acts on both admins at once is refused the second', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const org = await app.organization()
      const other = await org.user('admin')
      const [first, second] = [ACTS[round % 2] ?? demote, ACTS[Math.floor(round / 2) % 2] ?? demote]
      const replies = await Promise.all([
        first(org.owner, org.admin.userId, round),
        second(org.owner.at(app.urls[1] ?? ''), other, round),
      ])
      const kinds = replies.map(kindOf)
      assert.equal(kinds.filter((kind) => kind === '400 VALIDATION_001').length, 1, kinds.join(', '))
      assert.equal(await activeAdmins(org.id), 1)
    }
  })

  test('invitations of one address that come at once make one user', async () => {
    for (let round = 0; round < 10; round += 1) {
      const org = await app.organization()
      const replies = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          org.admin
            .at(app.urls[index % 2] ?? '')
            .post('/v3/users', { email: 'jane@example.com', name: `Jane ${index}`, role: 'developer' }),
        ),
      )
      assert.deepEqual(replies.map(kindOf), Array(6).fill('201'))
      const rows = await app.sql("select id from users where organization_id = $1 and email = 'jane@example.com'", [
        org.id,
      ])
      assert.equal(rows.length, 1)
    }
  })
})
