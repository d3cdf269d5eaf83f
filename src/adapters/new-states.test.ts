import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFakeProvider } from '../../test/kit/fakes/provider.ts'
import { recordedLog } from '../../test/kit/fakes/recorded-log.ts'
import { done } from '../ports/outcome.ts'
import { withSession } from './http-client/json-client.ts'
import { NEW_STATE, type NoteWord, stateOrNew } from './http-client/read-wire.ts'
import { tcrBrandRegistry } from './tcr/index.ts'
import { toBrand, toCampaign, toSharing } from './tcr/wire.ts'
import { telnyxBrandRegistry } from './telnyx/registry.ts'
import { toAssignment, toTelnyxBrand, toTelnyxCampaign } from './telnyx/wire.ts'
import { toAuthentication, toNewestVetting, toVetting } from './ten-dlc/wire.ts'

const ID = '4b20017f-8da9-4992-a6c0-683072fb7729'
const FEES = { brand: null, revet: null, vetting: null, campaignReview: null }

function noted(): { note: NoteWord; words: string[] } {
  const words: string[] = []
  return { words, note: (member, word) => void words.push(`${member} ${word}`) }
}

test('D12: a state that is not known yet is told; what names no state is no answer', () => {
  const { note, words } = noted()
  const read = (value: unknown) => stateOrNew(value, ['ACTIVE'], { member: 'm', note })
  assert.deepEqual(['ACTIVE', null, undefined, ''].map(read), ['ACTIVE', null, null, null])
  assert.deepEqual(words, [])
  assert.deepEqual(['Jane Doe', 7, {}, '+12025550123', '123456789'].map(read), Array(5).fill(undefined))
  assert.deepEqual(words, [])
  assert.equal(read('DORMANT'), NEW_STATE)
  assert.deepEqual(words, ['m DORMANT'])
})

test('D12: a brand in a state that is not known yet is one that is being checked', () => {
  const { note, words } = noted()
  const telnyx = { brandId: ID, status: 'OK', identityStatus: 'VERIFIED' }
  assert.equal(toTelnyxBrand({ ...telnyx, status: 'ON_HOLD' }, note)?.identityStatus, null)
  assert.equal(toTelnyxBrand({ ...telnyx, identityStatus: 'RECHECKED' }, note)?.identityStatus, null)
  const tcr = { brandId: 'BTEST01', status: 'ACTIVE', identityStatus: 'VERIFIED' }
  assert.equal(toBrand({ ...tcr, status: 'ON_HOLD' }, note)?.identityStatus, null)
  assert.equal(toBrand({ ...tcr, identityStatus: 'RECHECKED' }, note)?.identityStatus, null)
  const told = ['brand.status ON_HOLD', 'brand.identityStatus RECHECKED']
  assert.deepEqual(words, [...told, ...told])
})

test('D12: a campaign in a state that is not known yet is under way, and one that is known to be over stays so', () => {
  const { note, words } = noted()
  const telnyx = { campaignId: ID, campaignStatus: 'MNO_PROVISIONED', submissionStatus: 'CREATED', status: 'ACTIVE' }
  const sharing = (parts: object) => toTelnyxCampaign({ ...telnyx, ...parts }, note)?.sharingStatus
  assert.equal(sharing({}), 'ACCEPTED')
  assert.equal(sharing({ status: 'DORMANT' }), 'PENDING')
  assert.equal(sharing({ submissionStatus: 'PARKED' }), 'PENDING')
  assert.equal(sharing({ campaignStatus: 'MNO_DORMANT' }), 'PENDING')
  assert.equal(sharing({ status: 'DORMANT', campaignStatus: 'MNO_REJECTED' }), 'DECLINED')
  assert.equal(toCampaign({ campaignId: 'CTEST01', status: 'DORMANT' }, note)?.status, NEW_STATE)
  assert.equal(toSharing({ sharedByMe: { sharingStatus: 'HELD' } }, note)?.status, 'PENDING')
  assert.equal(toAssignment({ phoneNumber: '+12025550123', assignmentStatus: 'QUEUED' }, note)?.status, 'pending')
  assert.deepEqual(words, [
    'campaign.status DORMANT',
    'campaign.submissionStatus PARKED',
    'campaign.campaignStatus MNO_DORMANT',
    'campaign.status DORMANT',
    'campaign.status DORMANT',
    'sharingStatus HELD',
    'assignmentStatus QUEUED',
  ])
})

