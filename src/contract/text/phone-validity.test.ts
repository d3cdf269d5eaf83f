import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPhoneNumber } from './phone-validity.ts'

test('numbers that are given out', () => {
  for (const number of [
    '+12025551234',
    '+18885551234',
    '+18765551234',
    '+447400123456',
    '+5511933304736',
    '+33612345678',
  ])
    assert.equal(isPhoneNumber(number), true, number)
})

test('numbers that are not, and no numbers', () => {
  for (const number of ['+19993475520', '+11234567890', '+447700900123', '+4912', '+99912345678', ''])
    assert.equal(isPhoneNumber(number), false, number)
})
