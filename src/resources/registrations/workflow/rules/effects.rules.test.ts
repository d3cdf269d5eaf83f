import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aRegisteredBrand,
  aRegisteredCampaign,
  aStep,
  aStoredBrand,
  aStoredCampaign,
  BRAND_ID,
  CAMPAIGN_ID,
  OTHER_CAMPAIGN_ID,
  SNAPSHOT,
} from '../../../../../test/kit/builders/registrations.ts'
import type { RegisteredBrand, RegisteredCampaign } from '../../../../ports/brand-registry.ts'
import type { Campaign } from '../../../campaigns/index.ts'
import type { ProfileStatus } from '../../../profiles/index.ts'
import type { Registration, Step } from '../../registration.fields.ts'
import { type Effects, effectsOf, type Subject, type TerminalState } from './effects.rules.ts'
import type { Effect } from './step.rules.ts'

/** What is written, told and noted when a registration moves (contract 8.12 and 14.2, decision 21). */

const PROFILE_ID = '770e8400-e29b-41d4-a716-446655440002'

type Run = Pick<Registration, 'state' | 'steps' | 'statusBefore'>

const run = (parts: Partial<Run> = {}): Run => ({ state: 'running', steps: [], statusBefore: 'incomplete', ...parts })

function subject(status: ProfileStatus, parts: Partial<Omit<Subject, 'profile'>> = {}): Subject {
  return { profile: { id: PROFILE_ID, status }, brand: aStoredBrand(), isOwnBrand: true, campaigns: [], ...parts }
}

const NOTHING: Effects = {
  state: 'running',
  brand: null,
  campaigns: [],
  endedCampaigns: [],
  unlockBrand: null,
  unlockCampaigns: [],
  status: null,
  feedback: null,
  changes: [],
  events: [],
  told: null,
  messagingProfileId: null,
  dollars: 0,
}

const after = (effects: Effect[], about: Subject = subject('incomplete')) => effectsOf(run(), about, effects, null)
const resting = (rest: TerminalState, about: Subject, of: Partial<Run> = {}) => effectsOf(run(of), about, [], rest)
/** What a change of the status leaves in history and webhooks. */
const statusChange = (from: ProfileStatus, to: ProfileStatus): Partial<Effects> => ({
  status: to,
  changes: [{ member: 'status', from, to }],
  events: [{ type: 'profile.status_changed', payload: { status: to } }],
})

test('a move without effects changes nothing, and a registration that was parked runs again', () => {
  assert.deepEqual(after([]), NOTHING)
  for (const [state, expected] of [
    ['parked', 'running'],
    ['waiting', 'waiting'],
  ] as const) {
    assert.deepEqual(effectsOf(run({ state }), subject('incomplete'), [], null).state, expected)
  }
})

describe('what the registry says of a brand', () => {
  const submitted: Effect = { kind: 'brand_registered', brand: aRegisteredBrand() }
  const read = (parts: Partial<RegisteredBrand> = {}): Effect => ({
    kind: 'brand_read',
    brand: aRegisteredBrand(parts),
  })
  const known = aStoredBrand({
    lock: 'submitted',
    tcr_brand_id: 'BABC123',
    status: 'ACTIVE',
    universal_ein: 'US_123456789',
    csp_id: 'SABC123',
  })

  test('a brand that was taken is in history and webhooks, its tax id only as changed', () => {
    assert.deepEqual(after([submitted]), {
      ...NOTHING,
      brand: { brand: aRegisteredBrand(), isSubmitted: true },
      changes: [
        { member: 'brand.tcr_brand_id', from: null, to: 'BABC123' },
        { member: 'brand.status', from: null, to: 'ACTIVE' },
        { member: 'brand.csp_id', from: null, to: 'SABC123' },
        { member: 'brand.submitted_to_tcr', from: false, to: true },
        { member: 'brand.universal_ein', from: 'changed', to: 'changed' },
      ],
      events: [{ type: 'brand.submitted', payload: { brand_id: BRAND_ID, status: null } }],
    })
  })

  test('a brand of the organization is not in the history of the profile', () => {
    const { changes, events, brand } = after([submitted], subject('incomplete', { isOwnBrand: false }))
    assert.deepEqual([changes, events.length, brand?.isSubmitted], [[], 1, true])
  })

  test('an identity that was scored is told', () => {
    assert.deepEqual(after([read({ identityStatus: 'VERIFIED' })], subject('incomplete', { brand: known })), {
      ...NOTHING,
      brand: { brand: aRegisteredBrand({ identityStatus: 'VERIFIED' }), isSubmitted: false },
      changes: [{ member: 'brand.identity_status', from: null, to: 'VERIFIED' }],
      events: [{ type: 'brand.status_changed', payload: { brand_id: BRAND_ID, status: 'VERIFIED' } }],
    })
  })

  const quiet: [string, Effect, Subject['brand']][] = [
    ['a profile without a brand has none to note', submitted, null],
    ['what is known already is not told again', read(), known],
    ['a registry that does not repeat the tax id has not changed it', read({ universalEin: null }), known],
  ]
  for (const [what, effect, brand] of quiet) {
    test(what, () => assert.deepEqual(after([effect], subject('incomplete', { brand })), NOTHING))
  }

  test('a brand that is taken without a tax id loses the one before', () => {
    const brand = aRegisteredBrand({ universalEin: null })
    assert.deepEqual(after([{ kind: 'brand_registered', brand }], subject('incomplete', { brand: known })).changes, [
      { member: 'brand.universal_ein', from: 'changed', to: 'changed' },
    ])
  })

  test('a brand that is only read is not submitted by it', () => {
    assert.deepEqual(
      after([read({ identityStatus: 'UNVERIFIED' })]).changes.map(({ member }) => member),
      ['brand.tcr_brand_id', 'brand.status', 'brand.identity_status', 'brand.csp_id', 'brand.universal_ein'],
    )
  })
})

