import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../contract/fields/json-value.ts'
import { takeCard } from './card-input.ts'

const VALID = { card_number: '4111111111111111', expiry: '09/27', cvc: '123', zip_code: '10001' }

function problemsOf(held: JsonValue): Record<string, string[]> {
  const body: JsonObject = { payment_details: held }
  const taken = takeCard(body)
  assert.ok(taken !== null)
  assert.deepEqual(body, {})
  if (Object.keys(taken.problems).length > 0) assert.equal(taken.card, null)
  return taken.problems
}

test('a body without a card, or with null for one, has none', () => {
  for (const body of [{}, { name: 'x' }, { payment_details: null }, { paymentDetails: { ...VALID } }] as JsonObject[]) {
    assert.equal(takeCard(body), null)
    assert.equal(Object.hasOwn(body, 'payment_details'), false)
  }
})

test('the card leaves the body, and exactly its parts come out once', () => {
  const body: JsonObject = { name: 'x', payment_details: { ...VALID, note: 'ignored' } }
  const taken = takeCard(body)
  assert.deepEqual(body, { name: 'x' })
  assert.deepEqual(taken?.problems, {})
  assert.deepEqual(taken?.card?.consume(), {
    cardNumber: '4111111111111111',
    expMonth: 9,
    expYear: 2027,
    cvc: '123',
    zipCode: '10001',
  })
  assert.throws(() => taken?.card?.consume())
})

test('every missing member is reported under its own path', () => {
  const all = ['card_number', 'expiry', 'cvc', 'zip_code'].map((name) => `payment_details.${name}`)
  assert.deepEqual(problemsOf({}), Object.fromEntries(all.map((path) => [path, [`${path} is required`]])))
  assert.deepEqual(problemsOf({ ...VALID, cvc: null }), { 'payment_details.cvc': ['payment_details.cvc is required'] })
})

const REFUSED: [string, JsonValue, string][] = [
  ['card_number', '411111111111', 'must be 13 to 19 digits'],
  ['card_number', '41111111111111111111', 'must be 13 to 19 digits'],
  ['card_number', '4111 1111 1111 1111', 'must be 13 to 19 digits'],
  ['card_number', '٤١١١١١١١١١١١١١١١', 'must be 13 to 19 digits'],
  ['card_number', '4111111111111111\n', 'must be 13 to 19 digits'],
  ['card_number', 4111111111111111, 'must be text, in quotation marks'],
  ['card_number', ['4111111111111111'], 'must be text, in quotation marks'],
  ['card_number', '4111111111111112', 'is not a valid card number'],
  ['expiry', '9/27', "must be in MM/YY format (e.g. '09/27')"],
  ['expiry', '13/27', "must be in MM/YY format (e.g. '09/27')"],
  ['expiry', '00/27', "must be in MM/YY format (e.g. '09/27')"],
  ['expiry', '09/2027', "must be in MM/YY format (e.g. '09/27')"],
  ['expiry', '2027-09', "must be in MM/YY format (e.g. '09/27')"],
  ['cvc', '12', 'must be 3 or 4 digits'],
  ['cvc', '12345', 'must be 3 or 4 digits'],
  ['cvc', 123, 'must be text, in quotation marks'],
  ['expiry', 927, "must be in MM/YY format (e.g. '09/27')"],
  ['zip_code', 10001, 'must be text, in quotation marks'],
  ['zip_code', '', 'must be 1 to 32 characters'],
  ['zip_code', '   ', 'must be 1 to 32 characters'],
  ['zip_code', '1'.repeat(33), 'must be 1 to 32 characters'],
]
for (const [name, value, says] of REFUSED) {
  test(`${name} ${JSON.stringify(value)} is refused in the words of the contract`, () => {
    const path = `payment_details.${name}`
    assert.deepEqual(problemsOf({ ...VALID, [name]: value }), { [path]: [`${path} ${says}`] })
  })
}

test('numbers of 13 to 19 digits with a fitting check digit are taken', () => {
  for (const card_number of ['4222222222222', '378282246310005', '4242424242424242', '6304000000000000000']) {
    assert.deepEqual(problemsOf({ ...VALID, card_number }), {}, card_number)
  }
})

test('a card that is no object is refused whole', () => {
  for (const held of ['4111111111111111', 4111111111111111, true, [VALID], []] as JsonValue[]) {
    assert.deepEqual(problemsOf(held), { payment_details: ['payment_details must be an object'] })
  }
})

const anyValue = fc.jsonValue() as fc.Arbitrary<JsonValue>
const secret = '4111111111111111'

test('no problem and no object that is handed on shows anything of what was sent', () => {
  const shows = (value: unknown) =>
    `${JSON.stringify(value)} ${inspect(value, { depth: 9, showHidden: true })} ${String(value)}`
  for (const name of ['card_number', 'expiry', 'cvc', 'zip_code', 'other']) {
    for (const value of [secret, [secret], { [secret]: secret }, ` ${secret} ${secret} ${secret}`]) {
      const taken = takeCard({ payment_details: { ...VALID, card_number: secret, [name]: value as JsonValue } })
      assert.equal(shows(taken).includes('41111111'), false, name)
      assert.equal(shows({ ...taken?.card }).includes('41111111'), false, name)
    }
  }
})

test('whatever is sent as a card, it is taken out and judged, and nothing is thrown', () => {
  const anyCard = fc.record(
    { card_number: anyValue, expiry: anyValue, cvc: anyValue, zip_code: anyValue },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(anyValue, anyCard as fc.Arbitrary<JsonValue>), (held) => {
      const body: JsonObject = { payment_details: held }
      const taken = takeCard(body)
      assert.deepEqual(body, {})
      if (taken !== null) assert.equal(taken.card === null, Object.keys(taken.problems).length > 0)
    }),
  )
})
