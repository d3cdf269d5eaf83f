import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { reviewProfile } from '../../../src/resources/registrations/index.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand } from '../../kit/builders/requests.ts'
import { completable, complete, registrationOf, settle } from '../../kit/completion.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { aWebhook } from '../webhooks/kit.ts'

/** What `letterhead profile review` does, beside the running server. */

describe('the review of the operator', () => {
  let app: TestApp
  let org: TestOrganization
  let receiver: Receiver
  before(async () => {
    app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
    org = await app.organization()
    receiver = await Receiver.open()
    await aWebhook(org.admin, receiver.url, { event_filters: { profile: ['status_changed'] } })
  })
  after(async () => {
    await app[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })

  const review = (profileId: string, isApproved: boolean, reason: string | null = null) =>
    app.app.db.transaction(org.id, (tx) => reviewProfile(tx, org.id, { profileId, isApproved, reason }))

  /** Waits for the operator: it has neither an SMS nor a WhatsApp number. */
  async function submitted(): Promise<string> {
    const brand = aBrand()
    const plain = { ...brand, compliance: { ...brand.compliance, isTcrApplication: false } }
    const { id } = await org.profile(completable(plain))
    await complete(org.admin, id)
    const { state, profile_status: status } = await settle(app, org.admin, id)
    assert.deepEqual([state, status], ['submitted', 'pending_review'])
    return id
  }

  /** The statuses that the webhook was told of a profile, in their order. */
  async function told(id: string): Promise<string[]> {
    await app.app.jobs.runDue()
    return receiver.received
      .map(({ body }) => (JSON.parse(body) as { payload: Record<string, unknown> }).payload)
      .filter(({ profile_id: about }) => about === id)
      .toSorted((one, other) => Number(one.sequence) - Number(other.sequence))
      .map(({ status }) => String(status))
  }

  test('that approves ends the wait and is told once, however often it is said', async () => {
    const id = await submitted()
    for (const from of ['pending_review', 'approved'])
      assert.deepEqual(await review(id, true), { profileId: id, from, to: 'approved', reason: null })
    const { state, profile_status: status } = await registrationOf(org.admin, id)
    assert.deepEqual([state, status], ['completed', 'approved'])
    assert.deepEqual(await told(id), ['pending_review', 'approved'])
    assert.equal((await complete(org.admin, id)).status, 200)
  })

  test('that rejects is told too, and the next completion begins a further run', async () => {
    const id = await submitted()
    await review(id, false, 'The web site does not name the business.')
    assert.deepEqual(await told(id), ['pending_review', 'rejected'])
    assert.equal((await registrationOf(org.admin, id)).profile_status, 'rejected')
    assert.equal((await complete(org.admin, id)).status, 202)
    const again = await settle(app, org.admin, id)
    assert.deepEqual([again.state, again.run, again.profile_status], ['submitted', 2, 'pending_review'])
  })

  test('that rejects again is not told again, and the history keeps each reason', async () => {
    const id = await submitted()
    const reasons = ['The web site does not name the business.', 'The web site does not load.']
    for (const reason of reasons) await review(id, false, reason)
    assert.deepEqual(await told(id), ['pending_review', 'rejected'])
    const { data } = await org.admin.get(`/v3/profiles/${id}/history`)
    const changes = (data.changes as { changes: { member: string; to: unknown }[] }[]).flatMap((line) => line.changes)
    const kept = changes.filter(({ member }) => member === 'review.reason').map(({ to }) => to)
    assert.deepEqual(kept.toSorted(), reasons.toSorted())
  })

  test('ends the wait of a profile that stayed approved while more of it was registered', async () => {
    const id = await submitted()
    await review(id, true)
    // A further run of an approved profile that comes to rest for the operator leaves its status.
    await app.sql("update registrations set state = 'submitted' where profile_id = $1", [id])
    await review(id, true)
    assert.equal((await registrationOf(org.admin, id)).state, 'completed')
    assert.deepEqual(await told(id), ['pending_review', 'approved'])
  })

  test('of a profile that is deleted, or of another organization, finds none', async () => {
    const { id } = await org.profile()
    const stranger = await app.organization()
    const theirs = await stranger.profile()
    assert.equal((await org.admin.delete(`/v3/profiles/${id}`)).status, 204)
    for (const gone of [id, theirs.id]) assert.equal(await review(gone, true), null)
    assert.equal((await stranger.admin.get(`/v3/profiles/${theirs.id}`)).data.status, 'incomplete')
  })
})
