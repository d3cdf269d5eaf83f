import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentence } from './read-wire.ts'

test('a sentence is one line, and not cut where what is shown ends: half a sealed value would not be found in it', () => {
  assert.equal(sentence(' one\r\n\ttwo\u0000\ud800three '), 'one two three')
  assert.equal(sentence(`${'x'.repeat(495)} 12-3456789`), `${'x'.repeat(495)} 12-3456789`)
  assert.equal(sentence('x'.repeat(5_000)).length, 2_000)
  for (const none of [null, undefined, 7, {}, ['x']]) assert.equal(sentence(none), '')
})
