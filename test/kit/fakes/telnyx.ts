import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type {
  BrandCreateParams,
  BrandGetFeedbackResponse,
  BrandIdentityStatus,
  BrandListResponse,
  BrandRetrieveResponse,
} from 'telnyx/resources/messaging-10dlc/brand'
import type { ExternalVetting } from 'telnyx/resources/messaging-10dlc/brand/external-vetting'
import type { TelnyxCampaignCsp, UsecaseGetCostResponse } from 'telnyx/resources/messaging-10dlc/campaign'
import type {
  BrandQualifyByUsecaseResponse,
  CampaignBuilderSubmitParams,
} from 'telnyx/resources/messaging-10dlc/campaign-builder'
import { type FakeProvider, send, startFakeProvider } from './provider.ts'
import {
  type CarrierState,
  carrierResponse,
  failure,
  type HttpResponse,
  now,
  numberOf,
  type TelnyxRequest,
} from './telnyx-carrier.ts'
import { telnyxMisfit } from './telnyx-shapes.ts'

/**
 * A local server that behaves as Telnyx documents for the calls of the adapters: bearer keys, errors as a list with codes
 * and pointers, PUT on brands, bare 10DLC objects and `data` around the others, three kinds of ids, no guard against
 * duplicates, filters and pages. It knows the simulator's magic tax ids, words and numbers, with the same meaning.
 */
export interface FakeTelnyx extends FakeProvider, CarrierState {
  readonly requests: TelnyxRequest[]
  /** What was not as Telnyx's own package describes it, and was refused for that. */
  readonly misfits: string[]
  readonly brands: Map<string, FakeTelnyxBrand>
  readonly campaigns: Map<string, TelnyxCampaignCsp>
  /** How long each answer takes. */
  answerMs: number
  /** What becomes of every brand and campaign when time passes, in place of what the magic values say. */
  fate: TelnyxFate
  /** Whether TCR has scored the brands, the networks have decided, the assignments are done. */
  settle(): void
  /** The next request of the step meets the fault; faults of one step queue up. */
  failNext(step: string, fault: TelnyxFakeFault): void
}

export interface TelnyxFate {
  brandStatus?: string
  campaignStatus?: string
  failureReasons?: unknown
  /** Members of every vetting record. */
  vetting?: ExternalVetting
  /** Members of every answer about what a use case asks for. */
  qualification?: BrandQualifyByUsecaseResponse
  /** Of each network in it. */
  network?: Record<string, unknown>
}

/** `lost`, `hang`: executed, and never answered. `reset`: not executed. */
export type TelnyxFakeFault =
  | { does: 'lost' | 'hang' | 'reset' }
  | { does: 'answer'; status: number; body: unknown; headers?: Record<string, string> }

export interface FakeTelnyxBrand {
  id: string
  tcrBrandId: string | null
  fields: Record<string, unknown>
  identityStatus: BrandIdentityStatus | null
  status: string
  failureReasons?: unknown
  vettings: ExternalVetting[]
  createdAt: string
}

export const TELNYX_KEY = 'KEY_of_the_tests'

