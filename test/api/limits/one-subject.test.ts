import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metaWhatsapp } from '../../../src/adapters/meta/index.ts'
import { smtpMail } from '../../../src/adapters/smtp/index.ts'
import { stripePayments } from '../../../src/adapters/stripe/index.ts'
import { tcrBrandRegistry } from '../../../src/adapters/tcr/index.ts'
import { telnyxCarrier } from '../../../src/adapters/telnyx/carrier.ts'
import { telnyxBrandRegistry } from '../../../src/adapters/telnyx/registry.ts'
import type { BrandRegistry } from '../../../src/ports/brand-registry.ts'
import type { Mail } from '../../../src/ports/mail.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBillingContact, aCard } from '../../kit/builders/requests.ts'
import { completableProfile, complete, letTimePass, registrationOf, stepOf } from '../../kit/completion.ts'
import { FAKE_NUMBER, FAKE_WABA, startFakeGraph } from '../../kit/fakes/graph.ts'
import { recordedLog } from '../../kit/fakes/recorded-log.ts'
import { scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { startFakeSmtp } from '../../kit/fakes/smtp.ts'
import { FAKE_STRIPE_KEY, startFakeStripe } from '../../kit/fakes/stripe.ts'
import { startFakeTcr, TCR_KEY, TCR_SECRET } from '../../kit/fakes/tcr.ts'
import { startFakeTelnyx, TELNYX_KEY } from '../../kit/fakes/telnyx.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

/** What a provider says of one customer's cards, accounts, mailboxes, brands or numbers keeps nobody else from it. */

/** One more than opens the breaker. */
const TIMES = 6
const FEES = { brand: 4.5, revet: 4.5, vetting: 40, campaignReview: 15 }
const { log } = recordedLog()

const opened = (app: TestApp) => app.lines.filter((line) => line.includes('provider.breaker_opened'))

async function patchCard(org: TestOrganization) {
  const { id } = await org.profile()
  return org.admin.patch(`/v3/profiles/${id}`, { payment_details: aCard(), billing_contact: aBillingContact() })
}

async function invite(org: TestOrganization, times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) {
    const body = { email: `jane.${at}@example.com`, name: 'Jane Doe', role: 'developer' }
    assert.equal((await org.admin.post('/v3/users', body)).status, 201)
  }
}

test("A1: one customer's cards whose issuer does not answer leave another's cards alone", async () => {
  const stripe = await startFakeStripe()
  await using app = await testApp({
    ports: { payments: stripePayments({ secretKey: FAKE_STRIPE_KEY, baseUrl: stripe.url, log }) },
  })
  app.expectErrors('request_failed')
  const [loud, calm] = [await app.organization(), await app.organization()]
  const codes = ['processing_error', 'issuer_not_available', 'try_again_later', 'reenter_transaction']
  for (let at = 0; at < TIMES; at += 1) {
    const error = { type: 'card_error', code: 'card_declined', decline_code: codes[at % codes.length] }
    stripe.failNext('attach', { does: 'answer', status: 402, body: { error } })
    assert.equal((await patchCard(loud)).status, 502)
    assert.equal((await patchCard(calm)).status, 200)
  }
  for (let at = 0; at < TIMES; at += 1) {
    stripe.failNext('attach', { does: 'answer', status: 402, body: { error: { type: 'card_error', code: codes[0] } } })
    assert.equal((await patchCard(loud)).status, 502)
  }
  assert.equal((await patchCard(calm)).status, 200)
  assert.deepEqual(opened(app), [])
  await stripe.close()
})

test("A1: one customer's limited WhatsApp accounts leave another's alone", async () => {
  const graph = await startFakeGraph()
  await using app = await testApp({ ports: { whatsapp: metaWhatsapp({ baseUrl: `${graph.url}/v25.0`, log }) } })
  app.expectErrors('request_failed')
  const [loud, calm] = [await app.organization(), await app.organization()]
  const link = (org: TestOrganization) =>
    org.admin.post('/v3/profiles', {
      name: 'Acme',
      whatsapp_business_account: { waba_id: FAKE_WABA, phone_number_id: FAKE_NUMBER, access_token: 'EAAtest_ok' },
    })
  for (const code of [80007, 80008, 17, 32, 613, 130429]) {
    graph.failNext('account', { does: 'answer', status: 400, body: { error: { code } } })
    assert.equal((await link(loud)).status, 502)
  }
  assert.equal((await link(calm)).status, 201)
  assert.deepEqual(opened(app), [])
  await graph.close()
})

