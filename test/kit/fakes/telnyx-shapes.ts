import type { BrandCreateParams, BrandListParams, BrandUpdateParams } from 'telnyx/resources/messaging-10dlc/brand'
import type { ExternalVettingOrderParams } from 'telnyx/resources/messaging-10dlc/brand/external-vetting'
import type {
  CampaignListParams,
  CampaignSubmitAppealParams,
  CampaignUpdateParams,
  UsecaseGetCostParams,
} from 'telnyx/resources/messaging-10dlc/campaign'
import type { CampaignBuilderSubmitParams } from 'telnyx/resources/messaging-10dlc/campaign-builder'
import type {
  PhoneNumberCampaignCreateParams,
  PhoneNumberCampaignUpdateParams,
} from 'telnyx/resources/messaging-10dlc/phone-number-campaigns'
import type { MessagingProfileCreateParams, MessagingProfileListParams } from 'telnyx/resources/messaging-profiles'
import type { MessagingUpdateParams } from 'telnyx/resources/phone-numbers/messaging'
import { misfit, type Shape, type ShapeOf } from './vendor-shape.ts'

/** Requests to Telnyx as its own package describes them. */

const ENTITIES = {
  PRIVATE_PROFIT: true,
  PUBLIC_PROFIT: true,
  NON_PROFIT: true,
  GOVERNMENT: true,
  SOLE_PROPRIETOR: true,
} as const
const VERTICALS = {
  GOVERNMENT: true,
  AGRICULTURE: true,
  COMMUNICATION: true,
  CONSTRUCTION: true,
  EDUCATION: true,
  ENERGY: true,
  ENTERTAINMENT: true,
  FINANCIAL: true,
  GAMBLING: true,
  HEALTHCARE: true,
  HOSPITALITY: true,
  HUMAN_RESOURCES: true,
  INSURANCE: true,
  LEGAL: true,
  MANUFACTURING: true,
  NGO: true,
  POLITICAL: true,
  POSTAL: true,
  PROFESSIONAL: true,
  REAL_ESTATE: true,
  RETAIL: true,
  TECHNOLOGY: true,
  TRANSPORTATION: true,
} as const
const EXCHANGES = {
  NONE: true,
  NASDAQ: true,
  NYSE: true,
  AMEX: true,
  AMX: true,
  ASX: true,
  B3: true,
  BME: true,
  BSE: true,
  FRA: true,
  ICEX: true,
  JPX: true,
  JSE: true,
  KRX: true,
  LON: true,
  NSE: true,
  OMX: true,
  SEHK: true,
  SSE: true,
  STO: true,
  SWX: true,
  SZSE: true,
  TSX: true,
  TWSE: true,
  VSE: true,
} as const

const SUBMIT_BRAND: ShapeOf<BrandCreateParams> = {
  required: { country: 'text', displayName: 'text', email: 'text', entityType: ENTITIES, vertical: VERTICALS },
  optional: {
    businessContactEmail: 'text',
    city: 'text',
    companyName: 'text',
    ein: 'text',
    firstName: 'text',
    ipAddress: 'text',
    isReseller: 'flag',
    lastName: 'text',
    mobilePhone: 'text',
    mock: 'flag',
    phone: 'text',
    postalCode: 'text',
    state: 'text',
    stockExchange: EXCHANGES,
    stockSymbol: 'text',
    street: 'text',
    webhookFailoverURL: 'text',
    webhookURL: 'text',
    website: 'text',
  },
}

const UPDATE_BRAND: ShapeOf<BrandUpdateParams> = {
  required: { country: 'text', displayName: 'text', email: 'text', entityType: ENTITIES, vertical: VERTICALS },
  optional: {
    altBusinessId: 'text',
    altBusinessIdType: { NONE: true, DUNS: true, GIIN: true, LEI: true },
    businessContactEmail: 'text',
    city: 'text',
    companyName: 'text',
    ein: 'text',
    firstName: 'text',
    identityStatus: { VERIFIED: true, UNVERIFIED: true, SELF_DECLARED: true, VETTED_VERIFIED: true },
    ipAddress: 'text',
    isReseller: 'flag',
    lastName: 'text',
    phone: 'text',
    postalCode: 'text',
    state: 'text',
    stockExchange: EXCHANGES,
    stockSymbol: 'text',
    street: 'text',
    webhookFailoverURL: 'text',
    webhookURL: 'text',
    website: 'text',
  },
}

const LIST_BRANDS: ShapeOf<BrandListParams> = {
  required: {},
  optional: {
    brandId: 'text',
    country: 'text',
    displayName: 'text',
    entityType: 'text',
    sort: {
      assignedCampaignsCount: true,
      '-assignedCampaignsCount': true,
      brandId: true,
      '-brandId': true,
      createdAt: true,
      '-createdAt': true,
      displayName: true,
      '-displayName': true,
      identityStatus: true,
      '-identityStatus': true,
      status: true,
      '-status': true,
      tcrBrandId: true,
      '-tcrBrandId': true,
    },
    state: 'text',
    tcrBrandId: 'text',
    page: 'number',
    recordsPerPage: 'number',
  },
}

const ORDER_VETTING: ShapeOf<ExternalVettingOrderParams> = {
  required: { evpId: 'text', vettingClass: 'text' },
  optional: {},
}

