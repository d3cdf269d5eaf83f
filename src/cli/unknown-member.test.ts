import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '../contract/fields/schema.ts'
import { CommandFailure } from './command-failure.ts'
import { nearestName, nearestPath, refuseUnknown, withNearest } from './unknown-member.ts'

const NAMES = ['name', 'icon', 'short_name', 'description', 'legalName', 'inherit_contacts']

test('B7: the nearest name is found for slips and for the other way of writing names, and none for another word', () => {
  const cases: Record<string, string | null> = {
    nam: 'name',
    nmae: 'name',
    Name: 'name',
    shortName: 'short_name',
    'short-name': 'short_name',
    legal_name: 'legalName',
    descriptoin: 'description',
    inherit_contact: 'inherit_contacts',
    icno: 'icon',
    colour: null,
    x: null,
    '': null,
  }
  for (const [typed, meant] of Object.entries(cases)) assert.equal(nearestName(typed, NAMES), meant, typed)
})

const text = Type.String()
const schema = Type.Object({
  name: text,
  brand: Type.Object({ business: Type.Object({ legalName: text, city: text }) }),
  useCases: Type.Array(Type.Object({ sampleMessages: text })),
})

test('B7: a dotted path is compared with the names of its own object, also within a list', () => {
  assert.equal(nearestPath(schema, 'brand.business.legal_name'), 'brand.business.legalName')
  assert.equal(nearestPath(schema, 'brand.busines'), 'brand.business')
  assert.equal(nearestPath(schema, 'useCases[2].sampleMessage'), 'useCases[2].sampleMessages')
  assert.equal(nearestPath(schema, 'name.first'), null)
  assert.equal(nearestPath(schema, 'nowhere.at.all'), null)
  assert.equal(nearestPath(schema, 'constructor'), null)
})

test('B7: only sentences about unknown members get a suggestion, and one that has it is left', () => {
  const details = {
    nam: ['nam is not a known member'],
    colour: ['colour is not a known member'],
    name: ['name must be text'],
    brnd: ['brnd is not a known member; brand is'],
  }
  assert.deepEqual(withNearest(details, schema), {
    nam: ['nam is not a known member: did you mean name?'],
    colour: ['colour is not a known member'],
    name: ['name must be text'],
    brnd: ['brnd is not a known member; brand is'],
  })
  assert.throws(
    () => refuseUnknown(details, schema),
    (error: unknown) => error instanceof CommandFailure && error.exitCode === 64 && error.code === 'USAGE',
  )
  refuseUnknown({ name: ['name must be text'] }, schema)
  refuseUnknown(null, schema)
})
