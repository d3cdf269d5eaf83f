import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCampaign } from '../../kit/builders/requests.ts'
import { completableProfile, complete, letTimePass, registrationOf, settle, stepOf } from '../../kit/completion.ts'
import { type Fate, type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** A campaign that reviewers declined: changed at the registry where it can be, else ended there and submitted anew. */

interface Bench {
  app: TestApp
  org: TestOrganization
  registry: ScriptedRegistry
}

async function bench(): Promise<Bench> {
  const registry = scriptedRegistry()
  const app = await testApp({ ports: { brandRegistry: registry, carrier: null } })
  return { app, org: await app.organization(), registry }
}

/** A profile whose campaign was reviewed and declined. */
async function declined({ app, org, registry }: Bench): Promise<{ id: string; campaignId: string }> {
  registry.sharing = 'PENDING'
  const profile = await completableProfile(org)
  const { id } = profile
  await complete(org.admin, id)
  await letTimePass(app)
  const waiting = await registrationOf(org.admin, id)
  assert.deepEqual([waiting.state, waiting.profile_status], ['waiting', 'pending_review'])
  registry.sharing = 'DECLINED'
  const told = await settle(app, org.admin, id)
  assert.deepEqual([told.state, told.profile_status], ['correction_needed', 'incomplete'])
  assert.equal(stepOf(told, 'campaign_review').feedback[0]?.says, 'The opt-in is not described.')
  const listed = (await org.admin.get(`/v3/profiles/${id}/campaigns`)).json.data as unknown as Record<string, unknown>[]
  assert.equal(listed[0]?.submittedToTCR, false)
  assert.match(String(listed[0]?.tcrSyncError), /The opt-in is not described/)
  return profile
}

async function correct({ org, registry }: Bench, ids: { id: string; campaignId: string }, change: object) {
  const campaign = { ...aCampaign(), ...change }
  const put = await org.admin.put(`/v3/profiles/${ids.id}/campaigns/${ids.campaignId}`, { campaign })
  assert.equal(put.status, 200, put.text)
  registry.sharing = 'ACCEPTED'
  await complete(org.admin, ids.id)
}

function count({ log }: ScriptedRegistry, call: string): number {
  return log.filter((each) => each === call).length
}

describe('a declined campaign', () => {
  for (const fate of ['answer', 'take', 'down'] as Fate[]) {
    test(`whose description is corrected is changed under its id, also when that meets "${fate}"`, async () => {
      const kit = await bench()
      await using app = kit.app
      const { org, registry } = kit
      const profile = await declined(kit)
      registry.plan('updateCampaign', fate)
      await correct(kit, profile, { description: 'Reminders, with opt-in at checkout' })
      const done = await settle(app, org.admin, profile.id)
      assert.equal(done.state, 'completed', JSON.stringify(done))
      assert.deepEqual([...registry.campaigns.keys()], [profile.campaignId])
      assert.equal(registry.campaigns.get(profile.campaignId)?.description, 'Reminders, with opt-in at checkout')
      assert.equal(count(registry, 'submitCampaign'), 1)
      assert.ok(!registry.log.some((call) => call.startsWith('deactivate')))
      assert.equal(stepOf(done, 'campaign').fee, 30, 'the review is charged each time')
    })
  }

  test('whose use case is corrected is ended and submitted anew under a further reference', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const profile = await declined(kit)
    const [useCase] = aCampaign().useCases
    await correct(kit, profile, { useCases: [{ ...useCase, messagingUseCaseUs: 'MARKETING' }] })
    const done = await settle(app, org.admin, profile.id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    assert.deepEqual([...registry.campaigns.keys()], [profile.campaignId, `${profile.campaignId}-2`])
    assert.ok(registry.log.includes(`deactivate ${profile.campaignId}`))
    assert.equal(count(registry, 'updateCampaign'), 0)
    assert.equal(registry.brands.size, 1)
  })

  test('of a profile that is approved already is corrected as well, and meanwhile the run is joined', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    assert.equal((await settle(app, org.admin, id)).profile_status, 'approved')
    const more = await org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign: aCampaign() })
    registry.sharing = 'PENDING'
    assert.equal((await complete(org.admin, id)).status, 202)
    await letTimePass(app)
    const waiting = await registrationOf(org.admin, id)
    assert.deepEqual([waiting.state, waiting.run, waiting.profile_status], ['waiting', 2, 'approved'])
    assert.equal((await complete(org.admin, id)).status, 202)
    assert.equal((await registrationOf(org.admin, id)).run, 2)
    registry.sharing = 'DECLINED'
    const told = await settle(app, org.admin, id)
    assert.deepEqual([told.state, told.profile_status], ['correction_needed', 'approved'])
    await correct(kit, { id, campaignId: String(more.data.id) }, { description: 'People opt in at checkout' })
    const done = await settle(app, org.admin, id)
    assert.deepEqual([done.state, done.run, done.profile_status], ['completed', 3, 'approved'])
    assert.equal(count(registry, 'updateCampaign'), 1)
    assert.equal((await complete(org.admin, id)).status, 200)
  })

  test('whose correction the registry refuses is told why, and corrected once more', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const profile = await declined(kit)
    registry.plan('updateCampaign', 'refuse')
    await correct(kit, profile, { description: 'Still vague reminders' })
    const refused = await settle(app, org.admin, profile.id)
    assert.deepEqual([refused.state, stepOf(refused, 'campaign').state], ['correction_needed', 'correction_needed'])
    await correct(kit, profile, { description: 'Reminders, with opt-in at checkout' })
    assert.equal((await settle(app, org.admin, profile.id)).state, 'completed')
    assert.deepEqual([count(registry, 'submitCampaign'), count(registry, 'updateCampaign')], [1, 2])
    assert.equal(registry.campaigns.get(profile.campaignId)?.description, 'Reminders, with opt-in at checkout')
  })
})
