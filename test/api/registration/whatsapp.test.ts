import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { simulatedWhatsapp } from '../../../src/adapters/simulator/whatsapp.ts'
import type { Outcome } from '../../../src/ports/outcome.ts'
import type { Whatsapp } from '../../../src/ports/whatsapp.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { completableProfile, complete, letTimePass, registrationOf, settle, stepOf } from '../../kit/completion.ts'
import { scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { aWebhook } from '../webhooks/kit.ts'

/** The WhatsApp step: the number of the profile's own account, registered once everything else is done. */

type Registered = Outcome<{ phoneNumberId: string }>

/** The simulator, whose next registrations end as a test says. */
function whatsappWith(...outcomes: Registered[]): Whatsapp & { registrations: number } {
  const simulated = simulatedWhatsapp()
  const whatsapp = {
    ...simulated,
    registrations: 0,
    async registerNumber(request: Parameters<Whatsapp['registerNumber']>[0]) {
      whatsapp.registrations += 1
      return outcomes.shift() ?? simulated.registerNumber(request)
    },
  }
  return whatsapp
}

interface Bench {
  app: TestApp
  org: TestOrganization
}

async function bench(whatsapp: Whatsapp): Promise<Bench> {
  const env = { WEBHOOKS_ALLOW_PRIVATE: '1' }
  const app = await testApp({ env, ports: { brandRegistry: scriptedRegistry(), carrier: null, whatsapp } })
  return { app, org: await app.organization() }
}

function withAccount(org: TestOrganization, token = 'EAAtest_ok'): Promise<{ id: string }> {
  const account = { waba_id: '102290129340398', phone_number_id: '106540352242922', access_token: token }
  return completableProfile(org, { members: { whatsapp_business_account: account } })
}

function kinds(receiver: Receiver): string[] {
  return receiver.received
    .map(({ body }) => JSON.parse(body) as { sub_type?: string; status?: string })
    .map(({ sub_type: kind, status }) => kind ?? `callback ${status}`)
    .filter((kind) => kind.startsWith('whatsapp.') || kind.startsWith('callback'))
}

describe('the WhatsApp number', () => {
  test('is registered and told of', async () => {
    await using receiver = await Receiver.open()
    const whatsapp = whatsappWith()
    const kit = await bench(whatsapp)
    await using app = kit.app
    await aWebhook(kit.org.admin, receiver.url, { event_types: ['whatsapp'] })
    const { id } = await withAccount(kit.org)
    await complete(kit.org.admin, id, {}, receiver.url)
    const done = await settle(app, kit.org.admin, id)
    const { state, says } = stepOf(done, 'whatsapp')
    assert.deepEqual(
      [done.state, done.profile_status, state, says],
      ['completed', 'approved', 'done', 'The number is registered.'],
    )
    await app.app.jobs.runDue()
    assert.deepEqual(kinds(receiver).sort(), ['callback COMPLETED', 'whatsapp.registered'])
    assert.equal(whatsapp.registrations, 1)
  })

  test('that Meta refuses: shown and told why, and registered by the next completion', async () => {
    await using receiver = await Receiver.open()
    const says = 'The phone number has two-step verification with another PIN.'
    const whatsapp = whatsappWith({ kind: 'refused', refusals: [{ member: 'phone_number_id', says }] })
    const kit = await bench(whatsapp)
    await using app = kit.app
    await aWebhook(kit.org.admin, receiver.url, { event_types: ['whatsapp'] })
    const { id } = await withAccount(kit.org)
    await complete(kit.org.admin, id, {}, receiver.url)
    const refused = await settle(app, kit.org.admin, id)
    assert.deepEqual([refused.state, refused.profile_status], ['correction_needed', 'incomplete'])
    assert.deepEqual(stepOf(refused, 'whatsapp').feedback, [
      { category: 'REFUSED', fields: ['whatsapp_business_account.phone_number_id'], says },
    ])
    const { brand } = (await kit.org.admin.get(`/v3/profiles/${id}`)).data as { brand: { submitted_to_tcr: boolean } }
    assert.equal(brand.submitted_to_tcr, true, 'what the registry has stays locked')
    await app.app.jobs.runDue()
    assert.deepEqual(kinds(receiver).sort(), ['callback failed', 'whatsapp.failed'])
    await complete(kit.org.admin, id, {}, receiver.url)
    const done = await settle(app, kit.org.admin, id)
    assert.deepEqual([done.state, done.run, done.fees_total], ['completed', 2, 19.5])
    assert.equal(whatsapp.registrations, 2)
  })

  test('D14: whose account Meta has blocked: told at every completion, and nothing else is done or charged again', async () => {
    await using receiver = await Receiver.open()
    const kit = await bench(simulatedWhatsapp())
    await using app = kit.app
    await aWebhook(kit.org.admin, receiver.url, { event_types: ['whatsapp'] })
    const { id } = await withAccount(kit.org, 'EAAtest_blocked')
    await complete(kit.org.admin, id, {}, receiver.url)
    const refused = await settle(app, kit.org.admin, id)
    assert.deepEqual([refused.state, refused.profile_status], ['correction_needed', 'incomplete'])
    const says = 'Meta has blocked or locked the WhatsApp Business Account.'
    assert.deepEqual(stepOf(refused, 'whatsapp').feedback, [
      { category: 'REFUSED', fields: ['whatsapp_business_account.waba_id'], says },
    ])
    await app.app.jobs.runDue()
    assert.deepEqual(kinds(receiver).sort(), ['callback failed', 'whatsapp.failed'])
    await complete(kit.org.admin, id, {}, receiver.url)
    const still = await settle(app, kit.org.admin, id)
    assert.deepEqual([still.state, still.run, still.fees_total], ['correction_needed', 2, 19.5])
    assert.deepEqual(stepOf(still, 'whatsapp').feedback, stepOf(refused, 'whatsapp').feedback)
    assert.deepEqual([stepOf(still, 'brand').state, stepOf(still, 'campaign').state], ['done', 'done'])
  })

  test('while the Graph API is down, or does not answer: tried again until it is registered', async () => {
    const down: Registered = { kind: 'unavailable', of: 'service', retryAfterSeconds: 1 }
    const whatsapp = whatsappWith(down, down, { kind: 'timeout', of: 'service' })
    const kit = await bench(whatsapp)
    await using app = kit.app
    const { id } = await withAccount(kit.org)
    await complete(kit.org.admin, id)
    await letTimePass(app)
    const waiting = await registrationOf(kit.org.admin, id)
    const { state, next_try_at: next } = stepOf(waiting, 'whatsapp')
    assert.deepEqual([waiting.state, state, next === null], ['running', 'pending', false])
    assert.equal((await settle(app, kit.org.admin, id)).state, 'completed')
    assert.equal(whatsapp.registrations, 4)
  })
})
