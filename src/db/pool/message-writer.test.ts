import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readBind, readMessages } from '../../../test/kit/wire-messages.ts'
import { MessageWriter } from './message-writer.ts'

/** What a server reads of it: a lone surrogate is no character. */
const asSent = (text: string | null) => (text === null ? null : Buffer.from(text).toString())

describe('the messages of a round trip', () => {
  it('have the documented bytes', () => {
    const writer = new MessageWriter()
    writer.parse('s', 'select $1')
    writer.bind('s', ['a', null, ''])
    writer.describe()
    writer.execute()
    writer.sync()
    const expected = [
      'P\0\0\0\x12s\0select $1\0\0\0',
      'B\0\0\0\x1a\0s\0\0\0\0\x03\0\0\0\x01a\xff\xff\xff\xff\0\0\0\0\0\0',
      'D\0\0\0\x06P\0',
      'E\0\0\0\x09\0\0\0\0\0',
      'S\0\0\0\x04',
    ]
    assert.equal(writer.take().toString('latin1'), expected.join(''))
  })

  it('carry any texts, of any length, across slabs', () => {
    const text = fc.string({ unit: 'binary' })
    const long = fc.tuple(text, fc.nat(5_000)).map(([part, times]) => part.repeat(times).slice(0, 70_000))
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.option<string>(text) },
      { weight: 1, arbitrary: long },
      { weight: 1, arbitrary: fc.constantFrom<string | null>('\ud800', 'a\udc00b') },
    )
    const kept: { bytes: Buffer; binds: (string | null)[][] }[] = []
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 12 }), { maxLength: 8 }), (binds) => {
        const writer = new MessageWriter()
        for (const values of binds) writer.bind('name_of_it', values)
        writer.sync()
        kept.push({ bytes: writer.take(), binds })
      }),
      { numRuns: 40 },
    )
    // Read only now: no later round trip may have written over an earlier one, which a socket may still hold.
    for (const { bytes, binds } of kept) {
      const messages = readMessages(bytes)
      assert.equal(messages.pop()?.kind, 'S')
      const expected = binds.map((values) => ({ statement: 'name_of_it', values: values.map(asSent) }))
      assert.deepEqual(
        messages.map(({ body }) => readBind(body)),
        expected,
      )
    }
  })
})
