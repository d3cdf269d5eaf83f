import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { OpenedValues, type OpenedValuesOptions } from './opened-values.ts'

const ORGANIZATION = '7ba7b820-9dad-11d1-80b4-00c04fd430c8'
const OTHER = '7ba7b821-9dad-11d1-80b4-00c04fd430c8'

/** Values that are decrypted by adding "text of", and how often that happened. */
function values(options: OpenedValuesOptions = {}) {
  const opened = new OpenedValues(options)
  const decrypted: string[] = []
  const read = (row: string, envelope: string, { organizationId = ORGANIZATION, wrappedKey = 'key' } = {}) =>
    opened.read({ organizationId, wrappedKey, at: { table: 'brands', column: 'contact', row } }, envelope, () => {
      decrypted.push(envelope)
      return `text of ${envelope}`
    })
  return { opened, decrypted, read }
}

describe('opened values', () => {
  it('are decrypted once, for the same envelope, place and key', () => {
    const { read, decrypted } = values()
    for (let round = 0; round < 3; round += 1) assert.equal(read('row', 'envelope'), 'text of envelope')
    assert.deepEqual(decrypted, ['envelope'])
    read('other row', 'envelope')
    read('row', 'envelope', { organizationId: OTHER })
    assert.equal(decrypted.length, 3)
    read('row', 'envelope', { wrappedKey: 'another key' })
    assert.equal(decrypted.length, 4)
  })

  it('are one for each place: a later envelope takes the place of an earlier one', () => {
    const { opened, read } = values()
    for (const envelope of ['first', 'second', 'third']) assert.equal(read('row', envelope), `text of ${envelope}`)
    assert.equal(opened.size, 1)
  })

  it('are so many at most, and those that were decrypted first go first', () => {
    const { opened, read, decrypted } = values({ valuesMax: 3 })
    for (const row of ['a', 'b', 'c', 'd']) read(row, row)
    assert.equal(opened.size, 3)
    decrypted.length = 0
    for (const row of ['b', 'c', 'd', 'a']) read(row, row)
    assert.deepEqual(decrypted, ['a'])
  })

  it('are not had once they are too old, however often they were read, and are gone a little later', () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      let nowMs = 0
      const { opened, read, decrypted } = values({ ageMaxMs: 100_000, now: () => nowMs })
      read('row', 'envelope')
      for (nowMs = 10_000; nowMs < 100_000; nowMs += 10_000) read('row', 'envelope')
      assert.equal(decrypted.length, 1)
      read('row', 'envelope')
      assert.equal(decrypted.length, 2)
      read('late', 'envelope')
      mock.timers.tick(30_000)
      assert.equal(opened.size, 2)
      nowMs += 100_000
      mock.timers.tick(30_000)
      assert.equal(opened.size, 0)
    } finally {
      mock.timers.reset()
    }
  })

  it('go with the key of their organization, and leave those of others', () => {
    const { opened, read, decrypted } = values()
    read('row', 'envelope')
    read('row', 'envelope', { organizationId: OTHER })
    opened.forget(ORGANIZATION)
    assert.equal(opened.size, 1)
    read('row', 'envelope', { organizationId: OTHER })
    assert.equal(decrypted.length, 2)
  })

  it('hold nothing for what cannot be decrypted', () => {
    const opened = new OpenedValues()
    const of = { organizationId: ORGANIZATION, wrappedKey: 'key', at: { table: 't', column: 'c', row: 'r' } }
    opened.read(of, 'good', () => 'text')
    const broken = () =>
      opened.read(of, 'broken', () => {
        throw new Error('broken')
      })
    assert.throws(broken, /broken/)
    assert.equal(opened.size, 0)
  })
})
