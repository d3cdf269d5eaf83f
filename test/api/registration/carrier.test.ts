import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import {
  completableProfile,
  complete,
  letSettle,
  letTimePass,
  registrationOf,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { type ScriptedCarrier, scriptedCarrier } from '../../kit/fakes/scripted-carrier.ts'
import { type Fate, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** The carrier's step: whatever becomes of a call, there is one messaging profile, and the number is in it. */

interface Bench {
  app: TestApp
  org: TestOrganization
  carrier: ScriptedCarrier
}

async function bench(): Promise<Bench> {
  const carrier = scriptedCarrier()
  const app = await testApp({ ports: { brandRegistry: scriptedRegistry(), carrier } })
  return { app, org: await app.organization(), carrier }
}

const NUMBER = '+12025550123'
const ONCE = [`${NUMBER} in mp_0`, `${NUMBER} in C000001`]

describe('a call to the carrier', () => {
  const lost: { call: 'createMessagingProfile' | 'connectNumber' | 'assignCampaign'; fate: Fate }[] = [
    { call: 'createMessagingProfile', fate: 'take' },
    { call: 'connectNumber', fate: 'take' },
    { call: 'assignCampaign', fate: 'take' },
    { call: 'connectNumber', fate: 'lose' },
    { call: 'createMessagingProfile', fate: 'down' },
  ]
  for (const { call, fate } of lost) {
    test(`${call} that meets "${fate}": one messaging profile, the number connected once`, async () => {
      const kit = await bench()
      await using app = kit.app
      kit.carrier.plan(call, fate)
      const { id } = await completableProfile(kit.org)
      await complete(kit.org.admin, id)
      const done = await settle(app, kit.org.admin, id)
      assert.deepEqual([done.state, done.profile_status], ['completed', 'approved'], JSON.stringify(done))
      assert.equal(stepOf(done, 'carrier').state, 'done')
      assert.deepEqual(kit.carrier.profiles, [id])
      assert.deepEqual(kit.carrier.changes, ONCE)
    })
  }

  test('comes again for a number that was changed after the approval, by a further completion, once', async () => {
    const kit = await bench()
    await using app = kit.app
    const { admin } = kit.org
    const { id } = await completableProfile(kit.org)
    const path = `/v3/profiles/${id}`
    await complete(admin, id)
    const first = await settle(app, admin, id)
    assert.equal((await complete(admin, id)).status, 200)
    await admin.patch(path, { sending_phone_number: '+12025550188' })
    assert.deepEqual(kit.carrier.changes, ONCE)
    assert.equal((await complete(admin, id)).status, 202)
    const second = await settle(app, admin, id)
    assert.deepEqual([second.run, second.state, second.profile_status], [2, 'completed', 'approved'])
    assert.equal(second.fees_total, first.fees_total)
    assert.deepEqual(kit.carrier.changes, [...ONCE, '+12025550188 in mp_0', '+12025550188 in C000001'])
    assert.equal((await complete(admin, id)).status, 200)
    await admin.mergePatch(path, { sending_phone_number: null })
    assert.equal((await complete(admin, id)).status, 200)
  })

  test('that got lost is not sent again before the settling time: the profile is looked up', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.carrier.plan('createMessagingProfile', 'lose')
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    for (let turn = 0; turn < 4; turn += 1) await letTimePass(app)
    const step = stepOf(await registrationOf(kit.org.admin, id), 'carrier')
    assert.equal(step.state, 'unknown')
    assert.deepEqual(kit.carrier.profiles, [])
    assert.equal(kit.carrier.log.filter((each) => each === 'createMessagingProfile').length, 1)
    assert.ok(kit.carrier.log.filter((each) => each === 'findMessagingProfile').length > 2)
  })

  test('that ends with the worker: the next one finds what was made', async () => {
    const kit = await bench()
    await using app = kit.app
    app.expectErrors('job_failed')
    kit.carrier.plan('createMessagingProfile', 'throw')
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    await app.app.jobs.runDue()
    assert.equal(stepOf(await registrationOf(kit.org.admin, id), 'carrier').state, 'calling')
    await letSettle(app)
    assert.equal((await settle(app, kit.org.admin, id)).state, 'completed')
    assert.deepEqual(kit.carrier.profiles, [id])
    assert.deepEqual(kit.carrier.changes, ONCE)
  })

  test('that is refused: the number is for the customer to correct, and a later completion goes on from there', async () => {
    const kit = await bench()
    await using app = kit.app
    kit.carrier.plan('connectNumber', 'refuse')
    const { id } = await completableProfile(kit.org)
    await complete(kit.org.admin, id)
    const refused = await settle(app, kit.org.admin, id)
    const feedback = [{ category: 'REFUSED', fields: ['sending_phone_number'], says: 'Not yours.' }]
    assert.equal(refused.state, 'correction_needed')
    assert.deepEqual(stepOf(refused, 'carrier').feedback, feedback)
    await kit.org.admin.patch(`/v3/profiles/${id}`, { sending_phone_number: '+12025550124' })
    await complete(kit.org.admin, id)
    const done = await settle(app, kit.org.admin, id)
    assert.equal(done.state, 'completed')
    assert.equal(done.fees_total, 19.5, 'brand and campaign are not paid for again')
    assert.deepEqual(kit.carrier.profiles, [id])
    assert.deepEqual(kit.carrier.changes, ['+12025550124 in mp_0', '+12025550124 in C000001'])
  })
})
