import { setTimeout as wait } from 'node:timers/promises'
import { isLuhnValid } from '../../../src/contract/cards/luhn.ts'
import { type FakeProvider, send, startFakeProvider } from './provider.ts'
import { unknownToStripe } from './stripe-shapes.ts'

/**
 * A local server that behaves as Stripe documents for the calls of the payments adapter: form bodies, idempotency keys
 * with stored responses (500s included), mismatch and in-use errors, card errors with decline codes, the raw-card gate.
 * Declining test cards can be created and are refused when they are attached, as Stripe does it.
 */
export interface FakeStripe extends FakeProvider {
  readonly requests: StripeRequest[]
  readonly methods: Map<string, FakeMethod>
  readonly customers: Map<string, { id: string; defaultMethod: string | null }>
  hasRawCardAccess: boolean
  /** The next request of the step meets the fault; faults of one step queue up. */
  failNext(step: StripeStepName, fault: StripeFakeFault): void
}

export interface StripeRequest {
  step: StripeStepName
  idempotencyKey: string | null
  authorization: string | null
  form: Record<string, string>
  raw: string
}

export interface FakeMethod {
  id: string
  brand: string
  lastFour: string
  customer: string | null
  number: string
}

export type StripeStepName = 'create_method' | 'create_customer' | 'attach' | 'detach' | 'choose_default' | 'find'

/** `crash`: a kept 500. `lost`: executed, then the connection drops. `hang`: executed, no answer. Others do not execute. */
export type StripeFakeFault =
  | { does: 'crash' | 'reset' | 'lost' | 'hang' }
  | { does: 'answer'; status: number; body: unknown; headers?: Record<string, string> }

interface HttpResponse {
  status: number
  body: unknown
}

interface Kept {
  signature: string
  answer: HttpResponse | null
}

interface State {
  stripe: FakeStripe
  kept: Map<string, Kept>
  faults: Map<StripeStepName, StripeFakeFault[]>
  slowMs: number
  ids: number
}

export const FAKE_STRIPE_KEY = 'sk_test_letterhead'

/** The outcomes that Stripe documents for its test numbers: [code, decline code]. */
const DECLINES: Record<string, readonly [code: string, declineCode?: string]> = {
  '4000000000000002': ['card_declined', 'generic_decline'],
  '4000000000009995': ['card_declined', 'insufficient_funds'],
  '4000000000009987': ['card_declined', 'lost_card'],
  '4000000000009979': ['card_declined', 'stolen_card'],
  '4000000000000069': ['expired_card', 'expired_card'],
  '4000000000000127': ['incorrect_cvc', 'incorrect_cvc'],
  '4000000000000119': ['processing_error', 'processing_error'],
  '4000000000000036': ['incorrect_zip', 'incorrect_zip'],
  '4000000000003220': ['card_declined', 'authentication_required'],
}

/** The simulator's own numbers mean the same here, so that one suite drives both. */
const SLOW = '4000000000003006'
const OUTAGE = '4000000000005027'
const TIMEOUT = '4000000000005043'

export async function startFakeStripe({ slowMs = 150 } = {}): Promise<FakeStripe> {
  const faults: State['faults'] = new Map()
  const stripe: FakeStripe = {
    url: '',
    close: async () => {},
    requests: [],
    methods: new Map(),
    customers: new Map(),
    hasRawCardAccess: true,
    failNext: (step, fault) => void faults.set(step, [...(faults.get(step) ?? []), fault]),
  }
  const state: State = { stripe, kept: new Map(), faults, slowMs, ids: 0 }
  const provider = await startFakeProvider(async (incoming, raw, response) => {
    const path = incoming.url ?? ''
    const { step, id } = stepOf(incoming.method ?? '', path)
    const idempotencyKey = headerOf(incoming.headers['idempotency-key'])
    const authorization = headerOf(incoming.headers.authorization)
    const request = { step, idempotencyKey, authorization, form: Object.fromEntries(new URLSearchParams(raw)), raw }
    stripe.requests.push(request)
    const fault = faults.get(step)?.shift() ?? magicFault(step, request.form)
    if (fault?.does === 'reset') return void response.destroy()
    if (fault?.does === 'answer') return send(response, fault.status, fault.body, fault.headers)
    if (authorization !== `Bearer ${FAKE_STRIPE_KEY}`) {
      return send(response, 401, failure('invalid_request_error', { message: 'Invalid API Key provided' }))
    }
    const { answer, isReplay } = await underKey(state, `${incoming.method} ${path}?${raw}`, request, id, fault)
    if (!isReplay && fault?.does === 'hang') return
    if (!isReplay && fault?.does === 'lost') return void response.destroy()
    send(response, answer.status, answer.body, {
      'request-id': 'req_LetterheadFake',
      ...(isReplay ? { 'idempotent-replayed': 'true' } : {}),
    })
  })
  return Object.assign(stripe, provider)
}

function stepOf(method: string, path: string): { step: StripeStepName; id: string } {
  const [, , collection, id = '', action] = path.split('/')
  if (collection === 'customers') return { step: id === '' ? 'create_customer' : 'choose_default', id }
  if (collection !== 'payment_methods') throw new Error(`Stripe has no such path: ${method} ${path}`)
  if (method === 'GET') return { step: 'find', id }
  if (action === 'attach' || action === 'detach') return { step: action, id }
  return { step: 'create_method', id }
}