describe('what the registry says of a campaign', () => {
  const stored = aStoredCampaign({ status: 'ACTIVE', sharingStatus: 'PENDING', upstreamCnpId: 'C1' })
  const other = aStoredCampaign({ id: OTHER_CAMPAIGN_ID, status: 'EXPIRED' })
  const same = { status: 'ACTIVE', sharingStatus: 'PENDING', upstreamCnpId: 'C1' } as const
  const told = (kind: 'campaign_registered' | 'campaign_read', parts: Partial<RegisteredCampaign>, of: Campaign[]) =>
    after([{ kind, id: CAMPAIGN_ID, campaign: aRegisteredCampaign(parts) }], subject('incomplete', { campaigns: of }))

  const news: [
    string,
    'campaign_registered' | 'campaign_read',
    Partial<RegisteredCampaign>,
    Campaign[],
    string,
    string,
  ][] = [
    ['taken', 'campaign_registered', {}, [other, stored], 'campaign.submitted', 'ACTIVE'],
    ['taken, with nothing new', 'campaign_registered', same, [stored], 'campaign.submitted', 'PENDING'],
    ['ended', 'campaign_read', { ...same, status: 'EXPIRED' }, [other, stored], 'campaign.status_changed', 'PENDING'],
    [
      'accepted',
      'campaign_read',
      { ...same, sharingStatus: 'ACCEPTED' },
      [stored],
      'campaign.status_changed',
      'ACCEPTED',
    ],
    [
      'given to a partner',
      'campaign_read',
      { ...same, upstreamCnpId: 'C2' },
      [stored],
      'campaign.status_changed',
      'PENDING',
    ],
    ['not known here', 'campaign_read', same, [other], 'campaign.status_changed', 'PENDING'],
  ]
  for (const [what, kind, parts, of, type, status] of news) {
    test(`a campaign that is ${what}: ${type}`, () => {
      assert.deepEqual(told(kind, parts, of), {
        ...NOTHING,
        campaigns: [
          { id: CAMPAIGN_ID, campaign: aRegisteredCampaign(parts), isSubmitted: kind === 'campaign_registered' },
        ],
        events: [{ type, payload: { campaign_id: CAMPAIGN_ID, status } }],
      })
    })
  }

  test('what is known already, or not said again, is not told', () => {
    for (const parts of [same, { status: null, sharingStatus: null, upstreamCnpId: null }])
      assert.deepEqual(told('campaign_read', parts, [other, stored]), NOTHING)
  })
})

test('what else a step brings is collected', () => {
  const effects: Effect[] = [
    { kind: 'campaign_ended', id: CAMPAIGN_ID },
    { kind: 'campaign_ended', id: OTHER_CAMPAIGN_ID },
    { kind: 'messaging_profile', id: 'mp' },
    { kind: 'charged', dollars: 4.5 },
    { kind: 'charged', dollars: 15 },
    { kind: 'whatsapp', event: 'registered' },
    { kind: 'whatsapp', event: 'failed' },
  ]
  assert.deepEqual(after(effects), {
    ...NOTHING,
    endedCampaigns: [CAMPAIGN_ID, OTHER_CAMPAIGN_ID],
    messagingProfileId: 'mp',
    dollars: 19.5,
    events: [
      { type: 'whatsapp.registered', payload: { status: 'registered' } },
      { type: 'whatsapp.failed', payload: { status: 'failed' } },
    ],
  })
})

