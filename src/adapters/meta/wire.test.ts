import { describe } from 'node:test'
import { metaCallback } from '../../../test/kit/builders/signed-events.ts'
import {
  type DocumentedCall,
  type DocumentedEvent,
  documentedCalls,
  documentedEvents,
  everyExchangeIsPlayed,
} from '../../../test/kit/documented-exchanges.ts'
import { recordedLog } from '../../../test/kit/fakes/recorded-log.ts'
import { done, type Outcome, type Refusal, refused } from '../../ports/outcome.ts'
import type { Whatsapp } from '../../ports/whatsapp.ts'
import { scopeMissing, WHATSAPP_REASONS } from '../../ports/whatsapp-reasons.ts'
import { metaReceiver } from './event-receiver.ts'
import { metaWhatsapp } from './index.ts'

const wabaId = '102290000000001'
const phoneNumberId = '106540000000001'
const accessToken = 'EAAexample'
const credentials = { wabaId, phoneNumberId, accessToken }

const verify = (whatsapp: Whatsapp) => whatsapp.verifyAccount({ credentials })
const verified = done({ wabaId, phoneNumberId, name: 'Harbor Coffee' })

/** Where a token inspects itself and a call refuses the account, or cannot say. */
const accountFault = (exchange: string, gives: Outcome<never>): DocumentedCall<Whatsapp> => ({
  title: `reads ${exchange}`,
  exchanges: ['inspect-token-itself', exchange],
  ask: verify,
  gives,
  damage: [
    [exchange, 'error'],
    [exchange, 'error.code', 'none'],
  ],
})

const accounts: DocumentedCall<Whatsapp>[] = [
  {
    title: 'verifies an account with its number',
    exchanges: ['inspect-token-itself', 'read-account', 'list-numbers'],
    ask: verify,
    gives: verified,
    damage: [
      ['inspect-token-itself', 'data'],
      ['inspect-token-itself', 'data.is_valid'],
      ['inspect-token-itself', 'data.is_valid', 'true'],
      ['inspect-token-itself', 'data.scopes', 'whatsapp_business_management'],
      ['inspect-token-itself', 'data.granular_scopes.0.scope', 7],
      ['read-account', 'id'],
      ['read-account', 'id', '102290000000002'],
      ['read-account', 'account_review_status', 7],
      ['list-numbers', 'data'],
      ['list-numbers', 'data.0.id', 106540000000001],
    ],
  },
  {
    title: 'takes the only number of an account, and finds one on a later page',
    exchanges: ['inspect-token-itself', 'read-account', 'list-numbers-first', 'list-numbers-second'],
    ask: verify,
    gives: verified,
    damage: [
      ['list-numbers-first', 'paging.cursors'],
      ['list-numbers-first', 'paging.cursors.after', 7],
    ],
  },
  {
    title: 'refuses a token that has expired',
    exchanges: ['inspect-token-expired'],
    ask: verify,
    gives: refused(WHATSAPP_REASONS.tokenInvalid),
    damage: [['inspect-token-expired', 'data.is_valid', 0]],
  },
  {
    title: 'names the permission that a token lacks',
    exchanges: ['inspect-token-narrow'],
    ask: verify,
    gives: refused(scopeMissing('whatsapp_business_messaging')),
    damage: [['inspect-token-narrow', 'data.scopes', {}]],
  },
  {
    title: 'refuses an account that Meta has rejected',
    exchanges: ['inspect-token-itself', 'read-account-rejected'],
    ask: verify,
    gives: refused(WHATSAPP_REASONS.wabaRejected),
  },
  accountFault('account-unknown', refused(WHATSAPP_REASONS.wabaUnseen)),
  accountFault('account-unseen', refused(WHATSAPP_REASONS.wabaUnseen)),
  accountFault('account-denied', refused(WHATSAPP_REASONS.tokenDenied)),
  accountFault('account-access-denied', refused(WHATSAPP_REASONS.tokenDenied)),
  accountFault('account-capability', refused(WHATSAPP_REASONS.tokenDenied)),
  accountFault('account-locked', refused(WHATSAPP_REASONS.wabaBlocked)),
  accountFault('token-invalid', refused(WHATSAPP_REASONS.tokenInvalid)),
  accountFault('token-without-user', refused(WHATSAPP_REASONS.tokenInvalid)),
  accountFault('rate-limited', { kind: 'unavailable', of: 'service', retryAfterSeconds: 60 }),
  accountFault('service-down', { kind: 'unavailable', of: 'service', retryAfterSeconds: 5 }),
]

