import { randomUUID } from 'node:crypto'
import type { PhoneNumberCampaign } from 'telnyx/resources/messaging-10dlc/phone-number-campaigns'

/** The carrier's half of the fake of Telnyx: messaging profiles, numbers, and their campaigns. */

/** What the carrier's half of the fake knows. */
export interface CarrierState {
  readonly profiles: { id: string; name: string }[]
  readonly numbers: Map<string, FakeNumber>
}

export interface TelnyxRequest {
  step: string
  method: string
  path: string
  query: Record<string, string>
  authorization: string | null
  body: Record<string, unknown>
}

export interface FakeNumber {
  id: string
  messagingProfileId: string | null
  assignment: FakeAssignment | null
}

export type FakeAssignment = Pick<PhoneNumberCampaign, 'campaignId' | 'assignmentStatus' | 'telnyxCampaignId'>

export interface HttpResponse {
  status: number
  body: unknown
}

export function failure(status: number, code: string, detail: string, pointer?: string): HttpResponse {
  const source = pointer === undefined ? {} : { source: { pointer } }
  return { status, body: { errors: [{ code, title: 'Error', detail, ...source }] } }
}

/** The number that a request of the carrier is about. */
export function numberOf(telnyx: CarrierState, { path, query }: TelnyxRequest): string {
  const id = path.split('/')[1]
  const byId = [...telnyx.numbers].find(([, number]) => number.id === id)?.[0]
  return byId ?? numberInFilter(query)
}

/** The filter takes digits; with anything else it finds nothing. */
function numberInFilter(query: Record<string, string>): string {
  const digits = query['filter[phone_number]'] ?? ''
  return /^\d{3,15}$/.test(digits) ? `+${digits}` : ''
}

/** Times as Telnyx writes them: of UTC, without a zone. */
export function now(): string {
  return new Date().toISOString().replace('Z', '000')
}

export function carrierResponse(telnyx: CarrierState, request: TelnyxRequest): HttpResponse {
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
  return assignmentResponse(telnyx, step, String(body.phoneNumber ?? path.split('/')[2]), body)
}

function assignmentResponse(
  telnyx: CarrierState,
  step: string,
  phoneNumber: string,
  body: Record<string, unknown>,
): HttpResponse {
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

function assignmentOf(phoneNumber: string, { assignment }: FakeNumber): PhoneNumberCampaign {
  const hasFailed = assignment?.assignmentStatus === 'FAILED_ASSIGNMENT'
  return {
    phoneNumber,
    campaignId: '',
    ...assignment,
    createdAt: now(),
    updatedAt: now(),
    ...(hasFailed ? { failureReasons: 'The network refused it.' } : {}),
  }
}
