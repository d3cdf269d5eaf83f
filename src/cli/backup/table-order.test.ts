import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inLoadingOrder } from './table-order.ts'

const table = (name: string) => ({ name, columns: ['id'] })

test('each table comes after those it refers to', () => {
  const order = inLoadingOrder(
    [table('keys'), table('users'), table('alone'), table('organizations')],
    [
      { child: 'keys', parent: 'users' },
      { child: 'keys', parent: 'organizations' },
      { child: 'users', parent: 'organizations' },
      { child: 'users', parent: 'users' },
    ],
  )
  const names = order.map(({ name }) => name)
  assert.deepEqual([...names].sort(), ['alone', 'keys', 'organizations', 'users'])
  assert.ok(names.indexOf('organizations') < names.indexOf('users'))
  assert.ok(names.indexOf('users') < names.indexOf('keys'))
})

test('a circle of foreign keys is refused and not looped over', () => {
  const circle = [
    { child: 'a', parent: 'b' },
    { child: 'b', parent: 'a' },
  ]
  assert.throws(() => inLoadingOrder([table('a'), table('b')], circle), /circle/)
})
