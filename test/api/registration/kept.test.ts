import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completableProfile, complete } from '../../kit/completion.ts'
import { testApp } from '../../kit/servers/app.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'

test('a completion that finds the profile complete once it has waited for its turn keeps that answer under its key', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await completableProfile(org)
  const key = { 'idempotency-key': 'complete-once' }
  await using holder = await ownerSession(app)
  await holder.query('begin')
  await holder.query(`select organization_id from organizations where organization_id = '${org.id}' for update`)
  const waiting = complete(org.admin, id, key)
  await untilBlocked(app, 1)
  await holder.query(`update profiles set status = 'approved' where id = '${id}'`)
  await holder.query('commit')
  const first = await waiting
  assert.equal(first.status, 200, first.text)
  await app.sql(`update profiles set status = 'incomplete' where id = $1`, [id])
  const again = await complete(org.admin, id, key)
  assert.equal(again.status, 200, again.text)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal(again.text, first.text)
})
