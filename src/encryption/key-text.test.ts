import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { formatSealingKeys, KeyProblem, parsePepper, parseSealingKeys } from './key-text.ts'

const bytes = randomBytes(32)
const text = bytes.toString('base64')
const other = randomBytes(32).toString('base64')

/** The message of a refusal, which never shows any part of a key. */
function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof KeyProblem, inspect(error))
    for (const key of [text, other]) assert.equal(inspect(error).includes(key.slice(0, 8)), false)
    return error.message
  }
  assert.fail('the text was accepted')
}

describe('parseSealingKeys', () => {
  it('reads one key, and several with the active one first', () => {
    assert.deepEqual(parseSealingKeys(`k1:${text}`), { keys: [{ id: 'k1', bytes }], activeId: 'k1' })
    const two = parseSealingKeys(` new-2:${other} , old_1:${text}\n`)
    assert.equal(two.activeId, 'new-2')
    assert.deepEqual(
      two.keys.map(({ id }) => id),
      ['new-2', 'old_1'],
    )
    assert.deepEqual(two.keys[1]?.bytes, bytes)
  })

  it('takes base64 of both alphabets, padded or not', () => {
    const tricky = Buffer.alloc(32, 0xfb)
    for (const form of [
      tricky.toString('base64'),
      tricky.toString('base64url'),
      tricky.toString('base64').replace('=', ''),
    ]) {
      assert.deepEqual(parseSealingKeys(`k:${form}`).keys[0]?.bytes, tricky)
    }
  })

  it('refuses a text without id, with a wrong id, or with the bare key', () => {
    for (const wrong of [
      '',
      text,
      `:${text}`,
      `a b:${text}`,
      `a.b:${text}`,
      `${'x'.repeat(65)}:${text}`,
      `k1:${text},`,
    ]) {
      assert.match(
        refusal(() => parseSealingKeys(wrong)),
        /^Sealing key \d must be written <id>:<32 bytes in base64>/,
      )
    }
    assert.match(
      refusal(() => parseSealingKeys(`k1:${text},${other}`)),
      /^Sealing key 2 /,
    )
  })

  it('refuses a key of another length or with characters that are not base64, naming its id', () => {
    const wrongs = [
      '',
      'short',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      `${text}!`,
      `!${text}`,
      `${text.slice(0, 20)} ${text.slice(20)}`,
    ]
    for (const wrong of wrongs) {
      assert.equal(
        refusal(() => parseSealingKeys(`k1:${wrong}`)),
        'The sealing key "k1" must be 32 bytes in base64',
      )
    }
  })

  it('refuses an id that is given twice', () => {
    assert.equal(
      refusal(() => parseSealingKeys(`k1:${text},k1:${other}`)),
      'The sealing key id "k1" is given twice',
    )
  })
})

describe('parsePepper', () => {
  it('reads 32 bytes and more', () => {
    assert.deepEqual(parsePepper(`${text}\n`), bytes)
    assert.equal(parsePepper(randomBytes(64).toString('base64')).length, 64)
  })

  it('refuses less, and text that is not base64', () => {
    for (const wrong of ['', 'pepper', randomBytes(31).toString('base64'), `${text}?`]) {
      assert.equal(
        refusal(() => parsePepper(wrong)),
        'The key pepper must be at least 32 bytes in base64',
      )
    }
  })
})

describe('formatSealingKeys', () => {
  it('writes what parseSealingKeys reads, the active one first', () => {
    const keys = [
      { id: 'a', bytes },
      { id: 'b', bytes: randomBytes(32) },
    ]
    assert.deepEqual(parseSealingKeys(formatSealingKeys({ keys, activeId: 'b' })), {
      keys: keys.toReversed(),
      activeId: 'b',
    })
  })
})