test('D12: a vetting in a state that is not known yet is under way, and told', () => {
  const { note, words } = noted()
  const vetting = { evpId: 'AEGIS', vettingClass: 'STANDARD', createDate: '2026-12-01T10:00:00Z' }
  const order = { evpId: 'AEGIS', vettingClass: 'STANDARD' } as const
  const read = (vettingStatus: unknown) => toNewestVetting([{ ...vetting, vettingStatus }], order, note)?.newest?.status
  assert.deepEqual(['ACTIVE', 'PENDING', 'UNSCORE', 'FAILED', 'EXPIRED', null].map(read), [
    'active',
    'pending',
    'failed',
    'failed',
    'expired',
    'pending',
  ])
  assert.deepEqual(words, [])
  assert.equal(read('IN_REVIEW'), 'pending')
  assert.equal(toVetting({ ...vetting, vettingStatus: 'ON_HOLD' }, note)?.status, 'pending')
  const mail = { ...vetting, vettingClass: 'AUTHPLUS', vettingStatus: 'SENT_AGAIN' }
  assert.equal(toAuthentication([mail], note)?.newest?.status, 'pending')
  assert.equal(read('Jane Doe'), 'pending')
  assert.deepEqual(words, [
    'vetting.vettingStatus IN_REVIEW',
    'vetting.vettingStatus ON_HOLD',
    'vetting.vettingStatus SENT_AGAIN',
  ])
})

test('D12: TCR: a shared campaign in a state that is not known yet waits', async () => {
  const provider = await startFakeProvider(async (incoming, _sent, response) => {
    const isSharing = incoming.url?.endsWith('/sharing') === true
    const answer = isSharing
      ? { sharedByMe: { sharingStatus: 'ACCEPTED', upstreamCnpId: 'PARTNER' } }
      : { campaignId: 'CTEST01', status: 'DORMANT' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const { log, lines } = recordedLog()
  const secrets = { apiKey: 'k', apiSecret: 's', upstreamCnp: 'PARTNER', vetting: null, fees: FEES }
  const registry = tcrBrandRegistry({ baseUrl: provider.url, ...secrets, log })
  const campaign = { tcrCampaignId: 'CTEST01', telnyxCampaignId: null }
  const read = await registry.readCampaign({ campaign })
  await registry.readCampaign({ campaign })
  await provider.close()
  assert.ok(read.kind === 'done')
  assert.deepEqual([read.value.status, read.value.sharingStatus], [null, 'PENDING'])
  const told = lines.filter((line) => line.includes('registry.unknown_state'))
  assert.equal(told.length, 1, 'once per word and process')
  assert.match(told[0] ?? '', /campaign\.status.*DORMANT/s)
})

test('D12: a provider that makes up words fills no log', async () => {
  const provider = await startFakeProvider(async (_incoming, _sent, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const { log, lines } = recordedLog()
  const baseUrl = new URL(provider.url)
  const client = { provider: 'p', area: 'a', baseUrl, authorization: 'k', log, timeoutMs: 5_000, judge: () => null }
  const read = (_: unknown, note: NoteWord) => {
    for (let n = 0; n < 500; n += 1) note('m', `WORD_${n}`)
    return 'read' as const
  }
  const outcome = await withSession(client, undefined, (session) =>
    session.call({ step: 's', method: 'GET', path: 'x', read }),
  )
  await provider.close()
  assert.deepEqual(outcome, done('read'))
  assert.ok(lines.length > 0 && lines.length <= 100)
})

test('D12: a check of a brand that Telnyx refuses says when it is possible again', async () => {
  const provider = await startFakeProvider(async (_incoming, _sent, response) => {
    const errors = [{ code: '10015', title: 'Bad Request', detail: 'The brand cannot be revetted now.' }]
    const body = { brandId: ID, status: 'OK', identityStatus: 'UNVERIFIED' }
    const isRead = _incoming.method === 'GET'
    response.writeHead(isRead ? 200 : 400, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isRead ? body : { errors }))
  })
  const callbackUrl = 'https://letterhead.example/callbacks/telnyx'
  const { log } = recordedLog()
  const registry = telnyxBrandRegistry({
    baseUrl: provider.url,
    apiKey: 'k',
    log,
    callbackUrl,
    vetting: null,
    fees: FEES,
  })
  const revetted = await registry.revetBrand({ tcrBrandId: ID })
  await provider.close()
  assert.ok(revetted.kind === 'refused')
  const says = revetted.refusals.map((refusal) => refusal.says)
  assert.equal(says[0], 'The brand cannot be revetted now.')
  assert.match(says[1] ?? '', /once after its registration, and then once in three months/)
})
