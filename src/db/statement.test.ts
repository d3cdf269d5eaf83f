import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statement } from './statement.ts'

test('one name is one text: a second text under it is refused, the same text is not', () => {
  const first = statement('test_name_once', 'select 1')
  assert.deepEqual(statement('test_name_once', 'select 1'), first)
  assert.throws(() => statement('test_name_once', 'select 2'), /test_name_once/)
})
