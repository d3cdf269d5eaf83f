import { type About, type Outcome, type Refusal, refused, unanswered, unavailable } from '../../ports/outcome.ts'
import { REGISTRY_REASONS } from '../../ports/registry-reasons.ts'
import type { HttpFault, Judgement } from '../http-client/json-client.ts'
import { integer, isRecord, listOf, matching, sentence } from '../http-client/read-wire.ts'
import { operatorMatter } from '../resilience/http-status.rules.ts'
import { pathOfField } from '../ten-dlc/body.ts'

/** TCR answers an error as a list with HTTP 400, nearly always; the number in it decides, not the status. */
interface TcrFault {
  code: number
  fields: readonly string[]
  description: string
}

/** More names than a brand has members. */
const FIELDS_MAX = 40

const DUPLICATE = 503
const NOT_SCORED = 527
const INTERNAL = 590
/** Temporary by TCR's own account: a brand that is not scored yet, or TCR itself. */
const BUSY: ReadonlyMap<number, About> = new Map([
  [NOT_SCORED, 'subject'],
  [591, 'service'],
  [630, 'service'],
])
const BUSY_SECONDS = 30

const REASONS: ReadonlyMap<number, Refusal> = new Map<number, Refusal>([
  [502, REGISTRY_REASONS.brandUnknown],
  [511, { member: 'brand', says: 'The brand has as many campaigns as the registry allows.' }],
  [512, { member: 'brand', says: 'The registry has as many brands of this business as it allows.' }],
  [518, REGISTRY_REASONS.campaignEnded],
  [523, { member: 'campaign', says: 'The campaign cannot be shared in a circle.' }],
  [529, { member: 'brand.business.country', says: 'The registry does not take brands from this country.' }],
  [534, { member: 'brand.business.entityType', says: 'This server may not register sole proprietors.' }],
  [536, { member: 'campaign', says: 'A campaign of a rehearsal (mock) brand cannot be shared.' }],
])

/** What an error of TCR means, by `kind` of what was asked. */
export function judge({ status, answer, retryAfterSeconds }: HttpFault, isChange: boolean): Judgement | null {
  const matter = operatorMatter(status, retryAfterSeconds)
  if (matter !== null) return { ...matter, code: null }
  const faults = listOf(answer, toFault)
  const [first] = faults ?? []
  if (status >= 500 || faults === null || first === undefined) return null
  return { outcome: outcomeOf(faults, isChange), code: first.code }
}

function outcomeOf(faults: readonly TcrFault[], isChange: boolean): Outcome<never> {
  for (const { code } of faults) {
    const busy = BUSY.get(code)
    if (busy !== undefined) return unavailable(busy, BUSY_SECONDS)
    if (code === INTERNAL) return isChange ? unanswered('service') : unavailable('service')
  }
  if (faults.some(({ code }) => code === DUPLICATE)) return { kind: 'mismatch' }
  return refused(...faults.flatMap(toRefusals))
}

function toRefusals({ code, fields, description }: TcrFault): Refusal[] {
  const known = REASONS.get(code)
  if (known !== undefined) return [known]
  const says = description === '' ? `The registry refused it (code ${code}).` : description
  if (fields.length === 0) return [{ member: code === 509 ? 'campaign' : '', says }]
  return fields.map((field) => ({ member: memberOf(field), says }))
}

function memberOf(field: string): string {
  const asCampaign = pathOfField('campaign', field)
  return asCampaign === 'campaign' ? pathOfField('brand', field) : asCampaign
}

/** What an error is about is `fields`, in the older form of TCR's errors one `field`. What is no name is left out. */
function toFault(item: unknown): TcrFault | null {
  const code = isRecord(item) ? integer(item.code) : null
  if (!isRecord(item) || code === null) return null
  const named = Array.isArray(item.fields) ? item.fields.slice(0, FIELDS_MAX) : [item.field]
  const fields = named
    .map((field) =>
      matching(field, /^(?:[A-Za-z0-9_]+\.)*[A-Za-z0-9_]{1,64}$/)
        ?.split('.')
        .at(-1),
    )
    .filter((field) => field !== undefined)
  return { code, fields, description: sentence(item.description) }
}
