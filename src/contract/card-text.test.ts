import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import cardValidator from 'card-validator'
import fc from 'fast-check'
import { looksLikeCard, maskCards } from './card-text.ts'
import { isLuhnValid } from './luhn.ts'

const CARDS = [
  '4242424242424242',
  '4222222222222',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '6011111111111117',
  '3056930009020004',
  '36227206271667',
  '3566002020360505',
  '6200000000000005',
  '6205500000000000004',
  '4000000000000000006',
]

const withCheckDigit = (digits: string) => [...'0123456789'].map((last) => digits + last).find(isLuhnValid) ?? ''
const cards = fc
  .tuple(fc.constantFrom('4', '51', '34', '6011', '2221', '3528'), fc.stringMatching(/^\d{12}$/))
  .map(([prefix, rest]) => withCheckDigit((prefix + rest).slice(0, 15)))

describe('looksLikeCard', () => {
  it('finds the numbers of every network, plain, spaced and dashed', () => {
    for (const card of CARDS) {
      const groups = card.match(/\d{1,4}/g) ?? []
      for (const form of [card, groups.join(' '), groups.join('-'), groups.join('\u00a0'), [...card].join(' ')]) {
        assert.equal(looksLikeCard(form), true, form)
      }
    }
    assert.equal(looksLikeCard('3782 822463 10005'), true)
  })

  it('finds a number whatever surrounds it', () => {
    for (const text of [
      'pay with 4242424242424242 please',
      'card4242424242424242x',
      'n:4242424242424242;',
      '(4242-4242-4242-4242)',
      '4242 4242 4242 4242 12/27 123',
      '4242 4242 4242 4242 123',
      '12 4242 4242 4242 4242',
      '1 2 3 4242424242424242 4 5 6',
      '42424242424242421227123',
      '0001234242424242424242',
      '12 6205500000000000004',
      'x\n4242424242424242\n',
      `${randomUUID()} 4242424242424242`,
      `4242424242424242_${randomUUID()}`,
    ]) {
      assert.equal(looksLikeCard(text), true, text)
    }
  })

  it('finds any number of a known issuer between any words', () => {
    const words = fc.string({ maxLength: 20 }).filter((text) => !/\d/.test(text))
    fc.assert(
      fc.property(words, cards, words, (before, card, after) => {
        assert.equal(looksLikeCard(`${before}${card}${after}`), true)
      }),
    )
  })

  it('passes text that only resembles a number', () => {
    for (const text of [
      '',
      'Letterhead',
      '4242424242424241',
      '424242424242',
      '4242  4242  4242  4242',
      '4242.4242.4242.4242',
      '4242/4242/4242/4242',
      '0000000000000000',
      '9999999999999995',
      '+1 415 555 0123',
      '2026-03-25T10:43:34.589117+00:00',
      '2026-03-25 10:43:34',
      '12 Main Street, 4th floor, 94103-1234',
      '4793 2950 8598 2556',
      '4076 3722 0814 8422 8269',
      '42424242012587815642424242',
    ]) {
      assert.equal(looksLikeCard(text), false, text)
    }
    assert.ok(isLuhnValid('9999999999999995'), 'refused for its issuer alone')
  })

  it('passes UUIDs, trace ids and digests, alone or in a longer key', () => {
    const ids = [
      '4242424a-4242-4242-4242-424242424242',
      '0000000a-0000-4000-8716-424242424240',
      'a4242424242424242424242424242424',
      '4242424242424242424242424242424a',
    ]
    const doubled = `${ids[2]}${ids[2]}`
    for (const id of [...ids, doubled, '00000000-0000-0000-0000-000000000000']) {
      for (const text of [id, id.toUpperCase(), `order-${id}`, `${id}-retry2`, `profile_${id}_4`]) {
        assert.equal(looksLikeCard(text), false, text)
      }
    }
    assert.equal(looksLikeCard('a424242424242424242424242424242'), true, 'one character less is no id')
    fc.assert(
      fc.property(fc.uuid(), (id) => assert.equal(looksLikeCard(`key-${id}`), false)),
      { numRuns: 2000 },
    )
  })

  it('knows exactly the issuers that card-validator knows', () => {
    const digits = fc.oneof(fc.stringMatching(/^\d{15}$/), fc.stringMatching(/^(62|65|50|35|60|22|27|81|21|18)\d{13}$/))
    fc.assert(
      fc.property(digits, (start) => {
        const number = withCheckDigit(start)
        const { card, isPotentiallyValid } = cardValidator.number(number)
        assert.equal(looksLikeCard(number), card !== null || isPotentiallyValid, number)
      }),
      { numRuns: 1000 },
    )
  })

  it('knows the first and the last prefix of every issuer, and those beside them', () => {
    const { types, getTypeInfo } = cardValidator.creditCardType
    const ends = Object.values(types)
      .flatMap((type) => getTypeInfo(type).patterns.flat())
      .flatMap((end) => [Number(String(end).padEnd(8, '0')), Number(String(end).padEnd(8, '9'))])
    for (const prefix of ends.flatMap((end) => [end - 1, end, end + 1])) {
      const number = withCheckDigit(`${prefix}0000000`)
      const { card, isPotentiallyValid } = cardValidator.number(number)
      assert.equal(looksLikeCard(number), card !== null || isPotentiallyValid, number)
    }
  })
})

