import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { country, email, flag, oneOf, optional, phone, text, uuid, webAddress } from './field.ts'
import type { JsonObject, JsonValue } from './json-value.ts'
import { Type } from './schema.ts'
import { compileCheck, uncompiledChecks } from './validator.ts'

const about = { description: 'A member.' }
const schema = Type.Object({
  name: text(
    { min: 1, max: 5 },
    { ...about, humanText: true, says: { required: 'Give a name', any: '{path} must be 1 to 5 characters' } },
  ),
  note: optional(text({ max: 100 }, { ...about, humanText: true, says: '{path} must be a note' })),
  flag: optional(flag(about)),
  kind: optional(oneOf(['a', 'b'], about)),
  id: optional(uuid(about)),
  email: optional(email(about)),
  phone: optional(phone(about)),
  url: optional(webAddress(about)),
  country: optional(country(about)),
  inner: optional(
    Type.Object(
      { deep: text({ max: 3 }, about), other: optional(text({ max: 3 }, about)) },
      { ...about, says: '{path} must be an object' },
    ),
  ),
  list: optional(
    Type.Array(Type.Object({ id: optional(country(about)) }), {
      ...about,
      maxItems: 2,
      says: { maxItems: '{path} has at most 2 entries', any: '{path} must be a list' },
    }),
  ),
})
const check = compileCheck(schema)
const problems = (members: JsonObject) => check({ name: 'x', ...members })

test('what fits has no problems, and is not changed', () => {
  const value = {
    name: 'Anna',
    note: 'Call 202 555 1234 at 10:00',
    flag: false,
    kind: 'a',
    id: '770e8400-e29b-41d4-a716-446655440002',
    email: 'a@example.com',
    phone: '+12025551234',
    url: 'https://example.com/a?b=c',
    country: 'US',
    inner: { deep: 'abc', unknown: 1 },
    list: [{ id: 'DE' }, {}],
    unknown: { a: 1 },
  }
  const before = structuredClone(value)
  assert.deepEqual(check(value), {})
  assert.deepEqual(value, before)
})

test('nothing is coerced', () => {
  for (const [member, value] of [
    ['flag', 'true'],
    ['flag', 1],
    ['note', 5],
    ['note', true],
    ['inner', []],
    ['list', {}],
  ] as [string, JsonValue][]) {
    assert.deepEqual(Object.keys(problems({ [member]: value })), [member])
  }
})

test('every problem is reported at once, each under the path of the request', () => {
  assert.deepEqual(check({ flag: 'x', kind: 'A', inner: { other: 'long' }, list: [{ id: 'us' }, { id: 'XX' }] }), {
    name: ['Give a name'],
    flag: ['flag must be true or false'],
    kind: ['kind must be one of: a, b'],
    'inner.deep': ['inner.deep is required'],
    'inner.other': ['inner.other is not valid'],
    'list[0].id': ["list[0].id must be an ISO 3166-1 alpha-2 country code (e.g. 'US')"],
    'list[1].id': ["list[1].id must be an ISO 3166-1 alpha-2 country code (e.g. 'US')"],
  })
})

test('the sentence of the keyword wins, then the one for any, then one of a fixed list', () => {
  assert.deepEqual(problems({ name: '' }), { name: ['name must be 1 to 5 characters'] })
  for (const name of [10001, true, {}, []])
    assert.deepEqual(problems({ name }), { name: ['name must be text, in quotation marks'] }, 'C7')
  assert.deepEqual(problems({ list: [{}, {}, {}] }), { list: ['list has at most 2 entries'] })
  assert.deepEqual(problems({ list: 'x' }), { list: ['list must be a list'] })
  assert.deepEqual(problems({ inner: 'x' }), { inner: ['inner must be an object'] })
  assert.deepEqual(problems({ inner: { deep: 5 } }), { 'inner.deep': ['inner.deep must be text, in quotation marks'] })
})

test('two broken keywords with one sentence are one problem', () => {
  assert.deepEqual(problems({ id: 'x'.repeat(40) }), { id: ['id must be a UUID'] })
})

test('a root is put before every path', () => {
  const rooted = compileCheck(schema, 'brand')
  assert.deepEqual(Object.keys(rooted({ flag: 1, inner: {} })).sort(), ['brand.flag', 'brand.inner.deep', 'brand.name'])
})

test('a check keeps nothing of one value for the next', () => {
  assert.notDeepEqual(check({}), {})
  assert.deepEqual(check({ name: 'x' }), {})
})

