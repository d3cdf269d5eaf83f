import assert from 'node:assert/strict'
import { test } from 'node:test'
import { knownOfNumber, phoneForms, readPhone } from './phone-forms.ts'

/** International, national, RFC 3966, calling code, region: as Google's library writes them. */
const FORMS: Record<string, [string, string, string, string, string]> = {
  '+12025551234': ['+1 202-555-1234', '(202) 555-1234', 'tel:+1-202-555-1234', '1', 'US'],
  '+14165550123': ['+1 416-555-0123', '(416) 555-0123', 'tel:+1-416-555-0123', '1', 'CA'],
  '+18765550123': ['+1 876-555-0123', '(876) 555-0123', 'tel:+1-876-555-0123', '1', 'JM'],
  '+5511987654321': ['+55 11 98765-4321', '(11) 98765-4321', 'tel:+55-11-98765-4321', '55', 'BR'],
  '+5491123456789': ['+54 9 11 2345-6789', '011 15-2345-6789', 'tel:+54-9-11-2345-6789', '54', 'AR'],
  '+525512345678': ['+52 55 1234 5678', '55 1234 5678', 'tel:+52-55-1234-5678', '52', 'MX'],
  '+447400123456': ['+44 7400 123456', '07400 123456', 'tel:+44-7400-123456', '44', 'GB'],
  '+447911123456': ['+44 7911 123456', '07911 123456', 'tel:+44-7911-123456', '44', 'GG'],
  '+4915111854126': ['+49 1511 1854126', '01511 1854126', 'tel:+49-1511-1854126', '49', 'DE'],
  '+33612345678': ['+33 6 12 34 56 78', '06 12 34 56 78', 'tel:+33-6-12-34-56-78', '33', 'FR'],
  '+390612345678': ['+39 06 1234 5678', '06 1234 5678', 'tel:+39-06-1234-5678', '39', 'IT'],
  '+34612345678': ['+34 612 34 56 78', '612 34 56 78', 'tel:+34-612-34-56-78', '34', 'ES'],
  '+41781234567': ['+41 78 123 45 67', '078 123 45 67', 'tel:+41-78-123-45-67', '41', 'CH'],
  '+919876543210': ['+91 98765 43210', '098765 43210', 'tel:+91-98765-43210', '91', 'IN'],
  '+819012345678': ['+81 90-1234-5678', '090-1234-5678', 'tel:+81-90-1234-5678', '81', 'JP'],
  '+8613812345678': ['+86 138 1234 5678', '138 1234 5678', 'tel:+86-138-1234-5678', '86', 'CN'],
  '+61412345678': ['+61 412 345 678', '0412 345 678', 'tel:+61-412-345-678', '61', 'AU'],
  '+27821234567': ['+27 82 123 4567', '082 123 4567', 'tel:+27-82-123-4567', '27', 'ZA'],
  '+80012345678': ['+800 1234 5678', '1234 5678', 'tel:+800-1234-5678', '800', ''],
  '+1234567890': ['+1 234567890', '234567890', 'tel:+1-234567890', '1', ''],
  '+999123456789': ['+999123456789', '999123456789', 'tel:+999123456789', '', ''],
}

for (const [e164, expected] of Object.entries(FORMS)) {
  test(`the forms of ${e164}`, () => {
    const { international, national, rfc, callingCode, region, ...rest } = phoneForms(e164)
    assert.deepEqual([international, national, rfc, callingCode, region], expected)
    assert.deepEqual(rest, { e164 })
  })
}

const READ: [text: string, e164: string | null][] = [
  ['+12025551234', '+12025551234'],
  ['  +1 (202) 555-1234 ', '+12025551234'],
  ['+1.202.555.1234', '+12025551234'],
  ['tel:+1-202-555-1234', '+12025551234'],
  ['TEL:+12025551234', '+12025551234'],
  ['+1\u00a0202\u2011555\u20131234', '+12025551234'],
  ['\u202a+1 202 555 1234\u202c', '+12025551234'],
  ['+1234567890', '+1234567890'],
  ['+1234567', '+1234567'],
  ['+123456', null],
  ['+1234567890123456', null],
  ['+02025551234', null],
  ['2025551234', null],
  ['0012025551234', null],
  ['++12025551234', null],
  ['+1202555123a', null],
  ['+1202555\n1234', null],
  ['+١٢٠٢٥٥٥١٢٣٤', null],
  ['+12025551234;ext=5', null],
  ['', null],
  ['+', null],
  [`+1${' '.repeat(63)}2025551234`, null],
]

test('a number is read in every way of writing it with its country code, and nothing else is one', () => {
  for (const [text, e164] of READ) assert.equal(readPhone(text), e164, JSON.stringify(text))
})

test('the numbering plans tell what kind of line a number is, where they do, and whether it is valid', () => {
  const known = (e164: string) => {
    const { isValid, region, lineType } = knownOfNumber(e164)
    return [isValid, region, lineType]
  }
  assert.deepEqual(known('+12025551234'), [true, 'US', null])
  assert.deepEqual(known('+447400123456'), [true, 'GB', 'mobile'])
  assert.deepEqual(known('+442071838750'), [true, 'GB', 'landline'])
  assert.deepEqual(known('+18005550123'), [true, 'US', 'toll_free'])
  assert.deepEqual(known('+449012345678'), [true, 'GB', 'premium'])
  assert.deepEqual(known('+445612345678'), [true, 'GB', 'voip'])
  assert.deepEqual(known('+80012345678'), [true, null, 'toll_free'])
  assert.deepEqual(known('+1234567890'), [false, null, null])
  assert.deepEqual(known('+999123456789'), [false, null, null])
})