test('what an effect says comes with where the run rests', () => {
  const effects: Effect[] = [{ kind: 'charged', dollars: 15 }]
  const found = effectsOf(run(), subject('approved'), effects, { kind: 'result', result: 'COMPLETED' })
  assert.deepEqual([found.dollars, found.state], [15, 'completed'])
})

describe('a run that waits for a review elsewhere, or for a person', () => {
  const submitted = { success: true, status: 'SUBMITTED', message: null } as const
  const rests = [
    ['waiting', { kind: 'reviewed_there' }],
    ['parked', { kind: 'parked', step: aStep('brand', { state: 'parked' }) }],
  ] as const
  for (const [state, rest] of rests) {
    for (const status of ['incomplete', 'rejected'] as const) {
      test(`${rest.kind}, ${status}: the profile is under review, and the callback is told`, () => {
        const expected = { ...NOTHING, ...statusChange(status, 'pending_review'), state, told: submitted }
        assert.deepEqual(resting(rest, subject(status)), expected)
      })
    }
    test(`${rest.kind}: an approved profile stays so`, () => {
      assert.deepEqual(resting(rest, subject('approved')), { ...NOTHING, state, told: submitted })
    })
    test(`${rest.kind}: it is told once`, () => {
      assert.deepEqual(resting(rest, subject('incomplete'), { state }), { ...NOTHING, state })
    })
  }
})

describe('a run that got through', () => {
  const table: [result: 'COMPLETED' | 'SUBMITTED', before: ProfileStatus, now: ProfileStatus, then: ProfileStatus][] = [
    ['COMPLETED', 'incomplete', 'incomplete', 'approved'],
    ['COMPLETED', 'incomplete', 'pending_review', 'approved'],
    ['COMPLETED', 'rejected', 'rejected', 'approved'],
    // A person's refusal during the run outlives its result.
    ['COMPLETED', 'incomplete', 'rejected', 'rejected'],
    ['SUBMITTED', 'incomplete', 'incomplete', 'pending_review'],
    ['SUBMITTED', 'rejected', 'rejected', 'pending_review'],
    ['SUBMITTED', 'approved', 'rejected', 'rejected'],
    ['SUBMITTED', 'approved', 'approved', 'approved'],
  ]
  for (const [result, statusBefore, now, then] of table) {
    test(`${result}, ${statusBefore} before and ${now} now: ${then}`, () => {
      assert.deepEqual(resting({ kind: 'result', result }, subject(now), { statusBefore }), {
        ...NOTHING,
        ...(now === then ? {} : statusChange(now, then)),
        state: result === 'COMPLETED' ? 'completed' : 'submitted',
        told: { success: true, status: result, message: null },
      })
    })
  }
})

describe('a run whose profile was deleted', () => {
  const told = { success: false, status: 'failed', message: 'The profile was deleted.' } as const
  const held = (parts: Partial<Step>) => aStep('brand', { snapshot: SNAPSHOT, ...parts })
  const table: [string, Step, Effects['unlockBrand']][] = [
    ...(['pending', 'calling', 'unknown', 'waiting', 'parked'] as const).map(
      (state): [string, Step, Effects['unlockBrand']] => [
        `a brand step ${state}`,
        held({ state }),
        { lock: 'submitting', snapshotId: SNAPSHOT.id },
      ],
    ),
    ['a brand that the registry has', held({ state: 'done' }), null],
    ['a brand that was refused', held({ state: 'correction_needed' }), null],
    ['a brand that this run did not lock', held({ snapshot: null }), null],
    ['another step', { ...held({}), step: 'campaign' }, null],
  ]
  for (const [what, step, unlockBrand] of table) {
    test(`${what}: ${unlockBrand === null ? 'no lock to give back' : 'its lock is given back'}`, () => {
      const found = resting({ kind: 'withdrawn' }, subject('incomplete'), { steps: [aStep('status'), step] })
      assert.deepEqual(found, { ...NOTHING, state: 'withdrawn', unlockBrand, told })
    })
  }
})
