import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aStoredCampaign } from '../../../test/kit/builders/registrations.ts'
import { addBrokenRules } from '../../contract/fields/rule.ts'
import { type CampaignContent, SETTINGS, type UseCase } from './campaign.fields.ts'
import {
  CAMPAIGN_RULES,
  type CampaignChange,
  campaignContent,
  campaignDifferences,
  campaignEvent,
  campaignLockProblem,
  DELETE_RULES,
  newCampaign,
  presentCampaign,
} from './campaign.rules.ts'

const [THEN, NOW] = ['2026-03-25T10:43:34+00:00', '2026-03-26T10:43:34+00:00']
const REQUIRED = { name: 'A', description: 'B', type: 'App' }

/** Ids in the order in which they are made. */
function numbered(): () => string {
  let made = 0
  return () => `new-${++made}`
}

const at = () => ({ now: NOW, newId: numbered() })
const useCase = (messagingUseCaseUs: UseCase['messagingUseCaseUs'], ...sampleMessages: string[]) => ({
  messagingUseCaseUs,
  sampleMessages,
})
const stored = (id: string, ...given: Parameters<typeof useCase>): UseCase => ({
  id,
  ...useCase(...given),
  createdAt: THEN,
  updatedAt: null,
})

const useCasesAfter = (before: UseCase[], ...given: ReturnType<typeof useCase>[]) =>
  campaignContent({ ...REQUIRED, useCases: given }, before, at()).useCases

test('what a request leaves out is null, whatever is stored', () => {
  const { useCases, ...content } = campaignContent({ ...REQUIRED, helpMessage: 'Help' }, [], at())
  assert.deepEqual(useCases, [])
  assert.deepEqual(content, {
    ...Object.fromEntries(SETTINGS.map((name) => [name, null])),
    ...REQUIRED,
    helpMessage: 'Help',
  })
})

const one = stored('one', 'MIXED', 'x')
const two = stored('two', 'MIXED', 'y')
const fresh = (id: string, ...given: Parameters<typeof useCase>): UseCase => ({
  ...stored(id, ...given),
  createdAt: NOW,
})
const USE_CASES: [string, UseCase[], UseCase[]][] = [
  ['a first one is new', useCasesAfter([], useCase('MIXED', 'x')), [fresh('new-1', 'MIXED', 'x')]],
  ['the same one stays as it is', useCasesAfter([one], useCase('MIXED', 'x')), [one]],
  [
    'one with other samples keeps its id and its creation',
    useCasesAfter([one], useCase('MIXED', 'x', 'z')),
    [{ ...one, sampleMessages: ['x', 'z'], updatedAt: NOW }],
  ],
  ['another kind is new', useCasesAfter([one], useCase('M2M', 'x')), [fresh('new-1', 'M2M', 'x')]],
  ['what is not sent goes', useCasesAfter([one, two], useCase('MIXED', 'x')), [one]],
  ['two of a kind stay two', useCasesAfter([one, two], useCase('MIXED', 'x'), useCase('MIXED', 'y')), [one, two]],
  [
    'a third of a kind is new, and the order is that of the request',
    useCasesAfter([one, two], useCase('M2M', 'm'), useCase('MIXED', 'x'), useCase('MIXED', 'y'), useCase('MIXED', 'z')),
    [fresh('new-1', 'M2M', 'm'), one, two, fresh('new-2', 'MIXED', 'z')],
  ],
]
for (const [says, found, expected] of USE_CASES) {
  test(`use cases: ${says}`, () => assert.deepEqual(found, expected))
}

test('the stored use cases are not changed by what is made of them', () => {
  const before = [one, two]
  useCasesAfter(before, useCase('MIXED', 'changed'))
  assert.deepEqual(before, [stored('one', 'MIXED', 'x'), stored('two', 'MIXED', 'y')])
})

const INHERITED = 'Cannot provide campaign data when inherit_tcr_campaign is true.'
const SUBMITTING = 'Campaign is being submitted to TCR and cannot be modified.'
const SUBMITTED = 'Campaign has already been submitted to TCR and cannot be modified.'
const DELETED = 'Cannot delete a campaign when inherit_tcr_campaign is true.'

const CHANGES: [CampaignChange, onWrite: string[], onDelete: string[]][] = [
  [{ isInheriting: false, current: null }, [], []],
  [{ isInheriting: false, current: { lock: null } }, [], []],
  [{ isInheriting: false, current: { lock: 'submitting' } }, [SUBMITTING], []],
  [{ isInheriting: false, current: { lock: 'submitted' } }, [SUBMITTED], []],
  [{ isInheriting: true, current: null }, [INHERITED], [DELETED]],
  [{ isInheriting: true, current: { lock: null } }, [INHERITED], [DELETED]],
  [{ isInheriting: true, current: { lock: 'submitted' } }, [INHERITED], [DELETED]],
]
for (const [change, onWrite, onDelete] of CHANGES) {
  const { isInheriting, current } = change
  const label = `${isInheriting ? 'inherited' : 'own'}, ${current === null ? 'new' : `lock ${current.lock}`}`
  test(`${label}: one sentence at most, for a change and for a deletion`, () => {
    for (const [rules, expected] of [
      [CAMPAIGN_RULES, onWrite],
      [DELETE_RULES, onDelete],
    ] as const) {
      const details: Record<string, string[]> = {}
      addBrokenRules(rules, change, details)
      assert.deepEqual(details, expected.length === 0 ? {} : { campaign: expected })
    }
  })
}

