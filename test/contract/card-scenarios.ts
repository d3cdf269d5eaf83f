import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumedCard } from '../../src/contract/cards/secret-card.ts'
import { CARD_REASONS } from '../../src/ports/card-reasons.ts'
import { done, type Outcome, refused, unavailable } from '../../src/ports/outcome.ts'
import type { PaymentMethod, Payments } from '../../src/ports/payments.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { aBillingContact, aBrand } from '../kit/builders/requests.ts'
import { randomCardNumber } from '../kit/canary.ts'
import type { TestApp } from '../kit/servers/app.ts'
import type { Json, Reply } from '../kit/servers/client.ts'

/** Every way that a card takes through the server, for the test that looks for its traces. */

export interface CanaryCard {
  number: string
  cvc: string
}

/** A card whose security code is neither a year nor its own last digits, which the processor's answer repeats. */
export function canaryCard(): CanaryCard {
  const number = randomCardNumber()
  const cvc = String(randomInt(2100, 9999))
  return number.endsWith(cvc) ? canaryCard() : { number, cvc }
}

/** The number with a check digit that does not fit. */
export function withWrongCheckDigit(number: string): string {
  return `${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`
}

export function details({ number, cvc }: CanaryCard, members: Json = {}): Json {
  return { card_number: number, expiry: '12/31', cvc, zip_code: '94107', ...members }
}

type Script = (card: ConsumedCard) => Promise<Outcome<PaymentMethod>>

function accepted(reference: string, lastFour: string): Outcome<PaymentMethod> {
  return done({ processor: 'scripted', customer: 'cus_scripted', reference, cardBrand: 'visa', lastFour })
}

/** A processor that answers as it is told to, card by card, and remembers in memory what it was given. */
export class ScriptedPayments implements Payments {
  readonly name = 'scripted'
  readonly isSimulated = true
  readonly received: ConsumedCard[] = []
  readonly #scripts = new Map<string, Script[]>()

  /** The next answers for a card; after them it is accepted. */
  expect({ number }: CanaryCard, ...scripts: Script[]): void {
    this.#scripts.set(number, scripts)
  }

  attachCard: Payments['attachCard'] = async ({ onceKey, card }) => {
    const parts = card.consume()
    this.received.push(parts)
    const script = this.#scripts.get(parts.cardNumber)?.shift()
    if (script !== undefined) return script(parts)
    return accepted(`pm_${onceKey}`, parts.cardNumber.slice(-4))
  }

  detachCard: Payments['detachCard'] = async () => done(null)
}

export interface Stage {
  app: TestApp
  org: TestOrganization
  payments: ScriptedPayments
  /** A profile that pays by itself, and one that its organization pays for. */
  own: string
  paidFor: string
  foreign: string
}

export interface Scenario {
  name: string
  /** Of each answer, in order. */
  statuses: number[]
  /** How often the processor gets the card. */
  reaches: number
  run(stage: Stage, card: CanaryCard): Promise<Reply[]>
}

type Run = (stage: Stage, card: CanaryCard) => Promise<Reply>[] | Promise<Reply[]>

function scenario(name: string, statuses: number | number[], run: Run, reaches = 0): Scenario {
  return {
    name,
    statuses: [statuses].flat(),
    reaches,
    run: async (stage, card) => Promise.all(await run(stage, card)),
  }
}

let keys = 0
const aKey = () => ({ 'idempotency-key': `canary-key-${++keys}` })

const patch = (stage: Stage, body: unknown, headers: Record<string, string> = {}) =>
  stage.org.admin.patch(`/v3/profiles/${stage.own}`, body, headers)
const post = (stage: Stage, body: Json, headers: Record<string, string> = {}) =>
  stage.org.admin.post('/v3/profiles', { name: 'Canary', ...body }, headers)

