import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { metaWhatsapp } from '../../src/adapters/meta/index.ts'
import { notAccepted } from '../../src/adapters/resilience/http-status.rules.ts'
import { type About, type Outcome, unavailable } from '../../src/ports/outcome.ts'
import type { Whatsapp } from '../../src/ports/whatsapp.ts'
import { scopeMissing, WHATSAPP_REASONS, WHATSAPP_SCOPES } from '../../src/ports/whatsapp-reasons.ts'
import {
  FAKE_NUMBER,
  FAKE_WABA,
  type FakeGraph,
  type GraphFakeFault,
  type GraphStepName,
  startFakeGraph,
} from '../kit/fakes/graph.ts'
import { recordedLog } from '../kit/fakes/recorded-log.ts'
import { STRANGE_ERRORS } from '../kit/outcome-kind.ts'
import { verify, whatsappSuite } from './whatsapp.suite.ts'

async function open({ timeoutMs = 5_000, appToken }: { timeoutMs?: number; appToken?: string } = {}) {
  const graph = await startFakeGraph()
  const { log, lines } = recordedLog()
  const baseUrl = `${graph.url}/v25.0`
  const whatsapp = metaWhatsapp({
    baseUrl,
    log,
    timeoutMs,
    registrationPin: '042424',
    systemToken: 'EAAtest_system',
    ...(appToken === undefined ? {} : { appToken }),
  })
  return { whatsapp, lines, graph, close: () => graph.close() }
}

whatsappSuite('meta', open)

interface Opened {
  whatsapp: Whatsapp
  graph: FakeGraph
  lines: string[]
}