describe('maskCards', () => {
  it('masks every Luhn-valid number and leaves the rest as it was', () => {
    assert.deepEqual(maskCards('a 4242424242424242 b 3782-822463-10005.'), { text: 'a [card] b [card].', masked: 2 })
    assert.deepEqual(maskCards('x9999999999999995y'), { text: 'x[card]y', masked: 1 })
    assert.deepEqual(maskCards('4242424242424242'), { text: '[card]', masked: 1 })
    assert.deepEqual(maskCards('4242 4242 4242 4242 77'), { text: '[card] 77', masked: 1 })
    assert.deepEqual(maskCards('12 4242 4242 4242 4242'), { text: '12 [card]', masked: 1 })
  })

  it('masks the number alone where digits are glued to it, before or behind', () => {
    for (const [text, masked] of [
      ['37828224631000530646395', '[card]30646395'],
      ['74830684378282246310005', '74830684[card]'],
      ['63506844242424242424242', '6350684[card]'],
    ] as const)
      assert.deepEqual(maskCards(text), { text: masked, masked: 1 })
  })

  it('makes one of numbers that overlap or touch', () => {
    assert.deepEqual(maskCards('4933 4889 6804 5121 6516 5825'), { text: '[card] 5825', masked: 1 })
    assert.deepEqual(maskCards('55555555555544445555555555554444'), { text: '[card]', masked: 1 })
  })

  it('leaves an id before the number as long as it was', () => {
    for (const id of ['4242424a-4242-4242-4242-424242424242', 'a4242424242424242424242424242424'])
      assert.deepEqual(maskCards(`${id} 4242424242424242.`), { text: `${id} [card].`, masked: 1 })
  })

  it('returns text without such a number unchanged', () => {
    for (const text of ['', 'profile updated', '4242424242424241', '123456789012', '+14155550123', randomUUID()]) {
      assert.deepEqual(maskCards(text), { text, masked: 0 })
    }
  })

  it('finds every length from 13 to 19 digits, and no other', () => {
    for (let length = 10; length <= 19; length += 1) {
      const number = withCheckDigit('9'.repeat(length - 1))
      const isFound = length >= 13
      for (const form of [number, number.match(/\d{1,4}/g)?.join(' ') ?? '', [...number].join('-')]) {
        assert.equal(maskCards(form).masked, isFound ? 1 : 0, form)
      }
    }
  })

  it('leaves nothing to find after any number in any text', () => {
    const parts = fc.array(fc.oneof(cards, fc.string(), fc.stringMatching(/^[\d -]{0,30}$/)), { maxLength: 6 })
    fc.assert(
      fc.property(parts, cards, (before, card) => {
        const { text, masked } = maskCards([...before, card].join(', '))
        assert.ok(masked > 0)
        assert.equal(text.includes(card), false)
        assert.equal(looksLikeCard(text), false, text)
      }),
    )
  })

  it('goes through hostile text of any length', () => {
    for (const unit of [
      '1',
      '1 ',
      '0-',
      '111111111111x',
      '550e8400-e29b-41d4-a716-',
      'a1',
      '1111 ',
      '4242424242424242 ',
    ]) {
      const text = unit.repeat(5000)
      assert.equal(maskCards(text).text.includes('4242424242424242'), false)
      assert.equal(looksLikeCard(text), unit.startsWith('4242'))
    }
  })
})
