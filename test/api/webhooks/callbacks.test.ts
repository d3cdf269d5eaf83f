import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { newId } from '../../../src/contract/new-id.ts'
import { newSigningSecret } from '../../../src/contract/tokens/signing-secret.ts'
import { statement } from '../../../src/db/statement.ts'
import {
  CALLBACK_DUE_PARAMS,
  CALLBACK_PARAMS,
  callbackBody,
  callbackCte,
  callbackDueCtes,
  callbackParams,
  insertCallback,
  markCallbacksDue,
} from '../../../src/resources/webhooks/index.ts'
import { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

const AT = '2026-03-25T10:43:34.58912+00:00'

describe('callbacks of a completion', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ env: { WEBHOOKS_ALLOW_PRIVATE: '1' } })
  })
  after(() => app[Symbol.asyncDispose]())

  async function scene() {
    const org = await app.organization()
    const { id: profileId } = await org.profile()
    const [row] = await app.sql<{ data_key: string }>('select data_key from organizations where organization_id = $1', [
      org.id,
    ])
    const cipher = app.keys.open(row?.data_key ?? '', org.id)
    const caller = { organization: { organization_id: org.id } as never, cipher }
    const open = async (url: string) => {
      const callback = { id: newId(), url, signingSecret: newSigningSecret() }
      await insertCallback(app.app.db, caller, profileId, callback)
      return callback
    }
    const stateOf = async (id: string) =>
      (
        await app.sql(
          'select state, attempts, http_status_code, error_message, ended_at is not null as has_ended from callbacks where id = $1',
          [id],
        )
      )[0]
    const makeDue = (id: string) => app.sql("update jobs set due_at = now() - interval '1 second' where id = $1", [id])
    return { org, profileId, cipher, open, stateOf, makeDue }
  }

  test('an open one waits; once due it is told with the contract’s body, signed with its own secret, exactly once', async () => {
    await using receiver = await Receiver.open()
    const { org, profileId, open, stateOf } = await scene()
    const [one, other] = [await open(receiver.url), await open(receiver.url)]
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 0)
    const body = callbackBody(profileId, { status: 'COMPLETED', at: AT })
    assert.equal(
      body,
      `{"profileId":"${profileId}","success":true,"status":"COMPLETED","timestamp":"2026-03-25T10:43:34Z"}`,
    )
    assert.equal(await markCallbacksDue(app.app.db, org.id, profileId, body), 2)
    assert.equal(await markCallbacksDue(app.app.db, org.id, profileId, body), 0)
    await app.app.jobs.runDue()
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 2)
    for (const { id, signingSecret } of [one, other]) {
      const told = receiver.received.find(({ headers }) => headers['x-webhook-id'] === id)
      assert.ok(told !== undefined)
      assert.equal(told.body, body)
      new Webhook(signingSecret).verify(told.body, told.headers)
      assert.deepEqual(await stateOf(id), {
        state: 'delivered',
        attempts: 1,
        http_status_code: 204,
        error_message: null,
        has_ended: true,
      })
    }
    assert.deepEqual(await app.sql("select id from jobs where kind = 'deliver_callback'"), [])
  })

  test('a failed run says why, and a failed attempt is repeated about a minute later with the same bytes', async () => {
    await using receiver = await Receiver.open(500, 200)
    const { org, profileId, open, stateOf, makeDue } = await scene()
    const { id } = await open(receiver.url)
    const body = callbackBody(profileId, { status: 'failed', at: AT, message: 'Correct brand.business.taxId' })
    assert.match(
      body,
      /"success":false,"status":"failed","timestamp":"2026-03-25T10:43:34Z","message":"Correct brand.business.taxId"\}$/,
    )
    await markCallbacksDue(app.app.db, org.id, profileId, body)
    await app.app.jobs.runDue()
    assert.equal((await stateOf(id))?.state, 'due')
    const [job] = await app.sql<{ seconds: number }>(
      'select extract(epoch from due_at - now())::float8 as seconds from jobs where id = $1',
      [id],
    )
    assert.ok(job !== undefined && job.seconds > 50 && job.seconds < 67, `${job?.seconds} s`)
    await makeDue(id)
    await app.app.jobs.runDue()
    assert.deepEqual(
      receiver.received.map((told) => told.body),
      [body, body],
    )
    assert.equal((await stateOf(id))?.state, 'delivered')
  })

  test('after five repetitions it is given up', async () => {
    await using receiver = await Receiver.open(500)
    const { org, profileId, open, stateOf, makeDue } = await scene()
    const { id } = await open(receiver.url)
    await markCallbacksDue(app.app.db, org.id, profileId, callbackBody(profileId, { status: 'SUBMITTED', at: AT }))
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await makeDue(id)
      await app.app.jobs.runDue()
    }
    assert.equal(receiver.received.length, 6)
    const state = await stateOf(id)
    assert.deepEqual(
      [state?.state, state?.attempts, state?.error_message],
      ['failed', 6, 'The endpoint answered with status 500'],
    )
  })

  test('a suspended account is told nothing', async () => {
    await using receiver = await Receiver.open()
    const { org, profileId, open, stateOf } = await scene()
    const { id } = await open(receiver.url)
    await markCallbacksDue(app.app.db, org.id, profileId, callbackBody(profileId, { status: 'COMPLETED', at: AT }))
    await app.sql("update organizations set state = 'SUSPENDED' where organization_id = $1", [org.id])
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 0)
    assert.equal((await stateOf(id))?.state, 'failed')
  })

  test('both are branches of larger statements too', async () => {
    await using receiver = await Receiver.open()
    const { org, profileId, cipher } = await scene()
    const callback = { id: newId(), url: receiver.url, signingSecret: newSigningSecret() }
    assert.deepEqual([CALLBACK_PARAMS, CALLBACK_DUE_PARAMS], [3, 1])
    const source = 'source as (select $1::uuid as organization_id, $2::uuid as owner_id, now() as at)'
    const opening = statement<object>(
      'test_open_callback',
      `with ${source}, opened as (${callbackCte('source', 3)}) select owner_id from source`,
    )
    const telling = statement<object>(
      'test_tell_callback',
      `with ${source}, ${callbackDueCtes('source', 3).join(', ')} select owner_id from source`,
    )
    await app.app.db.run(org.id, opening, [org.id, profileId, ...callbackParams(callback, cipher)])
    await app.app.db.run(org.id, telling, [org.id, profileId, callbackBody(profileId, { status: 'COMPLETED', at: AT })])
    await app.app.jobs.runDue()
    assert.equal(receiver.received.length, 1)
  })

  test('address and secret lie sealed', async () => {
    const { open } = await scene()
    const { id, url, signingSecret } = await open('https://hooks.acme.com/secret-path')
    const [row] = await app.sql('select c::text as text from callbacks c where id = $1', [id])
    assert.ok(!String(row?.text).includes(url) && !String(row?.text).includes(signingSecret))
  })
})
