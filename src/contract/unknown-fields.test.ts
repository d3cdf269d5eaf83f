import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toUnknownFieldsHeader } from './unknown-fields.ts'

test('names are percent-encoded, in order, each once', () => {
  assert.equal(toUnknownFieldsHeader(['nickname', 'brand.contact.fax', 'nickname']), 'nickname, brand.contact.fax')
  assert.equal(
    toUnknownFieldsHeader(['a b', 'ü', 'x,y', 'p%q', '"', '\r\nX-Evil: 1']),
    'a%20b, %C3%BC, x%2Cy, p%25q, %22, %0D%0AX-Evil%3A%201',
  )
})

test('nothing to name gives no header', () => {
  assert.equal(toUnknownFieldsHeader([]), null)
  assert.equal(toUnknownFieldsHeader(['4242424242424242', '\ud800']), null)
})

test('a name with a run of 13 digits or more is left out, however it is grouped', () => {
  const left = [
    '1234567890123',
    'x4242424242424242y',
    '4242 4242 4242 4242',
    '4242-4242-4242-4242',
    '4242.4242.4242.4242',
    'brand.4242424242424242',
  ]
  assert.equal(toUnknownFieldsHeader(['kept', ...left, '123456789012']), 'kept, 123456789012')
})

test('at most 20 names are named', () => {
  const names = Array.from({ length: 30 }, (_, at) => `n${at}`)
  assert.equal(toUnknownFieldsHeader(names), names.slice(0, 20).join(', '))
})

test('at most 1,024 bytes are used, and a name that does not fit makes room for the next', () => {
  const long = 'a'.repeat(1000)
  assert.equal(toUnknownFieldsHeader([long, 'b'.repeat(23), 'c'.repeat(22)]), `${long}, ${'c'.repeat(22)}`)
  assert.equal(toUnknownFieldsHeader(['ü'.repeat(200), 'short']), 'short')
  assert.equal(toUnknownFieldsHeader(['x'.repeat(1025), 'short']), 'short')
})

test('any names give a header that is safe to send and can be read back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 40 }), (paths) => {
      const header = toUnknownFieldsHeader(paths)
      if (header === null) return
      assert.match(header, /^[\x21-\x7e]*(, [\x21-\x7e]*)*$/)
      assert.ok(header.length <= 1024)
      const names = header.split(', ').map(decodeURIComponent)
      assert.ok(names.length <= 20)
      for (const name of names) assert.ok(paths.includes(name))
    }),
  )
})
