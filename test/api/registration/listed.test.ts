import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import {
  brandWithTaxId,
  completableProfile,
  complete,
  letTimePass,
  registrationOf,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** D6: a listed company gets no campaign before somebody there has answered the mail of the registry (Authentication+). */

function listed(taxId: string, businessContactEmail = 'compliance@acmecorp.com') {
  const brand = brandWithTaxId(taxId)
  const business = { ...brand.business, entityType: 'PUBLIC_PROFIT', stockSymbol: 'ACME', stockExchange: 'NYSE' }
  return { ...brand, contact: { ...brand.contact, businessContactEmail }, business }
}

describe('D6: a listed company', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  const count = (operation: string) => app.brandRegistry.calls.filter((call) => call.operation === operation).length

  test('that has answered its mail is registered', async () => {
    const { id } = await completableProfile(org, { brand: listed('12-3456789') })
    await complete(org.admin, id)
    const done = await settle(app, org.admin, id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 19.5], JSON.stringify(done))
  })

  test('that leaves its mail is waited for; completing again has it sent again, once an hour at most', async () => {
    const { id } = await completableProfile(org, { brand: listed('12-3450023') })
    await complete(org.admin, id)
    for (let turn = 0; turn < 4; turn += 1) await letTimePass(app)
    const step = stepOf(await registrationOf(org.admin, id), 'identity')
    assert.equal(step.state, 'waiting')
    assert.match(step.says ?? '', /mail to brand.contact.businessContactEmail/)
    const longAgo = `update registrations set state = 'waiting', fence = fence + 1, steps = (
       select jsonb_agg(case when s->>'waiting_since' is null then s
                             else jsonb_set(s, '{waiting_since}', to_jsonb((s->>'waiting_since')::bigint - 7200000)) end order by n)
         from jsonb_array_elements(steps) with ordinality as e(s, n)) where profile_id = $1`
    await app.sql(longAgo, [id])
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await complete(org.admin, id)).status, 202)
      await app.app.jobs.runDue()
      assert.equal(count('resendAuthentication'), 1)
    }
    const done = await settle(app, org.admin, id)
    assert.deepEqual([done.state, done.fees_total], ['completed', 19.5], JSON.stringify(done))
  })

  test('whose authentication fails is told at the address; corrected, it is neither checked nor paid for again', async () => {
    const { id } = await completableProfile(org, { brand: listed('12-3450024') })
    await complete(org.admin, id)
    const failed = await settle(app, org.admin, id)
    assert.deepEqual([failed.state, failed.fees_total], ['correction_needed', 4.5])
    const [feedback] = stepOf(failed, 'identity').feedback
    assert.deepEqual([feedback?.category, feedback?.fields], ['AUTHENTICATION', ['brand.contact.businessContactEmail']])
    await complete(org.admin, id)
    const unchanged = await settle(app, org.admin, id)
    assert.deepEqual([unchanged.state, unchanged.fees_total], ['correction_needed', 4.5])
    const brand = listed('12-3450024', 'ada@acmecorp.com')
    const patched = await org.admin.patch(`/v3/profiles/${id}`, { brand })
    assert.equal(patched.status, 200, patched.text)
    const checks = count('revetBrand')
    await complete(org.admin, id)
    const done = await settle(app, org.admin, id)
    assert.deepEqual([done.state, done.fees_total, count('revetBrand')], ['completed', 19.5, checks])
  })
})
