import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flag, line, text, uuid } from './field.ts'
import {
  answerSchemas,
  compileRowReader,
  compileSerializer,
  computed,
  encryptedSettings,
  initialValues,
  namesOf,
  requestSchemas,
  requiredSetting,
  setting,
  stored,
  storedLater,
  updateSetting,
} from './field-table.ts'
import { Type } from './schema.ts'

const table = {
  id: stored(uuid({ description: 'Identifies it.' })),
  name: requiredSetting(line({ max: 10 }, { description: 'Its name.' })),
  email: computed(text({ max: 10 }, { description: 'Where it lives.' })),
  is_open: setting(flag({ description: 'Whether it is open.' }), true),
  ended_at: storedLater(text({ max: 10 }, { description: 'When it ended.' })),
  number: updateSetting(text({ max: 10 }, { description: 'Its number.' })),
  contact: setting(
    Type.Object({ name: text({ max: 5 }, { description: 'Who.' }) }, { description: 'Whom to ask.', secret: 'sealed' }),
    null,
  ),
}

/** The same table with one more row. */
const { id, name, ...others } = table
const planted = {
  id,
  name,
  motto: setting(line({ min: 1, max: 20 }, { description: 'What it says of itself.', clears: 'null' }), null),
  ...others,
}

const difference = (before: readonly string[], after: readonly string[]) => after.filter((one) => !before.includes(one))

test('members of a kind are in the order of the table', () => {
  assert.deepEqual(namesOf(table, 'setting'), ['name', 'is_open', 'number', 'contact'])
  assert.deepEqual(namesOf(table, 'stored'), ['id', 'ended_at'])
  assert.deepEqual(namesOf(table, 'computed'), ['email'])
  assert.deepEqual(encryptedSettings(table), ['contact'])
})

test('what a new one has: null and values, nothing for what is always given', () => {
  assert.deepEqual(initialValues(table, 'setting'), { is_open: true, number: null, contact: null })
  assert.deepEqual(initialValues(table, 'stored'), { ended_at: null })
})

test('a member may be null in answers where a new one has null, and only there', () => {
  const nullable = Object.entries(answerSchemas(table)).filter(([, schema]) => 'nullable' in schema)
  assert.deepEqual(
    nullable.map(([member]) => member),
    ['ended_at', 'number', 'contact'],
  )
})

test('what makes one requires what has to be given; a change takes all settings, requires none, its own ones last', () => {
  const body = (request: 'create' | 'update') => {
    const { properties, required = [] } = Type.Object(requestSchemas(table, request)) as {
      properties: object
      required?: string[]
    }
    return { members: Object.keys(properties), required }
  }
  assert.deepEqual(body('create'), { members: ['name', 'is_open', 'contact'], required: ['name'] })
  assert.deepEqual(body('update'), { members: ['name', 'is_open', 'contact', 'number'], required: [] })
})

test('an answer has every member in the order of the table, null where there is nothing, and nothing else', () => {
  const arrange = compileSerializer<object, object>(table)
  const found = arrange(
    { version: 1, contact: { name: 'A' }, name: 'N', id: 'i', email: 'never', is_open: false },
    { email: 'e' },
  )
  assert.equal(
    JSON.stringify(found),
    '{"id":"i","name":"N","email":"e","is_open":false,"ended_at":null,"number":null,"contact":{"name":"A"}}',
  )
})

test('a row is read by the names that its columns have, whatever they are', () => {
  const read = compileRowReader<Record<string, unknown>>([
    ['name', 't_name'],
    ['a"]b', 'c\\"d'],
  ])
  assert.deepEqual(read({ t_name: 'N', 'c\\"d': 1, other: 2 }), { name: 'N', 'a"]b': 1 })
})

test('one planted row reaches settings, requests, answer, serialiser and initial values, in its place, and nothing else moves', () => {
  const places = (of: typeof table | typeof planted) => [
    namesOf(of, 'setting'),
    Object.keys(requestSchemas(of, 'create')),
    Object.keys(requestSchemas(of, 'update')),
    Object.keys(answerSchemas(of)),
    Object.keys(compileSerializer<object, object>(of)({}, {})),
    Object.keys(initialValues(of, 'setting')),
  ]
  const after = places(planted)
  for (const [at, before] of places(table).entries()) {
    const now: readonly string[] = after[at] ?? []
    assert.deepEqual(difference(before, now), ['motto'])
    assert.deepEqual(
      now.filter((member) => member !== 'motto'),
      before,
    )
  }
  assert.deepEqual(after[4]?.slice(0, 3), ['id', 'name', 'motto'])
  assert.equal(initialValues(planted, 'setting').motto, null)
  assert.equal((planted.motto.schema as { nullable?: boolean }).nullable, true)
})
