import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SegmentedMessage } from 'sms-segments-calculator'
import { smsSize } from './sms-segments.ts'

const a = (count: number) => 'a'.repeat(count)
const zhe = (count: number) => 'ж'.repeat(count)

const CASES: [name: string, text: string, encoding: 'GSM-7' | 'UCS-2', segments: number][] = [
  ['no character', '', 'GSM-7', 1],
  ['160 letters', a(160), 'GSM-7', 1],
  ['161 letters', a(161), 'GSM-7', 2],
  ['306 letters', a(306), 'GSM-7', 2],
  ['307 letters', a(307), 'GSM-7', 3],
  ['a sign of two septets within one part', `${a(158)}€`, 'GSM-7', 1],
  ['a sign of two septets beyond one part', `${a(159)}€`, 'GSM-7', 2],
  ['80 signs of two septets', '€'.repeat(80), 'GSM-7', 1],
  ['81 signs of two septets', '€'.repeat(81), 'GSM-7', 2],
  ['a sign of two septets is not cut in two', `${a(152)}€${a(152)}`, 'GSM-7', 3],
  ['70 letters of UCS-2', zhe(70), 'UCS-2', 1],
  ['71 letters of UCS-2', zhe(71), 'UCS-2', 2],
  ['134 letters of UCS-2', zhe(134), 'UCS-2', 2],
  ['135 letters of UCS-2', zhe(135), 'UCS-2', 3],
  ['one letter outside of GSM-7', 'façade', 'UCS-2', 1],
  ['a capital letter inside of GSM-7', 'FAÇADE', 'GSM-7', 1],
  ['Turkish without its shift table', 'iğne', 'UCS-2', 1],
]

for (const [name, text, encoding, segments] of CASES) {
  test(`the size of a text message: ${name}`, () => assert.deepEqual(smsSize(text), { encoding, segments }))
}

test('the size of a text message: an independent library counts the same', () => {
  for (const [name, text] of CASES.filter(([, written]) => written !== '')) {
    const other = new SegmentedMessage(text)
    assert.equal(smsSize(text).segments, other.segmentsCount, name)
  }
})
