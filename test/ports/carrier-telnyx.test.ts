import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { telnyxCarrier } from '../../src/adapters/telnyx/carrier.ts'
import type { Carrier } from '../../src/ports/carrier.ts'
import type { Outcome } from '../../src/ports/outcome.ts'
import { recordedLog } from '../kit/fakes/recorded-log.ts'
import { type FakeTelnyx, startFakeTelnyx, TELNYX_KEY, type TelnyxFakeFault } from '../kit/fakes/telnyx.ts'
import { kindAndAbout, STRANGE_ERRORS } from '../kit/outcome-kind.ts'
import { doneValue } from './brand-registry.suite.ts'
import { carrierSuite } from './carrier.suite.ts'

const campaign = { tcrCampaignId: 'C000001', telnyxCampaignId: '00000000-0000-4000-8000-000000000001' }
const phoneNumber = '+12025551234'

async function open({ timeoutMs }: { timeoutMs: number }) {
  const telnyx = await startFakeTelnyx()
  const { log, lines } = recordedLog()
  const carrier = telnyxCarrier({ baseUrl: `${telnyx.url}/v2`, apiKey: TELNYX_KEY, log, timeoutMs })
  return { carrier, campaign, telnyx, lines, settle: () => telnyx.settle(), close: () => telnyx.close() }
}

carrierSuite('telnyx', open)

