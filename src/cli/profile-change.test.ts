import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandFailure } from './command-failure.ts'
import { changeBody, isMergePatch } from './profile-change.ts'

const nothing = { set: [], clear: [] }

test('a value that reads as JSON is JSON, and anything else is text', () => {
  const set = ['name=Sales', 'inherit_contacts=true', 'short_name="42"', 'sending_phone_number=+12025551234', 'icon=']
  assert.deepEqual(changeBody({}, { ...nothing, set }), {
    name: 'Sales',
    inherit_contacts: true,
    short_name: '42',
    sending_phone_number: '+12025551234',
    icon: '',
  })
})

test('assignments lie over the file, dotted ones inside its objects, and cleared members become null', () => {
  const file = { name: 'Old', brand: { contact: { name: 'Jane', role: 'CEO' } } }
  const change = { set: ['name=New', 'brand.contact.name=June'], clear: ['description', 'brand.contact.role'] }
  assert.deepEqual(changeBody(file, change), {
    name: 'New',
    brand: { contact: { name: 'June', role: null } },
    description: null,
  })
  assert.equal(file.brand.contact.name, 'Jane')
})

test('what is no member, and a card on the command line, is refused', () => {
  for (const set of ['name', '=x', '__proto__.x=1', 'a..b=1', 'payment_details.cvc=123', 'payment_details={}']) {
    assert.throws(() => changeBody({}, { ...nothing, set: [set] }), CommandFailure, set)
  }
})

test('a merge patch is sent to clear, and to change one member of an object, where no file says otherwise', () => {
  const table: [set: string[], clear: string[], file: string | undefined, isMerge: boolean][] = [
    [[], ['icon'], undefined, true],
    [[], ['icon'], 'brand.json', true],
    [['brand.business.city=Rome'], [], undefined, true],
    [['name=A', 'brand.business.city=Rome'], [], undefined, true],
    [['brand.business.city=Rome'], [], 'brand.json', false],
    [['name=a.b'], [], undefined, false],
    [[], [], 'brand.json', false],
  ]
  for (const [set, clear, file, isMerge] of table) {
    const change = { set, clear, ...(file === undefined ? {} : { file }) }
    assert.equal(isMergePatch(change), isMerge, JSON.stringify(change))
  }
})
