import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { format, inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { pino } from 'pino'
import { type CardParts, SecretCard } from './secret-card.ts'

const PARTS: CardParts = { cardNumber: '4242424242424242', expiry: '09/27', cvc: '8391', zipCode: 'ZX9-4QJ' }

/** What a card would be without the wall: the positive control of every channel. */
class LeakyCard {
  cardNumber = PARTS.cardNumber
  expiry = PARTS.expiry
  cvc = PARTS.cvc
  zipCode = PARTS.zipCode
  toString(): string {
    return JSON.stringify(this)
  }
}

const SHOW_ALL = { depth: null, showHidden: true, getters: true } as const

function logged(write: (log: ReturnType<typeof pino>) => void): string {
  const lines: string[] = []
  write(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }))
  return lines.join('')
}

function printed(card: object): string {
  const original = process.stdout.write
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk)
    return true
  }
  try {
    console.log(card)
    console.log('%o %O %s', card, card, card)
    console.dir(card, SHOW_ALL)
    console.table([card])
  } finally {
    process.stdout.write = original
  }
  return text
}

const CHANNELS: Record<string, (card: object) => string> = {
  'JSON.stringify': (card) => JSON.stringify(card),
  'JSON.stringify of a parent': (card) => JSON.stringify({ deep: [{ card }] }),
  'JSON.stringify with a replacer': (card) => JSON.stringify({ card }, (_key, value) => value),
  'template string': (card) => `${card}`,
  'string concatenation': (card) => `x${String(card)}`,
  'array join': (card) => [card].join(),
  'URLSearchParams, as a query or a form': (card) => new URLSearchParams({ card: card as never }).toString(),
  'Error message': (card) => inspect(new Error(`failed for ${card}`)),
  'Error cause': (card) => inspect(new Error('failed', { cause: card }), SHOW_ALL),
  AggregateError: (card) => inspect(new AggregateError([card]), SHOW_ALL),
  'console.log and its kin': printed,
  'util.format': (card) => format('%s %j %o %O', card, card, card, card),
  'util.inspect': (card) => inspect({ card }, SHOW_ALL),
  'util.inspect without custom inspection': (card) => inspect(card, { ...SHOW_ALL, customInspect: false }),
  structuredClone: (card) => inspect(structuredClone(card), { ...SHOW_ALL, customInspect: false }),
  'v8 serialization, as to a worker': (card) => inspect(deserialize(serialize(card)), SHOW_ALL),
  spread: (card) => JSON.stringify({ ...card }),
  'Object.assign': (card) => JSON.stringify(Object.assign({}, card)),
  'Object.entries': (card) => JSON.stringify(Object.entries(card)),
  'own property descriptors': (card) => inspect(Object.getOwnPropertyDescriptors(card), SHOW_ALL),
  'Reflect.ownKeys': (card) => JSON.stringify(Reflect.ownKeys(card).map((key) => Reflect.get(card, key))),
  'for in': (card) => {
    const values: unknown[] = []
    for (const key in card) values.push(Reflect.get(card, key))
    return JSON.stringify(values)
  },
  'pino field': (card) => logged((log) => log.info({ card }, 'event')),
  'pino object': (card) => logged((log) => log.info(card)),
  'pino message': (card) => logged((log) => log.info(`%s %j %o`, card, card, card)),
  'pino error cause and member': (card) =>
    logged((log) => log.error(Object.assign(new Error(`for ${card}`, { cause: card }), { card }))),
  'pino child bindings': (card) => logged((log) => log.child({ card }).info('event')),
  'trace attribute': (card) => JSON.stringify({ attributes: [{ key: 'card', value: { stringValue: String(card) } }] }),
}

const shows = (text: string): string[] =>
  [...Object.values(PARTS), encodeURIComponent(PARTS.expiry)].filter((part) => text.includes(part))

describe('SecretCard', () => {
  for (const [channel, passThrough] of Object.entries(CHANNELS)) {
    it(`shows nothing through ${channel}, which shows a plain object (CARD-3)`, () => {
      assert.deepEqual(shows(passThrough(new SecretCard(PARTS))), [])
      assert.ok(shows(passThrough(new LeakyCard())).length >= 4)
    })
  }

  it('has no own key', () => {
    assert.deepEqual(Reflect.ownKeys(new SecretCard(PARTS)), [])
  })

  it('reads [card] wherever it is made text', () => {
    const card = new SecretCard(PARTS)
    assert.equal(card.toString(), '[card]')
    assert.deepEqual([`${card}`, JSON.stringify(card), inspect(card)], ['[card]', '"[card]"', '[card]'])
  })

  it('hands the card out once and throws, without a word of it, the second time', () => {
    const card = new SecretCard(PARTS)
    const { cardNumber, cvc, zipCode } = PARTS
    assert.deepEqual(card.consume(), { cardNumber, expMonth: 9, expYear: 2027, cvc, zipCode })
    assert.throws(
      () => card.consume(),
      (error) => {
        assert.ok(error instanceof Error)
        assert.deepEqual(shows(inspect(error, SHOW_ALL)), [])
        assert.equal(error.message, 'The card was consumed before')
        return true
      },
    )
  })

  it('does not follow changes of the object it was made from', () => {
    const parts = { ...PARTS }
    const card = new SecretCard(parts)
    parts.cardNumber = '5555555555554444'
    assert.equal(card.consume().cardNumber, PARTS.cardNumber)
  })

  for (const [what, wrong] of Object.entries({
    'number that is too short': { cardNumber: '839183918391' },
    'number with a space': { cardNumber: '8391 8391 8391 8391' },
    'number that is too long': { cardNumber: '83918391839183918391' },
    'number with a letter before it': { cardNumber: 'x8391839183918391' },
    'number with a line end behind it': { cardNumber: '8391839183918391\n' },
    'month 13': { expiry: '13/91' },
    'month of three digits': { expiry: '012/91' },
    'year of four digits': { expiry: '12/2091' },
    'month that is not all': { expiry: 'x12/91' },
    'security code of five digits': { cvc: '83918' },
    'missing postal code': { zipCode: '' },
  })) {
    it(`refuses a ${what} without quoting it`, () => {
      assert.throws(
        () => new SecretCard({ ...PARTS, ...wrong }),
        (error) => {
          assert.ok(error instanceof TypeError)
          assert.equal(error.message, 'SecretCard takes a card whose shape was checked')
          return true
        },
      )
    })
  }
})
