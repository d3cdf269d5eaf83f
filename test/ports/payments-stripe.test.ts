import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { notAccepted } from '../../src/adapters/resilience/http-status.rules.ts'
import { stripePayments } from '../../src/adapters/stripe/index.ts'
import { CARD_REASONS } from '../../src/ports/card-reasons.ts'
import { type About, refused } from '../../src/ports/outcome.ts'
import type { Payer, Payments } from '../../src/ports/payments.ts'
import { recordedLog } from '../kit/fakes/recorded-log.ts'
import { FAKE_STRIPE_KEY, type FakeStripe, type StripeStepName, startFakeStripe } from '../kit/fakes/stripe.ts'
import { kindAndAbout, STRANGE_ERRORS } from '../kit/outcome-kind.ts'
import { card, cardPartsIn, doneValue, payer, paymentsSuite } from './payments.suite.ts'

async function open({ timeoutMs = 5_000, secretKey = FAKE_STRIPE_KEY } = {}) {
  const stripe = await startFakeStripe()
  const { log, lines } = recordedLog()
  const payments = stripePayments({ secretKey, baseUrl: stripe.url, log, timeoutMs })
  return { payments, lines, stripe, close: () => stripe.close() }
}

paymentsSuite('stripe', open)

interface Opened {
  payments: Payments
  stripe: FakeStripe
  lines: string[]
}

