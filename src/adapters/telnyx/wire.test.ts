import { describe } from 'node:test'
import { documentedBrand, documentedCampaign } from '../../../test/kit/builders/registry.ts'
import { telnyxCallback, telnyxKeys } from '../../../test/kit/builders/signed-events.ts'
import {
  type DocumentedCall,
  type DocumentedEvent,
  documentedCalls,
  documentedEvents,
  everyExchangeIsPlayed,
} from '../../../test/kit/documented-exchanges.ts'
import { recordedLog } from '../../../test/kit/fakes/recorded-log.ts'
import type { BrandRegistry } from '../../ports/brand-registry.ts'
import type { Carrier } from '../../ports/carrier.ts'
import { done, refused } from '../../ports/outcome.ts'
import { telnyxCarrier } from './carrier.ts'
import { telnyxReceiver } from './event-receiver.ts'
import { telnyxBrandRegistry } from './registry.ts'

const brand = documentedBrand
const brandId = '4b20017f-8da9-4992-a6c0-683072fb7729'
const telnyxCampaignId = '7d1f0c52-2c2b-4c7a-9d2f-1f5f8a3b6c10'
const messagingProfileId = '3fa85f64-5717-4562-b3fc-2c963f66afa6'
const another = '00000000-0000-4000-8000-000000000001'
const phoneNumber = '+12025550123'
const content = documentedCampaign(brandId)
/** Our first try; the listed brand was made an hour later. */
const since = Date.parse('2026-03-25T09:00:00Z')
const campaign = { tcrCampaignId: 'CXMPL01', telnyxCampaignId }

const registered = {
  tcrBrandId: 'BXMPL01',
  reference: brand.reference,
  status: 'ACTIVE',
  identityStatus: 'VERIFIED',
  universalEin: 'US_123456789',
  cspId: 'STELNYX',
}
const found = {
  ...campaign,
  reference: content.reference,
  status: 'ACTIVE',
  sharingStatus: 'ACCEPTED',
  upstreamCnpId: null,
  cspId: 'STELNYX',
  resellerId: 'R000000',
  monthlyFee: null,
  says: null,
}

