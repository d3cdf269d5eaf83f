import { type FakeProvider, send, startFakeProvider } from './provider.ts'

/**
 * A local server that behaves as The Campaign Registry documents for the calls of the adapter: Basic authentication,
 * errors as lists of numbered codes with HTTP 400, the non-blocking submission with a score that comes later, `referenceId`
 * as the only guard against duplicates (case ignored), qualification, sharing, feedback, vetting and pages.
 * It knows the simulator's magic tax ids and words, with the same meaning.
 */
export interface FakeTcr extends FakeProvider {
  readonly requests: TcrRequest[]
  readonly brands: Map<string, FakeTcrBrand>
  readonly campaigns: Map<string, FakeTcrCampaign>
  /** Whether new brands are scored, reviews decided, vettings done. */
  settle(): void
  /** The next request of the step meets the fault; faults of one step queue up. */
  failNext(step: string, fault: TcrFakeFault): void
}

export interface TcrRequest {
  step: string
  method: string
  path: string
  query: Record<string, string>
  authorization: string | null
  body: Record<string, unknown>
}

/** `lost`, `hang`: executed, and never answered. `reset`: not executed. */
export type TcrFakeFault =
  | { does: 'lost' | 'hang' | 'reset' }
  | { does: 'answer'; status: number; body: unknown; headers?: Record<string, string> }

export interface FakeTcrBrand {
  id: string
  fields: Record<string, unknown>
  identityStatus: string | null
  isScored: boolean
  vettings: { vettingStatus: string; vettingScore: number | null; createDate: string; reasons: string[] }[]
}

export interface FakeTcrCampaign {
  id: string
  fields: Record<string, unknown>
  status: string
  sharing: { upstreamCnpId: string; sharingStatus: string } | null
}

interface HttpResponse {
  status: number
  body: unknown
}

export const TCR_KEY = 'tcr-key-of-the-tests'
export const TCR_SECRET = 'tcr-secret-of-the-tests'
export const FAKE_CNP = 'SCNPX01'
const CSP = 'SFAKE01'
const DECLINED = 'The opt-in is not described.'

export async function startFakeTcr(): Promise<FakeTcr> {
  const faults = new Map<string, TcrFakeFault[]>()
  const busy = new Set<string>()
  const tcr: FakeTcr = {
    url: '',
    close: async () => {},
    requests: [],
    brands: new Map(),
    campaigns: new Map(),
    settle: () => settle(tcr),
    failNext: (step, fault) => void faults.set(step, [...(faults.get(step) ?? []), fault]),
  }
  const provider = await startFakeProvider(async (incoming, text, response) => {
    const url = new URL(incoming.url ?? '', 'http://tcr')
    const method = incoming.method ?? ''
    const path = url.pathname.replace(/^\/v2\//, '')
    const request: TcrRequest = {
      step: stepOf(method, path),
      method,
      path,
      query: Object.fromEntries(url.searchParams),
      authorization: incoming.headers.authorization ?? null,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    }
    tcr.requests.push(request)
    const fault = faults.get(request.step)?.shift() ?? magicFault(request, busy)
    if (fault?.does === 'answer') return send(response, fault.status, fault.body, fault.headers)
    if (fault?.does === 'reset') return void response.destroy()
    const expected = `Basic ${Buffer.from(`${TCR_KEY}:${TCR_SECRET}`).toString('base64')}`
    const answer = request.authorization === expected ? answerTo(tcr, request) : { status: 401, body: '' }
    if (fault?.does === 'lost') return void response.destroy()
    if (fault?.does === 'hang') return
    send(response, answer.status, answer.status === 204 ? '' : answer.body)
  })
  return Object.assign(tcr, provider)
}

const ROUTES: readonly [method: string, pattern: RegExp, step: string][] = [
  ['POST', /^brand\/nonBlocking$/, 'submit_brand'],
  ['GET', /^brand$/, 'list_brands'],
  ['GET', /^brand\/feedback\/\w+$/, 'feedback'],
  ['PUT', /^brand\/\w+\/revet$/, 'revet'],
  ['GET', /^brand\/\w+\/externalVetting$/, 'vettings'],
  ['POST', /^brand\/\w+\/externalVetting$/, 'order_vetting'],
  ['GET', /^brand\/\w+$/, 'read_brand'],
  ['PUT', /^brand\/\w+$/, 'update_brand'],
  ['GET', /^campaignBuilder\/brand\/\w+\/usecase\/\w+$/, 'qualify'],
  ['POST', /^campaignBuilder$/, 'submit_campaign'],
  ['GET', /^campaign$/, 'list_campaigns'],
  ['GET', /^campaign\/\w+\/sharing$/, 'sharing'],
  ['PUT', /^campaign\/\w+\/sharing\/\w+$/, 'share'],
  ['GET', /^campaign\/\w+$/, 'read_campaign'],
  ['PUT', /^campaign\/\w+$/, 'update_campaign'],
  ['DELETE', /^campaign\/\w+$/, 'end_campaign'],
]

function stepOf(method: string, path: string): string {
  return ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2] ?? 'unknown'
}

