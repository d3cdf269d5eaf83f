import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { completableProfile, complete, letTimePass, registrationOf, settle, stepOf } from '../../kit/completion.ts'
import { scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { testApp } from '../../kit/servers/app.ts'

/** What a registry charges for has a quota for each organization (TEN-3): what exceeds it waits, and says so. */

const PER_DAY = 3
const AT_ONCE = 8
const ENV = {
  WEBHOOKS_ALLOW_PRIVATE: '1',
  REGISTRY_ORDERS_PER_DAY: String(PER_DAY),
  POOL_WAIT_MS: '4000',
  ROW_LOCK_MS: '4500',
}

describe('the quota of orders', () => {
  test(`holds in a race of ${AT_ONCE} completions over two servers; what waits goes on when the day is over`, async () => {
    await using receiver = await Receiver.open()
    const registry = scriptedRegistry()
    await using app = await testApp({ instances: 2, env: ENV, ports: { brandRegistry: registry, carrier: null } })
    const org = await app.organization()
    const submitted = (call = 'submitBrand') => registry.log.filter((each) => each === call).length
    const ids: string[] = []
    for (let index = 0; index < AT_ONCE; index += 1) ids.push((await completableProfile(org)).id)
    await Promise.all(
      ids.map((id, index) => complete(org.admin.at(app.urls[index % 2] as string), id, {}, receiver.url)),
    )
    for (let turn = 0; turn < 4; turn += 1) {
      await Promise.all(app.apps.map((instance) => instance.jobs.runDue()))
      await letTimePass(app)
    }
    assert.equal(submitted(), PER_DAY)
    const shown = await Promise.all(ids.map((id) => registrationOf(org.admin, id)))
    const held = shown.filter(({ state }) => state !== 'completed')
    assert.equal(held.length, AT_ONCE - PER_DAY)
    for (const registration of held) {
      const { state, says, next_try_at: next } = stepOf(registration, 'brand')
      assert.deepEqual(
        [registration.state, registration.profile_status, state],
        ['waiting', 'pending_review', 'waiting'],
      )
      assert.match(String(says), /quota of 3 .* REGISTRY_ORDERS_PER_DAY/)
      const hours = (Date.parse(String(next)) - Date.now()) / 3_600_000
      assert.ok(hours > 23 && hours <= 24.1, `${next} is when the first order of the day no longer counts`)
    }
    await app.app.jobs.runDue()
    const told = receiver.received.map(({ body }) => (JSON.parse(body) as { status: string }).status)
    assert.deepEqual([told.length, told.filter((status) => status === 'SUBMITTED').length], [AT_ONCE, held.length])

    for (let day = 0; day < 2; day += 1) {
      await app.sql("update registry_orders set ordered_at = ordered_at - interval '25 hours'")
      for (let turn = 0; turn < 4; turn += 1) await letTimePass(app)
      assert.equal(submitted(), Math.min(AT_ONCE, PER_DAY * (day + 2)))
    }
    for (const id of ids) assert.equal((await settle(app, org.admin, id)).state, 'completed')
    assert.deepEqual([submitted(), submitted('submitCampaign'), registry.brands.size], [AT_ONCE, AT_ONCE, AT_ONCE])
  })

  test('is one for each organization, and the same order sent again counts once', async () => {
    const registry = scriptedRegistry()
    const env = { ...ENV, REGISTRY_ORDERS_PER_DAY: '1' }
    await using app = await testApp({ env, ports: { brandRegistry: registry, carrier: null } })
    registry.plan('submitBrand', 'down', 'down')
    for (const org of [await app.organization(), await app.organization()]) {
      const { id } = await completableProfile(org)
      await complete(org.admin, id)
      assert.equal((await settle(app, org.admin, id)).state, 'completed')
    }
    assert.equal(registry.log.filter((call) => call === 'submitBrand').length, 4)
    const orders = await app.sql<{ kind: string }>('select kind from registry_orders order by kind')
    assert.deepEqual(
      orders.map(({ kind }) => kind),
      ['brand', 'brand', 'campaign', 'campaign'],
    )
  })

  test('a held run gives the profile back when it is deleted', async () => {
    const registry = scriptedRegistry()
    const env = { ...ENV, REGISTRY_ORDERS_PER_DAY: '1' }
    await using app = await testApp({ env, ports: { brandRegistry: registry, carrier: null } })
    const org = await app.organization()
    const first = await completableProfile(org)
    const second = await completableProfile(org)
    await complete(org.admin, first.id)
    assert.equal((await settle(app, org.admin, first.id)).state, 'completed')
    await complete(org.admin, second.id)
    await letTimePass(app)
    assert.equal((await registrationOf(org.admin, second.id)).state, 'waiting')
    assert.equal((await org.admin.delete(`/v3/profiles/${second.id}`)).status, 204)
    await letTimePass(app)
    const [run] = await app.sql<{ state: string }>('select state from registrations where profile_id = $1', [second.id])
    assert.equal(run?.state, 'withdrawn')
    assert.deepEqual(await app.sql("select lock from brands where lock = 'submitting'"), [])
    assert.equal(registry.log.filter((call) => call === 'submitBrand').length, 1)
  })
})
