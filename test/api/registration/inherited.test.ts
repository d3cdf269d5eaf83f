import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { giveBrandOf } from '../../kit/builders/organization-data.ts'
import {
  anotherWaitsForBrand,
  brandWithTaxId,
  complete,
  inheritingProfile,
  letTimePass,
  registrationOf,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** Profiles that share the brand of their organization: it is registered, and paid for, once, whoever comes when. */

const AT_ONCE = 10

interface Bench {
  app: TestApp
  org: TestOrganization
  registry: ScriptedRegistry
}

async function bench(): Promise<Bench> {
  const registry = scriptedRegistry()
  const env = { WEBHOOKS_ALLOW_PRIVATE: '1', POOL_WAIT_MS: '4000', ROW_LOCK_MS: '4500' }
  const app = await testApp({ instances: 2, env, ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  await giveBrandOf(app, org.id, brandWithTaxId('12-3456789'))
  return { app, org, registry }
}

/** Completes ten profiles at once at two servers, whose workers then run at the same time until all is over. */
async function completeAtOnce({ app, org }: Bench, url: string): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < AT_ONCE; index += 1) ids.push((await inheritingProfile(org)).id)
  const accepted = await Promise.all(
    ids.map((id, index) => complete(org.admin.at(app.urls[index % 2] as string), id, {}, url)),
  )
  for (const { status, text } of accepted) assert.equal(status, 202, text)
  for (let turn = 0; turn < 8; turn += 1) {
    await Promise.all(app.apps.map((instance) => instance.jobs.runDue()))
    await letTimePass(app)
  }
  await Promise.all(app.apps.map((instance) => instance.jobs.runDue()))
  return ids
}

function count({ log }: ScriptedRegistry, call: string): number {
  return log.filter((each) => each === call).length
}

interface Told {
  profileId: string
  success: boolean
  status: string
}

function toldTo(receiver: Receiver): Told[] {
  return receiver.received.map(({ body }) => JSON.parse(body) as Told)
}

describe('the brand of the organization', () => {
  test(`${AT_ONCE} completions at once: one submission, one fee, every profile approved and told once`, async () => {
    await using receiver = await Receiver.open()
    const kit = await bench()
    await using app = kit.app
    const ids = await completeAtOnce(kit, receiver.url)
    assert.equal(count(kit.registry, 'submitBrand'), 1)
    const brandFees: (number | null)[] = []
    for (const id of ids) {
      const registration = await registrationOf(kit.org.admin, id)
      assert.deepEqual([registration.state, registration.profile_status], ['completed', 'approved'])
      brandFees.push(stepOf(registration, 'brand').fee)
    }
    assert.deepEqual(
      brandFees.filter((fee) => fee !== null),
      [4.5],
    )
    const told = toldTo(receiver)
    assert.deepEqual(told.map(({ profileId }) => profileId).sort(), [...ids].sort())
    assert.ok(told.every(({ success, status }) => success && status === 'COMPLETED'))
    assert.equal(count(kit.registry, 'submitCampaign'), AT_ONCE)
    assert.deepEqual(await app.sql('select id from jobs'), [])
  })

  test('one that completes after it was verified: no second submission and no second fee', async () => {
    const kit = await bench()
    await using app = kit.app
    const first = await inheritingProfile(kit.org)
    await complete(kit.org.admin, first.id)
    assert.equal((await settle(app, kit.org.admin, first.id)).state, 'completed')
    const later = await inheritingProfile(kit.org)
    await complete(kit.org.admin, later.id)
    const done = await settle(app, kit.org.admin, later.id)
    assert.equal(done.state, 'completed')
    assert.deepEqual([stepOf(done, 'brand').state, stepOf(done, 'brand').fee, done.fees_total], ['done', null, 15])
    assert.equal(count(kit.registry, 'submitBrand'), 1)
    assert.equal(count(kit.registry, 'revetBrand'), 0)
  })

  test(`doubted by the registry: ${AT_ONCE} hear why, and none pays for a check of what nobody has corrected`, async () => {
    await using receiver = await Receiver.open()
    const kit = await bench()
    await using app = kit.app
    const says = 'The tax id does not belong to the legal name.'
    kit.registry.identity = 'UNVERIFIED'
    kit.registry.feedback = [{ category: 'TAX_ID', fields: ['brand.business.taxId'], says }]
    const ids = await completeAtOnce(kit, receiver.url)
    for (const id of ids) {
      const registration = await registrationOf(kit.org.admin, id)
      assert.equal(registration.state, 'correction_needed')
      assert.equal(stepOf(registration, 'identity').feedback[0]?.says, says)
    }
    assert.deepEqual([count(kit.registry, 'submitBrand'), count(kit.registry, 'revetBrand')], [1, 0])
    const told = toldTo(receiver)
    assert.deepEqual(told.map(({ profileId }) => profileId).sort(), [...ids].sort())
    assert.ok(told.every(({ success }) => !success))

    await giveBrandOf(app, kit.org.id, brandWithTaxId('12-3456788'))
    kit.registry.identity = 'VERIFIED'
    const [id = '', other = ''] = ids
    for (const again of [id, other]) await complete(kit.org.admin, again)
    for (const again of [id, other]) assert.equal((await settle(app, kit.org.admin, again)).state, 'completed')
    assert.deepEqual([count(kit.registry, 'submitBrand'), count(kit.registry, 'revetBrand')], [1, 1])
    assert.equal([...kit.registry.brands.values()][0]?.taxId, '123456788')
  })

  test(`refused by the registry: ${AT_ONCE} hear why, from one submission; what is corrected is submitted`, async () => {
    await using receiver = await Receiver.open()
    const kit = await bench()
    await using app = kit.app
    kit.registry.plan('submitBrand', 'refuse')
    const ids = await completeAtOnce(kit, receiver.url)
    for (const id of ids) {
      const registration = await registrationOf(kit.org.admin, id)
      const { state, says, feedback } = stepOf(registration, 'brand')
      assert.deepEqual([registration.state, state, says], ['correction_needed', 'correction_needed', 'Not valid.'])
      assert.deepEqual(feedback, [{ category: 'REFUSED', fields: ['brand.business.taxId'], says: 'Not valid.' }])
    }
    assert.equal(count(kit.registry, 'submitBrand'), 1)
    assert.deepEqual(await app.sql("select kind from registry_orders where kind = 'brand'"), [{ kind: 'brand' }])
    const told = toldTo(receiver)
    assert.deepEqual(told.map(({ profileId }) => profileId).sort(), [...ids].sort())
    assert.ok(told.every(({ success }) => !success))

    await giveBrandOf(app, kit.org.id, brandWithTaxId('12-3456788'))
    for (const id of ids.slice(0, 2)) await complete(kit.org.admin, id)
    for (const id of ids.slice(0, 2)) assert.equal((await settle(app, kit.org.admin, id)).state, 'completed')
    assert.equal(count(kit.registry, 'submitBrand'), 2)
  })

  test('refused, and corrected before another that waits looks again: it is submitted by that one', async () => {
    const kit = await bench()
    await using app = kit.app
    const [first, other] = [await inheritingProfile(kit.org), await inheritingProfile(kit.org)]
    kit.registry.plan('submitBrand', 'refuse')
    for (const { id } of [first, other]) await complete(kit.org.admin, id)
    // The refusal comes once the other has found the brand taken.
    kit.registry.onCall = () => anotherWaitsForBrand(app)
    await app.app.jobs.runDue()
    kit.registry.onCall = null
    const states = async () =>
      (await Promise.all([first, other].map(({ id }) => registrationOf(kit.org.admin, id)))).map(({ state }) => state)
    assert.deepEqual((await states()).sort(), ['correction_needed', 'running'])
    await giveBrandOf(app, kit.org.id, brandWithTaxId('12-3456788'))
    await letTimePass(app)
    assert.deepEqual((await states()).sort(), ['completed', 'correction_needed'])
    assert.equal(count(kit.registry, 'submitBrand'), 2)
  })
})
