import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { giveBrandOf } from '../../kit/builders/organization-data.ts'
import {
  brandWithTaxId,
  completableProfile,
  complete,
  inheritingProfile,
  letSettle,
  letTimePass,
  registrationOf,
  settle,
} from '../../kit/completion.ts'
import { type ScriptedCarrier, scriptedCarrier } from '../../kit/fakes/scripted-carrier.ts'
import { type Fate, type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { aWebhook } from '../webhooks/kit.ts'

/**
 * A profile that is deleted while a provider is being asked for it: nothing more is sent, what may have happened is found
 * out, campaigns are ended at the registry, and nothing that others need stays locked.
 */

interface Bench {
  app: TestApp
  org: TestOrganization
  registry: ScriptedRegistry
  carrier: ScriptedCarrier
}

async function bench(): Promise<Bench> {
  const registry = scriptedRegistry()
  const carrier = scriptedCarrier()
  const env = { WEBHOOKS_ALLOW_PRIVATE: '1' }
  const app = await testApp({ env, ports: { brandRegistry: registry, carrier } })
  const org = await app.organization()
  await giveBrandOf(app, org.id, brandWithTaxId('12-3456789'))
  return { app, org, registry, carrier }
}

async function remove(org: TestOrganization, id: string): Promise<void> {
  const reply = await org.admin.delete(`/v3/profiles/${id}`)
  assert.equal(reply.status, 204, reply.text)
}

async function letAllEnd(app: TestApp): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await letTimePass(app)
  await letSettle(app)
  for (let turn = 0; turn < 3; turn += 1) await letTimePass(app)
}

/** How everything of the profile ended, as the database has it. */
async function endOf(app: TestApp, profileId: string) {
  const [run] = await app.sql<{ state: string }>('select state from registrations where profile_id = $1', [profileId])
  const jobs = await app.sql("select kind from jobs where kind in ('advance_registration', 'end_campaign')")
  const locks = await app.sql(
    "select lock from brands where lock = 'submitting' union all select lock from campaigns where lock = 'submitting'",
  )
  return { state: run?.state, locks, jobs }
}

const WITHDRAWN = { state: 'withdrawn', locks: [], jobs: [] }

function count({ log }: { log: readonly string[] }, call: string): number {
  return log.filter((each) => each === call).length
}

