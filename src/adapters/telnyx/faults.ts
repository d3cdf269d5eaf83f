import { type Outcome, type Refusal, refused } from '../../ports/outcome.ts'
import type { HttpFault, Judgement } from '../http-client/json-client.ts'
import { isRecord, listOf, matching, sentence } from '../http-client/read-wire.ts'
import { isDefinite, operatorMatter } from '../resilience/http-status.rules.ts'
import { pathOfField } from '../ten-dlc/body.ts'

interface TelnyxFault {
  code: string
  field: string | null
  says: string
}

const UNKNOWN: Refusal = { member: '', says: 'Telnyx does not know it.' }

/** Whether Telnyx has nothing under the id that was asked for. */
export function isUnknown(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'refused' && outcome.refusals.includes(UNKNOWN)
}

/** What an error of Telnyx means: the HTTP status decides, the list names what is wrong. */
export function judgeFor(kind: 'registry' | 'carrier') {
  return ({ status, answer, retryAfterSeconds }: HttpFault): Judgement | null => {
    const faults = isRecord(answer) ? (listOf(answer.errors, toFault) ?? []) : []
    const code = faults[0]?.code ?? null
    const matter = operatorMatter(status, retryAfterSeconds)
    if (matter !== null) return { ...matter, code }
    if (status === 409) return { outcome: { kind: 'mismatch' }, code }
    if (status === 404) return { outcome: refused(UNKNOWN), code: code ?? 404 }
    if (faults.length === 0 || !isDefinite(status)) return null
    return { outcome: refused(...faults.map((fault) => toRefusal(fault, kind))), code }
  }
}

function toRefusal({ code, field, says }: TelnyxFault, kind: 'registry' | 'carrier'): Refusal {
  const words = says === '' ? `Telnyx refused it (code ${code}).` : says
  if (field === null) return { member: '', says: words }
  if (kind === 'carrier') {
    const member = /phone/i.test(field) ? 'phone_number' : /campaign/i.test(field) ? 'campaign' : ''
    return { member, says: words }
  }
  const asCampaign = pathOfField('campaign', field)
  return { member: asCampaign === 'campaign' ? pathOfField('brand', field) : asCampaign, says: words }
}

function toFault(item: unknown): TelnyxFault | null {
  if (!isRecord(item)) return null
  const source = isRecord(item.source) ? item.source : {}
  const pointer =
    matching(source.pointer, /^[A-Za-z0-9_/.]{1,128}$/) ?? matching(source.parameter, /^[A-Za-z0-9_.]{1,128}$/)
  return {
    code: matching(String(item.code), /^[A-Za-z0-9_]{1,40}$/) ?? 'none',
    field: pointer?.split(/[/.]/).at(-1) ?? null,
    says: sentence(item.detail) || sentence(item.title),
  }
}
