import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type FakeProvider, send, startFakeProvider } from './fake-provider.ts'

/**
 * A local server that behaves as Telnyx documents for the calls of the adapters: bearer keys, errors as a list with codes
 * and pointers, PUT on brands, bare 10DLC objects and `data` around the others, three kinds of ids, no guard against
 * duplicates, filters and pages. It knows the simulator's magic tax ids, words and numbers, with the same meaning.
 */
export interface FakeTelnyx extends FakeProvider {
  readonly requests: TelnyxRequest[]
  readonly brands: Map<string, FakeTelnyxBrand>
  readonly campaigns: Map<string, Record<string, unknown>>
  readonly profiles: { id: string; name: string }[]
  readonly numbers: Map<string, FakeNumber>
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
  vetting?: Record<string, unknown>
}

export interface TelnyxRequest {
  step: string
  method: string
  path: string
  query: Record<string, string>
  authorization: string | null
  body: Record<string, unknown>
}

/** `lost`, `hang`: executed, and never answered. `reset`: not executed. */
export type TelnyxFakeFault =
  | { does: 'lost' | 'hang' | 'reset' }
  | { does: 'answer'; status: number; body: unknown; headers?: Record<string, string> }

export interface FakeTelnyxBrand {
  id: string
  tcrBrandId: string | null
  fields: Record<string, unknown>
  identityStatus: string | null
  status: string
  failureReasons?: unknown
  vettings: Record<string, unknown>[]
  createdAt: string
}

interface FakeNumber {
  id: string
  messagingProfileId: string | null
  assignment: { campaignId: string; assignmentStatus: string } | null
}

interface Answer {
  status: number
  body: unknown
}

export const TELNYX_KEY = 'KEY_of_the_tests'

const ROUTES: readonly [method: string, pattern: RegExp, step: string][] = [
  ['POST', /^10dlc\/brand$/, 'submit_brand'],
  ['GET', /^10dlc\/brand$/, 'list_brands'],
  ['GET', /^10dlc\/brand\/feedback\/[\w-]+$/, 'feedback'],
  ['PUT', /^10dlc\/brand\/[\w-]+\/revet$/, 'revet'],
  ['GET', /^10dlc\/brand\/[\w-]+\/externalVetting$/, 'vettings'],
  ['POST', /^10dlc\/brand\/[\w-]+\/externalVetting$/, 'order_vetting'],
  ['GET', /^10dlc\/brand\/[\w-]+$/, 'read_brand'],
  ['PUT', /^10dlc\/brand\/[\w-]+$/, 'update_brand'],
  ['GET', /^10dlc\/campaignBuilder\/brand\/[\w-]+\/usecase\/\w+$/, 'qualify'],
  ['POST', /^10dlc\/campaignBuilder$/, 'submit_campaign'],
  ['GET', /^10dlc\/campaign$/, 'list_campaigns'],
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
    const isKnown = request.authorization === `Bearer ${TELNYX_KEY}`
    const answer = isKnown ? answerTo(telnyx, request) : failure(401, '10009', 'Authentication failed')
    if (fault?.does === 'lost') return void response.destroy()
    if (fault?.does === 'hang') return
    send(response, answer.status, answer.body)
  })
  return Object.assign(telnyx, provider)
}

function failure(status: number, code: string, detail: string, pointer?: string): Answer {
  const source = pointer === undefined ? {} : { source: { pointer } }
  return { status, body: { errors: [{ code, title: 'Error', detail, ...source }] } }
}

/** The number that a request of the carrier is about. */
function numberOf(telnyx: FakeTelnyx, { path, query }: TelnyxRequest): string {
  const id = path.split('/')[1]
  const byId = [...telnyx.numbers].find(([, number]) => number.id === id)?.[0]
  return byId ?? numberInFilter(query)
}

