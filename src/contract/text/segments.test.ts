import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentsOf } from './segments.ts'

const count = (text: string) => segmentsOf(text).count
const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'

test('parts of the GSM alphabet: 160, then 153, and no character across two', () => {
  assert.equal(count(''), 1)
  assert.equal(count('a'.repeat(160)), 1)
  assert.equal(count('a'.repeat(161)), 2)
  assert.equal(count(`${'a'.repeat(159)}€`), 2)
  assert.equal(count('€'.repeat(80)), 1)
  assert.equal(count('€'.repeat(81)), 2)
  assert.equal(count(`${'a'.repeat(152)}€${'a'.repeat(152)}`), 3)
})

test('parts of UCS-2: 70, then 67, counted in UTF-16 units', () => {
  assert.equal(count('ж'.repeat(70)), 1)
  assert.equal(count('ж'.repeat(71)), 2)
  assert.equal(count(`${'ж'.repeat(62)}${family}${'ж'.repeat(61)}`), 2)
  assert.deepEqual(segmentsOf('“yes”'), { alphabet: 'UCS-2', units: 5, count: 1, odd: '“' })
  assert.deepEqual(segmentsOf('Ç[]'), { alphabet: 'GSM-7', units: 5, count: 1, odd: null })
  assert.equal(segmentsOf('ç').alphabet, 'UCS-2')
})
