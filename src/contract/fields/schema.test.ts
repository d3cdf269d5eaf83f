import assert from 'node:assert/strict'
import { test } from 'node:test'
import TypeBox from 'typebox'
import { Type } from './schema.ts'

/** What a schema is to everything that reads it: its members in their order. */
const seen = (schema: unknown) => JSON.stringify(schema)

/** The same shape, made by the one and by the other. */
const SHAPES: readonly ((type: typeof Type) => unknown)[] = [
  (type) => type.String(),
  (type) => type.String({ minLength: 1, description: 'Words.', says: { any: '{path} is wrong' } }),
  (type) => type.Boolean({ nullable: true }),
  (type) => type.Integer({ minimum: 1 }),
  (type) => type.Number({ maximum: 2 }),
  (type) => type.Unknown(),
  (type) => type.Unknown({ description: 'Anything.' }),
  (type) => type.Unsafe<'a' | 'b'>({ type: 'string', enum: ['a', 'b'] }),
  (type) => type.Array(type.String({ maxLength: 3 }), { maxItems: 5 }),
  (type) => type.Object({}),
  (type) => type.Object({ all: type.String(), are: type.Boolean() }, { description: 'Required.' }),
  (type) => type.Object({ none: type.Optional(type.String()) }),
  (type) =>
    type.Object({
      a: type.Optional(type.String({ maxLength: 1 })),
      b: type.Object({ c: type.Optional(type.Unsafe({ type: 'string' })), d: type.Integer() }),
      e: type.Array(type.Optional(type.Object({ f: type.Optional(type.Number()) }))),
      g: type.Optional(type.Optional(type.Unknown())),
    }),
]

test('every shape is the one that TypeBox makes, member by member and in the same order', () => {
  for (const shape of SHAPES) assert.equal(seen(shape(Type)), seen(shape(TypeBox)))
})

test('to make a schema optional leaves the schema itself as it was', () => {
  const name = Type.String()
  const both = Type.Object({ name: Type.Optional(name), other: name })
  assert.deepEqual(both.required, ['other'])
  assert.equal(seen(Type.Optional(name)), seen(name))
})

test('a member that was copied into another shape stays optional', () => {
  const first = Type.Object({ name: Type.Optional(Type.String()), kept: Type.String() })
  assert.equal(seen(Type.Object({ ...first.properties }).required), seen(['kept']))
})
