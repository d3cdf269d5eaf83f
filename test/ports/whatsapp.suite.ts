import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { MAGIC_REGISTRATIONS, MAGIC_TOKENS } from '../../src/adapters/simulator/magic-values/tokens.ts'
import type { Outcome } from '../../src/ports/outcome.ts'
import type { Whatsapp, WhatsappAccount, WhatsappCredentials } from '../../src/ports/whatsapp.ts'
import { WHATSAPP_REASONS } from '../../src/ports/whatsapp-reasons.ts'
import { FAKE_NUMBER, FAKE_WABA } from '../kit/fakes/graph.ts'

/** One adapter under the suite, with everything it logged. */
export interface WhatsappHarness {
  whatsapp: Whatsapp
  lines: readonly string[]
  close(): Promise<void>
}

export function verify(
  whatsapp: Whatsapp,
  parts: Partial<WhatsappCredentials> = {},
  signal?: AbortSignal,
): Promise<Outcome<WhatsappAccount>> {
  const credentials = { wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, accessToken: 'EAAtest_ok', ...parts }
  return whatsapp.verifyAccount(signal === undefined ? { credentials } : { credentials, signal })
}

/** What every WhatsApp adapter guarantees. `open` may be asked for a short deadline. */
export function whatsappSuite(name: string, open: (options: { timeoutMs: number }) => Promise<WhatsappHarness>): void {
  const using = async (work: (harness: WhatsappHarness) => Promise<void>, timeoutMs = 5_000) => {
    const harness = await open({ timeoutMs })
    try {
      await work(harness)
    } finally {
      await harness.close()
    }
  }

  describe(`whatsapp port: ${name}`, () => {
    for (const accessToken of ['EAAtest_ok', 'EAAxxxxxxxxxxxxxxx']) {
      it(`accepts ${accessToken} with a number of the account`, () =>
        using(async ({ whatsapp }) => {
          const outcome = await verify(whatsapp, { accessToken })
          assert.ok(outcome.kind === 'done', inspect(outcome))
          assert.equal(outcome.value.wabaId, FAKE_WABA)
          assert.equal(outcome.value.phoneNumberId, FAKE_NUMBER)
          assert.ok(outcome.value.name)
        }))
    }

    it('accepts credentials without a number', () =>
      using(async ({ whatsapp }) => assert.equal((await verify(whatsapp, { phoneNumberId: null })).kind, 'done')))

    for (const { token, behaviour, says } of MAGIC_TOKENS) {
      if (behaviour.does !== 'refuse') continue
      it(`refuses ${token}: ${says}`, () =>
        using(async ({ whatsapp, lines }) => {
          const outcome = await verify(whatsapp, { accessToken: token })
          assert.deepEqual(outcome, { kind: 'refused', refusals: [behaviour.refusal] })
          assert.equal(inspect([outcome, lines], { depth: null }).includes(token), false)
        }))
    }

    it('refuses a token that is none of Meta', () =>
      using(async ({ whatsapp }) => {
        const outcome = await verify(whatsapp, { accessToken: 'nonsense' })
        assert.deepEqual(outcome, { kind: 'refused', refusals: [WHATSAPP_REASONS.tokenInvalid] })
      }))

    for (const wabaId of ['', '../me', 'waba', '1?fields=x', '1'.repeat(33)]) {
      it(`refuses the account id ${JSON.stringify(wabaId)} by its shape`, () =>
        using(async ({ whatsapp }) => {
          const outcome = await verify(whatsapp, { wabaId })
          assert.deepEqual(outcome, { kind: 'refused', refusals: [WHATSAPP_REASONS.wabaShape] })
        }))
    }

    it('refuses a number id that is none', () =>
      using(async ({ whatsapp }) => {
        const outcome = await verify(whatsapp, { phoneNumberId: '+15550001' })
        assert.deepEqual(outcome, { kind: 'refused', refusals: [WHATSAPP_REASONS.numberUnseen] })
      }))

    it('says unavailable with a time to come back while the Graph API is down', () =>
      using(async ({ whatsapp }) => {
        const outcome = await verify(whatsapp, { accessToken: 'EAAtest_outage' })
        assert.ok(outcome.kind === 'unavailable' && outcome.retryAfterSeconds > 0)
      }))

    it('times out', () =>
      using(async ({ whatsapp }) => {
        assert.deepEqual(await verify(whatsapp, { accessToken: 'EAAtest_timeout' }), { kind: 'timeout', of: 'service' })
      }, 60))

    it('answers an aborted call as a timeout', () =>
      using(async ({ whatsapp }) => {
        const controller = new AbortController()
        const running = verify(whatsapp, { accessToken: 'EAAtest_timeout' }, controller.signal)
        setTimeout(() => controller.abort(), 20)
        assert.deepEqual(await running, { kind: 'timeout', of: 'service' })
      }))

    it('registers a number and subscribes to the account, twice without harm, with and without a token', () =>
      using(async ({ whatsapp }) => {
        for (const accessToken of ['EAAtest_ok', 'EAAtest_ok', null]) {
          const registered = await whatsapp.registerNumber({
            wabaId: FAKE_WABA,
            phoneNumberId: FAKE_NUMBER,
            accessToken,
          })
          assert.deepEqual(registered, { kind: 'done', value: { phoneNumberId: FAKE_NUMBER } })
          assert.deepEqual(await whatsapp.subscribeApp({ wabaId: FAKE_WABA, accessToken }), {
            kind: 'done',
            value: null,
          })
        }
      }))

    for (const { token, behaviour, says } of MAGIC_REGISTRATIONS) {
      it(`accepts ${token} and then: ${says}`, () =>
        using(async ({ whatsapp, lines }) => {
          assert.equal((await verify(whatsapp, { accessToken: token })).kind, 'done')
          const request = { wabaId: FAKE_WABA, phoneNumberId: FAKE_NUMBER, accessToken: token }
          const isLost = behaviour.does === 'loseAnswer'
          const signal = AbortSignal.timeout(isLost ? 1_500 : 30_000)
          const outcome = await whatsapp.registerNumber({ ...request, signal })
          if (behaviour.does === 'refuse') {
            assert.deepEqual(outcome, { kind: 'refused', refusals: [behaviour.refusal] })
          }
          if (behaviour.does === 'limit')
            assert.deepEqual(outcome, { kind: 'unavailable', of: 'subject', retryAfterSeconds: 3600 })
          if (isLost) {
            assert.deepEqual(outcome, { kind: 'timeout', of: 'service' })
            assert.equal((await whatsapp.registerNumber(request)).kind, 'done')
          }
          assert.equal(inspect([outcome, lines], { depth: null }).includes(token), false)
        }, 30_000))
    }

    it('refuses to register with a token that is not valid, and a number id that is none', () =>
      using(async ({ whatsapp }) => {
        const register = (phoneNumberId: string, accessToken: string) =>
          whatsapp.registerNumber({ wabaId: FAKE_WABA, phoneNumberId, accessToken })
        assert.deepEqual(await register(FAKE_NUMBER, 'EAAtest_expired'), {
          kind: 'refused',
          refusals: [WHATSAPP_REASONS.tokenInvalid],
        })
        assert.deepEqual(await register('../x', 'EAAtest_ok'), {
          kind: 'refused',
          refusals: [WHATSAPP_REASONS.numberUnseen],
        })
        assert.deepEqual(await whatsapp.subscribeApp({ wabaId: '../x', accessToken: 'EAAtest_ok' }), {
          kind: 'refused',
          refusals: [WHATSAPP_REASONS.wabaShape],
        })
      }))
  })
}