const failure = (code: number, description: string, field?: string): HttpResponse => ({
  status: 400,
  body: [{ code, description, ...(field === undefined ? {} : { field }) }],
})

/** What the magic tax ids and words do to the way of a request. */
function magicFault({ step, body }: TcrRequest, busy: Set<string>): TcrFakeFault | undefined {
  const ein = String(body.ein ?? '')
  if (step === 'submit_brand' && ein.endsWith('0009')) return { does: 'hang' }
  if (step === 'submit_brand' && ein.endsWith('0010')) return { does: 'answer', status: 503, body: 'down' }
  if (step === 'submit_brand' && ein.endsWith('0002') && !busy.has(ein)) {
    busy.add(ein)
    return { does: 'answer', ...failure(591, 'Temporarily unavailable') }
  }
  return step === 'submit_campaign' && String(body.description).includes('[lost]') ? { does: 'hang' } : undefined
}

function answerTo(tcr: FakeTcr, request: TcrRequest): HttpResponse {
  const { step } = request
  if (step.includes('campaign') || step === 'qualify' || step === 'share' || step === 'sharing') {
    return campaignResponse(tcr, request)
  }
  if (step === 'submit_brand') return submitBrand(tcr, request.body)
  if (step === 'list_brands') return listed([...tcr.brands.values()].map(shown), 'referenceId', request.query)
  const brand = tcr.brands.get(request.path.split('/').find((part) => /^B[0-9A-Z]{6}$/.test(part)) ?? '')
  if (brand === undefined) return failure(502, 'Brand not found')
  switch (step) {
    case 'update_brand':
      brand.fields = { ...brand.fields, ...request.body }
      return { status: 200, body: shown(brand) }
    case 'revet':
      if (request.query.nonBlocking !== 'true') return failure(590, 'Only the non-blocking form is played')
      brand.isScored = false
      brand.identityStatus = null
      return { status: 200, body: shown(brand) }
    case 'feedback':
      return { status: 200, body: { brandId: brand.id, category: feedbackOf(brand) } }
    case 'order_vetting': {
      const { evpId, vettingClass } = request.body
      if (evpId !== 'AEGIS' || vettingClass !== 'STANDARD') return failure(501, 'Unknown vetting class', 'vettingClass')
      const createDate = new Date(1_774_000_000_000 + brand.vettings.length * 1_000).toISOString()
      brand.vettings.push({ vettingStatus: 'PENDING', vettingScore: null, createDate, reasons: [] })
      return { status: 200, body: { evpId, vettingClass, ...brand.vettings.at(-1) } }
    }
    case 'vettings':
      return { status: 200, body: brand.vettings }
    default:
      return { status: 200, body: shown(brand) }
  }
}

const REQUIRED = [
  'displayName',
  'companyName',
  'ein',
  'phone',
  'email',
  'street',
  'city',
  'state',
  'postalCode',
  'country',
]

function submitBrand(tcr: FakeTcr, body: Record<string, unknown>): HttpResponse {
  const reference = String(body.referenceId ?? '')
  const isKnown = [...tcr.brands.values()].some(
    ({ fields }) => String(fields.referenceId).toLowerCase() === reference.toLowerCase(),
  )
  if (reference !== '' && isKnown) return failure(503, 'Duplicate record')
  const empty = Object.entries(body).find(([, value]) => value === '' || value === null)
  if (empty !== undefined) return failure(501, `${empty[0]} must not be empty`, empty[0])
  const missing = REQUIRED.filter((field) => body[field] === undefined)
  if (missing.length > 0) {
    return { status: 400, body: missing.map((field) => ({ code: 501, field, description: 'Required' })) }
  }
  const id = `B${(tcr.brands.size + 1).toString(36).toUpperCase().padStart(6, '0')}`
  const brand: FakeTcrBrand = { id, fields: body, identityStatus: null, isScored: false, vettings: [] }
  tcr.brands.set(id, brand)
  return { status: 200, body: shown(brand) }
}

function shown(brand: FakeTcrBrand) {
  const { fields } = brand
  return {
    ...fields,
    brandId: brand.id,
    cspId: CSP,
    universalEin: fields.ein === undefined ? undefined : `${String(fields.country)}_${String(fields.ein)}`,
    ...(brand.identityStatus === null ? {} : { identityStatus: brand.identityStatus }),
  }
}

function feedbackOf(brand: FakeTcrBrand) {
  if (brand.identityStatus !== 'UNVERIFIED') return []
  return [
    {
      id: 'TAX_ID',
      displayName: 'Tax id',
      description: 'The tax id does not belong to the company name.',
      fields: ['ein', 'companyName'],
    },
  ]
}