test('no sentence repeats a value', () => {
  const value = 'VERY-SECRET-VALUE'
  const wrong = ['flag', 'kind', 'id', 'email', 'phone', 'url', 'country', 'inner', 'list']
  const details = check({ name: value, ...Object.fromEntries(wrong.map((member) => [member, value])) })
  assert.deepEqual(Object.keys(details).sort(), ['name', ...wrong].sort())
  assert.equal(JSON.stringify(details).includes(value), false)
})

test('human text that holds a card number is refused in a sentence of its own', () => {
  const says = ['note must not contain a card number']
  assert.deepEqual(problems({ note: 'pay with 4111 1111 1111 1111' }), { note: says })
  assert.deepEqual(problems({ note: '4111-1111-1111-1112' }), {})
})

test('C1: where another number looks like a card, the sentence says how to write it', () => {
  const says = ['note must not contain a card number; write a SIRET in groups of 3, 3, 3 and 5 digits']
  assert.deepEqual(problems({ note: 'SIRET 36252187400036' }), { note: says })
  assert.deepEqual(problems({ note: 'SIRET 362 521 874 00036' }), {})
})

test('phone numbers are E.164, with a length that exists in their country', () => {
  for (const value of ['+12025551234', '+4915112345678', '+442071838750', '+3545512345']) {
    assert.deepEqual(problems({ phone: value }), {}, value)
  }
  const withNationalPrefix = ['+4407911123456', '+330612345678']
  const noCountry = ['+99912345678', '+2101234567']
  for (const value of [...withNationalPrefix, ...noCountry]) {
    assert.deepEqual(Object.keys(problems({ phone: value })), ['phone'], value)
  }
  for (const value of ['12025551234', '+1 202 555 1234', '+1202555', '+0123456789', '+12025551234567', '+', '', 'x']) {
    assert.deepEqual(Object.keys(problems({ phone: value })), ['phone'], value)
  }
})

test('countries are those of ISO 3166-1, in upper case', () => {
  for (const value of ['US', 'DE', 'GB', 'IS']) assert.deepEqual(problems({ country: value }), {}, value)
  for (const value of ['us', 'USA', 'UK', 'XX', 'EU', '', 'D', '1A']) {
    assert.deepEqual(Object.keys(problems({ country: value })), ['country'], value)
  }
})

test('web addresses are absolute http or https, without credentials and without characters that hide', () => {
  for (const url of [
    'https://example.com',
    'http://example.com:8080/a/b?c=d#e',
    'HTTPS://EXAMPLE.COM',
    'https://xn--bcher-kva.example/',
    'https://[2001:db8::1]/',
    'https://example.com/%20',
  ]) {
    assert.deepEqual(problems({ url }), {}, url)
  }
  for (const url of [
    '',
    'example.com',
    '//example.com',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://',
    'https://user@example.com',
    'https://user:secret@example.com',
    'https://example.com/a b',
    'https://example.com\\@other.example',
    'https://example.com/\n',
    'https://exam\u200bple.com',
    'https://example.com/\u202e',
    'https://example.com:99999',
    ' https://example.com',
    'https:example.com',
  ]) {
    assert.deepEqual(Object.keys(problems({ url })), ['url'], JSON.stringify(url))
  }
})

test('a check is compiled by its first use, or ahead of it', () => {
  const known = new Set(uncompiledChecks())
  const used = compileCheck(Type.Object({ name: Type.String() }))
  const ahead = compileCheck(Type.Object({ name: Type.String() }))
  const added = () => uncompiledChecks().filter((compile) => !known.has(compile))
  assert.equal(added().length, 2)
  assert.deepEqual(used({ name: 'x' }), {})
  const [compile, ...others] = added()
  assert.equal(others.length, 0)
  compile?.()
  assert.equal(added().length, 0)
  assert.deepEqual(Object.keys(ahead({ name: 1 })), ['name'])
})

test('what checks of phone numbers need is read ahead, or by the first of them', async () => {
  // A process of its own: here the numbers have been read by the tests above.
  const script = `
    const { uncompiledChecks, compileCheck } = await import('${new URL('./validator.js', import.meta.url)}')
    const before = uncompiledChecks().length
    const check = compileCheck({ type: 'object', properties: { phone: { type: 'string', e164: true } } })
    check({ phone: '+12025551234' })
    console.log(before, uncompiledChecks().length)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  assert.equal(stdout.trim(), '1 0')
})

test('a schema that means nothing fails where it is compiled', () => {
  const check = compileCheck(Type.Unsafe({ type: 'nonsense' }))
  assert.throws(() => check({}), /nonsense|type/)
})