const ROUTES: readonly [method: string, pattern: RegExp, step: string][] = [
  ['POST', /^10dlc\/brand$/, 'submit_brand'],
  ['GET', /^10dlc\/brand$/, 'list_brands'],
  ['GET', /^10dlc\/brand\/feedback\/[\w-]+$/, 'feedback'],
  ['PUT', /^10dlc\/brand\/[\w-]+\/revet$/, 'revet'],
  ['GET', /^10dlc\/brand\/[\w-]+\/externalVetting$/, 'vettings'],
  ['POST', /^10dlc\/brand\/[\w-]+\/externalVetting$/, 'order_vetting'],
  ['POST', /^10dlc\/brand\/[\w-]+\/2faEmail$/, 'send_mail'],
  ['GET', /^10dlc\/brand\/[\w-]+$/, 'read_brand'],
  ['PUT', /^10dlc\/brand\/[\w-]+$/, 'update_brand'],
  ['GET', /^10dlc\/campaignBuilder\/brand\/[\w-]+\/usecase\/\w+$/, 'qualify_campaign'],
  ['POST', /^10dlc\/campaignBuilder$/, 'submit_campaign'],
  ['GET', /^10dlc\/campaign$/, 'list_campaigns'],
  ['GET', /^10dlc\/campaign\/usecase\/cost$/, 'campaign_cost'],
  ['GET', /^10dlc\/enum\/usecase$/, 'list_usecases'],
  ['GET', /^10dlc\/campaign\/[\w-]+$/, 'read_campaign'],
  ['PUT', /^10dlc\/campaign\/[\w-]+$/, 'update_campaign'],
  ['POST', /^10dlc\/campaign\/[\w-]+\/appeal$/, 'appeal_campaign'],
  ['DELETE', /^10dlc\/campaign\/[\w-]+$/, 'end_campaign'],
  ['GET', /^messaging_profiles$/, 'list_profiles'],
  ['POST', /^messaging_profiles$/, 'create_profile'],
  ['GET', /^phone_numbers$/, 'list_numbers'],
  ['PATCH', /^phone_numbers\/[\w-]+\/messaging$/, 'connect'],
  ['POST', /^10dlc\/phone_number_campaigns$/, 'assign'],
  ['PUT', /^10dlc\/phone_number_campaigns\/\+\d+$/, 'reassign'],
  ['GET', /^10dlc\/phone_number_campaigns\/\+\d+$/, 'read_assignment'],
]

export async function startFakeTelnyx(): Promise<FakeTelnyx> {
  const faults = new Map<string, TelnyxFakeFault[]>()
  const met = new Set<string>()
  const telnyx: FakeTelnyx = {
    url: '',
    close: async () => {},
    requests: [],
    misfits: [],
    brands: new Map(),
    campaigns: new Map(),
    profiles: [],
    numbers: new Map(),
    answerMs: 0,
    fate: {},
    settle: () => settle(telnyx),
    failNext: (step, fault) => void faults.set(step, [...(faults.get(step) ?? []), fault]),
  }
  const provider = await startFakeProvider(async (incoming, text, response) => {
    const url = new URL(incoming.url ?? '', 'http://telnyx')
    const method = incoming.method ?? ''
    const path = decodeURIComponent(url.pathname).replace(/^\/v2\//, '')
    const request: TelnyxRequest = {
      step: ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2] ?? 'unknown',
      method,
      path,
      query: Object.fromEntries(url.searchParams),
      authorization: incoming.headers.authorization ?? null,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    }
    telnyx.requests.push(request)
    if (telnyx.answerMs > 0) await wait(telnyx.answerMs)
    const fault = faults.get(request.step)?.shift() ?? magicFault(telnyx, request, met)
    if (fault?.does === 'answer') return send(response, fault.status, fault.body, fault.headers)
    if (fault?.does === 'reset') return void response.destroy()
    const answer = checkedAnswer(telnyx, request)
    if (fault?.does === 'lost') return void response.destroy()
    if (fault?.does === 'hang') return
    send(response, answer.status, answer.body)
  })
  return Object.assign(telnyx, provider)
}

/** The answer to what is as Telnyx describes it; anything else is refused and noted. */
function checkedAnswer(telnyx: FakeTelnyx, request: TelnyxRequest): HttpResponse {
  if (request.authorization !== `Bearer ${TELNYX_KEY}`) return failure(401, '10009', 'Authentication failed')
  const wrong = telnyxMisfit(request)
  if (wrong === null) return answerTo(telnyx, request)
  telnyx.misfits.push(`${request.step}: ${wrong.member}: ${wrong.says}`)
  return failure(422, '10015', wrong.says, `/${wrong.member}`)
}

