import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { newKeyText, parseKeyText } from './key-text.ts'

const ORGANIZATION = '7ba7b820-9dad-11d1-80b4-00c04fd430c8'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A key with a right checksum and any text before it, written independently of the subject. */
function signed(unchecked: string): string {
  let rest = crc32(unchecked)
  let checksum = ''
  for (let place = 0; place < 6; place += 1) {
    checksum = ALPHABET.charAt(rest % 62) + checksum
    rest = Math.floor(rest / 62)
  }
  return unchecked + checksum
}

describe('newKeyText', () => {
  it('writes 80 characters: kind, mode, organization, secret and checksum', () => {
    assert.match(newKeyText('live', ORGANIZATION), /^sk_live_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/)
    assert.match(newKeyText('test', ORGANIZATION), /^sk_test_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/)
  })

  it('never writes the same key twice', () => {
    const keys = Array.from({ length: 1000 }, () => newKeyText('live', ORGANIZATION))
    assert.equal(new Set(keys.map((key) => key.slice(31, 74))).size, 1000)
  })

  it('takes only a UUID for an organization', () => {
    for (const id of ['', 'acme', ORGANIZATION.slice(1), `${ORGANIZATION}0`, ORGANIZATION.replaceAll('-', '')]) {
      assert.throws(() => newKeyText('live', id), { message: 'An organization id is a UUID' })
    }
  })
})

describe('parseKeyText', () => {
  it('reads back mode, organization and last four of every key', () => {
    const modes = fc.constantFrom('live' as const, 'test' as const)
    const edges = fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    fc.assert(
      fc.property(modes, fc.oneof(fc.uuid(), edges), (mode, organizationId) => {
        const key = newKeyText(mode, organizationId)
        assert.deepEqual(parseKeyText(key), { form: 'typed', mode, organizationId, lastFour: key.slice(-4) })
      }),
    )
    assert.equal(
      newKeyText('live', ORGANIZATION.toUpperCase()).slice(0, 30),
      newKeyText('live', ORGANIZATION).slice(0, 30),
    )
  })

  it('refuses a key with any one character changed', () => {
    const key = newKeyText('live', ORGANIZATION)
    for (let at = 0; at < key.length; at += 1) {
      for (const other of ['0', 'z', '_', ' ']) {
        if (key[at] === other) continue
        assert.equal(parseKeyText(key.slice(0, at) + other + key.slice(at + 1)), null, `${at} ${other}`)
      }
    }
  })

  it('refuses a key with two neighbours swapped, cut, or lengthened', () => {
    const key = newKeyText('test', ORGANIZATION)
    for (let at = 0; at + 1 < key.length; at += 1) {
      const swapped = `${key.slice(0, at)}${key[at + 1]}${key[at]}${key.slice(at + 2)}`
      if (swapped !== key) assert.equal(parseKeyText(swapped), null)
      assert.equal(parseKeyText(key.slice(0, at)), null)
    }
    for (const other of [`${key}0`, ` ${key}`, `${key} `, `${key}\n`, `${key}, ${key}`, key.toUpperCase()]) {
      assert.equal(parseKeyText(other), null)
    }
  })

  it('refuses another prefix, mode or width even with a right checksum', () => {
    const key = newKeyText('live', ORGANIZATION)
    assert.notEqual(parseKeyText(signed(key.slice(0, 74))), null, 'the checksum of this test is the right one')
    for (const unchecked of [
      key.slice(0, 74).replace('sk_', 'pk_'),
      key.slice(0, 74).replace('live', 'prod'),
      key.slice(0, 73),
      `${key.slice(0, 74)}0`,
      key.slice(0, 74).replace(/_(?=[^_]*$)/, '-'),
    ]) {
      assert.equal(parseKeyText(signed(unchecked)), null, unchecked)
    }
  })

  it('refuses an organization number beyond a UUID even with a right checksum', () => {
    const key = newKeyText('live', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    const largest = key.slice(8, 30)
    const beyond = largest.slice(0, -1) + ALPHABET.charAt(ALPHABET.indexOf(largest.slice(-1)) + 1)
    assert.notEqual(beyond.slice(-1), '')
    assert.equal(parseKeyText(signed(`sk_live_${beyond}${key.slice(30, 74)}`)), null)
    assert.equal(parseKeyText(signed(`sk_live_${'z'.repeat(22)}${key.slice(30, 74)}`)), null)
  })

  it('reads a UUID as an imported key, in lower case', () => {
    const uuid = randomUUID()
    const expected = { form: 'uuid', uuid, lastFour: uuid.slice(-4) }
    assert.deepEqual(parseKeyText(uuid), expected)
    assert.deepEqual(parseKeyText(uuid.toUpperCase()), expected)
  })

  it('refuses every other text', () => {
    for (const text of [
      '',
      'sk_live_',
      'undefined',
      `{${ORGANIZATION}}`,
      `${ORGANIZATION}, ${ORGANIZATION}`,
      ORGANIZATION.replaceAll('-', ''),
      ` ${ORGANIZATION}`,
      'ſk_live_',
      '\0'.repeat(80),
      'a'.repeat(100_000),
    ]) {
      assert.equal(parseKeyText(text), null)
    }
    fc.assert(fc.property(fc.string({ maxLength: 90 }), (text) => assert.equal(parseKeyText(text), null)))
  })
})
