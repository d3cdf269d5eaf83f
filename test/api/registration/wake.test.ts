import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { wake } from '../../../src/resources/registrations/index.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { completableProfile, complete, registrationOf, stepOf } from '../../kit/completion.ts'
import { type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** A provider's event takes effect at once: it ends the wait of a run, and one that comes while a worker is at it is not lost. */

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

async function jobOf(app: TestApp) {
  const [job] = await app.sql<{ is_held: boolean; is_due: boolean; woken: boolean }>(
    `select coalesce(lease_until > now(), false) as is_held, due_at <= now() as is_due, woken
       from jobs where kind = 'advance_registration'`,
  )
  return job
}

describe('an event of a provider', () => {
  test('ends the wait for what it tells of', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.registry.identity = null
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    await app.app.jobs.runDue()
    const waiting = stepOf(await registrationOf(kit.org.admin, id), 'identity')
    assert.equal(waiting.state, 'waiting')
    assert.notEqual(waiting.next_try_at, null)
    kit.registry.identity = 'VERIFIED'
    await wake(app.app.db, app.keys, { tcrBrandId: 'B000001' })
    await app.app.jobs.runDue()
    assert.equal((await registrationOf(kit.org.admin, id)).state, 'completed')
  })

  test('that comes while the job is held takes effect when the run ends, not when the lease does', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    registry.identity = null
    const { id } = await completableProfile(org)
    registry.onRead = async () => {
      registry.onRead = null
      // What this read answers is old by the time that it is written.
      registry.identity = 'VERIFIED'
      assert.equal((await wake(app.app.db, app.keys, { tcrBrandId: 'B000001' })).length, 1)
      assert.deepEqual(await jobOf(app), { is_held: true, is_due: true, woken: true })
    }
    await complete(org.admin, id)
    await app.app.jobs.runDue()
    await app.app.jobs.runDue()
    assert.equal((await registrationOf(org.admin, id)).state, 'completed')
    assert.equal(await jobOf(app), undefined)
  })

  test('that comes during the last look at a run that is over is looked at once more', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    await app.app.jobs.runDue()
    assert.equal((await registrationOf(org.admin, id)).state, 'completed')
    registry.onRead = async () => {
      registry.onRead = null
      registry.identity = 'VETTED_VERIFIED'
      await wake(app.app.db, app.keys, { tcrBrandId: 'B000001' })
    }
    await wake(app.app.db, app.keys, { tcrBrandId: 'B000001' })
    await app.app.jobs.runDue()
    await app.app.jobs.runDue()
    const { brand } = (await org.admin.get(`/v3/profiles/${id}`)).data as { brand: { identity_status: string } }
    assert.equal(brand.identity_status, 'VETTED_VERIFIED')
    assert.equal(await jobOf(app), undefined)
  })

  test('does not shorten the wait for a provider that is down', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.registry.plan('submitCampaign', 'down')
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    await app.app.jobs.runDue()
    const sent = kit.registry.log.length
    await wake(app.app.db, app.keys, { tcrBrandId: 'B000001' })
    await app.app.jobs.runDue()
    assert.equal(kit.registry.log.length, sent)
  })
})