/** What the magic values do to the way of a request. */
function magicFault(telnyx: FakeTelnyx, request: TelnyxRequest, met: Set<string>): TelnyxFakeFault | undefined {
  const { step, body } = request
  const down: TelnyxFakeFault = { does: 'answer', ...failure(503, '10016', 'Down') }
  const isFirst = (what: string) => !met.has(what) && met.add(what).has(what)
  if (step === 'submit_brand') {
    const ein = String(body.ein)
    if (ein.endsWith('0009')) return { does: 'hang' }
    if (ein.endsWith('0010')) return down
    if (ein.endsWith('0002') && isFirst(ein)) return { does: 'answer', ...failure(429, '10011', 'Slow down') }
  }
  if (step === 'submit_campaign' && String(body.description).includes('[lost]')) return { does: 'hang' }
  if (step === 'list_numbers' || step === 'connect') {
    const number = numberOf(telnyx, request)
    if (number.endsWith('0010')) return down
    if (number.endsWith('0002') && isFirst(number)) return { does: 'answer', ...failure(429, '10011', 'Slow down') }
    if (step === 'connect' && number.endsWith('0009') && isFirst(number)) return { does: 'hang' }
  }
  return undefined
}

function answerTo(telnyx: FakeTelnyx, request: TelnyxRequest): HttpResponse {
  const { step, path } = request
  if (/profile|number|connect|assign/.test(step)) return carrierResponse(telnyx, request)
  if (step === 'list_usecases') return { status: 200, body: USECASES }
  if (/campaign/.test(step)) return campaignResponse(telnyx, request)
  if (step === 'submit_brand') return submitBrand(telnyx, request.body)
  if (step === 'list_brands') return listBrands(telnyx, request.query)
  const brand = telnyx.brands.get(path.split('/').find((part) => telnyx.brands.has(part)) ?? '')
  if (brand === undefined) return failure(404, '10005', 'Not found')
  switch (step) {
    case 'update_brand':
      brand.fields = request.body
      // A brand that TCR did not take is registered anew.
      if (brand.status === 'REGISTRATION_FAILED') brand.status = 'REGISTRATION_PENDING'
      return { status: 200, body: shown(brand) }
    case 'revet':
      if (brand.tcrBrandId === null) return failure(422, '10033', 'The brand is not registered')
      brand.identityStatus = null
      return { status: 200, body: shown(brand) }
    case 'feedback': {
      const fields = ['ein', 'companyName']
      const category = { id: 'TAX_ID', displayName: 'Tax id', description: 'It does not fit the company.', fields }
      const isDoubted = brand.identityStatus === 'UNVERIFIED'
      const body: BrandGetFeedbackResponse = { brandId: brand.id, category: isDoubted ? [category] : [] }
      return { status: 200, body }
    }
    case 'order_vetting':
      brand.vettings.push({ ...request.body, vettingId: randomUUID(), createDate: now() })
      return { status: 200, body: brand.vettings.at(-1) }
    case 'vettings':
      return { status: 200, body: brand.vettings }
    default:
      return { status: 200, body: shown(brand) }
  }
}

function submitBrand(telnyx: FakeTelnyx, fields: Record<string, unknown>): HttpResponse {
  const id = randomUUID()
  const brand: FakeTelnyxBrand = {
    id,
    tcrBrandId: null,
    fields,
    identityStatus: null,
    status: 'REGISTRATION_PENDING',
    vettings: [],
    createdAt: now(),
  }
  telnyx.brands.set(id, brand)
  return { status: 200, body: shown(brand) }
}

/** The brand as its own call shows it. What it was sent with has been looked at, so it is what the type says. */
function shown(brand: FakeTelnyxBrand): BrandRetrieveResponse {
  const { id, tcrBrandId, identityStatus, failureReasons, createdAt } = brand
  const fields = brand.fields as unknown as BrandCreateParams
  return {
    brandRelationship: 'BASIC_ACCOUNT',
    ...fields,
    brandId: id,
    cspId: 'STELNYX',
    ...(fields.ein === undefined ? {} : { universalEin: `${fields.country}_${fields.ein}` }),
    status: brand.status as NonNullable<BrandRetrieveResponse['status']>,
    ...(tcrBrandId === null ? {} : { tcrBrandId }),
    ...(identityStatus === null ? {} : { identityStatus }),
    // Text by its type; a test may give what has been seen besides.
    ...(failureReasons === undefined ? {} : { failureReasons: failureReasons as string }),
    createdAt,
    updatedAt: createdAt,
    assignedCampaignsCount: 0,
  }
}

