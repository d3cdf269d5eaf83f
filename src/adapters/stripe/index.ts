import type Stripe from 'stripe'
import type { SecretCard } from '../../contract/cards/secret-card.ts'
import type { Log } from '../../observability/log.ts'
import { done, type Outcome } from '../../ports/outcome.ts'
import type { Payer, PaymentMethod, Payments } from '../../ports/payments.ts'
import { providerBaseUrl } from '../http-client/bounded-fetch.ts'
import { openDeadline } from '../http-client/deadline.ts'
import { openSession, type StripeResponse, type StripeSession, type StripeStep } from './client.ts'
import { isCustomerMissing } from './faults.ts'
import { type StripeMethod, toStripeCustomer, toStripeMethod } from './wire.ts'

export interface StripePaymentsOptions {
  secretKey: string
  /** Default `https://api.stripe.com`. */
  baseUrl?: string
  log: Log
  /** For all calls of one operation together; default 10 s (the provider step of the timeout ladder). */
  timeoutMs?: number
}

/** How many idempotency keys one step may use up on kept failures. */
const KEYS_MAX = 3

/**
 * Payments through Stripe: create the payment method, create the customer unless the profile has one, attach, make it
 * the default. Each step has an idempotency key of its own below the once-key, so that repeating the operation walks
 * over what is done already. Fails at construction if the base URL is not safe to send a card to.
 */
export function stripePayments(options: StripePaymentsOptions): Payments {
  const connection = {
    secretKey: options.secretKey,
    baseUrl: providerBaseUrl('STRIPE_BASE_URL', options.baseUrl ?? 'https://api.stripe.com'),
    log: options.log,
  }

  async function within<T>(signal: AbortSignal | undefined, work: (session: StripeSession) => Promise<T>): Promise<T> {
    const deadline = openDeadline(options.timeoutMs ?? 10_000, signal)
    try {
      return await work(openSession(connection, deadline))
    } finally {
      deadline.close()
    }
  }

  return {
    name: 'stripe',
    isSimulated: false,
    attachCard: ({ onceKey, payer, card, signal }) =>
      within(signal, (session) => attachCard(session, onceKey, payer, card)),
    detachCard: ({ onceKey, reference, signal }) =>
      within(signal, (session) => detachCard(session, onceKey, reference)),
  }
}

async function attachCard(
  session: StripeSession,
  onceKey: string,
  payer: Payer,
  card: SecretCard,
): Promise<Outcome<PaymentMethod>> {
  const created = await createMethod(session, onceKey, payer, card)
  if (created.outcome.kind !== 'done') return created.outcome
  const method = created.outcome.value

  const known: StripeResponse<string> =
    payer.customer === null
      ? await createCustomer(session, customerKey(payer), payer)
      : { outcome: done(payer.customer), fault: null }
  if (known.outcome.kind !== 'done') return known.outcome
  let customer = known.outcome.value

  let attached = await attachMethod(session, `${onceKey}:att`, method, customer)
  if (attached.fault !== null && isCustomerMissing(attached.fault)) {
    const fresh = await createCustomer(session, `${onceKey}:cus`, payer)
    if (fresh.outcome.kind !== 'done') return fresh.outcome
    customer = fresh.outcome.value
    attached = await attachMethod(session, `${onceKey}:att:new`, method, customer)
  }
  if (attached.outcome.kind !== 'done') return attached.outcome

  const chosen = await chooseDefault(session, `${onceKey}:def`, method, customer)
  if (chosen.outcome.kind !== 'done') return chosen.outcome
  return done({
    processor: 'stripe',
    customer,
    reference: method.id,
    cardBrand: method.cardBrand,
    lastFour: method.lastFour,
  })
}

/**
 * Keyed by the profile, not by the attempt: cards that are refused one after the other leave one customer, not many.
 */
function customerKey(payer: Payer): string {
  return `${payer.organizationId}:${payer.profileId}:cus`
}