test("A1: one customer's mailboxes that take no mail now leave another's mail alone", async () => {
  await using smtp = await startFakeSmtp()
  const mail = smtpMail({
    url: `smtp://127.0.0.1:${smtp.port}`,
    from: { name: 'Acme', address: 'no-reply@example.org' },
    log,
  })
  await using app = await testApp({ ports: { mail } })
  const [loud, calm] = [await app.organization(), await app.organization()]
  smtp.behaviour = { recipient: '450 4.7.1 come back later' }
  await invite(loud, TIMES)
  assert.equal(await app.app.jobs.runDue(), TIMES)
  smtp.behaviour = {}
  await invite(calm, 1)
  await app.app.jobs.runDue()
  assert.equal(smtp.received.length, 1)
  assert.deepEqual(opened(app), [])
})

test("A1: what a registry says of one customer's brands leaves another's alone", async () => {
  const [tcr, telnyx] = [await startFakeTcr(), await startFakeTelnyx()]
  const common = { vetting: null, fees: FEES, log }
  const cases = [
    {
      brandRegistry: tcrBrandRegistry({
        ...common,
        baseUrl: `${tcr.url}/v2`,
        apiKey: TCR_KEY,
        apiSecret: TCR_SECRET,
        upstreamCnp: null,
      }),
      fail: () => tcr.failNext('submit_brand', { does: 'answer', status: 400, body: [{ code: 527 }] }),
      brands: tcr.brands,
    },
    {
      brandRegistry: telnyxBrandRegistry({
        ...common,
        baseUrl: `${telnyx.url}/v2`,
        apiKey: TELNYX_KEY,
        callbackUrl: 'https://letterhead.example/callbacks/telnyx',
      }),
      fail: () =>
        telnyx.failNext('submit_brand', { does: 'answer', status: 402, body: { errors: [{ code: '20100' }] } }),
      brands: telnyx.brands,
    },
  ]
  for (const { brandRegistry, fail, brands } of cases) {
    await using app = await testApp({ ports: { brandRegistry, carrier: null } })
    const [loud, calm] = [await app.organization(), await app.organization()]
    const { id: waiting } = await completableProfile(loud)
    await complete(loud.admin, waiting)
    for (let at = 0; at < TIMES; at += 1) {
      fail()
      await letTimePass(app)
    }
    const step = stepOf(await registrationOf(loud.admin, waiting), 'brand')
    assert.deepEqual([step.state, step.attempts, brands.size], ['pending', TIMES, 0])
    const { id } = await completableProfile(calm)
    await complete(calm.admin, id)
    await app.sql("update jobs set due_at = now() + interval '1 hour' where organization_id = $1", [loud.id])
    await app.app.jobs.runDue()
    assert.equal(stepOf(await registrationOf(calm.admin, id), 'brand').state, 'done')
    assert.equal(brands.size, 1)
    assert.deepEqual(opened(app), [])
  }
  await tcr.close()
  await telnyx.close()
})

test("A1: what a carrier says of one customer's number leaves another's alone", async () => {
  const telnyx = await startFakeTelnyx()
  const carrier = telnyxCarrier({ baseUrl: `${telnyx.url}/v2`, apiKey: TELNYX_KEY, log })
  await using app = await testApp({ ports: { brandRegistry: scriptedRegistry(), carrier } })
  const [loud, calm] = [await app.organization(), await app.organization()]
  const { id: waiting } = await completableProfile(loud)
  await complete(loud.admin, waiting)
  for (let at = 0; at < TIMES; at += 1) {
    telnyx.failNext('create_profile', { does: 'answer', status: 402, body: { errors: [{ code: '20100' }] } })
    await letTimePass(app)
  }
  const step = stepOf(await registrationOf(loud.admin, waiting), 'carrier')
  assert.deepEqual([step.state, telnyx.profiles.length], ['pending', 0])
  await app.sql("update jobs set due_at = now() + interval '1 hour' where organization_id = $1", [loud.id])
  const { id } = await completableProfile(calm)
  await complete(calm.admin, id)
  await app.app.jobs.runDue()
  assert.equal(telnyx.profiles.length, 1)
  assert.deepEqual(opened(app), [])
  await telnyx.close()
})