const ACCEPTED: Scenario[] = [
  scenario('PATCH without a key', 200, (at, card) => [patch(at, { payment_details: details(card) })], 1),
  scenario('PATCH with a key', 200, (at, card) => [patch(at, { payment_details: details(card) }, aKey())], 1),
  scenario('POST without a key', 201, (at, card) => [post(at, { payment_details: details(card) })], 1),
  scenario('POST with a key', 201, (at, card) => [post(at, { payment_details: details(card) }, aKey())], 1),
  scenario(
    'merge patch',
    200,
    (at, card) => [at.org.admin.mergePatch(`/v3/profiles/${at.own}`, { payment_details: details(card) }, aKey())],
    1,
  ),
  scenario(
    'PATCH with everything else',
    200,
    (at, card) => [
      patch(
        at,
        {
          name: 'Everything',
          brand: aBrand(),
          inherit_tcr_brand: false,
          billing_model: 'profile',
          billing_contact: aBillingContact(),
          payment_details: details(card),
        },
        aKey(),
      ),
    ],
    1,
  ),
  scenario(
    'a replay',
    [200, 200],
    async (at, card) => {
      const key = aKey()
      const send = () => patch(at, { payment_details: details(card) }, key)
      return [await send(), await send()]
    },
    1,
  ),
  scenario(
    'a replay with another body',
    [200, 200],
    async (at, card) => {
      const key = aKey()
      const first = await patch(at, { payment_details: details(card) }, key)
      return [first, await patch(at, { name: 'Other', payment_details: details(card) }, key)]
    },
    1,
  ),
  scenario(
    'a duplicate of a running request',
    [200, 200],
    async (at, card) => {
      const key = aKey()
      at.payments.expect(card, async () => {
        await sleep(300)
        return accepted('pm_slow', '')
      })
      const send = () => patch(at, { payment_details: details(card) }, key)
      return Promise.all([send(), sleep(100).then(send)])
    },
    1,
  ),
  scenario('sandbox', 200, (at, card) => [patch(at, { sandbox: true, payment_details: details(card) }, aKey())]),
  scenario('sandbox POST', 201, (at, card) => [post(at, { sandbox: true, payment_details: details(card) })]),
  scenario('a test key', 200, async (at, card) => {
    const tester = await at.org.key(at.org.admin.userId ?? '', { mode: 'test' })
    return [await tester.patch(`/v3/profiles/${at.own}`, { payment_details: details(card) }, aKey())]
  }),
]

const refusals: [string, (card: CanaryCard) => unknown][] = [
  ['expiry of another form', (card) => details(card, { expiry: '2031-12' })],
  ['no security code', ({ number }) => ({ card_number: number, expiry: '12/31', zip_code: '94107' })],
  ['a security code of letters', (card) => details(card, { cvc: `${card.cvc}x` })],
  ['the card number as security code', (card) => details(card, { cvc: card.number })],
  ['no postal code', (card) => details(card, { zip_code: null })],
  ['the card number as postal code', (card) => details(card, { zip_code: `${card.number}${'9'.repeat(20)}` })],
  ['a wrong check digit', (card) => details(card, { card_number: withWrongCheckDigit(card.number) })],
  ['the number in groups', (card) => details(card, { card_number: card.number.replace(/(.{4})(?=.)/g, '$1 ') })],
  ['the number as a number', (card) => details(card, { card_number: Number(card.number) })],
  ['the number in a list', (card) => details(card, { card_number: [card.number] })],
  ['the number in an object', (card) => details(card, { card_number: { [card.number]: card.number } })],
  ['the card as text', ({ number, cvc }) => `${number} 12/31 ${cvc}`],
  ['the card as a list', (card) => [card.number, '12/31', card.cvc]],
]

const REFUSED_BY_FIELDS: Scenario[] = [
  ...refusals.flatMap(([name, made]) => [
    scenario(`PATCH with ${name}`, 400, (at, card) => [patch(at, { payment_details: made(card) }, aKey())]),
    scenario(`POST with ${name}`, 400, (at, card) => [post(at, { payment_details: made(card) })]),
  ]),
  scenario('another member is wrong', 400, (at, card) => [patch(at, { name: '', payment_details: details(card) })]),
  scenario('a rule is broken', 400, (at, card) => [
    patch(at, { inherit_tcr_brand: true, brand: aBrand(), payment_details: details(card) }, aKey()),
  ]),
  scenario('the organization pays', 400, (at, card) => [
    at.org.admin.patch(`/v3/profiles/${at.paidFor}`, { payment_details: details(card) }, aKey()),
  ]),
  scenario('the organization will pay', 400, (at, card) => [
    patch(at, { billing_model: 'organization', payment_details: details(card) }),
  ]),
  scenario('a misspelt sandbox', 400, (at, card) => [patch(at, { Sandbox: true, payment_details: details(card) })]),
]

