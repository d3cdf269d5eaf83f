import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { giveCampaign } from '../../kit/builders/organization-data.ts'
import { aCampaign, withOwnCampaigns } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

interface EventRow extends Record<string, unknown> {
  profile_id: string | null
  sequence: number | null
  type: string
  payload: Record<string, unknown>
  jobs: number
}

describe('events of campaigns', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  /** Somebody who is told; only the row counts here. */
  const subscribe = (organizationId: string) =>
    app.sql(
      `insert into webhooks (organization_id, id, display_name, endpoint_url, signing_secret, is_active, event_types,
         retry_count, timeout_seconds, created_at)
       values ($1, gen_random_uuid(), 'receiver', 'sealed', 'sealed', false, '["campaign"]', 3, 30, now())`,
      [organizationId],
    )

  const eventsIn = (organizationId: string) =>
    app.sql<EventRow>(
      `select e.profile_id, e.sequence::int, e.type, e.payload,
              (select count(*)::int from jobs j where j.organization_id = e.organization_id and j.subject_id = e.id
                  and j.kind = 'fan_out_event') as jobs
         from events e where e.organization_id = $1 and e.type like 'campaign.%' order by e.sequence`,
      [organizationId],
    )

  test('each change writes one event after those of its profile, with ids and a status; refusals, dry runs and replays none', async () => {
    const org = await app.organization()
    await subscribe(org.id)
    const { id: profileId } = await org.profile(withOwnCampaigns())
    const path = `/v3/profiles/${profileId}/campaigns`
    const body = { campaign: aCampaign() }
    const key = { 'idempotency-key': 'campaign-events' }
    const made = await org.admin.post(path, body, key)
    assert.equal((await org.admin.post(path, body, key)).headers['idempotent-replayed'], 'true')
    const one = `${path}/${made.data.id}`
    await org.admin.post(path, { campaign: { ...aCampaign(), name: '' } })
    await org.admin.put(one, { ...body, sandbox: true })
    await org.admin.put(one, body)
    await org.admin.delete(one, { sandbox: true })
    await org.admin.delete(one)
    await org.admin.delete(one)
    const payload = { campaign_id: made.data.id, status: null }
    const events = await eventsIn(org.id)
    // The profile was created with a brand: two events before these.
    assert.deepEqual(
      events.map(({ profile_id, sequence, type, payload: told }) => [profile_id, sequence, type, told]),
      [
        [profileId, 3, 'campaign.created', payload],
        [profileId, 4, 'campaign.updated', payload],
        [profileId, 5, 'campaign.deleted', payload],
      ],
    )
    assert.ok(events.every(({ jobs }) => jobs === 1))
    const [profile] = await app.sql<{ version: string; event_sequence: string }>(
      'select version::text, event_sequence::text from profiles where id = $1',
      [profileId],
    )
    assert.deepEqual(profile, { version: '1', event_sequence: '5' })
  })

  test('simultaneous changes of one profile leave no gap and no number twice', async () => {
    const org = await app.organization()
    await subscribe(org.id)
    const { id: profileId } = await org.profile(withOwnCampaigns())
    const path = `/v3/profiles/${profileId}/campaigns`
    const replies = await Promise.all(Array.from({ length: 10 }, () => org.admin.post(path, { campaign: aCampaign() })))
    assert.ok(replies.every(({ status }) => status === 201))
    const events = await eventsIn(org.id)
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: 10 }, (_, at) => at + 3),
    )
  })

  test('what belongs to the organization itself names no profile and has no number', async () => {
    const org = await app.organization()
    await subscribe(org.id)
    const id = await giveCampaign(app, org.id, aCampaign())
    const [event, ...others] = await eventsIn(org.id)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [event?.profile_id, event?.sequence, event?.type, event?.jobs],
      [null, null, 'campaign.created', 1],
    )
    assert.deepEqual(event?.payload, { campaign_id: id, status: null })
  })

  test('where nobody listens there is no event, and the profile still counts', async () => {
    const org = await app.organization()
    const { id: profileId } = await org.profile(withOwnCampaigns())
    await org.admin.post(`/v3/profiles/${profileId}/campaigns`, { campaign: aCampaign() })
    assert.deepEqual(await eventsIn(org.id), [])
    const [profile] = await app.sql<{ n: number }>('select event_sequence::int as n from profiles where id = $1', [
      profileId,
    ])
    assert.equal(profile?.n, 3)
  })
})
