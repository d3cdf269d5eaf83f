import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { maskValues } from './redact.rules.ts'

const VALUES = [
  '12-3456789',
  'Zoë Großmann',
  '+12025551234',
  'zoe@example.com',
  'CEO',
  'Dean',
  'US_987654321',
  '王小明明',
]

describe('a value is masked', () => {
  const table: [string, string, string][] = [
    ['as it is', 'EIN 12-3456789 of Zoë Großmann.', 'EIN […] of […].'],
    ['without its dash', 'EIN 123456789.', 'EIN […].'],
    ['with other dashes and spaces', 'EIN 12–345–6789, 123 45 6789 or 12.3456789', 'EIN […], […] or […]'],
    ['over a line, or with what nobody sees', 'EIN 12-\n3456789 or 12\u200b3456789', 'EIN […] or […]'],
    ['within other digits and letters', 'US123456789, x12-3456789, 9123456789', 'US[…], x[…], 9[…]'],
    ['in fullwidth digits', 'EIN １２３４５６７８９', 'EIN […]'],
    ['by its digits, without the letters before', 'company 987 654 321', 'company […]'],
    ['in capitals', 'ZOË GROSSMANN, CEO', '[…], CEO'],
    ['without accents, in one word', 'zoe.grossmann and ZoeGrossmann', '[…] and […]'],
    ['with accents that stand apart', 'Zoe\u0308 Großmann', '[…]'],
    ['as an address in another case', 'Mail to ZOE@Example.COM failed', 'Mail to […] failed'],
    ['as a phone number in any spelling', '+1 (202) 555-1234, 1-202-555-1234', '+[…], […]'],
    ['without its country code', 'call (202) 555 1234', 'call ([…]'],
    ['where it is short, in its own words', 'DEAN and de-an', '[…] and […]'],
    ['within a word, where it is short', 'Deanna', '[…]na'],
    ['in other letters than Latin ones', '姓名：王 小 明明。', '姓名：[…]。'],
  ]
  for (const [how, text, expected] of table) {
    test(how, () => assert.equal(maskValues(text, VALUES), expected))
  }

  test('together with what overlaps it, in whatever order they come', () => {
    for (const values of [
      ['John', 'John Smith', 'Smith Ltd'],
      ['Smith Ltd', 'John Smith', 'John'],
    ])
      assert.equal(maskValues('JOHN SMITH LTD, john', values), '[…], […]')
  })
})

describe('what is no value stays', () => {
  const table: [string, string][] = [
    ['a short one over the ends of words', 'made another, wide angle'],
    ['fewer than four letters', 'The CEO is not known'],
    ['other digits', 'EIN 12-345678 and 12-3456798 and 202-555'],
    ['nothing but signs', '- () … \u0000'],
    ['nothing', ''],
    ['pairs of code units', 'ok 😀👍🏽'],
  ]
  for (const [what, text] of table) {
    test(what, () => assert.equal(maskValues(text, VALUES), text))
  }

  test('where there is no value to look for', () =>
    assert.equal(maskValues('all of it', ['', ' - ', 'abc']), 'all of it'))
})

describe('a value of its own length', () => {
  const table: [string, string, value: string, string][] = [
    ['a phone number with spaces before it', 'call 2025551234', ' +12025551234', 'call […]'],
    ['a phone number without a country code of three digits', 'call 12345678', '+35312345678', 'call […]'],
    ['seven digits behind a country code', 'call 2345678', '+12345678', 'call […]'],
    ['six digits behind a country code are too few', 'call 234567', '+1234567', 'call 234567'],
    ['the end of a number that is no phone number', 'EIN 23456789', '12-3456789', 'EIN 23456789'],
    ['a long one, spread within more digits', '9123-456-7890', '123456789', '9[…]0'],
    ['one of seven, spread within more digits', '9123-45678', '1234567', '9[…]8'],
    ['a short one, spread within more digits', '912-345', '1234', '912-345'],
    ['a short one, spread over its own digits', 'code 12-34.', '1234', 'code […].'],
    ['a short one, spread over the beginning of a word', 'de-anna', 'Dean', 'de-anna'],
    ['a short one, spread over the end of a word', 'made-an', 'Dean', 'made-an'],
    ['a short one in one piece, whatever else is said', 'Deanna: no', 'Dean', '[…]na: no'],
    ['one that ends in a pair of code units', '王小明𠮷', '王小明𠮷', '[…]'],
  ]
  for (const [what, text, value, expected] of table) {
    test(what, () => assert.equal(maskValues(text, [value]), expected))
  }
})
