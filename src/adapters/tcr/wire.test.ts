import { describe } from 'node:test'
import { documentedBrand, documentedCampaign } from '../../../test/kit/builders/registry.ts'
import { tcrCallback } from '../../../test/kit/builders/signed-events.ts'
import {
  type DocumentedCall,
  type DocumentedEvent,
  documentedCalls,
  documentedEvents,
  everyExchangeIsPlayed,
} from '../../../test/kit/documented-exchanges.ts'
import { recordedLog } from '../../../test/kit/fakes/recorded-log.ts'
import type { BrandRegistry } from '../../ports/brand-registry.ts'
import { done, refused } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import { tcrReceiver } from './event-receiver.ts'
import { tcrBrandRegistry } from './index.ts'

const brand = documentedBrand
const content = documentedCampaign('BXMPL01')
const campaign = { tcrCampaignId: 'CXMPL01', telnyxCampaignId: null }
const tcrBrandId = 'BXMPL01'

const registered = {
  tcrBrandId,
  reference: brand.reference,
  status: 'ACTIVE',
  identityStatus: 'VERIFIED',
  universalEin: 'US_123456789',
  cspId: 'SXMPL01',
}
const found = {
  ...campaign,
  reference: content.reference,
  status: 'ACTIVE',
  sharingStatus: 'PENDING',
  upstreamCnpId: 'SXMPL99',
  cspId: 'SXMPL01',
  resellerId: null,
  monthlyFee: null,
  says: null,
}
const anotherBrand = 'BXMPL02'

