import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Outcome } from '../../../src/ports/outcome.ts'
import { wake } from '../../../src/resources/registrations/index.ts'
import { referenceDigests } from '../../../src/resources/registrations/registration.store.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import {
  brandWithTaxId,
  completableProfile,
  complete,
  letSettle,
  letTimePass,
  registrationOf,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { type ScriptedRegistry, scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** Every outcome of a call to the registry, over the real job and database (OUTB-3, OUTB-4, OUTB-6; decision 21). */

interface Bench {
  app: TestApp
  org: TestOrganization
  registry: ScriptedRegistry
}

async function bench(env: Record<string, string> = {}): Promise<Bench> {
  const registry = scriptedRegistry()
  const app = await testApp({ env, ports: { brandRegistry: registry, carrier: null } })
  return { app, org: await app.organization(), registry }
}

async function brandOf({ org }: Bench, id: string): Promise<Record<string, unknown>> {
  return (await org.admin.get(`/v3/profiles/${id}`)).data.brand as Record<string, unknown>
}

describe('the submission of a brand', () => {
  let kit: Bench
  before(async () => {
    kit = await bench()
  })
  after(() => kit.app[Symbol.asyncDispose]())

  test('that is answered: registered once, with what was stored, charged and locked', async () => {
    const { app, org, registry } = kit
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const done = await settle(app, org.admin, id)
    assert.equal(done.state, 'completed', JSON.stringify(done))
    const brand = await brandOf(kit, id)
    assert.deepEqual(
      [brand.submitted_to_tcr, brand.identity_status, brand.universal_ein],
      [true, 'VERIFIED', 'US_123456789'],
    )
    assert.equal(registry.brands.get(String(brand.id))?.taxId, '123456789')
    assert.deepEqual([stepOf(done, 'brand').fee, stepOf(done, 'campaign').fee, done.fees_total], [4.5, 15, 19.5])
    const { snapshot } = stepOf(done, 'brand')
    assert.match(snapshot?.sha256 ?? '', /^[0-9a-f]{64}$/)
    const [encrypted] = await app.sql<{ body: string }>('select body from registration_snapshots where id = $1', [
      snapshot?.id,
    ])
    assert.ok(!encrypted?.body.includes('3456789') && !encrypted?.body.includes('Acme'))
  })

  test('whose answer never comes, but which was taken: found by our reference and never sent again', async () => {
    const { app, org, registry } = kit
    registry.plan('submitBrand', 'take')
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const sent = registry.log.filter((call) => call === 'submitBrand').length
    const done = await settle(app, org.admin, id)
    assert.equal(done.state, 'completed')
    assert.equal(registry.log.filter((call) => call === 'submitBrand').length, sent + 1)
    assert.equal(stepOf(done, 'brand').attempts, 1)
  })

  test('that got lost: stays locked, is not sent again before the settling time, then once more', async () => {
    const { app, org, registry } = kit
    registry.plan('submitBrand', 'lose')
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const sent = () => registry.log.filter((call) => call === 'submitBrand').length
    const first = sent()
    for (let look = 0; look < 4; look += 1) await letTimePass(app)
    assert.equal(sent(), first + 1)
    const waiting = await registrationOf(org.admin, id)
    assert.equal(stepOf(waiting, 'brand').state, 'unknown')
    assert.notEqual(stepOf(waiting, 'brand').next_try_at, null)
    const edit = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456788') })
    assert.deepEqual(edit.error.details, { brand: ['Brand is being submitted to TCR and cannot be modified.'] })
    await letSettle(app)
    const done = await settle(app, org.admin, id)
    assert.equal(done.state, 'completed')
    assert.equal(sent(), first + 2)
  })

  test('that the registry refuses: unlocked, with the reason, and told in the history of the next change', async () => {
    const { app, org, registry } = kit
    registry.plan('submitBrand', 'refuse')
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const refused = await settle(app, org.admin, id)
    assert.equal(refused.state, 'correction_needed')
    const feedback = [{ category: 'REFUSED', fields: ['brand.business.taxId'], says: 'Not valid.' }]
    assert.deepEqual(stepOf(refused, 'brand').feedback, feedback)
    assert.equal(stepOf(refused, 'campaign').state, 'pending')
    const campaigns = await org.admin.get(`/v3/profiles/${id}/campaigns`)
    assert.equal(campaigns.status, 200)
    const edit = await org.admin.patch(`/v3/profiles/${id}`, { brand: brandWithTaxId('12-3456788') })
    assert.equal(edit.status, 200, edit.text)
    await org.admin.patch(`/v3/profiles/${id}`, { name: 'Later' })
    const history = (await org.admin.get(`/v3/profiles/${id}/history`)).data.changes as {
      operation: string
      actor: string
      key_id: string | null
      registry_feedback: unknown
    }[]
    const lines = history.map(({ operation, actor, key_id: key, registry_feedback: said }) => [
      operation,
      actor,
      key !== null,
      said,
    ])
    assert.deepEqual(lines.slice(0, 4), [
      ['updateProfile', 'user', true, null],
      ['updateProfile', 'user', true, feedback],
      ['registerProfile', 'system', false, null],
      ['completeProfile', 'user', true, null],
    ])
  })

  test('while the registry is down: tried again, and nothing is ever in doubt', async () => {
    const { app, org, registry } = kit
    registry.plan('submitBrand', 'down', 'down', 'down')
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    for (let turn = 0; turn < 3; turn += 1) {
      await letTimePass(app)
      assert.equal(stepOf(await registrationOf(org.admin, id), 'brand').state, 'pending')
    }
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
  })

  test('whose event comes before its answer and then twice: one brand, and the job looks again', async () => {
    const { app, org, registry } = kit
    const { id } = await completableProfile(org)
    const brandId = String((await brandOf(kit, id)).id)
    const woken: number[] = []
    registry.onSubmit = async () => {
      for (let time = 0; time < 2; time += 1)
        woken.push((await wake(app.app.db, app.keys, { brandReference: brandId.toUpperCase() })).length)
      registry.onSubmit = null
    }
    await complete(org.admin, id)
    await app.app.jobs.runDue()
    assert.deepEqual(woken, [1, 1])
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    const tcrBrandId = String((await brandOf(kit, id)).tcr_brand_id)
    assert.equal((await wake(app.app.db, app.keys, { tcrBrandId })).length, 1)
    assert.equal((await wake(app.app.db, app.keys, { tcrBrandId: 'BZZZZZZ' })).length, 0)
    assert.equal((await wake(app.app.db, app.keys, {})).length, 0)
    const rows = await app.sql<{ digest: string }>('select digest from registration_references')
    assert.ok(rows.some(({ digest }) => digest === referenceDigests(app.keys, [tcrBrandId])[0]))
    assert.ok(!rows.some(({ digest }) => digest.includes(tcrBrandId) || digest.includes(brandId)))
  })
})

describe('what needs a person', () => {
  test('a submission that gets lost three times is parked, counted, told of, and begun again by a completion with a look-up', async () => {
    const kit = await bench({ REGISTRY_SETTLE_MS: '1' })
    await using app = kit.app
    const { org, registry } = kit
    app.expectErrors('registration_parked', 'jobs_parked')
    registry.always('submitBrand', 'lose')
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    const parked = await settle(app, org.admin, id)
    assert.equal(parked.state, 'parked', JSON.stringify(parked))
    assert.equal(registry.log.filter((call) => call === 'submitBrand').length, 3)
    assert.equal((await org.admin.get(`/v3/profiles/${id}`)).data.status, 'pending_review')
    assert.match(await app.app.context.metrics.render(), /letterhead_registration_parked_total\{step="brand"\} 1/)
    assert.ok(app.lines.some((line) => line.includes('"registration_parked"')))
    const [job] = await app.sql<{ attempts: number }>("select attempts from jobs where kind = 'advance_registration'")
    assert.equal(job?.attempts, 8, 'the row stays for the gauges')

    registry.always('submitBrand', 'answer')
    const looked = registry.log.length
    assert.equal((await complete(org.admin, id)).status, 202)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    assert.equal(registry.log[looked], 'findBrand', 'the provider’s records first')
  })

  test('a bug in an adapter parks its own job, while another profile goes on; nothing is sent twice', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    app.expectErrors('job_failed', 'job_parked', 'jobs_parked')
    registry.always('readBrand', 'throw')
    const poisoned = await completableProfile(org)
    await complete(org.admin, poisoned.id)
    for (let turn = 0; turn < 9; turn += 1) await letTimePass(app)
    assert.equal((await registrationOf(org.admin, poisoned.id)).state, 'parked')
    registry.always('readBrand', 'answer')
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    assert.equal(registry.log.filter((call) => call === 'submitBrand').length, 2)
  })
})