const brands: DocumentedCall<BrandRegistry>[] = [
  {
    title: 'submits a brand at once, and goes by its id until TCR gives one',
    exchanges: ['submit-brand'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: done({ ...registered, tcrBrandId: brandId, identityStatus: null }),
  },
  {
    title: 'submits a brand that may have been sent before and is not found',
    exchanges: ['list-brands-none', 'submit-brand'],
    ask: (registry) => registry.submitBrand({ brand, since }),
    gives: done({ ...registered, tcrBrandId: brandId, identityStatus: null }),
    damage: [
      ['list-brands-none', 'records'],
      ['list-brands-none', 'totalRecords', '0'],
      ['submit-brand', 'brandId'],
      ['submit-brand', 'brandId', 'BXMPL01'],
      ['submit-brand', 'status', 7],
      ['submit-brand', '', []],
    ],
  },
  {
    title: 'submits no brand whose reference it finds',
    exchanges: ['list-brands', 'read-brand'],
    ask: (registry) => registry.submitBrand({ brand, since }),
    gives: { kind: 'mismatch' },
    damage: [['read-brand', 'brandId', another]],
  },
  {
    title: 'names our member for the one that Telnyx refuses',
    exchanges: ['brand-refused'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: refused({ member: 'brand.business.taxId', says: 'The tax id has nine digits.' }),
    damage: [
      ['brand-refused', 'errors'],
      ['brand-refused', 'errors', {}],
      ['brand-refused', 'errors.0', 'bad'],
    ],
  },
  {
    title: 'replaces a brand, but for what is said once',
    exchanges: ['update-brand'],
    ask: (registry) =>
      registry.updateBrand({ tcrBrandId: brandId, brand: { ...brand, mobilePhone: phoneNumber, isMock: true } }),
    gives: done(registered),
    damage: [
      ['update-brand', 'brandId', another],
      ['update-brand', 'identityStatus', 1],
    ],
  },
  {
    title: "orders a new identity check, by TCR's id",
    exchanges: ['list-brands-by-tcr-id', 'revet-brand'],
    ask: (registry) => registry.revetBrand({ tcrBrandId: 'BXMPL01' }),
    gives: done({ ...registered, identityStatus: 'UNVERIFIED' }),
    damage: [
      ['list-brands-by-tcr-id', 'records.0.brandId'],
      ['list-brands-by-tcr-id', 'totalRecords'],
      ['revet-brand', 'brandId'],
    ],
  },
  {
    title: 'finds a brand by our reference in its callback address',
    exchanges: ['list-brands', 'read-brand'],
    ask: (registry) => registry.findBrand({ reference: brand.reference, sent: { brand, since } }),
    gives: done(registered),
    damage: [
      ['list-brands', 'records.0.brandId', 7],
      ['read-brand', 'brandId'],
      ['read-brand', 'identityStatus', {}],
      ['read-brand', 'status', 7],
    ],
  },
  {
    title: 'asks later for what its key is not accepted for',
    exchanges: ['key-not-accepted'],
    ask: (registry) => registry.readBrand({ tcrBrandId: brandId }),
    gives: { kind: 'unavailable', of: 'service', retryAfterSeconds: 60 },
  },
  {
    title: 'waits as long as Telnyx says when there were too many calls',
    exchanges: ['rate-limited'],
    ask: (registry) => registry.readBrand({ tcrBrandId: brandId }),
    gives: { kind: 'unavailable', of: 'service', retryAfterSeconds: 42 },
  },
  {
    title: 'reads why an identity is not verified',
    exchanges: ['read-brand', 'read-brand-feedback'],
    ask: (registry) => registry.readFeedback({ tcrBrandId: brandId }),
    gives: done([
      {
        category: 'TAX_ID',
        fields: ['brand.business.taxId', 'brand.business.legalName'],
        says: 'The tax id belongs to no company of this name.',
      },
    ]),
    damage: [
      ['read-brand-feedback', 'category', 'TAX_ID'],
      ['read-brand-feedback', 'category.0.id', 1],
      ['read-brand-feedback', 'category.0.fields', 'ein'],
    ],
  },
  {
    title: 'reads why a brand was not registered',
    exchanges: ['read-brand-failed'],
    ask: (registry) => registry.readFeedback({ tcrBrandId: brandId }),
    gives: done([{ category: 'OTHERS', fields: ['brand'], says: 'The tax id is not valid.' }]),
    damage: [['read-brand-failed', 'status', 7]],
  },
  {
    title: 'orders external vetting',
    exchanges: ['order-vetting'],
    ask: (registry) => registry.orderVetting({ tcrBrandId: brandId }),
    gives: done({ status: 'pending', score: null, reasons: [] }),
    damage: [
      ['order-vetting', '', []],
      ['order-vetting', '', 'ordered'],
    ],
  },
  {
    title: 'takes a vetting with a date and a score for complete',
    exchanges: ['list-vettings'],
    ask: (registry) => registry.readVetting({ tcrBrandId: brandId }),
    gives: done({ status: 'active', score: 82, reasons: [] }),
    damage: [
      ['list-vettings', '0.vettingScore', 820],
      ['list-vettings', '0', 'AEGIS'],
      ['list-vettings', '', {}],
    ],
  },
]

const campaigns: DocumentedCall<BrandRegistry>[] = [
  {
    title: 'submits a campaign that it does not find',
    exchanges: ['read-brand', 'list-campaigns-none', 'qualify-usecase', 'campaign-cost', 'submit-campaign'],
    ask: (registry) => registry.submitCampaign({ campaign: content }),
    gives: done({
      ...found,
      tcrCampaignId: null,
      status: null,
      sharingStatus: 'PENDING',
      monthlyFee: 10,
      upFrontFee: 30,
      notices: [],
    }),
    damage: [
      ['list-campaigns-none', 'totalRecords'],
      ['qualify-usecase', 'mnoMetadata', []],
      ['submit-campaign', 'campaignId', 'CXMPL01'],
      ['submit-campaign', 'campaignStatus', 7],
      ['submit-campaign', 'submissionStatus', 1],
    ],
  },
  {
    title: 'finds a campaign by our reference',
    exchanges: ['list-campaigns', 'read-campaign', 'campaign-cost'],
    ask: (registry) => registry.findCampaign({ reference: content.reference, tcrBrandId: brandId }),
    // D12: the months in advance were taken though the answer to its submission was lost, and those that follow cost the same.
    gives: done({ ...found, monthlyFee: 10, upFrontFee: 30 }),
    damage: [
      ['list-campaigns', 'records.0.campaignId'],
      ['read-campaign', 'campaignId', another],
      ['read-campaign', 'status', 7],
      ['read-campaign', 'campaignStatus', 7],
    ],
  },
  {
    title: 'changes a campaign, and appeals where it was declined',
    exchanges: ['update-campaign', 'read-campaign-declined', 'appeal-campaign', 'read-campaign'],
    ask: (registry) => registry.updateCampaign({ campaign, content }),
    gives: done(found),
    damage: [['read-campaign-declined', 'campaignStatus', 7]],
  },
  {
    title: 'reads why a campaign was declined',
    exchanges: ['read-campaign-declined'],
    ask: (registry) => registry.readCampaign({ campaign }),
    gives: done({ ...found, sharingStatus: 'DECLINED', correction: 'change', says: 'The opt-in is not described.' }),
  },
  {
    title: 'ends a campaign',
    exchanges: ['read-campaign', 'deactivate-campaign'],
    ask: (registry) => registry.deactivateCampaign({ campaign }),
    gives: done(null),
    damage: [['read-campaign', 'campaignId', null]],
  },
]

const profile = { reference: brand.reference, name: 'Harbor Coffee' }

const carrier: DocumentedCall<Carrier>[] = [
  {
    title: 'finds a messaging profile by our reference in its name',
    exchanges: ['list-messaging-profiles'],
    ask: (port) => port.findMessagingProfile(profile),
    gives: done({ messagingProfileId }),
    damage: [
      ['list-messaging-profiles', 'data'],
      ['list-messaging-profiles', 'data.0.id', 7],
    ],
  },
  {
    title: 'makes a messaging profile that it does not find',
    exchanges: ['list-messaging-profiles-none', 'create-messaging-profile'],
    ask: (port) => port.createMessagingProfile(profile),
    gives: done({ messagingProfileId }),
    damage: [
      ['list-messaging-profiles-none', 'data', {}],
      ['create-messaging-profile', 'data'],
      ['create-messaging-profile', 'data.id', 'none'],
    ],
  },
  {
    title: 'puts a number under a messaging profile',
    exchanges: ['list-phone-numbers', 'update-phone-number-messaging'],
    ask: (port) => port.connectNumber({ messagingProfileId, phoneNumber }),
    gives: done({ status: 'connected' }),
    damage: [
      ['list-phone-numbers', 'data.0.id', 7],
      ['list-phone-numbers', 'data.0.phone_number'],
      ['update-phone-number-messaging', 'data.messaging_profile_id', null],
      ['update-phone-number-messaging', 'data.messaging_profile_id', another],
    ],
  },
  {
    title: 'refuses a number that is not in the account',
    exchanges: ['list-phone-numbers-none'],
    ask: (port) => port.connectNumber({ messagingProfileId, phoneNumber }),
    gives: refused({ member: 'phone_number', says: 'The phone number is not in the account at Telnyx.' }),
    damage: [['list-phone-numbers-none', 'data']],
  },
  {
    title: 'puts a number into a campaign',
    exchanges: ['read-assignment-none', 'assign-phone-number'],
    ask: (port) => port.assignCampaign({ phoneNumber, campaign }),
    gives: done({ status: 'pending', says: null }),
    damage: [
      ['assign-phone-number', 'phoneNumber'],
      ['assign-phone-number', 'phoneNumber', '+12025550199'],
      ['assign-phone-number', 'assignmentStatus', 7],
    ],
  },
  {
    title: 'puts a number into a campaign again that failed',
    exchanges: ['read-assignment-failed', 'reassign-phone-number'],
    ask: (port) => port.assignCampaign({ phoneNumber, campaign }),
    gives: done({ status: 'pending', says: null }),
    damage: [['reassign-phone-number', 'assignmentStatus', {}]],
  },
  {
    title: 'reads that a number is in a campaign',
    exchanges: ['read-assignment'],
    ask: (port) => port.readAssignment({ phoneNumber }),
    gives: done({ status: 'assigned', says: null }),
    damage: [['read-assignment', 'phoneNumber', 12025550123]],
  },
  {
    title: 'reads why a number could not be put into a campaign',
    exchanges: ['read-assignment-failed'],
    ask: (port) => port.readAssignment({ phoneNumber }),
    gives: done({ status: 'failed', says: 'The number has no messaging profile.' }),
  },
]

const events: DocumentedEvent[] = [
  {
    exchange: 'event-brand-update',
    gives: { type: '10dlc.brand.update', about: { brandReference: brand.reference, tcrBrandId: 'BXMPL01' } },
    damage: [
      ['event-brand-update', 'data.id'],
      ['event-brand-update', 'data.id', {}],
      ['event-brand-update', 'data.event_type', 7],
    ],
  },
  {
    exchange: 'event-campaign-update',
    gives: {
      type: '10dlc.campaign.update',
      about: { campaignReference: content.reference, tcrBrandId: 'BXMPL01', ...campaign },
    },
    damage: [['event-campaign-update', 'data', []]],
  },
  {
    exchange: 'event-phone-number-update',
    gives: { type: '10dlc.phone_number.update', about: { ...campaign, phoneNumber } },
    damage: [['event-phone-number-update', 'data.payload', 'ADDED']],
  },
]

describe('Telnyx as its documentation shows it', () => {
  const { log } = recordedLog()
  documentedCalls<BrandRegistry>({
    adapter: 'telnyx',
    changeInDoubt: 'timeout',
    calls: [...brands, ...campaigns],
    open: (url) =>
      telnyxBrandRegistry({
        baseUrl: `${url}/v2`,
        apiKey: 'KEY',
        callbackUrl: 'https://letterhead.example/callbacks/telnyx',
        vetting: { evpId: 'AEGIS', vettingClass: 'STANDARD' },
        fees: { brand: null, revet: null, vetting: null, campaignReview: null },
        log,
      }),
  })
  documentedCalls<Carrier>({
    adapter: 'telnyx',
    changeInDoubt: 'timeout',
    calls: carrier,
    open: (url) => telnyxCarrier({ baseUrl: `${url}/v2`, apiKey: 'KEY', log }),
  })
  const keys = telnyxKeys()
  const receiver = telnyxReceiver(keys)
  documentedEvents(
    'telnyx',
    ({ path, body }) => {
      const { headers, body: text } = telnyxCallback(body, { ...keys, seconds: 0 })
      return receiver.readCallback({ url: path, headers, rawBody: Buffer.from(text), now: 0 })
    },
    events,
  )
})

everyExchangeIsPlayed('telnyx', [
  ...[...brands, ...campaigns, ...carrier].flatMap(({ exchanges }) => exchanges),
  ...events.map(({ exchange }) => exchange),
])
