import assert from 'node:assert/strict'
import { test } from 'node:test'
import { email, line, lines, phone, text } from '../fields/field.ts'
import { readBody } from '../fields/patch.ts'
import { Type } from '../fields/schema.ts'
import { compileCheck } from '../fields/validator.ts'
import { keptForm } from './stored-form.ts'

const about = { description: 'A member.' }

test('C6: a line is kept composed, text on several lines with line feeds too, other text as it is', () => {
  assert.equal(keptForm(line({ max: 9 }, about), 'Cafe\u0301\r\n'), 'Caf\u00e9\r\n')
  assert.equal(keptForm(lines({ max: 9 }, about), 'Cafe\u0301\r\n'), 'Caf\u00e9\n')
  assert.equal(keptForm(text({ max: 9 }, about), 'Cafe\u0301\r\n'), 'Cafe\u0301\r\n')
})

test('C12: the domain of an e-mail address is kept in its ASCII form', () => {
  for (const [given, kept] of [
    ['info@m\u00fcller.example', 'info@xn--mller-kva.example'],
    ['Info@M\u00dcLLER.example', 'Info@xn--mller-kva.example'],
    ['info@mu\u0308ller.example', 'info@xn--mller-kva.example'],
    ['info@\u4f8b\u3048\u3002example', 'info@xn--r8jz45g.example'],
    ['Info@Example.com', 'Info@Example.com'],
    ['m\u00fcller@example.com', 'm\u00fcller@example.com'],
    ['m\u00fcller.example', 'm\u00fcller.example'],
    ['info@m\u00fc ller.example', 'info@m\u00fc ller.example'],
    ['info@', 'info@'],
  ] as const) {
    assert.equal(keptForm(email(about), given), kept)
  }
  const check = compileCheck(Type.Object({ email: email(about) }))
  const read = (address: string) =>
    check(readBody(Type.Object({ email: email(about) }), { email: address }, false).values)
  assert.deepEqual(read('info@m\u00fcller.example'), {})
  for (const wrong of ['m\u00fcller@example.com', 'info@m\u00fc ller.example', 'm\u00fcller.example'])
    assert.deepEqual(read(wrong), { email: ['email must be a valid email address'] })
})

test('C11: a number of WhatsApp is kept as WhatsApp means it', () => {
  const whatsapp = phone({ ...about, whatsappNumber: true })
  assert.equal(keptForm(whatsapp, '+5215541637145'), '+525541637145')
  for (const number of ['+525541637145', '+5491123456789', '+5511933304736', '+551133304736', '+52155416371456'])
    assert.equal(keptForm(whatsapp, number), number)
  assert.equal(keptForm(phone(about), '+5215541637145'), '+5215541637145')
})

test('C11: of a number that is nearly E.164 the refusal says what is wrong', () => {
  const check = compileCheck(Type.Object({ phone: phone(about) }))
  const says = "phone must be in E.164 format (e.g. '+12025551234')"
  for (const [number, more] of [
    ['+5215541637145', 'Mexican numbers have no 1 behind +52 any more'],
    ['00442071838750', 'a + stands in front of the country code, not 00'],
    ['+4402071838750', 'there is no 0 behind the country code'],
    ['+330612345678', 'there is no 0 behind the country code'],
  ] as const) {
    assert.deepEqual(check({ phone: number }), { phone: [says, `phone: ${more}`] }, number)
  }
  for (const number of ['12025551234', '+1 202 555 1234', '+1202555', 'none', '+', '+999123456'])
    assert.deepEqual(check({ phone: number }), { phone: [says] }, number)
  for (const number of ['+525541637145', '+5491123456789', '+5511933304736', '+551133304736'])
    assert.deepEqual(check({ phone: number }), {}, number)
})
