import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBillingContact, aBrand, aCard } from '../../kit/builders/requests.ts'
import { subscribe } from '../../kit/builders/subscription.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

interface EventRow extends Record<string, unknown> {
  profile_id: string
  sequence: number
  type: string
  payload: Record<string, unknown>
  jobs: number
}

describe('events of a profile', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const eventsIn = (organizationId: string) =>
    app.sql<EventRow>(
      `select e.profile_id, e.sequence::int, e.type, e.payload,
              (select count(*)::int from jobs j where j.organization_id = e.organization_id and j.subject_id = e.id
                  and j.kind = 'fan_out_event') as jobs
         from events e where e.organization_id = $1 order by e.profile_id, e.sequence`,
      [organizationId],
    )

  test('every change writes its events in order, each with a job, and none says more than ids and a status', async () => {
    const org = await app.organization()
    await subscribe(app, org.id)
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    const branded = await org.admin.patch(path, { brand: aBrand() })
    await org.admin.patch(path, {
      brand: { ...aBrand(), contact: { name: 'Jane Smith' } },
      billing_model: 'profile',
      billing_contact: aBillingContact(),
      payment_details: aCard(),
    })
    await org.admin.delete(path)
    const events = await eventsIn(org.id)
    const brandId = (branded.data.brand as { id: string }).id
    const brand = { brand_id: brandId, status: null }
    const profile = { status: 'incomplete' }
    assert.deepEqual(
      events.map(({ sequence, type, payload }) => [sequence, type, payload]),
      [
        [1, 'profile.created', profile],
        [2, 'profile.updated', profile],
        [3, 'brand.created', brand],
        [4, 'profile.updated', profile],
        [5, 'brand.updated', brand],
        [6, 'payment_method.attached', { status: 'attached' }],
        [7, 'profile.deleted', profile],
      ],
    )
    assert.ok(events.every(({ profile_id, jobs }) => profile_id === id && jobs === 1))
  })

  test('a change that changes nothing, a refused one and a dry run emit nothing', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    await subscribe(app, org.id)
    const path = `/v3/profiles/${id}`
    assert.equal((await org.admin.patch(path, {})).status, 200)
    assert.equal((await org.admin.patch(path, { short_name: '!' })).status, 400)
    assert.equal((await org.admin.patch(path, { short_name: 'SALES', sandbox: true })).status, 200)
    assert.deepEqual(await eventsIn(org.id), [])
  })

  test('a replayed change emits nothing again', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    await subscribe(app, org.id)
    const once = () => org.admin.patch(`/v3/profiles/${id}`, { short_name: 'SALES' }, { 'idempotency-key': 'once' })
    await once()
    assert.equal((await once()).headers['idempotent-replayed'], 'true')
    assert.equal((await eventsIn(org.id)).length, 1)
  })

  test('an organization without a webhook has no events, and the other organization is no reason for one', async () => {
    const [org, other] = [await app.organization(), await app.organization()]
    await subscribe(app, other.id)
    await org.profile()
    assert.deepEqual(await eventsIn(org.id), [])
    assert.deepEqual(await app.sql('select id from jobs where organization_id = $1', [org.id]), [])
  })

  test('what happened while nobody was told is counted: the first event goes on from there', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    await org.admin.patch(`/v3/profiles/${id}`, { short_name: 'SALES' })
    await subscribe(app, org.id)
    await org.admin.patch(`/v3/profiles/${id}`, { short_name: 'HELP' })
    assert.deepEqual(
      (await eventsIn(org.id)).map(({ sequence, type }) => [sequence, type]),
      [[3, 'profile.updated']],
    )
  })
})
