import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Details } from '../failure.ts'
import { addBrokenRules, inOrder, type Rule } from './rule.ts'

interface Facts {
  isPaid: boolean
  name: string
}

const RULES: readonly Rule<Facts>[] = [
  { at: 'card', reads: ['card', 'model'], says: 'card is required', broken: ({ isPaid }) => isPaid },
  { at: 'card', reads: [], says: ({ name }) => `card is refused for ${name}`, broken: ({ name }) => name !== '' },
  { at: 'model', reads: ['model'], says: 'model is wrong', broken: ({ isPaid }) => isPaid },
]

function judged(facts: Facts, found: Details = {}): Details {
  const details = { ...found }
  addBrokenRules(RULES, facts, details)
  return details
}

test('every broken rule is reported, several at one member together, in the order of the rules', () => {
  assert.deepEqual(judged({ isPaid: true, name: 'Ann' }), {
    card: ['card is required', 'card is refused for Ann'],
    model: ['model is wrong'],
  })
  assert.deepEqual(judged({ isPaid: false, name: '' }), {})
})

test('a rule is added to what was found before', () => {
  assert.deepEqual(judged({ isPaid: false, name: 'Ann' }, { card: ['card has the wrong type'] }), {
    card: ['card has the wrong type', 'card is refused for Ann'],
  })
})

test('a rule is passed over when a member that it reads, or anything inside it, is invalid', () => {
  for (const path of ['model', 'model.kind', 'model[0]', 'model.a.b']) {
    assert.deepEqual(judged({ isPaid: true, name: '' }, { [path]: ['x'] }), { [path]: ['x'] }, path)
  }
})

test('a member whose name only begins the same way concerns no rule', () => {
  const found = { model_name: ['x'], models: ['x'] }
  assert.deepEqual(judged({ isPaid: true, name: '' }, found), {
    ...found,
    card: ['card is required'],
    model: ['model is wrong'],
  })
})

test('rules are judged against the problems found before them, never against those of one another', () => {
  const rules: Rule<null>[] = [
    { at: 'a', reads: [], says: 'first', broken: () => true },
    { at: 'b', reads: ['a'], says: 'second', broken: () => true },
  ]
  const details: Details = {}
  addBrokenRules(rules, null, details)
  assert.deepEqual(details, { a: ['first'], b: ['second'] })
})

test('a rule that is passed over is not even asked', () => {
  const rules: Rule<null>[] = [
    {
      at: 'a',
      reads: ['a'],
      says: 'never',
      broken: () => assert.fail('asked about an invalid member'),
    },
  ]
  addBrokenRules(rules, null, { a: ['x'] })
})

test('problems come in the order of the members, what is inside a member with it, unknown ones last', () => {
  const details = {
    zeta: ['1'],
    'brand.contact': ['2'],
    name: ['3'],
    'list[1].id': ['4'],
    brand: ['5'],
    alpha: ['6'],
    'list[0]': ['7'],
  }
  assert.deepEqual(Object.keys(inOrder(details, ['name', 'list', 'brand'])), [
    'name',
    'list[1].id',
    'list[0]',
    'brand.contact',
    'brand',
    'zeta',
    'alpha',
  ])
  assert.deepEqual(inOrder({}, ['name']), {})
})