function magicFault(step: StripeStepName, form: Record<string, string>): StripeFakeFault | undefined {
  if (step !== 'create_method') return undefined
  const number = form['card[number]']
  if (number === OUTAGE) return { does: 'answer', status: 503, body: failure('api_error', { message: 'Down' }) }
  return number === TIMEOUT ? { does: 'hang' } : undefined
}

/** Stripe's rule: the first answer after execution began is kept under the key; a refusal before it is not. */
async function underKey(
  state: State,
  signature: string,
  request: StripeRequest,
  id: string,
  fault: StripeFakeFault | undefined,
): Promise<{ answer: HttpResponse; isReplay: boolean }> {
  const key = request.idempotencyKey
  const earlier = key === null ? undefined : state.kept.get(key)
  if (earlier !== undefined && earlier.signature !== signature) {
    return { answer: refusal(400, 'idempotency_error', {}), isReplay: false }
  }
  if (earlier !== undefined) {
    return earlier.answer === null
      ? { answer: refusal(409, 'invalid_request_error', { code: 'idempotency_key_in_use' }), isReplay: false }
      : { answer: earlier.answer, isReplay: true }
  }
  const invalid = validate(state, request)
  if (invalid !== null) return { answer: invalid, isReplay: false }
  const entry: Kept = { signature, answer: null }
  if (key !== null) state.kept.set(key, entry)
  if (request.form['card[number]'] === SLOW) await wait(state.slowMs)
  entry.answer = fault?.does === 'crash' ? refusal(500, 'api_error', {}) : execute(state, request, id)
  return { answer: entry.answer, isReplay: false }
}

function validate(state: State, { step, form }: StripeRequest): HttpResponse | null {
  const unknown = unknownToStripe(step, form)
  if (unknown !== null) return refusal(400, 'invalid_request_error', { code: 'parameter_unknown', param: unknown })
  if (step !== 'create_method' || state.stripe.hasRawCardAccess) return null
  const message =
    'Sending credit card numbers directly to the Stripe API is generally unsafe. ' +
    `You sent ${form['card[number]']}. To continue, enable access to raw card data APIs.`
  return refusal(402, 'invalid_request_error', { message })
}

function execute(state: State, { step, form }: StripeRequest, id: string): HttpResponse {
  if (step === 'create_method') return createMethod(state, form)
  if (step === 'create_customer') {
    state.ids += 1
    const customer = { id: `cus_${state.ids}`, defaultMethod: null }
    state.stripe.customers.set(customer.id, customer)
    return { status: 200, body: { id: customer.id, object: 'customer' } }
  }
  if (step === 'choose_default') {
    const customer = state.stripe.customers.get(id)
    if (customer === undefined) return missing('id')
    customer.defaultMethod = form['invoice_settings[default_payment_method]'] ?? null
    return { status: 200, body: { id, object: 'customer' } }
  }
  const method = state.stripe.methods.get(id)
  if (method === undefined) return missing('payment_method')
  if (step === 'attach') return attach(state, method, form.customer ?? '')
  if (step === 'detach') {
    if (method.customer === null) return refusal(400, 'invalid_request_error', { message: 'It is not attached' })
    method.customer = null
  }
  return { status: 200, body: present(method) }
}

function createMethod(state: State, form: Record<string, string>): HttpResponse {
  const number = form['card[number]'] ?? ''
  if (!isLuhnValid(number)) {
    const message = `Your card number ${number} is incorrect.`
    return refusal(402, 'card_error', { code: 'incorrect_number', param: 'number', message })
  }
  state.ids += 1
  const method = { id: `pm_${state.ids}`, brand: brandOf(number), lastFour: number.slice(-4), customer: null, number }
  state.stripe.methods.set(method.id, method)
  return { status: 200, body: present(method) }
}

function attach(state: State, method: FakeMethod, customer: string): HttpResponse {
  if (!state.stripe.customers.has(customer)) return missing('customer')
  if (method.customer !== null) return refusal(400, 'invalid_request_error', { message: 'Already attached' })
  const [code, declineCode] = DECLINES[method.number] ?? []
  if (code !== undefined) {
    const message = `The card ${method.number} was refused.`
    return refusal(402, 'card_error', { code, decline_code: declineCode, message, payment_method: present(method) })
  }
  method.customer = customer
  return { status: 200, body: present(method) }
}

function present(method: FakeMethod) {
  return {
    id: method.id,
    object: 'payment_method',
    type: 'card',
    card: { brand: method.brand, last4: method.lastFour, country: 'US', funding: 'credit' },
    customer: method.customer,
    livemode: false,
  }
}

function brandOf(number: string): string {
  if (/^3[47]/.test(number)) return 'amex'
  if (number.startsWith('6011')) return 'discover'
  return number.startsWith('5') ? 'mastercard' : 'visa'
}

function failure(type: string, members: Record<string, unknown>) {
  return { error: { type, message: 'Stripe says no', ...members } }
}

function refusal(status: number, type: string, members: Record<string, unknown>): HttpResponse {
  return { status, body: failure(type, members) }
}

function missing(param: string): HttpResponse {
  return refusal(param === 'customer' ? 400 : 404, 'invalid_request_error', { code: 'resource_missing', param })
}

function headerOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null
}
