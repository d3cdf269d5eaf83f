import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeRandomBytes } from './random-bytes.ts'

test('every piece has its length and is given out once, across blocks too', () => {
  const pieces = Array.from({ length: 2_000 }, () => takeRandomBytes(12))
  assert.ok(pieces.every((piece) => piece.length === 12))
  assert.equal(new Set(pieces.map((piece) => piece.toString('hex'))).size, pieces.length)
})

test('a piece keeps its bytes while later ones are drawn', () => {
  const piece = takeRandomBytes(16)
  const before = piece.toString('hex')
  for (let index = 0; index < 2_000; index += 1) takeRandomBytes(16)
  assert.equal(piece.toString('hex'), before)
})

test('a whole block can be taken at once', () => {
  assert.equal(takeRandomBytes(8_192).length, 8_192)
})