async function using(work: (opened: Opened) => Promise<void>, options: Parameters<typeof open>[0] = {}): Promise<void> {
  const opened = await open(options)
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

const refusedFor = (...refusals: { member: string; says: string }[]): Outcome<never> => ({ kind: 'refused', refusals })
const STEPS: GraphStepName[] = ['inspect', 'account', 'numbers']

describe('meta adapter', () => {
  it('inspects the token, then reads the account and its numbers, with the token as bearer', () =>
    using(async ({ whatsapp, graph }) => {
      const outcome = await verify(whatsapp)
      const value = { wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, name: 'Acme' }
      assert.deepEqual(outcome, { kind: 'done', value })
      assert.deepEqual(
        graph.requests.map(({ step, path, bearer }) => ({ step, path, bearer })),
        [
          { step: 'inspect', path: '/v25.0/debug_token', bearer: 'EAAtest_ok' },
          { step: 'account', path: `/v25.0/${FAKE_WABA}`, bearer: 'EAAtest_ok' },
          { step: 'numbers', path: `/v25.0/${FAKE_WABA}/phone_numbers`, bearer: 'EAAtest_ok' },
        ],
      )
      assert.equal(graph.requests[0]?.query.input_token, 'EAAtest_ok')
    }))

  it('lets the app token inspect a token of its app, and another token itself', () =>
    using(
      async ({ whatsapp, graph }) => {
        assert.equal((await verify(whatsapp)).kind, 'done')
        assert.equal(graph.requests[0]?.bearer, 'ours|secret')
        graph.requests.length = 0
        graph.tokens.set('EAAforeign', { app: 'theirs', scopes: [...WHATSAPP_SCOPES], reaches: null })
        assert.equal((await verify(whatsapp, { accessToken: 'EAAforeign' })).kind, 'done')
        assert.deepEqual(
          graph.requests.slice(0, 2).map(({ bearer }) => bearer),
          ['ours|secret', 'EAAforeign'],
        )
        const expired = await verify(whatsapp, { accessToken: 'EAAtest_expired' })
        assert.deepEqual(expired, refusedFor(WHATSAPP_REASONS.tokenInvalid))
      },
      { appToken: 'ours|secret' },
    ))

  it('still verifies by the token itself when the app token has expired', () =>
    using(async ({ whatsapp }) => assert.equal((await verify(whatsapp)).kind, 'done'), { appToken: 'ours|expired' }))

  it('names each permission that is missing', () =>
    using(async ({ whatsapp, graph }) => {
      graph.tokens.set('EAAnone', { app: 'ours', scopes: ['business_management'], reaches: null })
      const outcome = await verify(whatsapp, { accessToken: 'EAAnone' })
      assert.deepEqual(outcome, refusedFor(...WHATSAPP_SCOPES.map(scopeMissing)))
    }))

  it('reads no account that the permissions of the token do not name', () =>
    using(async ({ whatsapp, graph }) => {
      const outcome = await verify(whatsapp, { accessToken: 'EAAtest_wrongwaba' })
      assert.deepEqual(outcome, refusedFor(WHATSAPP_REASONS.wabaUnseen))
      assert.equal(graph.requests.length, 1)
    }))

  it('takes the only number of an account, and none of several or of none', () =>
    using(async ({ whatsapp, graph }) => {
      for (const [numbers, expected] of [
        [[FAKE_NUMBER], FAKE_NUMBER],
        [['1', '2'], null],
        [['1', '2', '3'], null],
        [[], null],
      ] as const) {
        graph.accounts.set(FAKE_WABA, { name: 'Acme', reviewStatus: 'APPROVED', numbers: [...numbers] })
        const outcome = await verify(whatsapp, { phoneNumberId: null })
        assert.ok(outcome.kind === 'done')
        assert.equal(outcome.value.phoneNumberId, expected)
      }
    }))

  it('finds a number on a later page without following an address of the answer', () =>
    using(async ({ whatsapp, graph }) => {
      const numbers = ['1', '2', '3', '4', FAKE_NUMBER]
      graph.accounts.set(FAKE_WABA, { name: 'Acme', reviewStatus: 'APPROVED', numbers })
      assert.equal((await verify(whatsapp)).kind, 'done')
      assert.deepEqual(
        graph.requests.slice(2).map(({ path, query }) => [path, query.after]),
        [undefined, '2', '4'].map((after) => [`/v25.0/${FAKE_WABA}/phone_numbers`, after]),
      )
    }))

  it('stops after ten pages', () =>
    using(async ({ whatsapp, graph }) => {
      const numbers = Array.from({ length: 100 }, (_, index) => String(index + 1))
      graph.accounts.set(FAKE_WABA, { name: 'Acme', reviewStatus: 'APPROVED', numbers })
      assert.equal((await verify(whatsapp)).kind, 'unavailable')
      assert.equal(graph.requests.length, 12)
    }))

  for (const [reviewStatus, kind] of Object.entries({ PENDING: 'done', DEFERRED: 'done', REJECTED: 'refused' })) {
    it(`answers ${kind} for an account whose review is ${reviewStatus}`, () =>
      using(async ({ whatsapp, graph }) => {
        graph.accounts.set(FAKE_WABA, { name: 'Acme', reviewStatus, numbers: [FAKE_NUMBER] })
        const outcome = await verify(whatsapp)
        assert.equal(outcome.kind, kind)
        if (kind === 'refused') assert.deepEqual(outcome, refusedFor(WHATSAPP_REASONS.wabaRejected))
      }))
  }

  for (const name of ['a\u0000b', 'line\nbreak', '\ud800', 'x'.repeat(257), 7, null]) {
    it(`leaves out the account name ${JSON.stringify(name).slice(0, 20)}`, () =>
      using(async ({ whatsapp, graph }) => {
        graph.accounts.set(FAKE_WABA, { name, reviewStatus: 'APPROVED', numbers: [FAKE_NUMBER] })
        const outcome = await verify(whatsapp)
        assert.ok(outcome.kind === 'done')
        assert.equal(outcome.value.name, null)
      }))
  }

  const errors: [status: number, code: number, expected: Outcome<never>][] = [
    [401, 190, refusedFor(WHATSAPP_REASONS.tokenInvalid)],
    [403, 10, refusedFor(WHATSAPP_REASONS.tokenDenied)],
    [403, 200, refusedFor(WHATSAPP_REASONS.tokenDenied)],
    [403, 299, refusedFor(WHATSAPP_REASONS.tokenDenied)],
    [400, 100, refusedFor(WHATSAPP_REASONS.wabaUnseen)],
    [403, 368, refusedFor(WHATSAPP_REASONS.wabaBlocked)],
    [403, 131031, refusedFor(WHATSAPP_REASONS.wabaBlocked)],
    ...[4, 341].map((code): [number, number, Outcome<never>] => [400, code, unavailable('service', 60)]),
    ...[17, 32, 613, 80007, 80008].map((code): [number, number, Outcome<never>] => [
      400,
      code,
      unavailable('subject', 60),
    ]),
    [429, 130429, unavailable('subject', 60)],
    [429, 999_999, unavailable('service', 60)],
    ...[1, 2, 131000, 131016, 133004].map((code): [number, number, Outcome<never>] => [
      400,
      code,
      unavailable('service'),
    ]),
    [400, 131057, unavailable('subject')],
    [403, 3, refusedFor(WHATSAPP_REASONS.tokenDenied)],
    [408, 999_999, unavailable('service')],
    [423, 999_999, unavailable('subject')],
    [500, 190, { kind: 'unavailable', of: 'service', retryAfterSeconds: 5 }],
    [503, 2, { kind: 'unavailable', of: 'service', retryAfterSeconds: 5 }],
    [400, 999_999, refusedFor(notAccepted(400))],
  ]
  for (const [status, code, expected] of errors) {
    it(`answers HTTP ${status} with code ${code} in our words: ${inspect(expected, { breakLength: Infinity })}`, () =>
      using(async ({ whatsapp, graph, lines }) => {
        const body = { error: { code, message: 'Token EAAtest_ok says Meta', fbtrace_id: 'T' } }
        graph.failNext('account', { does: 'answer', status, body })
        const outcome = await verify(whatsapp)
        assert.deepEqual(outcome, expected)
        assert.equal(lines.length, 1)
        assert.equal(inspect([outcome, lines], { depth: null }).includes('says Meta'), false)
      }))
  }

  for (const { title, status, body } of STRANGE_ERRORS) {
    it(`D8: takes ${title} for a refusal, and tells the operator`, () =>
      using(async ({ whatsapp, graph, lines }) => {
        for (const step of ['account', 'register'] as const) {
          graph.failNext(step, { does: 'answer', status, body })
          lines.length = 0
          const request = { wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, accessToken: null }
          const outcome = step === 'account' ? await verify(whatsapp) : await whatsapp.registerNumber(request)
          assert.deepEqual(outcome, refusedFor(notAccepted(status)))
          assert.equal(lines.length, 1)
          assert.match(lines.join(), /whatsapp\.refused[\s\S]*unexpected_error_answer/)
          assert.doesNotMatch(lines.join(), /not allowed by us/)
        }
      }))
  }

  const answers: Record<string, unknown> = {
    HTML: '<html>EAAtest_ok</html>',
    nothing: '',
    null: 'null',
    'an array': [],
    'wrong types': { data: 'x', id: {}, is_valid: 'yes' },
    'another account': { id: '1', data: { is_valid: true, scopes: [7] } },
    'a list without end': { data: Array.from({ length: 1_001 }, () => ({ id: '1' })), id: '2' },
    'two MiB': JSON.stringify({ id: FAKE_WABA, data: [], filler: 'x'.repeat(2 * 1024 * 1024) }),
  }
  for (const step of STEPS) {
    for (const [title, body] of Object.entries(answers)) {
      it(`is unavailable, and shows no token, when Meta answers ${step} with ${title}`, () =>
        using(async ({ whatsapp, graph, lines }) => {
          graph.failNext(step, { does: 'answer', status: 200, body })
          const outcome = await verify(whatsapp)
          assert.equal(outcome.kind, 'unavailable')
          assert.equal(lines.length, 1)
          assert.equal(inspect([outcome, lines], { depth: null }).includes('EAAtest_ok'), false)
        }))
    }

    it(`is unavailable when the connection drops at ${step}`, () =>
      using(async ({ whatsapp, graph }) => {
        graph.failNext(step, { does: 'reset' })
        assert.equal((await verify(whatsapp)).kind, 'unavailable')
      }))

    it(`times out when ${step} hangs, within one deadline for all reads`, () =>
      using(
        async ({ whatsapp, graph }) => {
          graph.failNext(step, { does: 'hang' })
          assert.deepEqual(await verify(whatsapp), { kind: 'timeout', of: 'service' })
        },
        { timeoutMs: 300 },
      ))
  }

  it('registers with the configured PIN, and subscribes the account', () =>
    using(async ({ whatsapp, graph }) => {
      await whatsapp.registerNumber({ wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, accessToken: null })
      await whatsapp.subscribeApp({ wabaId: FAKE_WABA, accessToken: 'EAAtest_ok' })
      assert.deepEqual([...graph.registered], [[FAKE_NUMBER, '042424']])
      assert.deepEqual([...graph.subscribed], [FAKE_WABA])
      assert.deepEqual(
        graph.requests.map(({ bearer }) => bearer),
        ['EAAtest_system', 'EAAtest_ok'],
      )
    }))

  it('registers nothing without a PIN or a token', async () => {
    const { log } = recordedLog()
    const request = { wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, accessToken: null }
    const withoutPin = metaWhatsapp({ baseUrl: 'http://127.0.0.1:9/v25.0', log, systemToken: 'EAAtest_ok' })
    assert.deepEqual(await withoutPin.registerNumber(request), refusedFor(WHATSAPP_REASONS.pinMissing))
    const withoutToken = metaWhatsapp({ baseUrl: 'http://127.0.0.1:9/v25.0', log, registrationPin: '042424' })
    assert.deepEqual(await withoutToken.registerNumber(request), refusedFor(WHATSAPP_REASONS.tokenMissing))
    assert.deepEqual(await withoutToken.subscribeApp(request), refusedFor(WHATSAPP_REASONS.tokenMissing))
  })

  it('says unavailable to a registration that was not sent, and timeout to one that may have been', async () => {
    const { log } = recordedLog()
    const parts = { log, registrationPin: '042424', systemToken: 'EAAtest_ok' }
    const request = { wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, accessToken: null }
    const closed = await startFakeGraph()
    await closed.close()
    const gone = metaWhatsapp({ ...parts, baseUrl: `${closed.url}/v25.0` })
    assert.equal((await gone.registerNumber(request)).kind, 'unavailable')
    await using(async ({ whatsapp, graph }) => {
      const faults: [fault: GraphFakeFault, of: About][] = [
        [{ does: 'reset' }, 'service'],
        [{ does: 'answer', status: 500, body: {} }, 'service'],
        [{ does: 'answer', status: 400, body: { error: { code: 2 } } }, 'service'],
        [{ does: 'answer', status: 400, body: { error: { code: 999_999, is_transient: true } } }, 'subject'],
        [{ does: 'answer', status: 200, body: { success: 'yes' } }, 'subject'],
        [{ does: 'answer', status: 200, body: '<html>' }, 'service'],
      ]
      for (const [fault, of] of faults) {
        graph.failNext('register', fault)
        assert.deepEqual(await whatsapp.registerNumber(request), { kind: 'timeout', of }, inspect(fault))
      }
      for (const [code, seconds] of [
        [133008, 3600],
        [133009, 60],
        [133015, 600],
        [133016, 3600],
      ] as const) {
        graph.failNext('register', { does: 'answer', status: 400, body: { error: { code } } })
        assert.deepEqual(await whatsapp.registerNumber(request), unavailable('subject', seconds), `A1: ${code}`)
      }
      graph.failNext('register', { does: 'answer', status: 400, body: { error: { code: 100 } } })
      assert.deepEqual(await whatsapp.registerNumber(request), refusedFor(WHATSAPP_REASONS.numberUnseen))
    })
  })

  it('follows no redirect, so that the token reaches no other host', async (test) => {
    const other = await startFakeGraph()
    test.after(() => other.close())
    await using(async ({ whatsapp, graph }) => {
      const headers = { location: `${other.url}/v25.0/debug_token` }
      graph.failNext('inspect', { does: 'answer', status: 302, body: {}, headers })
      assert.equal((await verify(whatsapp)).kind, 'unavailable')
    })
    assert.equal(other.requests.length, 0)
  })

  it('calls nobody with a token that cannot travel in a header', () =>
    using(async ({ whatsapp, graph }) => {
      for (const accessToken of ['', 'EAA\r\nx: y', 'EAA\u00e9', 'E'.repeat(4_097)]) {
        assert.deepEqual(await verify(whatsapp, { accessToken }), refusedFor(WHATSAPP_REASONS.tokenInvalid))
      }
      assert.equal(graph.requests.length, 0)
    }))

  it('shows no token in what it is, though the same search finds it in the request', () =>
    using(
      async ({ whatsapp, graph }) => {
        await verify(whatsapp)
        const search = (subject: unknown) => inspect(subject, { depth: null, showHidden: true }).includes('ours|secret')
        assert.equal(search(whatsapp), false)
        assert.equal(search(graph.requests), true)
      },
      { appToken: 'ours|secret' },
    ))

  for (const baseUrl of ['http://graph.example.com/v25.0', 'nonsense', 'https://graph.facebook.com/v25.0?x=1']) {
    it(`will not send tokens to ${baseUrl}`, () => {
      const { log } = recordedLog()
      assert.throws(() => metaWhatsapp({ baseUrl, log }), /^Error: META_GRAPH_BASE_URL /)
    })
  }
})
