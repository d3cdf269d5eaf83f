import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCampaign, withOwnCampaigns } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Reply } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'

/** On a busy machine a row's queue may be longer than the default wait; a refusal for that is another test's matter. */
const PATIENT = { ROW_LOCK_MS: '4500' }

describe('a change of a campaign while something else happens to it', () => {
  let app: TestApp
  let org: TestOrganization
  let profileId: string
  let campaignId: string
  let path: string

  before(async () => {
    app = await testApp({ env: PATIENT })
    org = await app.organization()
  })
  beforeEach(async () => {
    profileId = (await org.profile(withOwnCampaigns())).id
    const made = await org.admin.post(`/v3/profiles/${profileId}/campaigns`, { campaign: aCampaign() })
    campaignId = String(made.data.id)
    path = `/v3/profiles/${profileId}/campaigns/${campaignId}`
  })
  after(() => app[Symbol.asyncDispose]())

  /** Holds the row that `locking` names, lets the change run into it, does `work`, and lets both go on. */
  async function during(locking: string, id: string, work: string, change: () => Promise<Reply>): Promise<Reply> {
    await using session = await ownerSession(app)
    await session.query('begin')
    await session.query(locking, [id])
    const changing = change()
    await untilBlocked(app, 1)
    await session.query(work, [id])
    await session.query('commit')
    return changing
  }

  const ON_PROFILE = 'select version from profiles where id = $1 for update'
  const ON_CAMPAIGN = 'select version from campaigns where id = $1 for update'
  const put = () => org.admin.put(path, { campaign: { ...aCampaign(), name: 'Late' } })
  const nameOf = async () =>
    (await app.sql<{ name: string }>('select name from campaigns where id = $1', [campaignId]))[0]?.name

  test('a submission that takes the lock first is told to the change, which writes nothing', async () => {
    const lock = "update campaigns set lock = 'submitting' where id = $1"
    const reply = await during(ON_CAMPAIGN, campaignId, lock, put)
    assert.equal(reply.status, 400)
    assert.deepEqual(reply.error.details, {
      campaign: ['Campaign is being submitted to TCR and cannot be modified.'],
    })
    assert.equal(await nameOf(), 'Customer Notifications')
  })

  test('inheritance that begins meanwhile, which bumps the version of the profile, is told to the change', async () => {
    const inherit = 'update profiles set inherit_tcr_campaign = true, version = version + 1 where id = $1'
    // The campaign is an own one, found as before, and read-only now.
    const reply = await during(ON_PROFILE, profileId, inherit, put)
    assert.equal(reply.status, 400)
    assert.deepEqual(reply.error.details, {
      campaign: ['Cannot provide campaign data when inherit_tcr_campaign is true.'],
    })
    assert.equal(await nameOf(), 'Customer Notifications')
  })

  test('a profile that is deleted meanwhile is not found by any of the changes', async () => {
    const remove = 'update profiles set deleted_at = now(), version = version + 1 where id = $1'
    const changes = [
      put,
      () => org.admin.delete(path),
      () => org.admin.post(`/v3/profiles/${profileId}/campaigns`, { campaign: aCampaign() }),
    ]
    for (const change of changes) {
      const reply = await during(ON_PROFILE, profileId, remove, change)
      assert.deepEqual([reply.status, reply.error.code], [404, 'RESOURCE_014'])
      await app.sql('update profiles set deleted_at = null where id = $1', [profileId])
    }
    const [row] = await app.sql<{ n: number }>(
      'select count(*)::int as n from campaigns where owner_id = $1 and deleted_at is null',
      [profileId],
    )
    assert.equal(row?.n, 1)
  })

  test('a lost race counts no event', async () => {
    const before = await app.sql('select event_sequence from profiles where id = $1', [profileId])
    const gone = 'update campaigns set deleted_at = now(), version = version + 1 where id = $1'
    const reply = await during(ON_CAMPAIGN, campaignId, gone, put)
    assert.deepEqual([reply.status, reply.error.code], [404, 'RESOURCE_010'])
    assert.deepEqual(await app.sql('select event_sequence from profiles where id = $1', [profileId]), before)
  })
})
