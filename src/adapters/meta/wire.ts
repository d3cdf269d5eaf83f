import { integer, isRecord, listOf, matching, shownText } from '../http-client/read-wire.ts'

/** Meta's shapes, checked on incoming: an answer is data of a stranger. Readers give null for an answer that lacks what we need. */

/** What `debug_token` says of a token. */
export interface TokenFacts {
  isValid: boolean
  scopes: readonly string[]
  /** Permissions that hold for named objects only, with the ids of those objects. */
  targets: readonly { scope: string; ids: readonly string[] }[]
  /** The error code inside a successful answer, for a token that could not be inspected. */
  errorCode: number | null
}

export interface WabaFacts {
  id: string
  name: string | null
  reviewStatus: string
}

export interface NumbersPage {
  ids: readonly string[]
  /** The cursor of the next page. The `next` address of the answer is never followed: it carries the token. */
  after: string | null
}

/** An error answer, reduced to what may be kept: no message. */
export interface GraphFault {
  status: number
  code: number | null
  subcode: number | null
  /** Meta's own word that the same call may succeed later. */
  isTransient: boolean
  traceId: string
}

export function toTokenFacts(answer: unknown): TokenFacts | null {
  const facts = isRecord(answer) && isRecord(answer.data) ? answer.data : null
  if (facts === null || typeof facts.is_valid !== 'boolean') return null
  const errorCode = isRecord(facts.error) ? integer(facts.error.code) : null
  if (!facts.is_valid) return { isValid: false, scopes: [], targets: [], errorCode }
  const scopes = listOf(facts.scopes, toWord)
  const targets = facts.granular_scopes === undefined ? [] : listOf(facts.granular_scopes, toTarget)
  if (scopes === null || targets === null) return null
  return { isValid: true, scopes, targets: targets.filter((target) => target.ids.length > 0), errorCode }
}

export function toWabaFacts(answer: unknown): WabaFacts | null {
  const id = isRecord(answer) ? toId(answer.id) : null
  if (!isRecord(answer) || id === null) return null
  // The Graph API leaves out a member that has no value.
  const reviewStatus = answer.account_review_status === undefined ? '' : toWord(answer.account_review_status)
  return reviewStatus === null ? null : { id, name: displayName(answer.name), reviewStatus }
}

export function toNumbersPage(answer: unknown): NumbersPage | null {
  if (!isRecord(answer)) return null
  const ids = listOf(answer.data, (item) => (isRecord(item) ? toId(item.id) : null))
  if (ids === null) return null
  const paging = isRecord(answer.paging) ? answer.paging : {}
  if (typeof paging.next !== 'string') return { ids, after: null }
  const after = isRecord(paging.cursors) ? matching(paging.cursors.after, /^[\x21-\x7e]{1,1024}$/) : null
  return after === null ? null : { ids, after }
}

/** The answer to a change: it says only that it was done. */
export function toSuccess(answer: unknown): true | null {
  return isRecord(answer) && answer.success === true ? true : null
}

export function toGraphFault(status: number, answer: unknown): GraphFault {
  const error = isRecord(answer) && isRecord(answer.error) ? answer.error : {}
  return {
    status,
    code: integer(error.code),
    subcode: integer(error.error_subcode),
    isTransient: error.is_transient === true,
    traceId: matching(error.fbtrace_id, /^[A-Za-z0-9_-]{1,64}$/) ?? '',
  }
}

function toTarget(value: unknown): { scope: string; ids: readonly string[] } | null {
  if (!isRecord(value)) return null
  const scope = toWord(value.scope)
  const ids = value.target_ids === undefined ? [] : listOf(value.target_ids, toId)
  return scope === null || ids === null ? null : { scope, ids }
}

function toId(value: unknown): string | null {
  return matching(value, /^\d{1,32}$/)
}

function toWord(value: unknown): string | null {
  return matching(value, /^[A-Za-z_]{1,100}$/)
}

/** A name that can be stored and shown. */
function displayName(value: unknown): string | null {
  return shownText(value, 256)
}