test('no campaign has no lock', () => assert.equal(campaignLockProblem(null), null))

const content: CampaignContent = campaignContent({ ...REQUIRED, useCases: [useCase('MIXED', 'x')] }, [], at())

test('a new campaign is known to no registry and tells its event', () => {
  const campaign = newCampaign({ id: 'c', ownerId: 'p', now: NOW }, content)
  const shown = presentCampaign(campaign, 'b')
  assert.deepEqual([shown.id, shown.customerId, shown.brandId, shown.createdAt], ['c', 'p', 'b', NOW])
  assert.deepEqual([shown.submittedToTCR, shown.submittedAt, shown.status, shown.updatedAt], [false, null, null, null])
  assert.deepEqual(campaignEvent('created', campaign), {
    type: 'campaign.created',
    payload: { campaign_id: 'c', status: null },
  })
})

const differences = (...args: Parameters<typeof campaignDifferences>) =>
  campaignDifferences(...args).map(({ member, from, to }) => [member, from, to])

test('what differs is told member by member; of a new campaign, what has a value', () => {
  const sent = [useCase('MIXED', 'x')]
  assert.deepEqual(differences(null, { ...content, helpMessage: 'Help' }), [
    ['name', null, 'A'],
    ['description', null, 'B'],
    ['type', null, 'App'],
    ['useCases', null, sent],
    ['helpMessage', null, 'Help'],
  ])
  assert.deepEqual(differences(content, content), [])
  const after = { ...content, type: 'KYC', useCases: [...content.useCases, fresh('new', 'M2M', 'y')] }
  assert.deepEqual(differences({ ...content, helpMessage: 'Help' }, after), [
    ['type', 'App', 'KYC'],
    ['useCases', sent, [...sent, useCase('M2M', 'y')]],
    ['helpMessage', 'Help', null],
  ])
})

test('it is shown as submitted when the registry has it, not before', () => {
  const campaign = newCampaign({ id: 'c', ownerId: 'p', now: NOW }, content)
  for (const [lock, expected] of [
    [null, false],
    ['submitting', false],
    ['submitted', true],
  ] as const) {
    assert.equal(presentCampaign({ ...campaign, lock }, null).submittedToTCR, expected)
  }
})

test('what is no use case is left out', () => {
  const useCases = ['x', useCase('MIXED', 'x')]
  assert.deepEqual(campaignContent({ ...REQUIRED, useCases }, [], at()).useCases, [fresh('new-1', 'MIXED', 'x')])
})

test('a campaign is shown whole, in the published order (contract 9.3)', () => {
  const given = SETTINGS.filter((name) => !Object.hasOwn(REQUIRED, name))
  const texts = Object.fromEntries(given.map((name) => [name, `the ${name}`]))
  const registry = {
    billedDate: '2026-04-01T00:00:00+00:00',
    cost: 10,
    telnyxCampaignId: 'T',
    tcrCampaignId: 'C',
    cspId: 'S',
    status: 'ACTIVE' as const,
  }
  const campaign = aStoredCampaign({
    ...texts,
    ...registry,
    id: 'c',
    ownerId: 'p',
    useCases: [one],
    lock: 'submitted',
    submittedAt: THEN,
    tcrSyncError: 'No opt-in.',
    resellerId: 'R',
    upstreamCnpId: 'U',
    sharingStatus: 'PENDING',
    createdAt: THEN,
    updatedAt: NOW,
  })
  const { name, description, type } = campaign
  const expected = {
    useCases: [
      {
        campaignId: 'c',
        customerId: 'p',
        messagingUseCaseUs: 'MIXED',
        sampleMessages: ['x'],
        id: 'one',
        createdAt: THEN,
        updatedAt: null,
      },
    ],
    tcrSyncError: 'No opt-in.',
    kycSubmissionFormId: null,
    type,
    customerId: 'p',
    name,
    description,
    submittedToTCR: true,
    submittedAt: THEN,
    ...registry,
    brandId: 'b',
    resellerId: 'R',
    ...texts,
    upstreamCnpId: 'U',
    sharingStatus: 'PENDING',
    id: 'c',
    createdAt: THEN,
    updatedAt: NOW,
  }
  const shown = presentCampaign(campaign, 'b')
  assert.deepEqual(shown, expected)
  assert.deepEqual(Object.keys(shown), Object.keys(expected))
})
