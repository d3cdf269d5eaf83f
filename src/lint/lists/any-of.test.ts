import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyOf } from './any-of.ts'
import { ALCOHOL } from './content.ts'

test('a phrase is found with white space and with hyphens, as words of its own', () => {
  const found = anyOf(['pay day ?loans?', 'cash'])
  for (const text of ['a pay day loan', 'Pay-day  loans!', 'payday? pay daylo, pay dayloan', 'cash'])
    assert.match(text, found)
  for (const text of ['paydaily', 'cashier', 'non-cash']) assert.doesNotMatch(text, found)
})

test('a blank in a class of characters is refused: it would not be found', () => {
  assert.throws(() => anyOf(['wines?[ ,]+spirits']), TypeError)
})

test('wine, beer and spirits are found in each way to join them', () => {
  for (const text of ['beer and spirits', 'wines & spirits', 'beer, spirits', 'root beer and spirits'])
    assert.match(text, ALCOHOL)
  assert.doesNotMatch('It lifts the spirits of our members', ALCOHOL)
})
