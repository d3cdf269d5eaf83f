import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { MAGIC_CARDS } from '../../src/adapters/simulator/magic-values/cards.ts'
import { type CardParts, SecretCard } from '../../src/contract/cards/secret-card.ts'
import { CARD_REASONS } from '../../src/ports/card-reasons.ts'
import type { Outcome } from '../../src/ports/outcome.ts'
import type { Payer, PaymentMethod, Payments } from '../../src/ports/payments.ts'

/** One adapter under the suite, with everything it logged. */
export interface PaymentsHarness {
  payments: Payments
  lines: readonly string[]
  close(): Promise<void>
}

const CVC = '739'
const ZIP_CODE = 'ZX9 4QJ'

export function card(cardNumber = '4242424242424242', parts: Partial<CardParts> = {}): SecretCard {
  return new SecretCard({ cardNumber, expiry: '11/66', cvc: CVC, zipCode: ZIP_CODE, ...parts })
}

let payers = 0

/** A new payer. Its ids are counted, because a random one holds three given digits now and then. */
export function payer(parts: Partial<Payer> = {}): Payer {
  payers += 1
  return { organizationId: 'org_1', profileId: `profile_${payers}`, customer: null, ...parts }
}

export function doneValue<T>(outcome: Outcome<T>): T {
  assert.equal(outcome.kind, 'done', inspect(outcome))
  return (outcome as { value: T }).value
}

/** Every secret part of the card that a text shows. */
export function cardPartsIn(text: string, cardNumber: string): string[] {
  return [cardNumber, CVC, ZIP_CODE].filter((part) => text.includes(part))
}

const magicNumber = (does: string): string => {
  const found = MAGIC_CARDS.find((magic) => magic.behaviour.does === does)
  assert.ok(found)
  return found.number
}