test('A1: a mail that finds the mail server left alone has used up no attempt', async () => {
  let asked = 0
  const mail: Mail = {
    name: 'down',
    isSimulated: false,
    async send() {
      asked += 1
      return { kind: 'unavailable', of: 'service', retryAfterSeconds: 1 }
    },
  }
  await using app = await testApp({ ports: { mail } })
  const org = await app.organization()
  await invite(org, 12)
  await app.app.jobs.runDue()
  const jobs = await app.sql<{ attempts: number; wait: number }>(
    'select attempts, extract(epoch from due_at - now())::integer as wait from jobs',
  )
  const untried = jobs.filter(({ attempts }) => attempts === 0)
  assert.equal(jobs.length, 12)
  assert.equal(asked, 12 - untried.length)
  assert.ok(untried.length >= 4, `${untried.length} of 12 were not asked`)
  assert.ok(untried.every(({ wait }) => wait >= 9 && wait <= 40))
  for (let time = 0; time < 9; time += 1) {
    await app.sql("update jobs set due_at = now() - interval '1 second' where attempts = 0")
    await app.app.jobs.runDue()
  }
  const [{ count } = { count: -1 }] = await app.sql<{ count: number }>(
    'select count(*)::integer as count from jobs where attempts = 0',
  )
  // One probe may have gone out meanwhile.
  assert.equal(count, 12 - asked, 'nine turns used up no attempt but of who asked')
})

test('A1: a registration and the end of a campaign that find the registry left alone have used up no attempt', async () => {
  const scripted = scriptedRegistry()
  let ended = 0
  const brandRegistry: BrandRegistry = {
    ...scripted,
    isSimulated: false,
    async deactivateCampaign() {
      ended += 1
      return { kind: 'unavailable', of: 'service', retryAfterSeconds: 1 }
    },
  }
  await using app = await testApp({ ports: { brandRegistry, carrier: null } })
  const first = await app.organization()
  const { id: running, campaignId } = await completableProfile(first)
  await complete(first.admin, running)
  await app.app.jobs.runDue()
  assert.equal(scripted.campaigns.size, 1)

  scripted.always('submitBrand', 'down')
  const others = await Promise.all(Array.from({ length: 12 }, () => app.organization()))
  const ids: string[] = []
  for (const org of others) {
    const { id } = await completableProfile(org)
    await complete(org.admin, id)
    ids.push(id)
  }
  scripted.log.length = 0
  await app.sql("update jobs set due_at = now() + interval '1 hour' where organization_id = $1", [first.id])
  await app.app.jobs.runDue()
  await app.sql("update jobs set due_at = now() + interval '1 hour'")
  assert.equal((await first.admin.delete(`/v3/profiles/${running}/campaigns/${campaignId}`)).status, 204)
  await app.app.jobs.runDue()
  const [job] = await app.sql<{ attempts: number }>("select attempts from jobs where kind = 'end_campaign'")
  // On a slow machine the breaker may have let it out as its probe.
  assert.equal(job?.attempts, ended)

  const steps = await Promise.all(
    others.map(async (org, at) => stepOf(await registrationOf(org.admin, ids[at] ?? ''), 'brand')),
  )
  const untried = steps.filter(({ attempts }) => attempts === 0)
  assert.ok(untried.length >= 4, `${untried.length} of 12 were not asked`)
  assert.equal(scripted.log.filter((call) => call === 'submitBrand').length, 12 - untried.length)
  for (const { state, says } of untried) {
    assert.deepEqual(
      [state, says],
      ['pending', 'The provider cannot be asked for a moment; it is asked as soon as it can be.'],
    )
  }
})
