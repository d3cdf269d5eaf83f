import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countryOf, isCountry } from './country.ts'

test('two capital letters of a country', () => {
  assert.deepEqual(['US', 'us', 'USA', 'XX', ''].map(isCountry), [true, false, false, false, false])
})

test('the country that is meant', () => {
  const meant = ['USA', 'us', ' United States ', 'uk', 'DEU', 'QQQ', 'Nowhere'].map(countryOf)
  assert.deepEqual(meant, ['US', 'US', 'US', 'GB', 'DE', null, null])
})