const REFUSED_EARLIER: Scenario[] = [
  scenario('nobody', 401, (at, card) => [
    at.app.nobody.patch(`/v3/profiles/${at.own}`, { payment_details: details(card) }),
  ]),
  scenario('a developer', 403, (at, card) => [
    at.org.developer.patch(`/v3/profiles/${at.own}`, { payment_details: details(card) }, aKey()),
  ]),
  scenario('a profile key that creates', 403, async (at, card) => {
    const profile = await at.org.profileKey(at.own)
    return [await profile.post('/v3/profiles', { name: 'Sibling', payment_details: details(card) })]
  }),
  scenario('a foreign profile', 404, (at, card) => [
    at.org.admin.patch(`/v3/profiles/${at.foreign}`, { payment_details: details(card) }, aKey()),
  ]),
  scenario('no such route', 404, (at, card) => [at.org.admin.post('/v3/cards', { payment_details: details(card) })]),
  scenario('a wrong method', 405, (at, card) => [
    at.org.admin.request('PUT', `/v3/profiles/${at.own}`, { body: { payment_details: details(card) } }),
  ]),
  scenario('an answer in another form', 406, (at, card) => [
    patch(at, { payment_details: details(card) }, { accept: 'text/html' }),
  ]),
  scenario('a key of another request', [204, 409], async (at, card) => {
    const key = aKey()
    const gone = await at.org.profile()
    const first = await at.org.admin.delete(`/v3/profiles/${gone.id}`, undefined, key)
    return [first, await patch(at, { payment_details: details(card) }, key)]
  }),
  scenario('a stale tag', 412, (at, card) => [
    patch(at, { payment_details: details(card) }, { 'if-match': `"${at.own}.999"` }),
  ]),
  scenario('too much', 413, (at, card) => [patch(at, { payment_details: details(card), notes: 'x'.repeat(200_000) })]),
  scenario('another media type', 415, (at, card) => [
    patch(at, JSON.stringify({ payment_details: details(card) }), { 'content-type': 'text/plain' }),
  ]),
  scenario('an encoded body', 415, (at, card) => [
    patch(at, { payment_details: details(card) }, { 'content-encoding': 'gzip' }),
  ]),
  scenario('an operation that is not served', 501, (at, card) => [
    at.org.admin.post('/v3/messages', { payment_details: details(card) }),
  ]),
  scenario('an operation that takes no card', 400, (at, card) => [
    at.org.admin.post(`/v3/profiles/${at.own}/complete`, { payment_details: details(card) }),
  ]),
  scenario('an expectation', 417, (at, card) => [patch(at, { payment_details: details(card) }, { expect: 'card' })]),
]

export const WITH_A_CARD: readonly Scenario[] = [...ACCEPTED, ...REFUSED_BY_FIELDS, ...REFUSED_EARLIER]

const answers = (statuses: number | number[], name: string, ...scripts: Script[]) =>
  scenario(
    `the processor: ${name}`,
    statuses,
    async (at, card) => {
      at.payments.expect(card, ...scripts)
      const key = aKey()
      const replies: Reply[] = []
      for (const _ of [statuses].flat()) replies.push(await patch(at, { payment_details: details(card) }, key))
      return replies
    },
    [statuses].flat().length,
  )

/** A bug in an adapter: the errors quote the card, once as a parser's and once as one of our own making. */
const parserBug: Script = async (card) => JSON.parse(`${card.cardNumber} ${card.cvc}`)
const ownBug: Script = async (card) => {
  throw Object.assign(new Error(`${card.cardNumber} was not understood`), { code: card.cardNumber, card })
}

export const AT_THE_PROCESSOR: readonly Scenario[] = [
  answers([400, 200], 'declines, then accepts', async () => refused(CARD_REASONS.declined)),
  answers(400, 'refuses two members', async () => refused(CARD_REASONS.cvc, CARD_REASONS.expiry)),
  answers([502, 200], 'is out, then accepts', async () => unavailable('service')),
  answers([504, 200], 'does not answer, then accepts', async () => ({ kind: 'timeout', of: 'service' })),
  answers(409, 'knows the once-key with another card', async () => ({ kind: 'mismatch' })),
  answers(200, 'is slow', async () => {
    await sleep(300)
    return accepted('pm_slow', '')
  }),
  scenario(
    'the processor: a parser throws',
    500,
    (at, card) => {
      at.payments.expect(card, parserBug)
      return [patch(at, { payment_details: details(card) })]
    },
    1,
  ),
  scenario(
    'the processor: the adapter throws',
    500,
    (at, card) => {
      at.payments.expect(card, ownBug)
      return [post(at, { payment_details: details(card) }, aKey())]
    },
    1,
  ),
]
