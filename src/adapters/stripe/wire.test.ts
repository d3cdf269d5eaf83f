import { describe } from 'node:test'
import { type DocumentedCall, documentedCalls, everyExchangeIsPlayed } from '../../../test/kit/documented-exchanges.ts'
import { recordedLog } from '../../../test/kit/fakes/recorded-log.ts'
import { SecretCard } from '../../contract/cards/secret-card.ts'
import { CARD_REASONS } from '../../ports/card-reasons.ts'
import { done, type Outcome, refused, unavailable } from '../../ports/outcome.ts'
import type { Payments } from '../../ports/payments.ts'
import { stripePayments } from './index.ts'

const onceKey = 'claim-1'
const reference = 'pm_1ExampleOfAnIdXXXXXXXXXX'
const customer = 'cus_ExampleOfAnId'

const attach = (payments: Payments, known: string | null = null) =>
  payments.attachCard({
    onceKey,
    payer: { organizationId: 'org_example', profileId: 'profile_example', customer: known },
    card: new SecretCard({ cardNumber: '4242424242424242', expiry: '08/34', cvc: '123', zipCode: '12207' }),
  })
const attached = done({ processor: 'stripe', customer, reference, cardBrand: 'visa', lastFour: '4242' })

/** Errors that come when the card is created. */
const createFault = (exchange: string, gives: Outcome<never>): DocumentedCall<Payments> => ({
  title: `reads ${exchange}`,
  exchanges: [exchange],
  ask: (payments) => attach(payments),
  gives,
  damage: [
    [exchange, 'error'],
    [exchange, 'error.type', 7],
  ],
})

/** Errors that come when the card is attached. */
const attachFault = (exchange: string, gives: Outcome<never>): DocumentedCall<Payments> => ({
  title: `reads ${exchange}`,
  exchanges: ['create-payment-method', 'create-customer', exchange],
  ask: (payments) => attach(payments),
  gives,
  damage: [
    [exchange, 'error', 'declined'],
    [exchange, 'error.type'],
  ],
})

const calls: DocumentedCall<Payments>[] = [
  {
    title: 'attaches a card to a new customer and makes it the default',
    exchanges: ['create-payment-method', 'create-customer', 'attach-payment-method', 'update-customer'],
    ask: (payments) => attach(payments),
    gives: attached,
    damage: [
      ['create-payment-method', 'id'],
      ['create-payment-method', 'id', '4242424242424242'],
      ['create-payment-method', 'card'],
      ['create-payment-method', 'card.brand', 4],
      ['create-payment-method', 'card.last4', 4242],
      ['create-payment-method', 'card.last4', '4242424242424242'],
      ['create-customer', 'id'],
      ['create-customer', 'id', 7],
      ['attach-payment-method', 'customer', null],
      ['attach-payment-method', 'customer', 'cus_OfSomebodyElse'],
      ['update-customer', 'id', {}],
      ['update-customer', '', []],
    ],
  },
  {
    title: 'attaches a card to the customer of an earlier one',
    exchanges: ['create-payment-method', 'attach-payment-method', 'update-customer'],
    ask: (payments) => attach(payments, customer),
    gives: attached,
  },
  {
    title: 'makes a new customer where the earlier one is gone',
    exchanges: [
      'create-payment-method',
      'customer-missing',
      'create-customer-again',
      'attach-payment-method-again',
      'update-customer',
    ],
    ask: (payments) => attach(payments, customer),
    gives: attached,
    damage: [
      ['customer-missing', 'error.code'],
      ['customer-missing', 'error.param', 'payment_method'],
      ['create-customer-again', 'id', null],
      ['attach-payment-method-again', 'customer'],
    ],
  },
  {
    title: 'detaches a card',
    exchanges: ['retrieve-payment-method', 'detach-payment-method'],
    ask: (payments) => payments.detachCard({ onceKey, reference }),
    gives: done(null),
    damage: [
      ['retrieve-payment-method', 'card', 'visa'],
      ['retrieve-payment-method', 'id'],
      ['retrieve-payment-method', 'customer'],
      ['retrieve-payment-method', 'customer', 7],
      ['detach-payment-method', 'id', 7],
    ],
  },
  {
    title: 'detaches no card that belongs to nobody',
    exchanges: ['retrieve-payment-method-detached'],
    ask: (payments) => payments.detachCard({ onceKey, reference }),
    gives: done(null),
    damage: [['retrieve-payment-method-detached', 'card.last4']],
  },
  {
    title: 'detaches no card that is gone',
    exchanges: ['payment-method-missing'],
    ask: (payments) => payments.detachCard({ onceKey, reference }),
    gives: done(null),
    damage: [
      ['payment-method-missing', 'error.code'],
      ['payment-method-missing', 'error', []],
    ],
  },
  createFault('card-number-incorrect', refused(CARD_REASONS.number)),
  createFault('idempotency-mismatch', { kind: 'mismatch' }),
  createFault('raw-card-gate', unavailable('subject', 60)),
  createFault('key-invalid', unavailable('service', 60)),
  createFault('idempotency-in-use', unavailable('subject', 1)),
  createFault('rate-limited', unavailable('service')),
  createFault('api-error', unavailable('service')),
  attachFault('card-declined', refused(CARD_REASONS.declined)),
  attachFault('card-stolen', refused(CARD_REASONS.declined)),
  attachFault('card-without-funds', refused(CARD_REASONS.insufficientFunds)),
  attachFault('card-expired', refused(CARD_REASONS.expiry)),
  attachFault('card-cvc-incorrect', refused(CARD_REASONS.cvc)),
  attachFault('card-zip-incorrect', refused(CARD_REASONS.zipCode)),
  attachFault('card-needs-cardholder', refused(CARD_REASONS.cardholder)),
  attachFault('card-processing-error', unavailable('subject')),
  attachFault('lock-timeout', unavailable('subject')),
]

describe('Stripe as its documentation shows it', () => {
  documentedCalls<Payments>({
    adapter: 'stripe',
    changeInDoubt: 'unavailable',
    calls,
    open: (baseUrl) => stripePayments({ secretKey: 'sk_test_example', baseUrl, log: recordedLog().log }),
  })
})

everyExchangeIsPlayed(
  'stripe',
  calls.flatMap(({ exchanges }) => exchanges),
)