/** A list shows less than the brand itself: no callback address. */
function listBrands(telnyx: FakeTelnyx, query: Record<string, string>): HttpResponse {
  const newestFirst = [...telnyx.brands.values()].reverse()
  const kept = newestFirst.filter(
    ({ tcrBrandId, fields }) =>
      [undefined, tcrBrandId].includes(query.tcrBrandId) && [undefined, fields.displayName].includes(query.displayName),
  )
  const size = Number(query.recordsPerPage ?? 10)
  const from = (Number(query.page ?? 1) - 1) * size
  const records = kept.slice(from, from + size).map((brand): BrandListResponse => {
    const { brandId, tcrBrandId, displayName, companyName, email, createdAt } = shown(brand)
    const given = { brandId, tcrBrandId, displayName, companyName, email, createdAt, assignedCampaingsCount: 0 }
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  })
  return { status: 200, body: { records, page: Number(query.page ?? 1), totalRecords: kept.length } }
}

function campaignResponse(telnyx: FakeTelnyx, request: TelnyxRequest): HttpResponse {
  const { step, path, query, body } = request
  if (step === 'qualify_campaign') return { status: 200, body: qualification(telnyx, path) }
  if (step === 'campaign_cost') {
    const cost: UsecaseGetCostResponse = {
      campaignUsecase: query.usecase ?? '',
      description: 'Three months in advance',
      monthlyCost: '10.00',
      upFrontCost: '30.00',
    }
    return { status: 200, body: cost }
  }
  if (step === 'submit_campaign') return submitCampaign(telnyx, body as unknown as CampaignBuilderSubmitParams)
  if (step === 'list_campaigns') {
    const records = [...telnyx.campaigns.values()].filter(({ brandId }) => brandId === query.brandId)
    return { status: 200, body: { records, page: 1, totalRecords: records.length } }
  }
  const campaign = telnyx.campaigns.get(path.split('/')[2] ?? '')
  if (campaign === undefined) return failure(404, '10005', 'Not found')
  if (step === 'end_campaign') {
    if (campaign.status === 'EXPIRED') return failure(422, '10040', 'Has ended')
    campaign.status = 'EXPIRED'
    return { status: 200, body: { time: Date.now(), message: 'Deactivated', record_type: 'campaign' } }
  }
  if (step === 'update_campaign') {
    if (campaign.status === 'EXPIRED') return failure(422, '10040', 'Has ended')
    Object.assign(campaign, body)
  }
  if (step === 'appeal_campaign') {
    if (!APPEALABLE.includes(String(campaign.campaignStatus))) return failure(422, '10033', 'Was not declined')
    campaign.campaignStatus = 'TCR_ACCEPTED'
    delete campaign.failureReasons
    return { status: 200, body: { appealed_at: now() } }
  }
  return { status: 200, body: campaign }
}

function qualification({ brands, fate }: FakeTelnyx, path: string): BrandQualifyByUsecaseResponse {
  const brand = brands.get(path.split('/')[3] ?? '')
  const network = {
    qualify: brand?.identityStatus !== 'UNVERIFIED',
    mnoReview: false,
    mnoSupport: true,
    minMsgSamples: 1,
    reqSubscriberOptin: false,
    reqSubscriberOptout: false,
    reqSubscriberHelp: false,
    noEmbeddedLink: false,
    noEmbeddedPhone: false,
    ...fate.network,
  }
  return {
    usecase: path.split('/').at(-1) ?? '',
    monthlyFee: 10,
    minSubUsecases: 0,
    maxSubUsecases: 0,
    mnoMetadata: { 10017: { mno: 'AT&T', ...network }, 10035: { mno: 'T-Mobile', ...network } },
    ...fate.qualification,
  }
}

