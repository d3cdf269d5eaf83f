import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import cardValidator from 'card-validator'
import fc from 'fast-check'
import { electronicFormatIBAN, friendlyFormatIBAN } from 'ibantools'
import { type CountryCode, getExampleNumber, isPossiblePhoneNumber, parsePhoneNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { cardAdvice, looksLikeCard, maskCards } from './card-text.ts'
import { isLuhnValid } from './luhn.ts'

const CARDS = [
  '4242424242424242',
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

/** Numbers of every issuer, of every length that it has. */
const cards = fc
  .constantFrom(...Object.values(cardValidator.creditCardType.types))
  .chain((type) => {
    const { patterns, lengths } = cardValidator.creditCardType.getTypeInfo(type)
    return fc.tuple(fc.constantFrom(...patterns.flat()), fc.constantFrom(...lengths), fc.stringMatching(/^\d{19}$/))
  })
  .map(([prefix, length, rest]) => withCheckDigit(`${prefix}${rest}`.slice(0, length - 1)))
  .filter((card) => card.length >= 13 && cardValidator.number(card).isValid)

/** As people write a card of this length. */
function usualForms(card: string): string[] {
  const groups =
    card.length <= 15 ? [card.slice(0, 4), card.slice(4, 10), card.slice(10)] : (card.match(/\d{1,4}/g) ?? [])
  return [card, ...[' ', '-', '\u00a0', '\u2011', '\u202f', '.', '\u2009'].map((separator) => groups.join(separator))]
}

describe('looksLikeCard', () => {
  it('finds the numbers of every network, plain and in their usual groups', () => {
    for (const card of CARDS) for (const form of usualForms(card)) assert.equal(looksLikeCard(form), true, form)
    assert.equal(looksLikeCard('3782 822463 10005'), true)
    assert.equal(looksLikeCard('3782 8224 6310 005'), true, 'in groups of four too')
    assert.equal(looksLikeCard('6205 5000 0000 0000 004'), true)
  })

  it('C1: finds full-width digits as it finds others', () => {
    const wide = (text: string) => text.replace(/[\d+]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
    assert.equal(looksLikeCard(wide('4242 4242 4242 4242')), true)
    assert.equal(looksLikeCard(wide('4242424242424242')), true)
    assert.equal(looksLikeCard(wide('+6281111111111')), false)
    assert.deepEqual(maskCards(`a ${wide('4242 4242 4242 4242')} b`), { text: 'a [card] b', masked: 1 })
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
      '4242/4242/4242/4242',
      '4222222222222',
      '4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2',
      '42 42 42 42 42 42 42 42',
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
        assert.equal(looksLikeCard(number), cardValidator.number(number).isValid, number)
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
      assert.equal(looksLikeCard(number), cardValidator.number(number).isValid, number)
    }
  })
})

describe('C1: what looksLikeCard passes', () => {
  const never = (what: string, values: fc.Arbitrary<string>, numRuns = 1000) => {
    it(what, () =>
      fc.assert(
        fc.property(values, (text) => assert.equal(looksLikeCard(text), false, text)),
        { numRuns },
      ),
    )
  }
  const digits = (length: number) =>
    fc.bigInt({ min: 0n, max: 10n ** BigInt(length) - 1n }).map((number) => String(number).padStart(length, '0'))
  const COUNTRIES: readonly CountryCode[] = ['AR', 'AT', 'BR', 'CN', 'DE', 'ID', 'IN', 'IT', 'MX', 'NG', 'PH', 'US']

  it('what was refused by chance, and the same person for ever', () => {
    for (const text of [
      'Support: +55 11 93330-4736',
      '+4915111854126',
      '415-555-0113 202-555-0137',
      '4155550113 2025550137',
      'SIRET 443 061 841 00047',
      'profile-53-1724487553904',
      'order 5212345678906',
      'update4242424a-4242-4242-4242-424242424242',
      'update4242424a-4242-4242-4242-424242424242done',
      '+62 812 3456 78901',
      'IBAN GB33 BUKB 2020 1555 5555 55',
      'GB33BUKB20201555555555',
    ]) {
      assert.equal(looksLikeCard(text), false, text)
    }
  })

  never(
    'telephone numbers of every form that begins with +',
    fc.tuple(fc.constantFrom(...COUNTRIES), digits(8), fc.nat(4)).map(([country, rest, form]) => {
      const example = getExampleNumber(country, examples)?.nationalNumber ?? ''
      const number = parsePhoneNumber(example.slice(0, -8) + rest.slice(-Math.min(8, example.length)), country)
      assert.ok(isPossiblePhoneNumber(number.number))
      const international = number.formatInternational()
      return (
        [
          number.number,
          international,
          international.replaceAll(' ', '-'),
          `tel:${number.number}`,
          number.formatNational(),
        ][form] ?? ''
      )
    }),
  )
  never(
    'two American numbers side by side',
    fc.tuple(digits(7), digits(7), fc.constantFrom(' ', '-', '.')).map(([one, other, sign]) => {
      const form = (area: string, number: string) => [area, number.slice(0, 3), number.slice(3)].join(sign)
      return `${form('415', one)} ${form('202', other)}`
    }),
  )
  never(
    'a SIRET as 3 3 3 5',
    digits(13).map((start) => withCheckDigit(start).replace(/(...)(...)(...)(.....)/, '$1 $2 $3 $4')),
  )
  never(
    'an IBAN, in one block and in groups of four',
    fc.tuple(fc.constantFrom('42', '51', '60', '37'), digits(16), fc.boolean()).map(([start, rest, inGroups]) => {
      const bban = start + rest
      const check = 98n - (BigInt(`${bban}131400`) % 97n)
      const iban = electronicFormatIBAN(`DE${String(check).padStart(2, '0')}${bban}`) ?? ''
      return inGroups ? (friendlyFormatIBAN(iban) ?? '') : iban
    }),
  )
  never(
    'an id and milliseconds',
    fc
      .tuple(fc.nat(1e9), fc.integer({ min: 1_600_000_000_000, max: 1_999_999_999_999 }))
      .map(([id, at]) => `profile-${id}-${at}`),
  )
  never(
    'digests',
    fc
      .constantFrom(32, 40, 56, 64, 96, 128)
      .chain((length) => fc.tuple(digits(length), fc.nat(length - 1)))
      .map(([word, at]) => `${word.slice(0, at)}a${word.slice(at + 1)}`),
  )
  never(
    'a UUID behind a word',
    fc.uuid().map((id) => `update${id}`),
  )

  it('an IBAN that holds what reads as a card, but only as a word of its own and with its own check digits', () => {
    const bban = '424242424242424200'
    const check = String(98n - (BigInt(`${bban}131400`) % 97n)).padStart(2, '0')
    const iban = `DE${check} 4242 4242 4242 4242 00`
    for (const text of [iban, `IBAN: ${iban}.`, `(${iban.toLowerCase()})`, iban.replaceAll(' ', '-')])
      assert.equal(looksLikeCard(text), false, text)
    for (const text of [
      `x${iban}`,
      `1${iban}`,
      `${iban}0`,
      `${iban}x`,
      iban.replace(check, '00'),
      iban.replace('DE', 'FR'),
    ])
      assert.equal(looksLikeCard(text), true, text)
  })

  it('but not what stands beside them', () => {
    for (const text of [
      '+49 4242 4242 4242 4242',
      '+1 3782 822463 10005',
      '+4242424242424242',
      '+1 415 555 0113 4242424242424242',
      `+${withCheckDigit('622123456789012')} is too long for a telephone number`,
      '4242424242424242a0000000-4242-4242-4242-424242424242',
      'a0000000-4242-4242-4242-4242424242424242424242424242',
      'IBAN GB33 BUKB 2020 1555 5555 55 4242 4242 4242 4242',
      'GB33BUKB20201555555556 4242424242424242',
      'US12 4242 4242 4242 4242',
      'DE00 4242 4242 4242 4242 00',
      `a${'4242424242424242'.repeat(3)}`,
    ]) {
      assert.equal(looksLikeCard(text), true, text)
    }
  })

  it('says how a number that is no card is written', () => {
    const siret = withCheckDigit(`${withCheckDigit('36252187')}0003`)
    const phone = withCheckDigit('6281234567890')
    const card = withCheckDigit('3625218710003')
    assert.deepEqual([siret, phone, card].map(looksLikeCard), [true, true, true])
    assert.equal(cardAdvice(`SIRET ${siret}.`), 'write a SIRET in groups of 3, 3, 3 and 5 digits')
    assert.equal(cardAdvice(phone), 'write a phone number with its + in front')
    for (const text of [card, '4242424242424242', `4242 4242 4242 4242 ${siret}`, 'none'])
      assert.equal(cardAdvice(text), null)
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
