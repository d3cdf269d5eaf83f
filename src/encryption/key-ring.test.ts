import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { DecryptionFailed } from './envelope.ts'
import { KeyRing } from './key-ring.ts'

const OLD = { id: 'old', bytes: randomBytes(32) }
const NEW = { id: 'new', bytes: randomBytes(32) }
const PEPPER = randomBytes(32)
const ORG = '7ba7b820-9dad-11d1-80b4-00c04fd430c8'
const OTHER_ORG = '7ba7b821-9dad-11d1-80b4-00c04fd430c8'
const PLACE = { table: 'brands', column: 'contact', row: 'r1' }

const ring = () => new KeyRing({ keys: [OLD], activeId: 'old', pepper: PEPPER })
const rotated = () => new KeyRing({ keys: [NEW, OLD], activeId: 'new', pepper: PEPPER })
const replaced = () => new KeyRing({ keys: [NEW], activeId: 'new', pepper: PEPPER })

describe('sealing', () => {
  it('gives back any text at the place it was sealed for', () => {
    const cipher = ring().open(ring().newDataKey(ORG), ORG)
    const place = fc.record({ table: fc.string(), column: fc.string(), row: fc.string() })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), place, (text, at) => {
        assert.equal(cipher.decrypt(cipher.encrypt(text, at), at), text)
      }),
    )
  })

  it('works across processes that share the keys', () => {
    const wrapped = ring().newDataKey(ORG)
    const envelope = ring().open(wrapped, ORG).encrypt('secret', PLACE)
    assert.equal(ring().open(wrapped, ORG).decrypt(envelope, PLACE), 'secret')
  })

  it('shows nothing of the text', () => {
    const cipher = ring().open(ring().newDataKey(ORG), ORG)
    const envelope = cipher.encrypt('12-3456789', PLACE)
    assert.notEqual(envelope, cipher.encrypt('12-3456789', PLACE))
    for (const form of ['utf8', 'base64url', 'hex'] as const) {
      assert.equal(envelope.includes(Buffer.from('12-3456789').toString(form)), false)
    }
  })

  it('is refused at another table, column, row or organization', () => {
    const keys = ring()
    const cipher = keys.open(keys.newDataKey(ORG), ORG)
    const envelope = cipher.encrypt('secret', PLACE)
    for (const part of ['table', 'column', 'row'] as const) {
      assert.throws(() => cipher.decrypt(envelope, { ...PLACE, [part]: 'other' }), DecryptionFailed)
    }
    assert.throws(() => cipher.decrypt(envelope, { table: 'brandsc', column: 'ontact', row: 'r1' }), DecryptionFailed)
    const other = keys.open(keys.newDataKey(OTHER_ORG), OTHER_ORG)
    assert.throws(() => other.decrypt(envelope, PLACE), DecryptionFailed)
    assert.equal(cipher.decrypt(envelope, PLACE), 'secret')
  })

  it('is refused with any bit flipped in any envelope of any place', () => {
    const keys = ring()
    const cipher = keys.open(keys.newDataKey(ORG), ORG)
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(7), (text, place, bit) => {
        const envelope = Buffer.from(cipher.encrypt(text, PLACE))
        const at = place % envelope.length
        envelope[at] = (envelope[at] ?? 0) ^ (1 << bit)
        assert.throws(() => cipher.decrypt(envelope.toString('latin1'), PLACE), DecryptionFailed)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a data key', () => {
  it('is different each time, and stored only wrapped', () => {
    const keys = ring()
    const wrapped = Array.from({ length: 100 }, () => keys.newDataKey(ORG))
    assert.equal(new Set(wrapped.map((text) => text.split('.')[2])).size, 100)
    for (const text of wrapped) assert.match(text, /^v1\.old\.[\w-]{8}\.[\w-]{16}\.[\w-]{64}$/)
  })

  it('does not open for another organization, not even once its owner has opened it', () => {
    const keys = ring()
    const wrapped = keys.newDataKey(ORG)
    assert.throws(() => keys.open(wrapped, OTHER_ORG), DecryptionFailed)
    assert.ok(keys.open(wrapped, ORG))
    assert.throws(() => keys.open(wrapped, OTHER_ORG), DecryptionFailed)
  })

  it('is opened once and kept', () => {
    const keys = ring()
    const wrapped = keys.newDataKey(ORG)
    assert.equal(keys.open(wrapped, ORG), keys.open(wrapped, ORG))
  })

  it('is dropped for the least recently opened when the cache is full, and opens again', () => {
    const keys = new KeyRing({ keys: [OLD], activeId: 'old', pepper: PEPPER }, 3)
    const given = Array.from({ length: 4 }, (_, at) => {
      const organizationId = `${ORG.slice(0, -1)}${at}`
      const wrapped = keys.newDataKey(organizationId)
      return { open: () => keys.open(wrapped, organizationId) }
    })
    const [one, two, three, four] = given as [
      (typeof given)[0],
      (typeof given)[0],
      (typeof given)[0],
      (typeof given)[0],
    ]
    const [firstOne, firstTwo, firstThree] = [one, two, three].map(({ open }) => open())
    const envelope = firstTwo?.encrypt('secret', PLACE) ?? ''
    assert.equal(one.open(), firstOne)
    four.open()
    assert.equal(one.open(), firstOne)
    assert.equal(three.open(), firstThree)
    assert.notEqual(two.open(), firstTwo)
    assert.equal(two.open().decrypt(envelope, PLACE), 'secret')
  })

  it('does not pass for a sealed value, nor a value for it', () => {
    const keys = ring()
    const wrapped = keys.newDataKey(ORG)
    const cipher = keys.open(wrapped, ORG)
    assert.throws(() => cipher.decrypt(wrapped, PLACE), DecryptionFailed)
    assert.throws(() => keys.open(cipher.encrypt('x'.repeat(32), PLACE), ORG), DecryptionFailed)
  })
})

describe('what is decrypted often', () => {
  it('opens at its own place only, in its own organization only, and never with a bit flipped, also after it was opened', () => {
    const keys = ring()
    const cipher = keys.open(keys.newDataKey(ORG), ORG)
    const other = keys.open(keys.newDataKey(OTHER_ORG), OTHER_ORG)
    const envelope = cipher.encrypt('secret', PLACE)
    for (let round = 0; round < 2; round += 1) {
      assert.equal(cipher.decryptOften(envelope, PLACE), 'secret')
      for (const part of ['table', 'column', 'row'] as const) {
        assert.throws(() => cipher.decryptOften(envelope, { ...PLACE, [part]: 'other' }), DecryptionFailed)
      }
      assert.throws(() => other.decryptOften(envelope, PLACE), DecryptionFailed)
      const flipped = `${envelope.slice(0, -1)}${envelope.endsWith('A') ? 'B' : 'A'}`
      assert.throws(() => cipher.decryptOften(flipped, PLACE), DecryptionFailed)
    }
    const later = cipher.encrypt('changed', PLACE)
    assert.equal(cipher.decryptOften(later, PLACE), 'changed')
    assert.equal(cipher.decryptOften(envelope, PLACE), 'secret')
  })

  it('is let go of when another key takes the place of the one it was opened with', () => {
    const keys = rotated()
    const wrapped = ring().newDataKey(ORG)
    const envelope = keys.open(wrapped, ORG).encrypt('secret', PLACE)
    assert.equal(keys.open(wrapped, ORG).decryptOften(envelope, PLACE), 'secret')
    keys.open(keys.newDataKey(OTHER_ORG), OTHER_ORG)
    assert.equal(keys.open(wrapped, ORG).decryptOften(envelope, PLACE), 'secret')
    const other = keys.open(keys.newDataKey(ORG), ORG)
    assert.throws(() => other.decryptOften(envelope, PLACE), DecryptionFailed)
    assert.equal(keys.open(keys.rewrap(wrapped, ORG), ORG).decryptOften(envelope, PLACE), 'secret')
  })
})

describe('rotation', () => {
  it('opens what the former key wrapped, and wraps anew under the active one', () => {
    const wrapped = ring().newDataKey(ORG)
    const envelope = ring().open(wrapped, ORG).encrypt('secret', PLACE)
    const keys = rotated()
    assert.equal(keys.open(wrapped, ORG).decrypt(envelope, PLACE), 'secret')
    assert.match(keys.newDataKey(ORG), /^v1\.new\./)
  })

  it('rewraps a data key so that the former key can go, and leaves sealed values as they are', () => {
    const wrapped = ring().newDataKey(ORG)
    const before = ring().open(wrapped, ORG).encrypt('before', PLACE)
    const rewrapped = rotated().rewrap(wrapped, ORG)
    assert.match(rewrapped, /^v1\.new\./)
    assert.equal(rotated().rewrap(rewrapped, ORG), rewrapped)
    const cipher = replaced().open(rewrapped, ORG)
    assert.equal(cipher.decrypt(before, PLACE), 'before')
    assert.equal(rotated().open(wrapped, ORG).decrypt(cipher.encrypt('after', PLACE), PLACE), 'after')
    assert.throws(() => rotated().rewrap(wrapped, OTHER_ORG), DecryptionFailed)
  })

  it('names the id of a missing key, and no key', () => {
    const wrapped = ring().newDataKey(ORG)
    const message = 'The key-encryption key "old" is not configured'
    assert.throws(() => replaced().open(wrapped, ORG), { name: 'SealBroken', message })
    assert.throws(() => replaced().rewrap(wrapped, ORG), { name: 'SealBroken', message })
    assert.throws(() => new KeyRing({ keys: [NEW], activeId: 'old', pepper: PEPPER }), { name: 'SealBroken', message })
    assert.deepEqual([replaced().has('old'), replaced().has('new'), replaced().activeId], [false, true, 'new'])
  })
})

describe('a digest', () => {
  it('is the same for the same purpose and text, whatever keys seal', () => {
    const digest = ring().digest('api key', 'text')
    assert.equal(digest.length, 32)
    assert.deepEqual(replaced().digest('api key', 'text'), digest)
    assert.deepEqual(ring().digest('api key', Buffer.from('text')), digest)
  })

  it('differs by purpose, text and pepper, and is no plain hash', () => {
    const pepper = randomBytes(32)
    const digests = [
      ring().digest('api key', 'text'),
      ring().digest('fingerprint', 'text'),
      ring().digest('api key', 'text2'),
      new KeyRing({ keys: [OLD], activeId: 'old', pepper }).digest('api key', 'text'),
      createHash('sha256').update('text').digest(),
    ]
    assert.equal(new Set(digests.map((digest) => digest.toString('hex'))).size, digests.length)
  })
})

describe('a key ring', () => {
  it('shows no key when it is printed or serialized', () => {
    const keys = ring()
    keys.digest('api key', 'text')
    keys.open(keys.newDataKey(ORG), ORG)
    const shown = inspect(keys, { depth: null, showHidden: true }) + JSON.stringify(keys)
    assert.match(shown, /old/)
    for (const secret of [OLD.bytes, PEPPER]) {
      for (const form of ['hex', 'base64', 'base64url'] as const)
        assert.equal(shown.includes(secret.toString(form)), false)
      assert.equal(shown.includes(inspect(secret).slice(8, 40)), false)
    }
  })
})