function submitCampaign(telnyx: FakeTelnyx, body: CampaignBuilderSubmitParams): HttpResponse {
  const samples = [body.sample1, body.sample2, body.sample3, body.sample4, body.sample5]
  if (samples.some((text) => text?.includes('[reject]'))) return failure(422, '10033', 'Bad sample', '/sample1')
  const { mnoIds: _sentOnce, tag: _too, ...members } = body
  const campaign: TelnyxCampaignCsp = {
    subUsecases: [],
    termsAndConditions: true,
    mock: false,
    ...members,
    campaignId: randomUUID(),
    cspId: 'STELNYX',
    submissionStatus: 'PENDING',
    campaignStatus: 'TCR_PENDING',
  }
  telnyx.campaigns.set(campaign.campaignId, campaign)
  return { status: 200, body: campaign }
}

const APPEALABLE = ['TELNYX_FAILED', 'MNO_REJECTED']

function settle(telnyx: FakeTelnyx): void {
  const { fate } = telnyx
  for (const [at, brand] of [...telnyx.brands.values()].entries()) {
    const ein = String(brand.fields.ein)
    brand.status = fate.brandStatus ?? (ein.endsWith('0020') ? 'REGISTRATION_FAILED' : 'OK')
    if (brand.status === 'REGISTRATION_FAILED') brand.failureReasons = fate.failureReasons ?? INVALID_EIN
    if (brand.status !== 'OK') continue
    brand.tcrBrandId ??= `B${String(at + 1).padStart(6, '0')}`
    brand.identityStatus = ein.endsWith('0000') ? 'UNVERIFIED' : 'VERIFIED'
    for (const vetting of brand.vettings)
      Object.assign(vetting, fate.vetting ?? { vettedDate: now(), vettingScore: 75 })
    if (brand.vettings.some(({ vettedDate }) => vettedDate !== undefined)) brand.identityStatus = 'VETTED_VERIFIED'
  }
  for (const [at, campaign] of [...telnyx.campaigns.values()].entries()) {
    if (campaign.status === 'EXPIRED') continue
    const isDeclined = `${campaign.description} ${campaign.messageFlow}`.includes('[decline]')
    const campaignStatus = fate.campaignStatus ?? (isDeclined ? 'TELNYX_FAILED' : 'MNO_PROVISIONED')
    const isRegistered = !['TCR_PENDING', 'TCR_FAILED'].includes(campaignStatus)
    if (isRegistered) campaign.tcrCampaignId = `C${String(at + 1).padStart(6, '0')}`
    campaign.submissionStatus = campaignStatus === 'TCR_FAILED' ? 'FAILED' : 'CREATED'
    // A word that Telnyx does not have yet is for a test to give.
    campaign.campaignStatus = campaignStatus as NonNullable<TelnyxCampaignCsp['campaignStatus']>
    delete campaign.failureReasons
    if (!/PENDING|ACCEPTED|PROVISIONED$/.test(campaignStatus))
      campaign.failureReasons = (fate.failureReasons ?? 'The opt-in is not described.') as string
  }
  for (const [phoneNumber, { assignment }] of telnyx.numbers) {
    if (assignment === null) continue
    assignment.assignmentStatus = phoneNumber.endsWith('0004') ? 'FAILED_ASSIGNMENT' : 'ASSIGNED'
  }
}

/** The reason of a failed registration as TCR words it: a list as JSON, in text. */
const INVALID_EIN = JSON.stringify([{ code: 501, fields: ['ein'], description: 'Invalid EIN.' }])

/** Use cases as the registry lists them, as far as the tests look. */
const USECASES: Record<string, Record<string, unknown>> = Object.fromEntries(
  [
    ...['2FA', 'ACCOUNT_NOTIFICATION', 'CUSTOMER_CARE', 'DELIVERY_NOTIFICATION', 'FRAUD_ALERT', 'HIGHER_EDUCATION'],
    ...['MARKETING', 'POLLING_VOTING', 'PUBLIC_SERVICE_ANNOUNCEMENT', 'SECURITY_ALERT', 'M2M', 'MIXED', 'LOW_VOLUME'],
  ].map((usecase) => [
    usecase,
    {
      displayName: usecase,
      classification: 'STANDARD',
      validSubUsecase: !['M2M', 'MIXED', 'LOW_VOLUME'].includes(usecase),
    },
  ]),
)