const inspectedByApp: DocumentedCall<Whatsapp>[] = [
  {
    title: "inspects a token with the app's own",
    exchanges: ['inspect-token', 'read-account', 'list-numbers'],
    ask: verify,
    gives: verified,
    damage: [['inspect-token', 'data.granular_scopes.0.target_ids', wabaId]],
  },
]

const register = (whatsapp: Whatsapp) => whatsapp.registerNumber({ wabaId, phoneNumberId, accessToken })
const registerFault = (exchange: string, refusal: Refusal): DocumentedCall<Whatsapp> => ({
  title: `registers no number: ${exchange}`,
  exchanges: [exchange],
  ask: register,
  gives: refused(refusal),
  damage: [[exchange, 'error.code', true]],
})

const numbers: DocumentedCall<Whatsapp>[] = [
  {
    title: 'registers a number',
    exchanges: ['register-number'],
    ask: register,
    gives: done({ phoneNumberId }),
    damage: [
      ['register-number', 'success'],
      ['register-number', 'success', 'true'],
      ['register-number', '', true],
    ],
  },
  registerFault('register-number-unknown', WHATSAPP_REASONS.numberUnseen),
  registerFault('register-number-deleted', WHATSAPP_REASONS.numberUnseen),
  registerFault('register-number-pin-wrong', WHATSAPP_REASONS.pinWrong),
  registerFault('register-number-unverified', WHATSAPP_REASONS.numberUnverified),
  {
    title: 'waits when a number was registered too often',
    exchanges: ['register-number-too-often'],
    ask: register,
    gives: { kind: 'unavailable', of: 'subject', retryAfterSeconds: 3600 },
    damage: [['register-number-too-often', 'error.code', '133016']],
  },
  {
    title: 'subscribes to the events of an account',
    exchanges: ['subscribe-app'],
    ask: (whatsapp) => whatsapp.subscribeApp({ wabaId, accessToken }),
    gives: done(null),
    damage: [
      ['subscribe-app', 'success'],
      ['subscribe-app', 'success', 1],
    ],
  },
]

const events: DocumentedEvent[] = [
  'account_alerts',
  'account_review_update',
  'account_update',
  'phone_number_quality_update',
].map((type) => {
  const exchange = `event-${type.replaceAll('_', '-')}`
  return {
    exchange,
    gives: { type, about: { wabaId } },
    damage: [
      [exchange, 'entry.0.id'],
      [exchange, 'entry.0.id', 7],
      [exchange, 'entry', {}],
      [exchange, 'entry.0.changes.0.field', 'messages'],
      [exchange, 'object', 'page'],
    ],
  }
})

describe('Meta as its documentation shows it', () => {
  const open = (appToken: object) => (url: string) =>
    metaWhatsapp({ baseUrl: `${url}/v25.0`, registrationPin: '123456', log: recordedLog().log, ...appToken })
  const common = { adapter: 'meta', changeInDoubt: 'timeout' } as const
  documentedCalls<Whatsapp>({ ...common, calls: [...accounts, ...numbers], open: open({}) })
  documentedCalls<Whatsapp>({ ...common, calls: inspectedByApp, open: open({ appToken: '138000000000001|secret' }) })
  const receiver = metaReceiver({ appSecret: 'secret', verifyToken: null })
  documentedEvents(
    'meta',
    ({ path, body }) => {
      const { headers, body: text } = metaCallback(body, { secret: 'secret' })
      return receiver.readCallback({ url: path, headers, rawBody: Buffer.from(text), now: 0 })
    },
    events,
  )
})

everyExchangeIsPlayed('meta', [
  ...[...accounts, ...inspectedByApp, ...numbers].flatMap(({ exchanges }) => exchanges),
  ...events.map(({ exchange }) => exchange),
])