async function using(work: (opened: Opened) => Promise<void>, options: Parameters<typeof open>[0] = {}): Promise<void> {
  const opened = await open(options)
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

const attach = (payments: Payments, parts: { onceKey?: string; payer?: Payer; number?: string } = {}) =>
  payments.attachCard({
    onceKey: parts.onceKey ?? randomUUID(),
    payer: parts.payer ?? payer(),
    card: card(parts.number),
  })

const attachedTo = (stripe: FakeStripe) => [...stripe.methods.values()].filter((method) => method.customer !== null)
const STEPS: StripeStepName[] = ['create_method', 'create_customer', 'attach', 'choose_default']

describe('stripe adapter', () => {
  it('sends the card once, byte for byte, to one call, and leaves it as the default of one customer', () =>
    using(async ({ payments, stripe }) => {
      const profile = payer()
      const method = doneValue(await attach(payments, { onceKey: 'claim-1', payer: profile }))
      assert.deepEqual(
        stripe.requests.map(({ step }) => step),
        STEPS,
      )
      const [created, ...others] = stripe.requests
      assert.deepEqual(created?.form, {
        type: 'card',
        'card[number]': '4242424242424242',
        'card[exp_month]': '11',
        'card[exp_year]': '2066',
        'card[cvc]': '739',
        'billing_details[address][postal_code]': 'ZX9 4QJ',
        'metadata[letterhead_profile]': profile.profileId,
        'metadata[letterhead_once_key]': 'claim-1',
      })
      assert.deepEqual(cardPartsIn(others.map(({ raw }) => raw).join('\n'), '4242424242424242'), [])
      assert.deepEqual(stripe.customers.get(method.customer)?.defaultMethod, method.reference)
      assert.deepEqual(
        attachedTo(stripe).map(({ id }) => id),
        [method.reference],
      )
    }))

  it('leaves one method and one customer however often a once-key is repeated', () =>
    using(async ({ payments, stripe }) => {
      const profile = payer()
      for (let repetition = 0; repetition < 4; repetition += 1) {
        doneValue(await attach(payments, { onceKey: 'claim-1', payer: profile }))
      }
      assert.equal(stripe.methods.size, 1)
      assert.equal(stripe.customers.size, 1)
    }))

  it('creates a new customer when the one of the profile is gone', () =>
    using(async ({ payments, stripe }) => {
      const request = { onceKey: 'claim-1', payer: payer({ customer: 'cus_gone' }) }
      const first = doneValue(await attach(payments, request))
      assert.ok(stripe.customers.has(first.customer))
      assert.deepEqual(doneValue(await attach(payments, request)), first)
      assert.equal(attachedTo(stripe).length, 1)
    }))

  for (const step of STEPS) {
    for (const does of ['crash', 'reset', 'lost'] as const) {
      it(`converges to one method after ${does} at ${step}, under the same once-key`, () =>
        using(async ({ payments, stripe }) => {
          const request = { onceKey: 'claim-1', payer: payer() }
          stripe.failNext(step, { does })
          assert.equal((await attach(payments, request)).kind, 'unavailable')
          const method = doneValue(await attach(payments, request))
          assert.deepEqual(doneValue(await attach(payments, request)), method)
          assert.equal(attachedTo(stripe).length, 1)
          assert.equal(stripe.customers.size, 1)
        }))
    }

    it(`times out when ${step} hangs, within one deadline for all steps, and converges`, () =>
      using(
        async ({ payments, stripe }) => {
          const request = { onceKey: 'claim-1', payer: payer() }
          stripe.failNext(step, { does: 'hang' })
          assert.deepEqual(await attach(payments, request), { kind: 'timeout', of: 'service' })
          doneValue(await attach(payments, request))
          assert.equal(attachedTo(stripe).length, 1)
        },
        { timeoutMs: 500 },
      ))
  }

  it('looks whether the card is attached when Stripe will not attach it again', () =>
    using(async ({ payments, stripe }) => {
      const request = { onceKey: 'claim-1', payer: payer() }
      stripe.failNext('attach', { does: 'crash' })
      assert.equal((await attach(payments, request)).kind, 'unavailable')
      const [method] = stripe.methods.values()
      const [customer] = stripe.customers.keys()
      assert.ok(method && customer)
      method.customer = customer
      assert.equal(doneValue(await attach(payments, request)).reference, method.id)
    }))

  const answers: { title: string; status: number; body: unknown; of?: About }[] = [
    { title: 'HTML', status: 200, body: '<html>4242424242424242</html>' },
    { title: 'nothing', status: 200, body: '' },
    { title: 'null', status: 200, body: 'null' },
    { title: 'an array', status: 200, body: [], of: 'subject' },
    { title: 'a success without an id', status: 200, body: { card: { brand: 'visa', last4: '4242' } }, of: 'subject' },
    { title: 'a success without a card', status: 200, body: { id: 'pm_1' }, of: 'subject' },
    {
      title: 'a card number for last four',
      status: 200,
      body: methodWith({ last4: '4242424242424242' }),
      of: 'subject',
    },
    { title: 'a card number for a brand', status: 200, body: methodWith({ brand: '4242424242424242' }), of: 'subject' },
    { title: 'a method under an error status', status: 500, body: methodWith({}) },
    { title: 'two MiB', status: 200, body: JSON.stringify({ id: 'pm_1', filler: 'x'.repeat(2 * 1024 * 1024) }) },
    { title: 'a rate limit', status: 429, body: { error: { type: 'invalid_request_error', code: 'rate_limit' } } },
    { title: 'a rate limit without an error', status: 429, body: { detail: 'slower' } },
    {
      title: 'an object in use',
      status: 429,
      body: { error: { type: 'invalid_request_error', code: 'lock_timeout' } },
      of: 'subject',
    },
    { title: 'a wrong key', status: 401, body: { error: { type: 'invalid_request_error' } } },
    { title: 'a wrong key in text', status: 401, body: 'no' },
    {
      title: 'a key without the permission',
      status: 403,
      body: { error: { type: 'invalid_request_error' } },
      of: 'subject',
    },
    {
      title: 'a key in use',
      status: 409,
      body: { error: { type: 'invalid_request_error', code: 'idempotency_key_in_use' } },
      of: 'subject',
    },
    {
      title: 'a request of ours it refuses',
      status: 400,
      body: { error: { type: 'invalid_request_error', param: 'type' } },
      of: 'subject',
    },
    { title: 'a slow request', status: 408, body: '' },
    { title: 'a locked one', status: 423, body: '', of: 'subject' },
    { title: 'a crash', status: 500, body: { error: { type: 'api_error' } } },
    { title: 'a crash in text', status: 503, body: 'no' },
    ...['processing_error', 'issuer_not_available', 'try_again_later', 'reenter_transaction'].map((code) => ({
      title: `A1: the decline code ${code}`,
      status: 402,
      body: { error: { type: 'card_error', code: 'card_declined', decline_code: code } },
      of: 'subject' as const,
    })),
    {
      title: 'A1: a processing error',
      status: 402,
      body: { error: { type: 'card_error', code: 'processing_error' } },
      of: 'subject',
    },
  ]
  for (const { title, of = 'service', ...answer } of answers) {
    it(`is unavailable (${of}), and logs nothing of the card, when Stripe answers ${title}`, () =>
      using(async ({ payments, stripe, lines }) => {
        stripe.failNext('create_method', { does: 'answer', ...answer })
        const outcome = await attach(payments)
        assert.equal(kindAndAbout(outcome), `unavailable of ${of}`)
        assert.equal(stripe.requests.length, 1)
        assert.equal(lines.length, 1)
        assert.deepEqual(cardPartsIn(inspect([outcome, lines], { depth: null }), '4242424242424242'), [])
      }))
  }

  const strange = [
    ...STRANGE_ERRORS,
    { title: 'an error as a string', status: 400, body: { error: 'invalid_grant' } },
    { title: 'an error as a number', status: 402, body: { error: 7 } },
    { title: 'an error of wrong types', status: 402, body: { error: { type: {}, code: [], message: 5, param: null } } },
    {
      title: 'a decline under a status of none',
      status: 418,
      body: { error: { type: 'card_error', code: 'card_declined' } },
    },
    { title: 'a method under a status of none', status: 404, body: methodWith({}) },
  ]
  for (const { title, status, body } of strange) {
    it(`D8: takes ${title} for a refusal, and tells the operator`, () =>
      using(async ({ payments, stripe, lines }) => {
        stripe.failNext('create_method', { does: 'answer', status, body })
        assert.deepEqual(await attach(payments), refused(notAccepted(status)))
        assert.equal(lines.length, 1)
        assert.match(lines.join(), /payments\.refused[\s\S]*unexpected_error_answer/)
        assert.doesNotMatch(lines.join(), /not allowed by us/)
      }))
  }

  it('follows no redirect, so that the card reaches no other host', async (test) => {
    const other = await startFakeStripe()
    test.after(() => other.close())
    await using(async ({ payments, stripe }) => {
      const location = `${other.url}/v1/payment_methods`
      for (const status of [301, 302, 303, 307, 308]) {
        stripe.failNext('create_method', { does: 'answer', status, body: {}, headers: { location } })
        assert.equal((await attach(payments)).kind, 'unavailable')
      }
    })
    assert.equal(other.requests.length, 0)
  })

  it('tells the operator, not the client, that raw card data is not enabled', () =>
    using(async ({ payments, stripe, lines }) => {
      stripe.hasRawCardAccess = false
      assert.deepEqual(await attach(payments), { kind: 'unavailable', of: 'subject', retryAfterSeconds: 60 })
      assert.match(lines.join('\n'), /raw_card_data_not_enabled/)
      stripe.hasRawCardAccess = true
      doneValue(await attach(payments))
    }))

  it('passes on when Stripe says to come back', () =>
    using(async ({ payments, stripe }) => {
      const body = { error: { type: 'api_error' } }
      stripe.failNext('create_method', { does: 'answer', status: 503, body, headers: { 'retry-after': '17' } })
      assert.deepEqual(await attach(payments), { kind: 'unavailable', of: 'service', retryAfterSeconds: 17 })
    }))

  it('says one sentence for every decline it does not explain, and none of Stripe', () =>
    using(async ({ payments, stripe }) => {
      for (const declineCode of [
        'fraudulent',
        'lost_card',
        'stolen_card',
        'merchant_blacklist',
        'do_not_honor',
        'new',
      ]) {
        const error = { type: 'card_error', code: 'card_declined', decline_code: declineCode, message: 'Secret reason' }
        stripe.failNext('attach', { does: 'answer', status: 402, body: { error } })
        assert.deepEqual(await attach(payments), { kind: 'refused', refusals: [CARD_REASONS.declined] })
      }
    }))

  it('answers a connection that nobody takes as unavailable', async () => {
    const stripe = await startFakeStripe()
    await stripe.close()
    const { log, lines } = recordedLog()
    const payments = stripePayments({ secretKey: FAKE_STRIPE_KEY, baseUrl: stripe.url, log })
    assert.equal((await attach(payments)).kind, 'unavailable')
    assert.match(lines.join(), /unreachable_ECONNREFUSED/)
  })

  it('shows no card and no key in what it logs, warns, answers or is, though the same search finds the card at Stripe', async (test) => {
    const warnings: string[] = []
    const hear = (warning: Error) => void warnings.push(inspect(warning))
    process.on('warning', hear)
    test.after(() => void process.off('warning', hear))
    const secretKey = `sk_test_\n${randomUUID()}`
    await using(
      async ({ payments, lines }) => {
        assert.equal((await attach(payments)).kind, 'unavailable')
        assert.equal(
          inspect([payments, lines], { depth: null, showHidden: true }).includes(secretKey.slice(-36)),
          false,
        )
      },
      { secretKey },
    )
    await using(async ({ payments, stripe, lines }) => {
      const headers = { 'stripe-notice': 'Number 4242424242424242 seen', 'request-id': 'req_4242424242424242' }
      const error = {
        type: 'card_error',
        code: 'card_declined',
        message: 'Number 4242424242424242',
        charge: '4242424242424242',
      }
      stripe.failNext('attach', { does: 'answer', status: 402, body: { error }, headers })
      const outcome = await attach(payments)
      await new Promise((resolve) => setImmediate(resolve))
      const shown = inspect([outcome, payments, warnings], { depth: null, showHidden: true })
      assert.deepEqual(cardPartsIn(shown, '4242424242424242'), [])
      assert.deepEqual(warnings, [])
      assert.equal(lines.length, 1)
      const received = stripe.requests.map(({ form }) => Object.values(form).join(' ')).join('\n')
      assert.deepEqual(cardPartsIn(received, '4242424242424242'), ['4242424242424242', '739', 'ZX9 4QJ'])
    })
  })

  for (const baseUrl of [
    'http://stripe.example.com',
    'ftp://127.0.0.1',
    'nonsense',
    'https://user:pw@api.stripe.com',
  ]) {
    it(`will not send cards to ${baseUrl}`, () => {
      const { log } = recordedLog()
      assert.throws(() => stripePayments({ secretKey: FAKE_STRIPE_KEY, baseUrl, log }), /^Error: STRIPE_BASE_URL /)
    })
  }
})

function methodWith(parts: Record<string, unknown>) {
  return { id: 'pm_1', object: 'payment_method', customer: null, card: { brand: 'visa', last4: '4242', ...parts } }
}
