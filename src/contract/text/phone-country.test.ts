import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phoneCountry } from './phone-country.ts'

test('a number says its country, also among those that share +1', () => {
  const numbers = ['+12025550123', '+14165550123', '+18765551234', '+17875551234', '+18885551234', '+4915112345678']
  assert.deepEqual(numbers.map(phoneCountry), ['US', 'CA', 'JM', 'PR', 'US', 'DE'])
})

test('a number of no country says none', () => {
  for (const number of ['+15551234567', '+8001234567890', '+999123456', '+1', ''])
    assert.equal(phoneCountry(number), null)
})