const SUBMIT_CAMPAIGN: ShapeOf<CampaignBuilderSubmitParams> = {
  required: { brandId: 'text', description: 'text', usecase: 'text' },
  optional: {
    ageGated: 'flag',
    autoRenewal: 'flag',
    directLending: 'flag',
    embeddedLink: 'flag',
    embeddedLinkSample: 'text',
    embeddedPhone: 'flag',
    helpKeywords: 'text',
    helpMessage: 'text',
    messageFlow: 'text',
    mnoIds: 'list',
    numberPool: 'flag',
    optinKeywords: 'text',
    optinMessage: 'text',
    optoutKeywords: 'text',
    optoutMessage: 'text',
    privacyPolicyLink: 'text',
    referenceId: 'text',
    resellerId: 'text',
    sample1: 'text',
    sample2: 'text',
    sample3: 'text',
    sample4: 'text',
    sample5: 'text',
    subscriberHelp: 'flag',
    subscriberOptin: 'flag',
    subscriberOptout: 'flag',
    subUsecases: 'list',
    tag: 'list',
    termsAndConditions: 'flag',
    termsAndConditionsLink: 'text',
    webhookFailoverURL: 'text',
    webhookURL: 'text',
  },
}

const UPDATE_CAMPAIGN: ShapeOf<CampaignUpdateParams> = {
  required: {},
  optional: {
    autoRenewal: 'flag',
    helpMessage: 'text',
    messageFlow: 'text',
    resellerId: 'text',
    sample1: 'text',
    sample2: 'text',
    sample3: 'text',
    sample4: 'text',
    sample5: 'text',
    webhookFailoverURL: 'text',
    webhookURL: 'text',
  },
}

const APPEAL_CAMPAIGN: ShapeOf<CampaignSubmitAppealParams> = { required: { appeal_reason: 'text' }, optional: {} }

const LIST_CAMPAIGNS: ShapeOf<CampaignListParams> = {
  required: { brandId: 'text' },
  optional: {
    sort: {
      createdAt: true,
      '-createdAt': true,
      status: true,
      '-status': true,
      assignedPhoneNumbersCount: true,
      '-assignedPhoneNumbersCount': true,
      campaignId: true,
      '-campaignId': true,
      tcrCampaignId: true,
      '-tcrCampaignId': true,
    },
    page: 'number',
    recordsPerPage: 'number',
  },
}

const CAMPAIGN_COST: ShapeOf<UsecaseGetCostParams> = { required: { usecase: 'text' }, optional: {} }

const CREATE_PROFILE: ShapeOf<MessagingProfileCreateParams> = {
  required: { name: 'text', whitelisted_destinations: 'list' },
  optional: {
    ai_assistant_id: 'text',
    alpha_sender: 'text',
    daily_spend_limit: 'text',
    daily_spend_limit_enabled: 'flag',
    enabled: 'flag',
    features: 'object',
    health_webhook_url: 'text',
    mms_fall_back_to_sms: 'flag',
    mms_transcoding: 'flag',
    mobile_only: 'flag',
    number_pool_settings: 'object',
    resource_group_id: 'text',
    smart_encoding: 'flag',
    url_shortener_settings: 'object',
    webhook_api_version: { '1': true, '2': true, '2010-04-01': true },
    webhook_failover_url: 'text',
    webhook_url: 'text',
  },
}

const LIST_PROFILES: ShapeOf<MessagingProfileListParams> = {
  required: {},
  optional: {
    filter: 'object',
    'filter[name][contains]': 'text',
    'filter[name][eq]': 'text',
    'page[number]': 'number',
    'page[size]': 'number',
  },
}

const CONNECT: ShapeOf<MessagingUpdateParams> = {
  required: {},
  optional: { messaging_product: 'text', messaging_profile_id: 'text', tags: 'list' },
}

const ASSIGN: ShapeOf<PhoneNumberCampaignCreateParams> = {
  required: { campaignId: 'text', phoneNumber: 'text' },
  optional: {},
}

const REASSIGN: ShapeOf<PhoneNumberCampaignUpdateParams> = {
  required: { campaignId: 'text', phoneNumber: 'text' },
  optional: {},
}

/** By the step of the fake: what the body, and what the query, may hold. Other steps have neither. */
const SHAPES: Readonly<Record<string, { body?: Shape; query?: Shape }>> = {
  submit_brand: { body: SUBMIT_BRAND },
  update_brand: { body: UPDATE_BRAND },
  list_brands: { query: LIST_BRANDS },
  order_vetting: { body: ORDER_VETTING },
  submit_campaign: { body: SUBMIT_CAMPAIGN },
  update_campaign: { body: UPDATE_CAMPAIGN },
  appeal_campaign: { body: APPEAL_CAMPAIGN },
  list_campaigns: { query: LIST_CAMPAIGNS },
  campaign_cost: { query: CAMPAIGN_COST },
  create_profile: { body: CREATE_PROFILE },
  list_profiles: { query: LIST_PROFILES },
  connect: { body: CONNECT },
  assign: { body: ASSIGN },
  reassign: { body: REASSIGN },
  // Filters are written into the name here, where the package's type nests them.
  list_numbers: { query: { required: {}, optional: { 'filter[phone_number]': 'text' } } },
}

const NOTHING: Shape = { required: {}, optional: {} }

/** What of a request is not as Telnyx describes it; null for nothing. */
export function telnyxMisfit(request: {
  step: string
  body: Record<string, unknown>
  query: Record<string, string>
}): { member: string; says: string } | null {
  const { body = NOTHING, query = NOTHING } = SHAPES[request.step] ?? {}
  return misfit(body, request.body) ?? misfit(query, request.query, { isText: true })
}
