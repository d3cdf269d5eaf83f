import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { giveBrandOf } from '../../kit/builders/organization-data.ts'
import { aCampaign } from '../../kit/builders/requests.ts'
import {
  brandWithTaxId,
  complete,
  inheritingProfile,
  letSettle,
  letTimePass,
  registrationOf,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** The lock of the brand that profiles share: only the run that holds it gives it back, and not while its outcome is open. */

async function bench() {
  const registry = scriptedRegistry()
  const app = await testApp({ ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  await giveBrandOf(app, org.id, brandWithTaxId('12-3456789'))
  return { app, org, registry }
}

/** Gives the profile a campaign that the registry would refuse, so that its next run is over before anything is sent. */
async function addHopelessCampaign(org: TestOrganization, id: string): Promise<string> {
  const names = [
    'ACCOUNT_NOTIFICATION',
    'CUSTOMER_CARE',
    'FRAUD_ALERT',
    'TWO_FA',
    'M2M',
    'SECURITY_ALERT',
    'POLLING_VOTING',
  ]
  const useCases = names.map((messagingUseCaseUs) => ({ messagingUseCaseUs, sampleMessages: ['Your code is 1.'] }))
  const made = await org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign: { ...aCampaign(), useCases } })
  assert.equal(made.status, 201, made.text)
  return String(made.data.id)
}

async function lockOf(app: TestApp): Promise<string | null | undefined> {
  return (await app.sql<{ lock: string | null }>('select lock from brands'))[0]?.lock
}

/** A run whose submission of the organization's brand got lost three times. */
async function parkedRun({ app, org, registry }: Awaited<ReturnType<typeof bench>>): Promise<string> {
  app.expectErrors('registration_parked', 'jobs_parked')
  registry.always('submitBrand', 'lose')
  const { id } = await inheritingProfile(org)
  await complete(org.admin, id)
  for (let round = 0; round < 4; round += 1) {
    await letTimePass(app)
    await letSettle(app)
  }
  assert.equal((await settle(app, org.admin, id)).state, 'parked')
  registry.always('submitBrand', 'answer')
  return id
}

describe("the lock of the organization's brand", () => {
  test('is not given back by a run that has let go of it before, and fails while another holds it', async () => {
    const { app: opened, org, registry } = await bench()
    await using app = opened
    const [first, other] = [await inheritingProfile(org), await inheritingProfile(org)]
    registry.plan('submitBrand', 'refuse')
    await complete(org.admin, first.id)
    assert.equal((await settle(app, org.admin, first.id)).state, 'correction_needed')
    await addHopelessCampaign(org, first.id)
    for (const { id } of [first, other]) assert.equal((await complete(org.admin, id)).status, 202)
    await app.sql("update jobs set due_at = now() + interval '1 hour' where subject_id = $1", [other.id])
    await app.app.jobs.runDue()
    assert.equal((await registrationOf(org.admin, first.id)).state, 'correction_needed')
    assert.equal(await lockOf(app), 'submitting')
    assert.equal((await settle(app, org.admin, other.id)).state, 'completed')
    assert.equal(await lockOf(app), 'submitted')
  })

  test('stays with a parked run that is begun again: it looks the brand up and submits what it had frozen', async () => {
    const kit = await bench()
    await using app = kit.app
    const id = await parkedRun(kit)
    const { snapshot } = stepOf(await registrationOf(kit.org.admin, id), 'brand')
    const looked = kit.registry.log.length
    await complete(kit.org.admin, id)
    const done = await settle(app, kit.org.admin, id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    assert.equal(kit.registry.log[looked], 'findBrand')
    assert.deepEqual(stepOf(done, 'brand').snapshot, snapshot)
  })

  test('stays while the outcome is open, also where the run begun again cannot succeed', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const id = await parkedRun(kit)
    const hopeless = await addHopelessCampaign(org, id)
    registry.always('findBrand', 'down')
    await complete(org.admin, id)
    await letTimePass(app)
    assert.deepEqual([(await registrationOf(org.admin, id)).state, await lockOf(app)], ['running', 'submitting'])
    registry.always('findBrand', 'answer')
    const failed = await settle(app, org.admin, id)
    assert.deepEqual([failed.state, await lockOf(app)], ['correction_needed', null], 'the registry has no record of it')
    assert.equal((await org.admin.delete(`/v3/profiles/${id}/campaigns/${hopeless}`)).status, 204)
    await complete(org.admin, id)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
  })
})
