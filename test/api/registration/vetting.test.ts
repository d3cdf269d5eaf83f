import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { giveBrandOf } from '../../kit/builders/organization-data.ts'
import { aCampaign } from '../../kit/builders/requests.ts'
import {
  brandWithTaxId,
  completableProfile,
  complete,
  inheritingProfile,
  letSettle,
  letTimePass,
  registrationOf,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** External vetting, where it is configured: ordered once for a brand, since every order is charged. */

interface Bench {
  app: TestApp
  org: TestOrganization
  registry: ScriptedRegistry
}

async function bench(instances = 1): Promise<Bench> {
  const registry = scriptedRegistry({ hasVetting: true })
  registry.vetted = { status: 'active', score: 62, reasons: [] }
  const env = { POOL_WAIT_MS: '4000', ROW_LOCK_MS: '4500' }
  const app = await testApp({ instances, env, ports: { brandRegistry: registry, carrier: null } })
  return { app, org: await app.organization(), registry }
}

function orders({ registry }: Bench): number {
  return registry.log.filter((call) => call === 'orderVetting').length
}

describe('vetting', () => {
  test('is ordered once, waited for, shown with its score, and charged', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.registry.vetted = { status: 'pending', score: null, reasons: [] }
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    for (let turn = 0; turn < 3; turn += 1) await letTimePass(app)
    const waiting = await registrationOf(kit.org.admin, id)
    assert.deepEqual([waiting.state, stepOf(waiting, 'vetting').state], ['waiting', 'waiting'])
    kit.registry.vetted = { status: 'active', score: 62, reasons: ['No web site was found.'] }
    const done = await settle(app, kit.org.admin, id)
    const { state, says, fee } = stepOf(done, 'vetting')
    assert.deepEqual([state, says, fee], ['done', 'Vetting active; score 62; No web site was found.', 40])
    assert.deepEqual([done.state, done.fees_total], ['completed', 59.5])
    assert.equal(orders(kit), 1)
    const more = await kit.org.admin.post(`/v3/profiles/${id}/campaigns`, { campaign: aCampaign() })
    assert.equal(more.status, 201, more.text)
    assert.equal((await complete(kit.org.admin, id)).status, 202)
    const again = await settle(app, kit.org.admin, id)
    assert.deepEqual([again.state, again.run, stepOf(again, 'vetting').state], ['completed', 2, 'done'])
    assert.equal(orders(kit), 1, 'a further run finds it vetted')
  })

  test('that fails is told, and is not in the way of the campaign', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.registry.vetted = { status: 'failed', score: null, reasons: ['The business could not be found.'] }
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    const done = await settle(app, kit.org.admin, id)
    assert.equal(done.state, 'completed')
    assert.equal(stepOf(done, 'vetting').says, 'Vetting failed; The business could not be found.')
  })

  test('whose answer never comes, but which was ordered: found, and not ordered again', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.registry.plan('orderVetting', 'take')
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    const done = await settle(app, kit.org.admin, id)
    assert.deepEqual([done.state, orders(kit), stepOf(done, 'vetting').fee], ['completed', 1, 40])
  })

  test('whose order got lost is ordered again after the settling time only', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.registry.plan('orderVetting', 'lose')
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    for (let turn = 0; turn < 4; turn += 1) await letTimePass(app)
    assert.equal(stepOf(await registrationOf(kit.org.admin, id), 'vetting').state, 'unknown')
    assert.equal(orders(kit), 1)
    await letSettle(app)
    const done = await settle(app, kit.org.admin, id)
    assert.deepEqual([done.state, orders(kit), stepOf(done, 'vetting').fee], ['completed', 2, 40])
  })

  test('of a brand that profiles share: ordered by one of those that come at once', async () => {
    const kit = await bench(2)
    await using app = kit.app
    await giveBrandOf(app, kit.org.id, brandWithTaxId('12-3456789'))
    const ids: string[] = []
    for (let index = 0; index < 6; index += 1) ids.push((await inheritingProfile(kit.org)).id)
    await Promise.all(ids.map((id, index) => complete(kit.org.admin.at(app.urls[index % 2] as string), id)))
    for (let turn = 0; turn < 8; turn += 1) {
      await Promise.all(app.apps.map((instance) => instance.jobs.runDue()))
      await letTimePass(app)
    }
    const shown = await Promise.all(ids.map((id) => registrationOf(kit.org.admin, id)))
    assert.deepEqual([...new Set(shown.map(({ state }) => state))], ['completed'])
    assert.equal(orders(kit), 1)
    const fees = shown.map((registration) => stepOf(registration, 'vetting').fee).filter((fee) => fee !== null)
    assert.deepEqual(fees, [40])
  })
})