function settle(tcr: FakeTcr): void {
  for (const brand of tcr.brands.values()) {
    const ein = String(brand.fields.ein ?? '')
    if (ein.endsWith('0001')) continue
    brand.isScored = true
    brand.identityStatus = ein.endsWith('0000') ? 'UNVERIFIED' : 'VERIFIED'
    for (const vetting of brand.vettings) Object.assign(vetting, { vettingStatus: 'ACTIVE', vettingScore: 75 })
    if (brand.vettings.length > 0) brand.identityStatus = 'VETTED_VERIFIED'
  }
  for (const { fields, sharing } of tcr.campaigns.values()) {
    if (sharing === null) continue
    sharing.sharingStatus = `${fields.description} ${fields.messageFlow}`.includes('[decline]')
      ? 'DECLINED'
      : 'ACCEPTED'
  }
}

/** What TCR's PUT of a campaign takes. */
const CHANGEABLE = /^(description|sample[1-5]|messageFlow|helpMessage|resellerId|autoRenewal)$/

function campaignResponse(tcr: FakeTcr, { step, path, query, body }: TcrRequest): HttpResponse {
  if (step === 'qualify') return qualify(tcr, path)
  if (step === 'submit_campaign') return submitCampaign(tcr, body)
  if (step === 'list_campaigns') {
    const ofBrand = [...tcr.campaigns.values()].filter(
      ({ fields, status }) => fields.brandId === query.brandId && status === (query.status ?? 'ACTIVE'),
    )
    return listed(ofBrand.map(shownCampaign), null, query)
  }
  const campaign = tcr.campaigns.get(path.split('/')[1] ?? '')
  if (campaign === undefined) return failure(502, 'Campaign not found')
  switch (step) {
    case 'sharing': {
      const { sharing } = campaign
      const explanation = sharing?.sharingStatus === 'DECLINED' ? { explanation: DECLINED } : {}
      return {
        status: 200,
        body: sharing === null ? {} : { sharedByMe: { downstreamCnpId: CSP, ...sharing, ...explanation } },
      }
    }
    case 'share':
      if (campaign.sharing?.sharingStatus === 'PENDING') return failure(523, 'Already shared')
      campaign.sharing = { upstreamCnpId: path.split('/').at(-1) ?? '', sharingStatus: 'PENDING' }
      return { status: 200, body: { sharingStatus: 'PENDING' } }
    case 'update_campaign':
      if (campaign.status === 'EXPIRED') return failure(518, 'Campaign is not active')
      if (Object.keys(body).some((field) => !CHANGEABLE.test(field))) return failure(501, 'Not to be changed')
      Object.assign(campaign.fields, body)
      return { status: 200, body: shownCampaign(campaign) }
    case 'end_campaign':
      campaign.status = 'EXPIRED'
      return { status: 204, body: '' }
    default:
      return { status: 200, body: shownCampaign(campaign) }
  }
}

function qualify(tcr: FakeTcr, path: string): HttpResponse {
  const [, , brandId = '', , usecase] = path.split('/')
  const brand = tcr.brands.get(brandId)
  if (brand === undefined) return failure(502, 'Brand not found')
  if (!brand.isScored) return failure(527, 'Brand not scored yet')
  const qualify = brand.identityStatus !== 'UNVERIFIED'
  return {
    status: 200,
    body: {
      usecase,
      monthlyFee: 10,
      minSubUsecases: usecase === 'MIXED' ? 2 : 0,
      maxSubUsecases: usecase === 'MIXED' ? 5 : 0,
      mnoMetadata: { 10017: { qualify }, 10035: { qualify } },
    },
  }
}

function submitCampaign(tcr: FakeTcr, body: Record<string, unknown>): HttpResponse {
  const isKnown = [...tcr.campaigns.values()].some(({ fields }) => fields.referenceId === body.referenceId)
  if (isKnown) return failure(503, 'Duplicate record')
  const samples = [1, 2, 3, 4, 5].map((at) => String(body[`sample${at}`] ?? ''))
  if (samples.some((text) => text.includes('[reject]'))) return failure(509, 'A sample does not fit.')
  const id = `C${(tcr.campaigns.size + 1).toString(36).toUpperCase().padStart(6, '0')}`
  tcr.campaigns.set(id, { id, fields: body, status: 'ACTIVE', sharing: null })
  return { status: 200, body: { campaignId: id, mnoMetadata: {} } }
}

function shownCampaign({ id, fields, status }: FakeTcrCampaign) {
  return { ...fields, campaignId: id, cspId: CSP, status, monthlyFee: 10 }
}

function listed(
  records: Record<string, unknown>[],
  filter: string | null,
  query: Record<string, string>,
): HttpResponse {
  const wanted = filter === null ? undefined : query[filter]
  const kept = records.filter(
    (record) => wanted === undefined || String(record[filter ?? '']).toLowerCase() === wanted.toLowerCase(),
  )
  const size = Number(query.recordsPerPage ?? 10)
  const page = Number(query.page ?? 1)
  const body = { page, totalRecords: kept.length, records: kept.slice((page - 1) * size, page * size) }
  return { status: 200, body }
}
