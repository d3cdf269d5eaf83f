import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventSubject } from '../../../src/ports/provider-event.ts'
import { aRegistryBrand } from '../../kit/builders/registry.ts'
import {
  metaCallback,
  type SignedCallback,
  tcrCallback,
  telnyxCallback,
  telnyxKeys,
} from '../../kit/builders/signed-events.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

const SECRET = 'tcr-secret-of-the-tests'
const APP_SECRET = 'meta-app-secret-of-the-tests'
const PUBLIC_URL = 'https://letterhead.example'
const keys = telnyxKeys()
const tcr = (event: Record<string, unknown>, secret = SECRET) =>
  tcrCallback(event, { secret, url: `${PUBLIC_URL}/callbacks/tcr` })
const scored = (reference: string) => ({
  eventType: 'BRAND_SCORE_UPDATE',
  brandId: 'B000001',
  brandReferenceId: reference,
})

describe('callbacks of providers', () => {
  let app: TestApp
  const woken: EventSubject[] = []
  /** References that we have a record of. */
  const known = new Set<string>()

  before(async () => {
    // Equal bodies are one event within ten minutes of the clock: a test that would cross into the next ten waits for them.
    const leftMs = 600_000 - (Date.now() % 600_000)
    if (leftMs < 15_000) await sleep(leftMs + 100)
    app = await testApp({
      env: {
        PUBLIC_URL,
        BRAND_REGISTRY: 'tcr',
        TCR_API_KEY: 'key-of-the-tests',
        TCR_API_SECRET: SECRET,
        CARRIER: 'telnyx',
        TELNYX_API_KEY: 'KEY-of-the-tests',
        TELNYX_PUBLIC_KEY: keys.publicKey,
        WHATSAPP: 'meta',
        META_APP_SECRET: APP_SECRET,
        META_VERIFY_TOKEN: 'our-verify-token',
      },
      wake: async (about) => {
        woken.push(about)
        return known.has(about.brandReference ?? about.phoneNumber ?? about.wabaId ?? '')
      },
    })
  })
  after(() => app[Symbol.asyncDispose]())

  const post = (path: string, { headers, body }: SignedCallback) =>
    fetch(`${app.url}${path}`, { method: 'POST', headers, body })
  const settle = async () => {
    woken.length = 0
    await app.app.inbox.runDue()
    return woken.length
  }
  const waiting = (reference: string) =>
    app.sql<{ settled: boolean; attempts: number; wait: number }>(
      `select settled_at is not null as settled, attempts, extract(epoch from due_at - now())::double precision as wait
         from inbox where about ->> 'brandReference' = $1`,
      [reference],
    )

  test('a signed event is kept, answered 200, and wakes what it is about, once', async () => {
    known.add('ref-1')
    for (let time = 0; time < 3; time += 1)
      assert.equal((await post('/callbacks/tcr', tcr(scored('ref-1')))).status, 200)
    assert.equal(await settle(), 1)
    assert.deepEqual(woken, [{ brandReference: 'ref-1', tcrBrandId: 'B000001' }])
    assert.equal(await settle(), 0)
    assert.deepEqual(
      (await waiting('ref-1')).map(({ settled }) => settled),
      [true],
    )
  })

  test('simultaneous repetitions are one event', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => post('/callbacks/tcr', tcr(scored('ref-many')))))
    assert.ok(replies.every(({ status }) => status === 200))
    assert.equal((await waiting('ref-many')).length, 1)
  })

  test('an event that comes before our own record waits for it', async () => {
    await post('/callbacks/tcr', tcr(scored('ref-early')))
    await settle()
    const [early] = await waiting('ref-early')
    assert.deepEqual([early?.settled, early?.attempts], [false, 1])
    assert.ok((early?.wait ?? 0) > 0 && (early?.wait ?? 9) <= 1)
    known.add('ref-early')
    await app.sql(`update inbox set due_at = now() where settled_at is null`)
    await settle()
    assert.deepEqual(
      (await waiting('ref-early')).map(({ settled }) => settled),
      [true],
    )
  })

  test('an event that nothing of ours is about is given up after three days, and forgotten a week later', async () => {
    await post('/callbacks/tcr', tcr(scored('ref-foreign')))
    await app.sql(
      `update inbox set due_at = now(), received_at = now() - interval '73 hours' where about ->> 'brandReference' = 'ref-foreign'`,
    )
    await settle()
    assert.deepEqual(
      (await waiting('ref-foreign')).map(({ settled }) => settled),
      [true],
    )
    assert.ok(app.lines.some((line) => line.includes('callback_unmatched')))
  })

  test('a wake that fails is tried again', async () => {
    const failing = await testApp({
      wake: async () => {
        throw new Error('not now')
      },
    })
    failing.expectErrors('callback_not_handled')
    await failing.app.inbox.accept('tcr', [{ id: 'e', about: { wabaId: '1' }, type: 'X' }])
    assert.equal(await failing.app.inbox.runDue(), 1)
    const rows = await failing.sql('select settled_at from inbox')
    assert.deepEqual(rows, [{ settled_at: null }])
    await failing[Symbol.asyncDispose]()
  })

  test('Telnyx and Meta are heard too, and Meta may check the address', async () => {
    known.add('+12025551234').add('123456789')
    const seconds = Math.floor(Date.now() / 1000)
    const payload = { phoneNumber: '+12025551234' }
    const event = { data: { event_type: '10dlc.phone_number.update', id: 'telnyx-1', payload } }
    assert.equal((await post('/callbacks/telnyx', telnyxCallback(event, { ...keys, seconds }))).status, 200)
    const change = {
      object: 'whatsapp_business_account',
      entry: [{ id: '123456789', changes: [{ field: 'account_update' }] }],
    }
    assert.equal((await post('/callbacks/meta', metaCallback(change, { secret: APP_SECRET }))).status, 200)
    await settle()
    assert.deepEqual(
      woken.filter(({ phoneNumber, wabaId }) => phoneNumber ?? wabaId),
      [{ phoneNumber: '+12025551234' }, { wabaId: '123456789' }],
    )
    const ask = (token: string) =>
      fetch(`${app.url}/callbacks/meta?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${token}`)
    const answer = await ask('our-verify-token')
    assert.deepEqual([answer.status, await answer.text()], [200, '42'])
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal((await ask('other')).status, 401)
  })

  test('keeps ids and nothing else of an event, and logs none of it', async () => {
    const event = { ...scored('ref-quiet'), brandName: 'Acme Corporation LLC', description: 'EIN 98-7654321' }
    await post('/callbacks/tcr', tcr(event))
    const rows = await app.sql('select provider, event_id, type, about from inbox')
    assert.doesNotMatch(JSON.stringify([rows, app.lines]), /Acme Corporation|7654321/)
    assert.match(JSON.stringify(rows), /ref-quiet/)
  })

  test('an event without a right signature is refused before anything is kept', async () => {
    const [before] = await app.sql<{ count: number }>('select count(*)::int as count from inbox')
    const wrong = await post('/callbacks/tcr', tcr(scored('ref-forged'), 'another-secret'))
    assert.equal(wrong.status, 401)
    assert.equal(((await wrong.json()) as { error: { code: string } }).error.code, 'CALLBACK_001')
    const [then] = await app.sql<{ count: number }>('select count(*)::int as count from inbox')
    assert.deepEqual(then, before)
  })

  test('a body over 64 KiB is refused, of TCR and of Telnyx', async () => {
    const event = { ...scored('ref-large'), description: 'x'.repeat(70_000) }
    assert.equal((await post('/callbacks/tcr', tcr(event))).status, 413)
    const data = { event_type: 'x'.repeat(70_000) }
    const seconds = Math.floor(Date.now() / 1000)
    assert.equal((await post('/callbacks/telnyx', telnyxCallback({ data }, { ...keys, seconds }))).status, 413)
  })

  test('D10: Meta gathers events: bodies up to 3 MiB are taken where they are signed right, and nothing larger', async () => {
    const gathered = (wabaId: string, kib: number) => ({
      object: 'whatsapp_business_account',
      entry: [
        // What is gathered is mostly of messages, which are not ours to handle.
        { id: '1', changes: [{ field: 'messages', value: 'x'.repeat(kib * 1024) }] },
        { id: wabaId, changes: [{ field: 'account_update' }] },
      ],
    })
    const send = (wabaId: string, kib: number, secret = APP_SECRET) =>
      post('/callbacks/meta', metaCallback(gathered(wabaId, kib), { secret }))
    known.add('1830').add('2765')
    assert.equal((await send('1830', 183)).status, 200)
    assert.equal((await send('2765', 2765)).status, 200)
    await settle()
    assert.deepEqual(
      woken.filter(({ wabaId }) => wabaId !== undefined),
      [{ wabaId: '1830' }, { wabaId: '2765' }],
    )
    assert.equal((await send('3175', 3175)).status, 413)
    assert.equal((await send('1831', 183, 'another-secret')).status, 401)
    const unsigned = await fetch(`${app.url}/callbacks/meta`, {
      method: 'POST',
      body: JSON.stringify(gathered('1832', 2765)),
    })
    assert.equal(unsigned.status, 401)
    const rows = await app.sql(`select 1 from inbox where about ->> 'wabaId' in ('3175', '1831', '1832')`)
    assert.deepEqual(rows, [])
  })

  test('an address that keeps sending wrong signatures waits; a right one still passes', async () => {
    const statuses = new Set<number>()
    for (let time = 0; time < 20; time += 1) {
      const reply = await post('/callbacks/tcr', tcr(scored('ref-forged'), 'another-secret'))
      statuses.add(reply.status)
      if (reply.status === 429) assert.ok(Number(reply.headers.get('retry-after')) > 0)
    }
    assert.deepEqual([...statuses], [401, 429])
    assert.equal((await post('/callbacks/tcr', tcr(scored('ref-right')))).status, 200)
  })
})

test('a provider whose secret is not configured has no address, and nobody else either', async () => {
  await using app = await testApp()
  for (const path of ['/callbacks/tcr', '/callbacks/telnyx', '/callbacks/meta', '/callbacks/other']) {
    assert.equal((await fetch(`${app.url}${path}`, { method: 'POST', body: '{}' })).status, 404, path)
  }
})

test('the simulators send their events into the same inbox', async () => {
  const woken: EventSubject[] = []
  await using app = await testApp({
    wake: async (about) => {
      woken.push(about)
      return true
    },
  })
  const brand = aRegistryBrand()
  await app.brandRegistry.submitBrand({ brand })
  app.providerClock.advance(2_000)
  await Promise.all(app.arrivals)
  assert.equal(await app.app.inbox.runDue(), 1)
  assert.equal(woken[0]?.brandReference, brand.reference)
})
