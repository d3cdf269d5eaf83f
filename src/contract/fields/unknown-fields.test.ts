import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toUnknownFieldsHeader } from './unknown-fields.ts'

const headerOf = (paths: readonly string[]) => toUnknownFieldsHeader(paths.map((name) => ({ name })))

test('names are percent-encoded, in order, each once', () => {
  assert.equal(headerOf(['nickname', 'brand.contact.fax', 'nickname']), 'nickname, brand.contact.fax')
  assert.equal(
    headerOf(['a b', 'ü', 'x,y', 'p%q', '"', '\r\nX-Evil: 1']),
    'a%20b, %C3%BC, x%2Cy, p%25q, %22, %0D%0AX-Evil%3A%201',
  )
})

test('nothing to name gives no header', () => {
  assert.equal(headerOf([]), null)
  assert.equal(headerOf(['4242424242424242', '\ud800']), null)
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
  assert.equal(headerOf(['kept', ...left, '123456789012']), 'kept, 123456789012')
})

test('at most 20 names are named', () => {
  const names = Array.from({ length: 30 }, (_, at) => `n${at}`)
  assert.equal(headerOf(names), names.slice(0, 20).join(', '))
})

test('at most 1,024 bytes are used, and a name that does not fit makes room for the next', () => {
  const long = 'a'.repeat(1000)
  assert.equal(headerOf([long, 'b'.repeat(23), 'c'.repeat(22)]), `${long}, ${'c'.repeat(22)}`)
  assert.equal(headerOf(['ü'.repeat(200), 'short']), 'short')
  assert.equal(headerOf(['x'.repeat(1025), 'short']), 'short')
})

test('any names give a header that is safe to send and can be read back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 40 }), (paths) => {
      const header = headerOf(paths)
      if (header === null) return
      assert.match(header, /^[\x21-\x7e]*(, [\x21-\x7e]*)*$/)
      assert.ok(header.length <= 1024)
      const names = header.split(', ').map(decodeURIComponent)
      assert.ok(names.length <= 20)
      for (const name of names) assert.ok(paths.includes(name))
    }),
  )
})

test('C8: the spelling that was meant follows the name, and gives way where there is no room', () => {
  const far = { name: 'a'.repeat(1000), meant: 'b'.repeat(30) }
  assert.equal(
    toUnknownFieldsHeader([
      { name: 'brand.business.legal_name', meant: 'brand.business.legalName' },
      { name: 'colour', meant: undefined },
      { name: 'a;b=c', meant: 'a' },
    ]),
    'brand.business.legal_name;did-you-mean=brand.business.legalName, colour, a%3Bb%3Dc;did-you-mean=a',
  )
  assert.equal(toUnknownFieldsHeader([far, { name: 'x' }]), `${far.name}, x`)
})

test('C9: a parameter of the query is told apart from a member of that name', () => {
  const unknown = [{ name: 'stauts', meant: 'status', isParameter: true }, { name: 'stauts' }, { name: '?stauts' }]
  assert.equal(toUnknownFieldsHeader([...unknown, ...unknown]), '?stauts;did-you-mean=status, stauts, %3Fstauts')
})