/** The one place where the card leaves. The metadata let an operator find a method whose answer was lost. */
function createMethod(session: StripeSession, onceKey: string, payer: Payer, card: SecretCard) {
  const { cardNumber, expMonth, expYear, cvc, zipCode } = card.consume()
  const params: Stripe.PaymentMethodCreateParams = {
    type: 'card',
    card: { number: cardNumber, exp_month: expMonth, exp_year: expYear, cvc },
    billing_details: { address: { postal_code: zipCode } },
    metadata: { letterhead_profile: payer.profileId, letterhead_once_key: onceKey },
  }
  return settle(session, `${onceKey}:pm`, (idempotencyKey) => ({
    name: 'create_method',
    call: (stripe) => stripe.paymentMethods.create(params, { idempotencyKey }),
    read: toStripeMethod,
  }))
}

function createCustomer(session: StripeSession, key: string, payer: Payer) {
  const metadata = { letterhead_organization: payer.organizationId, letterhead_profile: payer.profileId }
  return settle(session, key, (idempotencyKey) => ({
    name: 'create_customer',
    call: (stripe) => stripe.customers.create({ metadata }, { idempotencyKey }),
    read: toStripeCustomer,
  }))
}

/** A failure that leaves the attachment in doubt is settled by looking: attaching twice is not promised to be the same as once. */
async function attachMethod(session: StripeSession, key: string, method: StripeMethod, customer: string) {
  const readAttached = (answer: unknown) => (toStripeMethod(answer)?.customer === customer ? method : null)
  const attached = await settle(session, key, (idempotencyKey) => ({
    name: 'attach_method',
    call: (stripe) => stripe.paymentMethods.attach(method.id, { customer }, { idempotencyKey }),
    read: readAttached,
  }))
  if (attached.outcome.kind !== 'unavailable' || attached.fault?.status !== 400) return attached
  const seen = await session.run({
    name: 'find_attached',
    call: (stripe) => stripe.paymentMethods.retrieve(method.id),
    read: toStripeMethod,
  })
  const isAttached = seen.outcome.kind === 'done' && seen.outcome.value.customer === customer
  return isAttached ? { outcome: done(method), fault: null } : attached
}

function chooseDefault(session: StripeSession, key: string, method: StripeMethod, customer: string) {
  return settle(session, key, (idempotencyKey) => ({
    name: 'choose_default',
    call: (stripe) =>
      stripe.customers.update(
        customer,
        { invoice_settings: { default_payment_method: method.id } },
        { idempotencyKey },
      ),
    read: toStripeCustomer,
  }))
}

/**
 * Looks before it detaches, because Stripe answers a second detach with a general error. A method that belongs to no
 * customer can be used for nothing.
 */
async function detachCard(session: StripeSession, onceKey: string, reference: string): Promise<Outcome<null>> {
  const seen = await session.run({
    name: 'find_method',
    call: (stripe) => stripe.paymentMethods.retrieve(reference),
    read: (answer) => {
      const method = toStripeMethod(answer)
      return method === null ? null : { isAttached: method.customer !== null }
    },
    absent: { isAttached: false },
  })
  if (seen.outcome.kind !== 'done') return seen.outcome
  if (!seen.outcome.value.isAttached) return done(null)
  const detached = await settle(session, `${onceKey}:det`, (idempotencyKey) => ({
    name: 'detach_method',
    call: (stripe) => stripe.paymentMethods.detach(reference, {}, { idempotencyKey }),
    read: toStripeMethod,
  }))
  return detached.outcome.kind === 'done' ? done(null) : detached.outcome
}

/**
 * Runs a step under its idempotency key. Stripe keeps the first answer of a key for at least a day, a 500 included, so a
 * step that failed once would fail for a day: when Stripe repeats a kept failure, the step goes on under the next key.
 * The sequence of keys is fixed, so a repetition of the operation finds the key that succeeded.
 */
async function settle<T>(
  session: StripeSession,
  key: string,
  stepFor: (idempotencyKey: string) => StripeStep<T>,
): Promise<StripeResponse<T>> {
  let answer = await session.run(stepFor(key))
  for (let keys = 2; keys <= KEYS_MAX; keys += 1) {
    if (answer.outcome.kind !== 'unavailable' || !answer.fault?.isReplayed) return answer
    answer = await session.run(stepFor(`${key}:${keys}`))
  }
  return answer
}
