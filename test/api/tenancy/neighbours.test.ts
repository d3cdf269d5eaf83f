import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf, tally } from '../../kit/tally.ts'

/** What one organization has under way at the database is no reason for another to wait. */
describe('A2: an organization whose lists take long', () => {
  let app: TestApp
  let loud: TestOrganization
  let quiet: TestOrganization
  let quietId: string
  let loudId: string

  const list = () => `/v3/profiles/${loudId}/campaigns`

  before(async () => {
    app = await testApp({ env: { ROW_LOCK_MS: '4000' } })
    app.expectErrors('request_failed')
    loud = await app.organization()
    quiet = await app.organization()
    quietId = (await quiet.profile()).id
    loudId = (await loud.profile({ brand: aBrand() })).id
    assert.equal((await loud.admin.get(list())).status, 200)
  })
  after(() => app[Symbol.asyncDispose]())

  test('has one under way; the others wait a little and get 429 with Retry-After; another organization reads, changes and lists', async () => {
    await using holder = await ownerSession(app)
    // Until one of its lists has taken long it may have two at a time.
    await holder.query('begin')
    await holder.query('lock table campaigns in access exclusive mode')
    const slow = loud.admin.get(list())
    await untilBlocked(app, 1)
    await sleep(200)
    await holder.query('rollback')
    assert.equal((await slow).status, 200)
    await holder.query('begin')
    await holder.query('lock table campaigns in access exclusive mode')
    const first = loud.admin.get(list())
    await untilBlocked(app, 1)
    const startedMs = performance.now()
    const more = Array.from({ length: 19 }, () => loud.admin.get(list()))
    const others = await Promise.all([
      quiet.admin.get(`/v3/profiles/${quietId}`),
      quiet.admin.patch(`/v3/profiles/${quietId}`, { description: 'Beside them' }),
      quiet.admin.get('/v3/profiles?page=1&search=a'),
      quiet.admin.get('/v3/users'),
    ])
    assert.deepEqual(tally(others), { 200: 4 })
    const refused = await Promise.all(more)
    assert.ok(performance.now() - startedMs < 3_900, 'before the first of them ends')
    assert.deepEqual(tally(refused), { '429 BUSINESS_002': 19 })
    for (const { headers } of refused) assert.equal(headers['retry-after'], '1')
    assert.equal((await loud.admin.get(`/v3/profiles/${loudId}`)).status, 200, 'what is no list does not wait')
    await holder.query('rollback')
    assert.equal(kindOf(await first), '200')
    assert.match(await app.app.context.metrics.render(), /letterhead_load_shed_total\{reason="lists"\} 19\n/)
    assert.equal((await loud.admin.get(list())).status, 200)
  })
})