describe('what comes while something runs, or after', () => {
  test('a further completion during the call does not lose its answer', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const { id } = await completableProfile(org)
    registry.onSubmit = async () => {
      registry.onSubmit = null
      assert.equal((await complete(org.admin, id)).status, 202)
    }
    await complete(org.admin, id)
    await app.app.jobs.runDue()
    assert.equal((await brandOf(kit, id)).submitted_to_tcr, true)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    assert.ok(!registry.log.includes('findBrand'))
    assert.ok(!app.lines.some((line) => line.includes('registration_overtaken')))
  })

  test('an event after the run is read and noted; the status stays for people to decide', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const { id, campaignId } = await completableProfile(org)
    await complete(org.admin, id)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    registry.identity = 'UNVERIFIED'
    registry.sharing = 'DECLINED'
    assert.equal((await wake(app.app.db, app.keys, { campaignReference: campaignId })).length, 1)
    await app.app.jobs.runDue()
    assert.equal((await brandOf(kit, id)).identity_status, 'UNVERIFIED')
    const [campaign] = await app.sql<{ sharing_status: string }>('select sharing_status from campaigns where id = $1', [
      campaignId,
    ])
    assert.equal(campaign?.sharing_status, 'DECLINED')
    const after = await registrationOf(org.admin, id)
    assert.deepEqual([after.state, after.profile_status], ['completed', 'approved'])
    assert.deepEqual(await app.sql("select id from jobs where kind = 'advance_registration'"), [])
  })

  test('an event after the run is not noted where the registry then shows what is of another', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const { id, campaignId } = await completableProfile(org)
    await complete(org.admin, id)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
    const state = () => app.sql('select b.identity_status, c.sharing_status from brands b, campaigns c')
    const before = await state()
    registry.identity = 'UNVERIFIED'
    registry.sharing = 'DECLINED'
    const { readBrand, readCampaign } = registry
    const foreign = <T extends { reference: string | null }>(outcome: Outcome<T>, reference: string): Outcome<T> =>
      outcome.kind === 'done' ? { kind: 'done', value: { ...outcome.value, reference } } : outcome
    registry.readBrand = async (request) => foreign(await readBrand(request), campaignId)
    for (const reference of [id, `${campaignId}0`, `${campaignId}-x`]) {
      registry.readCampaign = async (request) => foreign(await readCampaign(request), reference)
      const reads = registry.log.filter((call) => call === 'readCampaign').length
      await wake(app.app.db, app.keys, { campaignReference: campaignId })
      await app.app.jobs.runDue()
      assert.equal(registry.log.filter((call) => call === 'readCampaign').length, reads + 1)
      assert.deepEqual(await state(), before, reference)
    }
  })
})

describe('reviews', () => {
  test('a deleted campaign, and those of a deleted profile, are ended at the registry', async () => {
    const kit = await bench()
    await using app = kit.app
    const { org, registry } = kit
    const first = await completableProfile(org)
    const second = await completableProfile(org)
    for (const { id } of [first, second]) {
      await complete(org.admin, id)
      assert.equal((await settle(app, org.admin, id)).state, 'completed')
    }
    assert.equal((await org.admin.delete(`/v3/profiles/${first.id}/campaigns/${first.campaignId}`)).status, 204)
    assert.equal((await org.admin.delete(`/v3/profiles/${second.id}`)).status, 204)
    await letTimePass(app)
    const ended = registry.log.filter((call) => call.startsWith('deactivate')).sort()
    assert.deepEqual(ended, [`deactivate ${first.campaignId}`, `deactivate ${second.campaignId}`].sort())
    assert.deepEqual(await app.sql("select id from jobs where kind = 'end_campaign'"), [])
  })
})
