import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flag, optional, text } from './field.ts'
import type { JsonObject } from './json-value.ts'
import { addSpellings, addUnknown, readBody, unknownNames } from './patch.ts'
import { Type } from './schema.ts'

const plain = { description: 'A text.' }
const schema = Type.Object({
  name: text({ max: 10 }, plain),
  icon: optional(text({ max: 10 }, { ...plain, clears: 'null-or-empty' })),
  note: optional(text({ max: 10 }, { ...plain, clears: 'null' })),
  contact: optional(
    Type.Object(
      { name: text({ max: 10 }, plain), phone: optional(text({ max: 10 }, { ...plain, clears: 'null' })) },
      { description: 'A contact.', clears: 'null' },
    ),
  ),
  list: optional(
    Type.Array(Type.Object({ id: optional(text({ max: 2 }, plain)) }), { description: 'A list.', clears: 'null' }),
  ),
  sandbox: optional(flag({ description: 'A dry run.' })),
})

const asJson = (body: JsonObject) => readBody(schema, body, false)
const asMerge = (body: JsonObject) => readBody(schema, body, true)
const NOTHING = { values: {}, clears: new Set<string>(), problems: {}, unknown: [], meant: new Map<string, string>() }

test('an absent member is neither a value nor a wish to clear, in both media types', () => {
  assert.deepEqual(asJson({}), NOTHING)
  assert.deepEqual(asMerge({}), NOTHING)
})

test('in application/json null means not provided, at every depth', () => {
  assert.deepEqual(asJson({ name: null, icon: null, note: null, contact: null, list: null, sandbox: null }), NOTHING)
  assert.deepEqual(asJson({ contact: { name: 'x', phone: null } }), {
    ...NOTHING,
    values: { contact: { name: 'x' } },
  })
})

test('in a merge patch null clears what can be cleared, and is a problem elsewhere', () => {
  assert.deepEqual(asMerge({ name: null, icon: null, note: null, contact: { name: null, phone: null } }), {
    values: { contact: {} },
    clears: new Set(['icon', 'note', 'contact.phone']),
    problems: { name: ['name cannot be cleared'], 'contact.name': ['contact.name cannot be cleared'] },
    unknown: [],
    meant: new Map(),
  })
  assert.deepEqual(asMerge({ contact: null, list: null }), { ...NOTHING, clears: new Set(['contact', 'list']) })
})

test('in a merge patch null on sandbox is not provided: a dry run is nothing that is stored', () => {
  assert.deepEqual(asMerge({ sandbox: null }), NOTHING)
})

test('"" clears the members that say so, in both media types, and is a value elsewhere', () => {
  for (const read of [asJson, asMerge]) {
    assert.deepEqual(read({ icon: '', note: '', name: '' }), {
      ...NOTHING,
      values: { note: '', name: '' },
      clears: new Set(['icon']),
    })
  }
})

test('values pass unchanged, also those of a wrong type, which the check judges', () => {
  const body: JsonObject = { name: 5, icon: ['x'], contact: 'x', list: { id: 'US' }, sandbox: 'yes' }
  assert.deepEqual(asJson(body), { ...NOTHING, values: body })
  assert.deepEqual(asMerge(body), { ...NOTHING, values: body })
})

test('unknown members are left out and named by their paths, in the order given', () => {
  const reading = asJson({
    zeta: 1,
    contact: { name: 'x', fax: '1' },
    list: [{ id: 'US', name: 'x' }, 'x'],
    alpha: null,
  })
  assert.deepEqual(reading.unknown, ['zeta', 'contact.fax', 'list[0].name', 'alpha'])
  assert.deepEqual(reading.values, { contact: { name: 'x' }, list: [{ id: 'US' }, 'x'] })
})

test('members that every object has are unknown members like others', () => {
  const names = ['toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf']
  assert.deepEqual(asJson(Object.fromEntries(names.map((name) => [name, 'x']))).unknown, names)
})

test('inside a list null means not provided, because there is nothing stored to clear', () => {
  for (const read of [asJson, asMerge]) {
    assert.deepEqual(read({ list: [{ id: null }, null, { id: 'US' }] }), {
      ...NOTHING,
      values: { list: [{}, null, { id: 'US' }] },
    })
  }
})

test('unknown members are problems in strict mode only', () => {
  const reading = asJson({ zeta: 1, contact: { fax: '1' } })
  assert.deepEqual(addUnknown(reading, false), {})
  assert.deepEqual(addUnknown(reading, true), {
    zeta: ['zeta is not a known member'],
    'contact.fax': ['contact.fax is not a known member'],
  })
})

test('C8: a member in another spelling, or at another depth, leads to the one that was meant', () => {
  const reading = asJson({ Note: 1, contact: { Phone: '1', nmae: 'x' }, phone: '1', colour: 1, lists: [] })
  assert.deepEqual(
    [...reading.meant],
    [
      ['Note', 'note'],
      ['contact.Phone', 'contact.phone'],
      ['contact.nmae', 'contact.name'],
      ['phone', 'contact.phone'],
      ['lists', 'list'],
    ],
  )
  assert.deepEqual(unknownNames(reading)[0], { name: 'Note', meant: 'note' })
  assert.deepEqual(unknownNames(reading)[4], { name: 'colour', meant: undefined })
  assert.deepEqual(addUnknown(reading, true).phone, ['phone is not a known member; did you mean contact.phone?'])
})

test('C8: of a thousand unknown members the first twenty are looked up', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`Name${'_'.repeat(at)}`, 1]))
  const reading = asJson(many)
  assert.equal(reading.unknown.length, 30)
  assert.equal(reading.meant.size, 20)
})

test('C8: what is missing is told under the name that was sent', () => {
  const reading = asJson({ Name: 'x', contact: { NAME: 'x' }, phone: '1' })
  const missing = {
    name: ['name is required'],
    'contact.name': ['contact.name is required'],
    'contact.phone': ['contact.phone is required', 'contact.phone is not valid'],
    icon: ['icon is required'],
  }
  assert.deepEqual(addSpellings(missing, reading), {
    name: ['name is required; Name was sent, write name'],
    'contact.name': ['contact.name is required; NAME was sent, write name'],
    'contact.phone': ['contact.phone is required; phone was sent, write contact.phone', 'contact.phone is not valid'],
    icon: ['icon is required'],
  })
  assert.deepEqual(addSpellings(missing, asJson({})), missing)
})

test('every member of any body is exactly one of: a value, cleared, a problem, unknown, or not provided', () => {
  const member = fc.constantFrom('name', 'icon', 'note', 'contact', 'list', 'sandbox', 'other')
  fc.assert(
    fc.property(fc.dictionary(member, fc.jsonValue()), fc.boolean(), (given, merge) => {
      const body = given as JsonObject
      const { values, clears, problems, unknown } = readBody(schema, body, merge)
      for (const [name, value] of Object.entries(body)) {
        const kinds = [Object.hasOwn(values, name), clears.has(name), name in problems, unknown.includes(name)]
        const isIgnored = value === null && (!merge || name === 'sandbox') && name !== 'other'
        assert.equal(kinds.filter(Boolean).length, isIgnored ? 0 : 1, `${name} ${JSON.stringify(value)}`)
      }
    }),
  )
})
