import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { Client, type Json, type Reply } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf } from '../../kit/tally.ts'

describe('a key that is made while the rights behind it change', () => {
  let app: TestApp
  let org: TestOrganization
  let path: string

  before(async () => {
    app = await testApp({ env: { ROW_LOCK_MS: '4500' } })
  })
  beforeEach(async () => {
    org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}/keys`
  })
  after(() => app[Symbol.asyncDispose]())

  /** Holds back every insert of a key, not the reads, and lets go at `release`. */
  async function holdInserts(): Promise<() => Promise<void>> {
    const session = await ownerSession(app)
    await session.query('begin')
    await session.query('lock table api_keys in exclusive mode')
    return async () => {
      await session.query('commit')
      await session.end()
    }
  }

  /** Runs one of `changes` between the judgement and the write of each turn, as many turns as there are changes. */
  async function makeKeyDuring(body: Json, changes: readonly (() => Promise<unknown>)[]): Promise<Reply> {
    let release = await holdInserts()
    const making = org.admin.post(path, body)
    for (const [index, change] of changes.entries()) {
      await untilBlocked(app, 1)
      await change()
      // The next holder is in the queue before this one lets go, so it comes behind this turn and before the next.
      const next = index === changes.length - 1 ? null : holdInserts()
      if (next !== null) await untilBlocked(app, 2)
      await release()
      if (next !== null) release = await next
    }
    return making
  }

  const setRole = (userId: string, role: string) => () =>
    app.sql('update users set role = $2 where id = $1', [userId, role])
  const setService = (userId: string, isService: boolean) => () =>
    app.sql('update users set is_service = $2 where id = $1', [userId, isService])
  const setStatus = (userId: string, status: string) => () =>
    app.sql('update users set status = $2 where id = $1', [userId, status])
  const keys = async () => (await org.owner.get(path)).data.keys as Json[]
  const adminId = () => org.admin.userId ?? ''

  test('is made when only others change', async () => {
    const made = await makeKeyDuring({}, [setRole(await org.user('developer'), 'billing')])
    assert.deepEqual([made.status, (await keys()).length], [201, 1])
  })

  for (const turns of [1, 3]) {
    test(`is refused with 403 when its maker is suspended or demoted in turn ${turns}, and nothing is written`, async () => {
      const other = await org.serviceUser('developer')
      // Each change of the other user's role costs one turn.
      const before = Array.from({ length: turns - 1 }, (_, index) =>
        setRole(other, index % 2 === 0 ? 'billing' : 'admin'),
      )
      for (const [undo, change] of [
        [setStatus(adminId(), 'active'), setStatus(adminId(), 'suspended')],
        [setRole(adminId(), 'admin'), setRole(adminId(), 'developer')],
      ] as const) {
        await setRole(other, 'developer')()
        assert.equal(kindOf(await makeKeyDuring({ user_id: other }, [...before, change])), '403 AUTH_004')
        await undo()
        assert.deepEqual(await keys(), [])
      }
    })
  }

  test('is judged again when its user is suspended or no service user any more meanwhile, also under the lock', async () => {
    for (const turns of [1, 3]) {
      for (const change of [setStatus, setService]) {
        const userId = await org.serviceUser('developer')
        const before = Array.from({ length: turns - 1 }, (_, index) =>
          setRole(userId, index === 0 ? 'billing' : 'admin'),
        )
        const last = change === setStatus ? setStatus(userId, 'suspended') : setService(userId, false)
        const reply = await makeKeyDuring({ user_id: userId }, [...before, last])
        assert.equal(reply.status, 400, reply.text)
        assert.deepEqual(reply.error.details, {
          user_id: ['user_id must be your own, or that of an active service user of the organization'],
        })
        await setRole(userId, 'developer')()
      }
    }
    assert.deepEqual(await keys(), [])
  })

  test('has the role that its user has after a change that was no obstacle', async () => {
    const userId = await org.serviceUser('developer')
    const made = await makeKeyDuring({ user_id: userId }, [setRole(userId, 'admin')])
    assert.equal(made.status, 201)
    const caller = new Client(app.url, { apiKey: String(made.data.api_key), keyId: String(made.data.id), userId })
    assert.equal((await caller.patch(path.replace('/keys', ''), { name: 'By an admin' })).status, 200)
  })
})