/** The filter takes digits; with anything else it finds nothing. */
function numberInFilter(query: Record<string, string>): string {
  const digits = query['filter[phone_number]'] ?? ''
  return /^\d{3,15}$/.test(digits) ? `+${digits}` : ''
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

function answerTo(telnyx: FakeTelnyx, request: TelnyxRequest): Answer {
  const { step, path } = request
  if (/profile|number|connect|assign/.test(step)) return carrierAnswer(telnyx, request)
  if (/campaign|qualify/.test(step)) return campaignAnswer(telnyx, request)
  if (step === 'submit_brand') return submitBrand(telnyx, request.body)
  if (step === 'list_brands') return listBrands(telnyx, request.query)
  const brand = telnyx.brands.get(path.split('/').find((part) => telnyx.brands.has(part)) ?? '')
  if (brand === undefined) return failure(404, '10005', 'Not found')
  switch (step) {
    case 'update_brand': {
      const missing = ['country', 'displayName', 'email', 'entityType', 'vertical'].find(
        (field) => request.body[field] === undefined,
      )
      if (missing !== undefined) return failure(422, '10015', 'Required', `/${missing}`)
      brand.fields = request.body
      // A brand that TCR did not take is registered anew.
      if (brand.status === 'REGISTRATION_FAILED') brand.status = 'REGISTRATION_PENDING'
      return { status: 200, body: shown(brand) }
    }
    case 'revet':
      if (brand.tcrBrandId === null) return failure(422, '10033', 'The brand is not registered')
      brand.identityStatus = null
      return { status: 200, body: shown(brand) }
    case 'feedback': {
      const fields = ['ein', 'companyName']
      const category = { id: 'TAX_ID', displayName: 'Tax id', description: 'It does not fit the company.', fields }
      return { status: 200, body: { category: brand.identityStatus === 'UNVERIFIED' ? [category] : [] } }
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

function submitBrand(telnyx: FakeTelnyx, fields: Record<string, unknown>): Answer {
  const empty = Object.keys(fields).find((name) => fields[name] === '' || fields[name] === null)
  if (empty !== undefined) return failure(422, '10015', 'Must not be empty', `/${empty}`)
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

/** Times as Telnyx writes them: of UTC, without a zone. */
function now(): string {
  return new Date().toISOString().replace('Z', '000')
}

function shown({ id, tcrBrandId, fields, identityStatus, status, failureReasons, createdAt }: FakeTelnyxBrand) {
  return {
    ...fields,
    brandId: id,
    tcrBrandId,
    cspId: 'STELNYX',
    universalEin: `${String(fields.country)}_${String(fields.ein)}`,
    identityStatus,
    status,
    failureReasons: failureReasons ?? null,
    createdAt,
  }
}

/** A list shows less than the brand itself: no callback address. */
function listBrands(telnyx: FakeTelnyx, query: Record<string, string>): Answer {
  const newestFirst = [...telnyx.brands.values()].reverse()
  const kept = newestFirst.filter(
    ({ tcrBrandId, fields }) =>
      [undefined, tcrBrandId].includes(query.tcrBrandId) && [undefined, fields.displayName].includes(query.displayName),
  )
  const size = Number(query.recordsPerPage ?? 10)
  const from = (Number(query.page ?? 1) - 1) * size
  const records = kept.slice(from, from + size).map(({ id, tcrBrandId, fields, createdAt }) => ({
    brandId: id,
    tcrBrandId,
    displayName: fields.displayName,
    companyName: fields.companyName,
    email: fields.email,
    createdAt,
    assignedCampaingsCount: 0,
  }))
  return { status: 200, body: { records, page: Number(query.page ?? 1), totalRecords: kept.length } }
}

function campaignAnswer(telnyx: FakeTelnyx, { step, path, query, body }: TelnyxRequest): Answer {
  if (step === 'qualify') {
    const brand = telnyx.brands.get(path.split('/')[3] ?? '')
    const qualify = brand?.identityStatus !== 'UNVERIFIED'
    const limits = { minSubUsecases: 0, maxSubUsecases: 0, monthlyFee: '10.0000' }
    return { status: 200, body: { ...limits, mnoMetadata: { 10017: { qualify } } } }
  }
  if (step === 'submit_campaign') {
    const samples = [1, 2, 3, 4, 5].map((at) => String(body[`sample${at}`] ?? ''))
    if (samples.some((text) => text.includes('[reject]'))) return failure(422, '10033', 'Bad sample', '/sample1')
    const campaignId = randomUUID()
    const campaign = {
      ...body,
      campaignId,
      cspId: 'STELNYX',
      submissionStatus: 'PENDING',
      campaignStatus: 'TCR_PENDING',
    }
    telnyx.campaigns.set(campaignId, campaign)
    return { status: 200, body: campaign }
  }
  if (step === 'list_campaigns') {
    const records = [...telnyx.campaigns.values()].filter(({ brandId }) => brandId === query.brandId)
    return { status: 200, body: { records, page: 1, totalRecords: records.length } }
  }
  const campaign = telnyx.campaigns.get(path.split('/')[2] ?? '')
  if (campaign === undefined) return failure(404, '10005', 'Not found')
  if (step === 'end_campaign') {
    if (campaign.status === 'EXPIRED') return failure(422, '10040', 'Has ended')
    campaign.status = 'EXPIRED'
  }
  if (step === 'update_campaign') {
    if (campaign.status === 'EXPIRED') return failure(422, '10040', 'Has ended')
    if (Object.keys(body).some((field) => !CHANGEABLE.test(field))) return failure(422, '10033', 'Not to be changed')
    Object.assign(campaign, body)
  }
  if (step === 'appeal_campaign') {
    if (!APPEALABLE.includes(String(campaign.campaignStatus))) return failure(422, '10033', 'Was not declined')
    if (typeof body.appeal_reason !== 'string') return failure(422, '10033', 'Needs a reason', '/appeal_reason')
    Object.assign(campaign, { campaignStatus: 'TCR_ACCEPTED', failureReasons: [] })
  }
  return { status: 200, body: campaign }
}

const APPEALABLE = ['TELNYX_FAILED', 'MNO_REJECTED']

/** What Telnyx's PUT of a campaign takes. */
const CHANGEABLE = /^(sample[1-5]|messageFlow|helpMessage|autoRenewal|webhookURL|webhookFailoverURL)$/

function carrierAnswer(telnyx: FakeTelnyx, request: TelnyxRequest): Answer {
  const { step, path, query, body } = request
  if (step === 'list_profiles') {
    const size = Number(query['page[size]'])
    const from = (Number(query['page[number]']) - 1) * size
    const meta = { total_pages: Math.max(1, Math.ceil(telnyx.profiles.length / size)) }
    return { status: 200, body: { data: telnyx.profiles.slice(from, from + size), meta } }
  }
  if (step === 'create_profile') {
    if (!Array.isArray(body.whitelisted_destinations)) {
      return failure(422, '10015', 'Required', '/whitelisted_destinations')
    }
    const profile = { id: randomUUID(), name: String(body.name) }
    telnyx.profiles.push(profile)
    return { status: 200, body: { data: profile } }
  }
  if (step === 'list_numbers') {
    const phoneNumber = numberInFilter(query)
    if (phoneNumber === '' || phoneNumber.endsWith('0000')) return { status: 200, body: { data: [] } }
    const number = telnyx.numbers.get(phoneNumber) ?? { id: randomUUID(), messagingProfileId: null, assignment: null }
    telnyx.numbers.set(phoneNumber, number)
    const data = [{ id: number.id, phone_number: phoneNumber, messaging_profile_id: number.messagingProfileId }]
    return { status: 200, body: { data } }
  }
  if (step === 'connect') {
    const number = telnyx.numbers.get(numberOf(telnyx, request))
    if (number === undefined) return failure(404, '10005', 'Not found')
    number.messagingProfileId = String(body.messaging_profile_id)
    return { status: 200, body: { data: { id: number.id, messaging_profile_id: number.messagingProfileId } } }
  }
  return assignmentAnswer(telnyx, step, String(body.phoneNumber ?? path.split('/')[2]), body)
}

function assignmentAnswer(
  telnyx: FakeTelnyx,
  step: string,
  phoneNumber: string,
  body: Record<string, unknown>,
): Answer {
  const number = telnyx.numbers.get(phoneNumber)
  if (step === 'read_assignment') {
    if (number?.assignment == null) return failure(404, '10005', 'Not found')
    return { status: 200, body: assignmentOf(phoneNumber, number) }
  }
  if (number?.messagingProfileId == null) return failure(400, '10090', 'No messaging profile', '/phoneNumber')
  if (step === 'assign' && number.assignment !== null) return failure(409, '10091', 'Is in a campaign')
  number.assignment = { campaignId: String(body.campaignId), assignmentStatus: 'PENDING_ASSIGNMENT' }
  return { status: 200, body: assignmentOf(phoneNumber, number) }
}

function assignmentOf(phoneNumber: string, { assignment }: FakeNumber) {
  const hasFailed = assignment?.assignmentStatus === 'FAILED_ASSIGNMENT'
  return { phoneNumber, ...assignment, ...(hasFailed ? { failureReasons: 'The network refused it.' } : {}) }
}

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
    const isOver = !/PENDING|ACCEPTED|PROVISIONED$/.test(campaignStatus)
    Object.assign(campaign, {
      ...(isRegistered ? { tcrCampaignId: `C${String(at + 1).padStart(6, '0')}` } : {}),
      submissionStatus: campaignStatus === 'TCR_FAILED' ? 'FAILED' : 'CREATED',
      campaignStatus,
      failureReasons: isOver ? (fate.failureReasons ?? 'The opt-in is not described.') : undefined,
    })
  }
  for (const [phoneNumber, { assignment }] of telnyx.numbers) {
    if (assignment === null) continue
    assignment.assignmentStatus = phoneNumber.endsWith('0004') ? 'FAILED_ASSIGNMENT' : 'ASSIGNED'
  }
}

/** The reason of a failed registration as TCR words it: a list as JSON, in text. */
const INVALID_EIN = JSON.stringify([{ code: 501, fields: ['ein'], description: 'Invalid EIN.' }])