async function using(work: (opened: { carrier: Carrier; telnyx: FakeTelnyx; lines: string[] }) => Promise<void>) {
  const opened = await open({ timeoutMs: 30_000 })
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

const connect = async (carrier: Carrier) => {
  const { messagingProfileId } = doneValue(
    await carrier.createMessagingProfile({ reference: randomUUID(), name: 'Acme' }),
  )
  doneValue(await carrier.connectNumber({ messagingProfileId, phoneNumber }))
  return messagingProfileId
}

describe('telnyx carrier', () => {
  it('makes one messaging profile for one reference, also when the answer was lost', () =>
    using(async ({ carrier, telnyx }) => {
      const request = { reference: randomUUID(), name: 'Acme' }
      telnyx.failNext('create_profile', { does: 'lost' })
      assert.deepEqual(await carrier.createMessagingProfile(request), { kind: 'timeout', of: 'service' })
      doneValue(await carrier.createMessagingProfile(request))
      assert.deepEqual(
        telnyx.profiles.map(({ name }) => name),
        [`Acme [${request.reference}]`],
      )
    }))

  it('takes no number that the filter lets through by mistake', () =>
    using(async ({ carrier, telnyx }) => {
      const messagingProfileId = await connect(carrier)
      const data = [{ id: '1', phone_number: '+12025559999', messaging_profile_id: null }]
      telnyx.failNext('list_numbers', { does: 'answer', status: 200, body: { data } })
      assert.equal((await carrier.connectNumber({ messagingProfileId, phoneNumber })).kind, 'refused')
      assert.equal((await carrier.connectNumber({ messagingProfileId: 'x', phoneNumber })).kind, 'refused')
    }))

  it('assigns with POST, moves to another campaign and tries a failed one again with PUT', () =>
    using(async ({ carrier, telnyx }) => {
      await connect(carrier)
      const other = { tcrCampaignId: null, telnyxCampaignId: '00000000-0000-4000-8000-000000000002' }
      doneValue(await carrier.assignCampaign({ phoneNumber, campaign }))
      doneValue(await carrier.assignCampaign({ phoneNumber, campaign }))
      doneValue(await carrier.assignCampaign({ phoneNumber, campaign: other }))
      const number = telnyx.numbers.get(phoneNumber)
      Object.assign(number?.assignment ?? {}, { assignmentStatus: 'FAILED_ASSIGNMENT' })
      doneValue(await carrier.assignCampaign({ phoneNumber, campaign: other }))
      const changes = telnyx.requests.filter(({ step }) => ['assign', 'reassign'].includes(step))
      assert.deepEqual(
        changes.map(({ method, body }) => [method, body.campaignId]),
        [
          ['POST', campaign.telnyxCampaignId],
          ['PUT', other.telnyxCampaignId],
          ['PUT', other.telnyxCampaignId],
        ],
      )
    }))

  it('refuses a campaign without an id, and a number without a messaging profile', () =>
    using(async ({ carrier }) => {
      const without = { tcrCampaignId: null, telnyxCampaignId: null }
      assert.equal((await carrier.assignCampaign({ phoneNumber, campaign: without })).kind, 'refused')
      const outcome = await carrier.assignCampaign({ phoneNumber, campaign })
      assert.ok(outcome.kind === 'refused' && outcome.refusals[0]?.member === 'phone_number')
    }))

  const ours = campaign.telnyxCampaignId
  const other = '00000000-0000-4000-8000-000000000002'
  const places: [title: string, assignment: Record<string, unknown>, status: string][] = [
    ['in it', { campaignId: ours, assignmentStatus: 'ASSIGNED' }, 'assigned'],
    [
      'in it by the other name',
      { campaignId: 'CXMPL09', telnyxCampaignId: ours, assignmentStatus: 'ASSIGNED' },
      'assigned',
    ],
    ['in another', { campaignId: other, assignmentStatus: 'ASSIGNED' }, 'elsewhere'],
    ['on its way into another', { campaignId: other, assignmentStatus: 'PENDING_ASSIGNMENT' }, 'elsewhere'],
    ['leaving another', { campaignId: other, assignmentStatus: 'PENDING_UNASSIGNMENT' }, 'leaving'],
    ['in it, without a state', { campaignId: ours }, 'pending'],
    ['in it, with a state that is new', { campaignId: ours, assignmentStatus: 'constructor' }, 'pending'],
  ]
  for (const [title, assignment, status] of places) {
    it(`D12: reads a number that is ${title} as ${status}`, () =>
      using(async ({ carrier, telnyx }) => {
        const body = { phoneNumber, ...assignment }
        telnyx.failNext('read_assignment', { does: 'answer', status: 200, body })
        assert.equal(doneValue(await carrier.readAssignment({ phoneNumber, campaign }))?.status, status)
      }))
  }

  it('D12: does not put a number that is leaving a campaign into one', () =>
    using(async ({ carrier, telnyx }) => {
      const body = { phoneNumber, campaignId: other, assignmentStatus: 'PENDING_UNASSIGNMENT' }
      telnyx.failNext('read_assignment', { does: 'answer', status: 200, body })
      assert.equal(doneValue(await carrier.assignCampaign({ phoneNumber, campaign })).status, 'leaving')
      assert.ok(!telnyx.requests.some(({ step }) => ['assign', 'reassign'].includes(step)))
    }))

  it('does not take an unknown state for an assignment', () =>
    using(async ({ carrier, telnyx }) => {
      const body = { phoneNumber, campaignId: 'x', assignmentStatus: 7 }
      telnyx.failNext('read_assignment', { does: 'answer', status: 200, body })
      assert.equal((await carrier.readAssignment({ phoneNumber })).kind, 'unavailable')
    }))

  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): TelnyxFakeFault => ({
    does: 'answer',
    status,
    body,
    headers,
  })
  const error = (status: number, code: string) =>
    answer(status, { errors: [{ code, detail: 'Bad', source: { pointer: '/x' } }] })
  const faults: [title: string, fault: TelnyxFakeFault, change: string, read: string][] = [
    ['422', error(422, '10015'), 'refused', 'refused'],
    ['409', error(409, '1'), 'mismatch', 'mismatch'],
    ['429', error(429, '10011'), 'unavailable of service', 'unavailable of service'],
    ['401', error(401, '10009'), 'unavailable of service', 'unavailable of service'],
    ['402', error(402, '20100'), 'unavailable of subject', 'unavailable of subject'],
    ...STRANGE_ERRORS.map(({ title, status, body }): (typeof faults)[number] => [
      title,
      answer(status, body),
      'refused',
      'refused',
    ]),
    ['500', error(500, '10016'), 'timeout of service', 'unavailable of service'],
    ['a dropped connection', { does: 'reset' }, 'timeout of service', 'unavailable of service'],
    ['HTML', answer(200, '<html>'), 'timeout of service', 'unavailable of service'],
    [
      'wrong types',
      answer(200, { data: { id: 7, name: {} }, meta: 'x', phoneNumber: [] }),
      'timeout of subject',
      'unavailable of subject',
    ],
    [
      'a polluted object',
      answer(200, '{"__proto__":{"data":[],"meta":{}}}'),
      'timeout of subject',
      'unavailable of subject',
    ],
    ['10 MB', answer(200, `"${'x'.repeat(10_000_000)}"`), 'timeout of service', 'unavailable of service'],
    [
      'a redirect',
      answer(302, '', { location: 'http://127.0.0.1:1/' }),
      'timeout of service',
      'unavailable of service',
    ],
  ]
  for (const [title, fault, change, read] of faults) {
    it(`answers ${title}: ${change} to a change, ${read} to a read`, () =>
      using(async ({ carrier, telnyx, lines }) => {
        const messagingProfileId = await connect(carrier)
        const request = { reference: randomUUID(), name: 'Acme' }
        const calls: [step: string, call: () => Promise<Outcome<unknown>>, expected: string][] = [
          ['list_profiles', () => carrier.findMessagingProfile(request), read],
          ['create_profile', () => carrier.createMessagingProfile(request), change],
          ['list_numbers', () => carrier.connectNumber({ messagingProfileId, phoneNumber }), read],
          ['connect', () => carrier.connectNumber({ messagingProfileId: randomUUID(), phoneNumber }), change],
          ['assign', () => carrier.assignCampaign({ phoneNumber, campaign }), change],
        ]
        lines.length = 0
        for (const [step, call, expected] of calls) {
          telnyx.failNext(step, fault)
          assert.equal(kindAndAbout(await call()), expected, step)
        }
        assert.ok(lines.length >= calls.length)
        assert.doesNotMatch(lines.join(), /Acme|KEY_of|2025551234/)
        assert.deepEqual(
          [telnyx.profiles.length, telnyx.numbers.get(phoneNumber)?.messagingProfileId],
          [1, messagingProfileId],
        )
      }))
  }
})
