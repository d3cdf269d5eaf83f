import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DecryptionFailed, decryptEnvelope, encryptEnvelope, readEnvelopeHeader } from './envelope.ts'

const HEADER = { kekId: 'kek-1', dekId: 'dek_1' }
const KEY = createSecretKey(randomBytes(32))
const PLACE = ['value', 'org', 'brands', 'contact', 'row']
const CONTENT = Buffer.from('12-3456789')

const encrypt = (content = CONTENT) => encryptEnvelope(HEADER, KEY, content, PLACE)
const refuses = (envelope: string, key = KEY, place = PLACE) =>
  assert.throws(() => decryptEnvelope(envelope, key, place), DecryptionFailed, envelope)

describe('an envelope', () => {
  it('has the documented form, with 12 bytes of nonce and a tag of 16', () => {
    const [version, kekId, dekId, nonce = '', encrypted = '', ...more] = encrypt().split('.')
    assert.deepEqual([version, kekId, dekId, more], ['v1', 'kek-1', 'dek_1', []])
    assert.equal(Buffer.from(nonce, 'base64url').length, 12)
    assert.equal(Buffer.from(encrypted, 'base64url').length, CONTENT.length + 16)
    assert.deepEqual(readEnvelopeHeader(encrypt()), HEADER)
  })

  it('opens to the content it was sealed with, of any bytes and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.deepEqual(decryptEnvelope(encrypt(Buffer.from(bytes)), KEY, PLACE), Buffer.from(bytes))
      }),
    )
  })

  it('never repeats a nonce', () => {
    const nonces = Array.from({ length: 2000 }, () => encrypt().split('.')[3])
    assert.equal(new Set(nonces).size, 2000)
  })

  it('is refused with any one bit flipped', () => {
    for (const length of [0, 1, 2, 3, 32]) {
      const envelope = Buffer.from(encrypt(randomBytes(length)))
      assert.equal(decryptEnvelope(envelope.toString('latin1'), KEY, PLACE).length, length)
      for (let bit = 0; bit < envelope.length * 8; bit += 1) {
        const flipped = Buffer.from(envelope)
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        refuses(flipped.toString('latin1'))
      }
    }
  })

  it('is refused in any other spelling of the same bytes', () => {
    const envelope = encrypt(Buffer.alloc(1))
    const last = envelope.slice(-1)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const sameBytes = [...alphabet].filter(
      (other) => other !== last && Buffer.from(`AA${other}`, 'base64url').equals(Buffer.from(`AA${last}`, 'base64url')),
    )
    assert.ok(sameBytes.length > 0)
    for (const other of sameBytes) refuses(envelope.slice(0, -1) + other)
    for (const other of [`${envelope}=`, `${envelope} `, ` ${envelope}`, `${envelope}\n`, `${envelope}.`])
      refuses(other)
  })

  it('is refused with its tag cut to any length', () => {
    const [version, kekId, dekId, nonce, encrypted = ''] = encrypt().split('.')
    const bytes = Buffer.from(encrypted, 'base64url')
    for (let length = 0; length < bytes.length; length += 1) {
      refuses([version, kekId, dekId, nonce, bytes.subarray(0, length).toString('base64url')].join('.'))
    }
  })

  it('is refused under another key, at another place, or with the place cut otherwise', () => {
    const envelope = encrypt()
    refuses(envelope, createSecretKey(randomBytes(32)))
    for (let at = 0; at < PLACE.length; at += 1) refuses(envelope, KEY, PLACE.with(at, 'other'))
    refuses(envelope, KEY, [...PLACE, ''])
    refuses(envelope, KEY, PLACE.slice(1))
    refuses(envelope, KEY, ['value', 'orgbrands', '', 'contact', 'row'])
    refuses(envelope, KEY, ['value', 'org","brands', 'contact', 'row'])
  })

  it('is refused when it names other keys than it was sealed with', () => {
    refuses(encrypt().replace('kek-1', 'kek-2'))
    refuses(encrypt().replace('dek_1', 'dek_2'))
  })

  it('is refused when it is no envelope, without a word about why', () => {
    const junk = [
      '',
      'v1',
      'v1....',
      'v1.a.b.c.d',
      'null',
      encrypt().replaceAll('.', ':'),
      'v1.'.repeat(10_000),
      `v2${encrypt().slice(2)}`,
    ]
    for (const text of junk) {
      refuses(text)
      assert.throws(() => readEnvelopeHeader(text), { name: 'SealBroken', message: 'A sealed value cannot be opened' })
    }
    try {
      decryptEnvelope(encrypt(), KEY, [])
      assert.fail('the envelope was opened')
    } catch (error) {
      assert.ok(error instanceof DecryptionFailed)
      assert.deepEqual([error.message, error.cause], ['A sealed value cannot be opened', undefined])
    }
  })
})
