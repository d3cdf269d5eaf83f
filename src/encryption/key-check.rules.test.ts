import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { keyProblems } from './key-check.rules.ts'
import { KeyRing } from './key-ring.ts'

const pepper = randomBytes(32)
const first = { id: 'k1', bytes: randomBytes(32) }
const second = { id: 'k2', bytes: randomBytes(32) }

function ring(keys: (typeof first)[], given = pepper): KeyRing {
  return new KeyRing({ keys, activeId: keys[0]?.id ?? '', pepper: given })
}

const noted = [ring([first]).checks().pepper, ring([first]).checks().active]

test('the same keys, and the same keys with a new one in front, are accepted', () => {
  assert.deepEqual(keyProblems(noted, ring([first]).checks()), [])
  assert.deepEqual(keyProblems(noted, ring([second, first]).checks()), [])
  assert.deepEqual(keyProblems([], ring([second]).checks()), [], 'a database that nobody has started on')
})

test('another pepper, a missing key and another key of the same name are each named', () => {
  assert.match(keyProblems(noted, ring([first], randomBytes(32)).checks()).join(), /^KEY_PEPPER is not the one/)
  assert.match(keyProblems(noted, ring([second]).checks()).join(), /^The sealing key "k1", .* is not configured/)
  const impostor = ring([{ id: 'k1', bytes: randomBytes(32) }])
  assert.match(keyProblems(noted, impostor.checks()).join(), /^The sealing key "k1" is not the one of that name/)
})

test('keys that were noted without a pepper are judged alone, and a foreign key of a second name is found', () => {
  const [, active = ''] = noted
  assert.deepEqual(keyProblems([active], ring([first], randomBytes(32)).checks()), [])
  const impostor = { id: 'k1', bytes: randomBytes(32) }
  assert.match(keyProblems(noted, ring([second, impostor]).checks()).join(), /^The sealing key "k1" is not the one/)
})

test('a check says nothing of the key but whether it is the same', () => {
  const { pepper: pepperCheck, active } = ring([first]).checks()
  for (const secret of [pepper, first.bytes]) {
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      assert.ok(!`${pepperCheck} ${active}`.includes(secret.toString(form).slice(0, 12)))
    }
  }
})