/** What every payments adapter guarantees. `open` may be asked for a short deadline. */
export function paymentsSuite(name: string, open: (options: { timeoutMs: number }) => Promise<PaymentsHarness>): void {
  const using = async (work: (harness: PaymentsHarness) => Promise<void>, timeoutMs = 5_000) => {
    const harness = await open({ timeoutMs })
    try {
      await work(harness)
    } finally {
      await harness.close()
    }
  }
  const attach = (payments: Payments, parts: { onceKey?: string; payer?: Payer; card?: SecretCard } = {}) =>
    payments.attachCard({ onceKey: randomUUID(), payer: payer(), card: card(), ...parts })

  describe(`payments port: ${name}`, () => {
    for (const { number, behaviour, says } of MAGIC_CARDS) {
      if (behaviour.does === 'accept' || behaviour.does === 'slow') {
        it(`accepts ${number}: ${says}`, () =>
          using(async ({ payments }) => {
            const method = doneValue(await attach(payments, { card: card(number) }))
            assert.equal(method.lastFour, number.slice(-4))
            assert.match(method.cardBrand, /^(visa|mastercard|amex|discover)$/)
            assert.ok(method.reference.length > 0 && method.customer.length > 0)
            assert.equal(method.processor, payments.name)
          }))
      }
      if (behaviour.does === 'refuse') {
        it(`refuses ${number}: ${says}`, () =>
          using(async ({ payments, lines }) => {
            const outcome = await attach(payments, { card: card(number) })
            assert.deepEqual(outcome, { kind: 'refused', refusals: [CARD_REASONS[behaviour.reason]] })
            assert.deepEqual(cardPartsIn(inspect([outcome, lines], { depth: null, maxStringLength: null }), number), [])
          }))
      }
    }

    it('refuses a wrong check digit on the card number', () =>
      using(async ({ payments }) => {
        const outcome = await attach(payments, { card: card('4242424242424241') })
        assert.deepEqual(outcome, { kind: 'refused', refusals: [CARD_REASONS.number] })
      }))

    it('gives the same method for the same once-key and card', () =>
      using(async ({ payments }) => {
        const request = { onceKey: randomUUID(), payer: payer() }
        const first = doneValue(await attach(payments, { ...request, card: card() }))
        assert.deepEqual(doneValue(await attach(payments, { ...request, card: card() })), first)
        const other = doneValue(await attach(payments, { payer: request.payer }))
        assert.notEqual(other.reference, first.reference)
      }))

    it('repeats a refusal for the same once-key and card', () =>
      using(async ({ payments }) => {
        const request = { onceKey: randomUUID(), payer: payer() }
        const first = await attach(payments, { ...request, card: card('4000000000000002') })
        assert.deepEqual(await attach(payments, { ...request, card: card('4000000000000002') }), first)
        assert.equal(first.kind, 'refused')
      }))

    for (const [what, other] of Object.entries({
      number: card('5555555555554444'),
      expiry: card(undefined, { expiry: '12/66' }),
      'security code': card(undefined, { cvc: '111' }),
      'postal code': card(undefined, { zipCode: '10001' }),
    })) {
      it(`answers a mismatch for the same once-key with another ${what}`, () =>
        using(async ({ payments }) => {
          const request = { onceKey: randomUUID(), payer: payer() }
          doneValue(await attach(payments, { ...request, card: card() }))
          assert.deepEqual(await attach(payments, { ...request, card: other }), { kind: 'mismatch' })
        }))
    }

    it('keeps one profile one customer, told or not', () =>
      using(async ({ payments }) => {
        const profile = payer()
        await attach(payments, { payer: profile, card: card('4000000000000002') })
        const first = doneValue(await attach(payments, { payer: profile }))
        const second = doneValue(await attach(payments, { payer: { ...profile, customer: first.customer } }))
        const untold = doneValue(await attach(payments, { payer: profile }))
        assert.deepEqual([second.customer, untold.customer], [first.customer, first.customer])
        assert.notEqual(doneValue(await attach(payments)).customer, first.customer)
      }))

    it('says unavailable with a time to come back, each time, while the processor is down', () =>
      using(async ({ payments }) => {
        const request = { onceKey: randomUUID(), payer: payer() }
        for (const attempt of [1, 2]) {
          const outcome = await attach(payments, { ...request, card: card(magicNumber('outage')) })
          assert.equal(outcome.kind, 'unavailable', `attempt ${attempt}`)
          assert.ok(outcome.kind === 'unavailable' && outcome.retryAfterSeconds > 0)
        }
      }))

    it('times out, and the same once-key then finds the method', () =>
      using(async ({ payments }) => {
        const request = { onceKey: randomUUID(), payer: payer() }
        const number = magicNumber('timeout')
        assert.deepEqual(await attach(payments, { ...request, card: card(number) }), { kind: 'timeout', of: 'service' })
        const found: PaymentMethod = doneValue(await attach(payments, { ...request, card: card(number) }))
        assert.equal(found.lastFour, number.slice(-4))
      }, 400))

    it('answers an aborted call as a timeout', () =>
      using(async ({ payments }) => {
        const controller = new AbortController()
        const request = { onceKey: randomUUID(), payer: payer(), card: card(magicNumber('slow')) }
        const running = payments.attachCard({ ...request, signal: controller.signal })
        setTimeout(() => controller.abort(), 20)
        assert.deepEqual(await running, { kind: 'timeout', of: 'service' })
      }))

    it('detaches once and again, and what it never knew', () =>
      using(async ({ payments }) => {
        const { reference } = doneValue(await attach(payments))
        for (const gone of [reference, reference, 'pm_unknown']) {
          const outcome = await payments.detachCard({ onceKey: randomUUID(), reference: gone })
          assert.deepEqual(outcome, { kind: 'done', value: null })
        }
      }))

    it('leaves the card empty, whatever the outcome', () =>
      using(async ({ payments }) => {
        for (const number of ['4242424242424242', '4000000000000002', magicNumber('outage')]) {
          const forwarded = card(number)
          await attach(payments, { card: forwarded })
          assert.throws(() => forwarded.consume(), /consumed before/)
        }
      }))
  })
}
