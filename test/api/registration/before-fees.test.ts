import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand } from '../../kit/builders/requests.ts'
import { completableProfile, complete, type ShownRegistration, settle } from '../../kit/completion.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'

/** What can never be registered is told where it is to be put right, before the registry is asked and paid. */

const listed = (contact: Json) => {
  const brand = aBrand()
  const business = { ...brand.business, entityType: 'PUBLIC_PROFIT', stockSymbol: 'ACME', stockExchange: 'NYSE' }
  return { ...brand, contact: { ...brand.contact, ...contact }, business }
}

describe('told before anything is charged', () => {
  let app: TestApp
  let org: TestOrganization
  before(async () => {
    app = await testApp()
    org = await app.organization()
  })
  after(() => app[Symbol.asyncDispose]())

  /** The first thing to correct, with nothing sent, paid or locked. */
  async function told(id: string): Promise<{ fields: string[]; says: string }> {
    const calls = app.brandRegistry.calls.length
    const reply = await complete(org.admin, id)
    assert.equal(reply.status, 202, reply.text)
    const registration = await settle(app, org.admin, id)
    assert.deepEqual([registration.state, registration.fees_total], ['correction_needed', 0])
    assert.equal(app.brandRegistry.calls.length, calls)
    const [first] = registration.steps.flatMap(({ feedback }) => feedback)
    assert.ok(first !== undefined)
    return first
  }

  async function corrected(id: string, change: Json): Promise<ShownRegistration> {
    const patched = await org.admin.patch(`/v3/profiles/${id}`, change)
    assert.equal(patched.status, 200, patched.text)
    assert.equal((await complete(org.admin, id)).status, 202)
    return settle(app, org.admin, id)
  }

  for (const number of ['+18885551234', '+447700900123', '+14165550123'])
    test(`C17: a TCR application that sends from ${number}`, async () => {
      const { id } = await completableProfile(org, { settings: { sending_phone_number: number } })
      const { fields, says } = await told(id)
      assert.deepEqual(fields, ['sending_phone_number'])
      assert.match(says, /10DLC campaign takes US long codes/)
      const done = await corrected(id, { sending_phone_number: '+12025550123' })
      assert.deepEqual([done.state, done.fees_total], ['completed', 19.5])
    })

  test('C17: a TCR application that sends from the toll-free number of another profile', async () => {
    const other = await org.profile({})
    const patched = await org.admin.patch(`/v3/profiles/${other.id}`, { sending_phone_number: '+18005551234' })
    assert.equal(patched.status, 200, patched.text)
    const { id } = await completableProfile(org, { settings: { sending_phone_number_profile_id: other.id } })
    assert.deepEqual((await told(id)).fields, ['sending_phone_number_profile_id'])
  })

  test('C17: what is no TCR application may send from any number', async () => {
    const brand = aBrand()
    const free = { ...brand, compliance: { ...brand.compliance, isTcrApplication: false } }
    const settings = { sending_phone_number: '+18885551234' }
    const { id } = await completableProfile(org, { brand: free, settings, campaign: null })
    await complete(org.admin, id)
    assert.equal((await settle(app, org.admin, id)).state, 'completed')
  })

  test('C18: a sole proprietor', async () => {
    const brand = aBrand()
    const person = { ...brand, business: { ...brand.business, entityType: 'SOLE_PROPRIETOR' } }
    const { id } = await completableProfile(org, { brand: person })
    const { fields, says } = await told(id)
    assert.deepEqual(fields, ['brand.business.entityType'])
    assert.match(says, /cannot be registered here/)
    assert.equal((await corrected(id, { brand })).state, 'completed')
  })

  test('D6: a listed company without an address that the registry can ask', async () => {
    const { id } = await completableProfile(org, { brand: listed({}) })
    const { fields, says } = await told(id)
    assert.deepEqual(fields, ['brand.contact.businessContactEmail'])
    assert.match(says, /address of a person at its own domain/)
  })
})