describe('a profile that is deleted', () => {
  for (const fate of ['answer', 'take', 'lose', 'down'] as Fate[]) {
    test(`during the submission of its brand, which meets "${fate}": sent once, told once, nothing follows`, async () => {
      await using receiver = await Receiver.open()
      const kit = await bench()
      await using app = kit.app
      const { org, registry } = kit
      const { id } = await completableProfile(org)
      registry.plan('submitBrand', fate)
      registry.onCall = async (call) => {
        if (call !== 'submitBrand') return
        registry.onCall = null
        await remove(org, id)
      }
      await complete(org.admin, id, {}, receiver.url)
      await letAllEnd(app)
      await app.app.jobs.runDue()
      assert.deepEqual(await endOf(app, id), WITHDRAWN)
      assert.deepEqual([count(registry, 'submitBrand'), count(registry, 'submitCampaign')], [1, 0])
      const told = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
      assert.deepEqual(
        told.map(({ profileId, success, status, message }) => [profileId, success, status, message]),
        [[id, false, 'failed', 'The profile was deleted.']],
      )
    })
  }

  for (const fate of ['answer', 'take'] as Fate[]) {
    test(`during the submission of its campaign, which meets "${fate}": what the registry has is ended there`, async () => {
      const kit = await bench()
      await using app = kit.app
      const { org, registry } = kit
      const { id, campaignId } = await completableProfile(org)
      registry.plan('submitCampaign', fate)
      registry.onCall = async (call) => {
        if (call !== 'submitCampaign') return
        registry.onCall = null
        await remove(org, id)
      }
      await complete(org.admin, id)
      await letAllEnd(app)
      assert.deepEqual(await endOf(app, id), WITHDRAWN)
      assert.equal(count(registry, 'submitCampaign'), 1)
      assert.deepEqual(
        registry.log.filter((call) => call.startsWith('deactivate')),
        [`deactivate ${campaignId}`],
      )
      assert.deepEqual(kit.carrier.log, [])
    })
  }

  test('during a call to the carrier: the messaging profile is found, and nothing is connected', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, carrier, registry } = kit
    const { id, campaignId } = await completableProfile(org)
    carrier.plan('createMessagingProfile', 'take')
    carrier.onCall = async (call) => {
      if (call !== 'createMessagingProfile') return
      carrier.onCall = null
      await remove(org, id)
    }
    await complete(org.admin, id)
    await letAllEnd(app)
    assert.deepEqual(await endOf(app, id), WITHDRAWN)
    assert.deepEqual([carrier.profiles, carrier.changes], [[id], []])
    const [run] = await app.sql<{ messaging_profile_id: string }>('select messaging_profile_id from registrations')
    assert.equal(run?.messaging_profile_id, 'mp_0')
    assert.ok(registry.log.includes(`deactivate ${campaignId}`))
  })

  test('while its campaign is reviewed: told once before, ended at the registry at once, its events in order', async () => {
    await using receiver = await Receiver.open()
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    await aWebhook(org.admin, receiver.url, { event_types: ['profile', 'brand', 'campaign'] })
    registry.sharing = 'PENDING'
    const { id, campaignId } = await completableProfile(org)
    await complete(org.admin, id, {}, receiver.url)
    await letTimePass(app)
    assert.equal((await registrationOf(org.admin, id)).state, 'waiting')
    await remove(org, id)
    await app.app.jobs.runDue()
    await app.app.jobs.runDue()
    assert.deepEqual(await endOf(app, id), WITHDRAWN)
    assert.ok(registry.log.includes(`deactivate ${campaignId}`))
    const told = receiver.received.map(
      ({ body }) => JSON.parse(body) as { status?: string; sub_type?: string; payload: { sequence: number } },
    )
    assert.deepEqual(
      told.filter(({ status }) => status !== undefined).map(({ status }) => status),
      ['SUBMITTED'],
    )
    const events = told.filter(({ sub_type: kind }) => kind !== undefined)
    const last = events.reduce((one, other) => (other.payload.sequence > one.payload.sequence ? other : one))
    assert.equal(last.sub_type, 'profile.deleted')
  })

  test("during the submission of the organization's brand, which got lost: another profile's completion takes it over", async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const first = await inheritingProfile(org)
    const second = await inheritingProfile(org)
    registry.plan('submitBrand', 'lose')
    registry.onCall = async (call) => {
      if (call !== 'submitBrand') return
      registry.onCall = null
      await remove(org, first.id)
    }
    await complete(org.admin, first.id)
    await app.app.jobs.runDue()
    await complete(org.admin, second.id)
    await letTimePass(app)
    assert.equal(count(registry, 'submitBrand'), 1, 'not before it is settled that the first got lost')
    await letAllEnd(app)
    assert.equal((await settle(app, org.admin, second.id)).state, 'completed')
    assert.deepEqual(await endOf(app, first.id), WITHDRAWN)
    assert.deepEqual([count(registry, 'submitBrand'), registry.brands.size], [2, 1])
  })

  test("whose run is parked with the organization's brand: the brand is given back and the row of the job goes", async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    app.expectErrors('registration_parked', 'jobs_parked')
    registry.always('submitBrand', 'lose')
    const first = await inheritingProfile(org)
    await complete(org.admin, first.id)
    for (let round = 0; round < 4; round += 1) {
      await letTimePass(app)
      await letSettle(app)
    }
    assert.equal((await settle(app, org.admin, first.id)).state, 'parked')
    registry.always('submitBrand', 'answer')
    const second = await inheritingProfile(org)
    await complete(org.admin, second.id)
    await letTimePass(app)
    assert.equal((await registrationOf(org.admin, second.id)).state, 'running', 'it waits for the brand')
    await remove(org, first.id)
    await letTimePass(app)
    assert.equal((await settle(app, org.admin, second.id)).state, 'completed')
    assert.deepEqual(await endOf(app, first.id), WITHDRAWN)
  })

  test("whose worker died at the correction of the organization's brand: the brand is given back", async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    app.expectErrors('job_failed')
    registry.identity = 'UNVERIFIED'
    const first = await inheritingProfile(org)
    await complete(org.admin, first.id)
    assert.equal((await settle(app, org.admin, first.id)).state, 'correction_needed')
    registry.identity = 'VERIFIED'
    registry.plan('updateBrand', 'throw')
    await giveBrandOf(app, org.id, brandWithTaxId('12-3456788'))
    await complete(org.admin, first.id)
    await app.app.jobs.runDue()
    await remove(org, first.id)
    await letAllEnd(app)
    assert.deepEqual(await endOf(app, first.id), WITHDRAWN)
    const second = await inheritingProfile(org)
    await complete(org.admin, second.id)
    assert.equal((await settle(app, org.admin, second.id)).state, 'completed')
    assert.equal(count(registry, 'submitBrand'), 1)
  })
})