const brands: DocumentedCall<BrandRegistry>[] = [
  {
    title: 'submits a brand, which has no identity status yet',
    exchanges: ['submit-brand'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: done({ ...registered, identityStatus: null }),
    damage: [
      ['submit-brand', 'brandId'],
      ['submit-brand', 'brandId', 7],
      ['submit-brand', 'brandId', '../BXMPL01'],
      ['submit-brand', '', []],
    ],
  },
  {
    title: 'names our members for the field that TCR refuses',
    exchanges: ['brand-refused'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: refused({ member: 'brand.business.taxId', says: 'Invalid parameter' }),
    damage: [
      ['brand-refused', '0.code'],
      ['brand-refused', '0.code', '501'],
      ['brand-refused', '', { code: 501 }],
      ['brand-refused', '', []],
    ],
  },
  {
    title: 'names our members for all fields that TCR refuses in one',
    exchanges: ['brand-refused-fields'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: refused(
      { member: 'brand.business.taxId', says: 'Invalid parameter' },
      { member: 'brand.business.postalCode', says: 'Invalid parameter' },
    ),
    damage: [['brand-refused-fields', '0.code']],
  },
  {
    title: 'takes a duplicate for a brand to look up',
    exchanges: ['brand-duplicate'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: { kind: 'mismatch' },
    damage: [['brand-duplicate', '0.code', null]],
  },
  {
    title: 'waits when there were too many calls',
    exchanges: ['rate-limited'],
    ask: (registry) => registry.submitBrand({ brand }),
    gives: { kind: 'unavailable', of: 'service', retryAfterSeconds: 10 },
  },
  {
    title: 'replaces a brand',
    exchanges: ['update-brand'],
    ask: (registry) => registry.updateBrand({ tcrBrandId, brand }),
    gives: done(registered),
    damage: [
      ['update-brand', 'brandId', anotherBrand],
      ['update-brand', 'identityStatus', 7],
    ],
  },
  {
    title: 'orders a new identity check',
    exchanges: ['revet-brand'],
    ask: (registry) => registry.revetBrand({ tcrBrandId }),
    gives: done({ ...registered, identityStatus: 'UNVERIFIED' }),
    damage: [
      ['revet-brand', 'brandId', anotherBrand],
      ['revet-brand', 'identityStatus', true],
    ],
  },
  {
    title: 'reads a brand',
    exchanges: ['read-brand'],
    ask: (registry) => registry.readBrand({ tcrBrandId }),
    gives: done(registered),
    damage: [
      ['read-brand', 'brandId'],
      ['read-brand', 'brandId', anotherBrand],
      ['read-brand', 'identityStatus', 3],
    ],
  },
  {
    title: 'reads that a brand is unknown, or deleted',
    exchanges: ['brand-unknown'],
    ask: (registry) => registry.readBrand({ tcrBrandId }),
    gives: refused(REGISTRY_REASONS.brandUnknown),
    damage: [['brand-unknown', '0.code', '502']],
  },
  {
    title: 'finds a brand by our reference',
    exchanges: ['list-brands', 'read-brand'],
    ask: (registry) => registry.findBrand({ reference: brand.reference }),
    gives: done(registered),
    damage: [
      ['list-brands', 'records'],
      ['list-brands', 'records', {}],
      ['list-brands', 'records.0.brandId', 7],
    ],
  },
  {
    title: 'finds that there is no brand with our reference',
    exchanges: ['list-brands-none'],
    ask: (registry) => registry.findBrand({ reference: brand.reference }),
    gives: done(null),
    damage: [['list-brands-none', 'records']],
  },
  {
    title: 'reads why an identity is not verified',
    exchanges: ['read-brand-feedback'],
    ask: (registry) => registry.readFeedback({ tcrBrandId }),
    gives: done([
      {
        category: 'TAX_ID',
        fields: ['brand.business.taxId', 'brand.business.legalName'],
        says: 'The tax id belongs to no company of this name.',
      },
    ]),
    damage: [
      ['read-brand-feedback', 'category', 'TAX_ID'],
      ['read-brand-feedback', 'category.0.id'],
      ['read-brand-feedback', 'category.0.fields.0', 7],
    ],
  },
  {
    title: 'orders external vetting',
    exchanges: ['order-vetting'],
    ask: (registry) => registry.orderVetting({ tcrBrandId }),
    gives: done({ status: 'pending', score: null, reasons: [] }),
    damage: [
      ['order-vetting', 'vettingStatus', 7],
      ['order-vetting', 'reasons', 'none'],
      ['order-vetting', '', []],
    ],
  },
  {
    title: 'reads the newest external vetting',
    exchanges: ['list-vettings'],
    ask: (registry) => registry.readVetting({ tcrBrandId }),
    gives: done({ status: 'active', score: 82, reasons: [] }),
    damage: [
      ['list-vettings', '1.vettingScore', 820],
      ['list-vettings', '1.vettingScore', '82'],
      ['list-vettings', '0.vettingStatus', 1],
      ['list-vettings', '', {}],
    ],
  },
]

const campaigns: DocumentedCall<BrandRegistry>[] = [
  {
    title: 'submits a campaign of a use case that the brand qualifies for',
    exchanges: ['qualify-usecase', 'submit-campaign'],
    ask: (registry) => registry.submitCampaign({ campaign: content }),
    gives: done({ ...found, sharingStatus: null, upstreamCnpId: null, cspId: null, monthlyFee: 10, notices: [] }),
    damage: [
      ['qualify-usecase', 'mnoMetadata'],
      ['qualify-usecase', 'mnoMetadata', []],
      ['submit-campaign', 'campaignId'],
      ['submit-campaign', 'campaignId', 'XXMPL01'],
    ],
  },
  {
    title: 'submits no campaign that no network takes',
    exchanges: ['qualify-usecase-refused'],
    ask: (registry) => registry.submitCampaign({ campaign: content }),
    gives: refused(REGISTRY_REASONS.brandNotVerified),
    damage: [['qualify-usecase-refused', 'mnoMetadata']],
  },
  {
    title: 'waits for the score before it submits a campaign',
    exchanges: ['brand-not-scored'],
    ask: (registry) => registry.submitCampaign({ campaign: content }),
    gives: { kind: 'unavailable', of: 'subject', retryAfterSeconds: 30 },
  },
  {
    title: 'says why a campaign is refused',
    exchanges: ['qualify-usecase', 'campaign-refused'],
    ask: (registry) => registry.submitCampaign({ campaign: content }),
    gives: refused({ member: 'campaign', says: 'The campaign does not meet the requirements of any network' }),
    damage: [['campaign-refused', '0.code', {}]],
  },
  {
    title: 'reads a campaign that was shared',
    exchanges: ['read-campaign', 'read-sharing'],
    ask: (registry) => registry.readCampaign({ campaign }),
    gives: done(found),
    damage: [
      ['read-campaign', 'campaignId'],
      ['read-campaign', 'campaignId', 'CXMPL02'],
      ['read-campaign', 'status', 7],
      ['read-sharing', 'sharedByMe', 'PENDING'],
      ['read-sharing', 'sharedByMe.sharingStatus'],
      ['read-sharing', 'sharedByMe.sharingStatus', 7],
      ['read-sharing', '', { sharingStatus: 'PENDING' }],
      ['read-sharing', '', []],
    ],
  },
  {
    title: 'reads a campaign that was shared, where the answer is the link alone',
    exchanges: ['read-campaign', 'read-sharing-link'],
    ask: (registry) => registry.readCampaign({ campaign }),
    gives: done(found),
    damage: [
      ['read-sharing-link', 'sharingStatus', 7],
      ['read-sharing-link', 'sharingStatus'],
    ],
  },
  {
    title: 'reads a campaign that was accepted',
    exchanges: ['read-campaign', 'read-sharing-accepted'],
    ask: (registry) => registry.readCampaign({ campaign }),
    gives: done({ ...found, sharingStatus: 'ACCEPTED' }),
  },
  {
    title: 'reads a campaign that was never shared',
    exchanges: ['read-campaign', 'read-sharing-none'],
    ask: (registry) => registry.readCampaign({ campaign }),
    gives: done({ ...found, sharingStatus: null, upstreamCnpId: null }),
  },
  {
    title: 'finds a campaign by our reference',
    exchanges: ['list-campaigns', 'read-campaign', 'read-sharing'],
    ask: (registry) => registry.findCampaign({ reference: content.reference, tcrBrandId }),
    gives: done(found),
    damage: [
      ['list-campaigns', 'records'],
      ['list-campaigns', 'records.0.campaignId', null],
    ],
  },
  {
    title: 'changes a campaign and shares it again after a decline',
    exchanges: ['update-campaign', 'read-sharing-declined', 'share-campaign', 'read-campaign', 'read-sharing'],
    ask: (registry) => registry.updateCampaign({ campaign, content }),
    gives: done(found),
  },
  {
    title: 'shares a campaign with the partner',
    exchanges: ['read-sharing-none', 'share-campaign'],
    ask: (registry) => registry.shareCampaign({ campaign }),
    gives: done(null),
    damage: [['read-sharing-none', '', 'none']],
  },
  {
    title: 'shares no campaign that waits for the partner',
    exchanges: ['read-sharing'],
    ask: (registry) => registry.shareCampaign({ campaign }),
    gives: done(null),
    damage: [['read-sharing', 'sharedByMe.sharingStatus', 1]],
  },
  {
    title: 'ends a campaign',
    exchanges: ['deactivate-campaign'],
    ask: (registry) => registry.deactivateCampaign({ campaign }),
    gives: done(null),
  },
]

const aboutBrand = { tcrBrandId, brandReference: brand.reference }
const aboutCampaign = { ...aboutBrand, tcrCampaignId: 'CXMPL01', campaignReference: content.reference }

const events: DocumentedEvent[] = [
  {
    exchange: 'event-brand-score-update',
    gives: { type: 'BRAND_SCORE_UPDATE', about: aboutBrand },
    damage: [
      ['event-brand-score-update', 'eventType'],
      ['event-brand-score-update', 'eventType', 7],
    ],
  },
  {
    exchange: 'event-campaign-share-delete',
    gives: { type: 'CAMPAIGN_SHARE_DELETE', about: aboutCampaign },
    damage: [['event-campaign-share-delete', 'eventType', 'share delete']],
  },
  {
    exchange: 'event-campaign-suspended',
    gives: { type: 'MNO_CAMPAIGN_OPERATION_SUSPENDED', about: aboutCampaign },
    damage: [['event-campaign-suspended', 'eventType', null]],
  },
]

describe('TCR as its documentation shows it', () => {
  documentedCalls<BrandRegistry>({
    adapter: 'tcr',
    changeInDoubt: 'timeout',
    calls: [...brands, ...campaigns],
    open: (url) =>
      tcrBrandRegistry({
        baseUrl: `${url}/v2`,
        apiKey: 'KEY',
        apiSecret: 'secret',
        upstreamCnp: 'SXMPL99',
        vetting: { evpId: 'AEGIS', vettingClass: 'STANDARD' },
        fees: { brand: null, revet: null, vetting: null, campaignReview: null },
        log: recordedLog().log,
      }),
  })
  const subscribed = { secret: 'secret', url: 'https://letterhead.example/callbacks/tcr' }
  const receiver = tcrReceiver(subscribed)
  documentedEvents(
    'tcr',
    ({ path, body }) => {
      const { headers, body: text } = tcrCallback(body as Record<string, unknown>, subscribed)
      return receiver.readCallback({ url: path, headers, rawBody: Buffer.from(text), now: 0 })
    },
    events,
  )
})

everyExchangeIsPlayed('tcr', [
  ...[...brands, ...campaigns].flatMap(({ exchanges }) => exchanges),
  ...events.map(({ exchange }) => exchange),
])
