import { isRecord, matching, sentence } from '../http-client/read-wire.ts'

/** One reason of a failure: Telnyx's words, and the fields that it names. */
export interface Failure {
  fields: readonly string[]
  says: string
}

const REASONS_MAX = 20
const FIELDS_MAX = 40
const DEPTH_MAX = 4
/** Members in which a reason has its words, the first that is given. */
const WORDS = ['description', 'detail', 'message', 'reason', 'title'] as const
/** Members in which reasons lie, one level down. */
const LISTS = ['failureReasons', 'reasons', 'errors', 'category'] as const

/**
 * What `failureReasons` says. Telnyx describes it as text; the text may hold what TCR has answered as JSON, and may be a list
 * of texts or of objects. JSON is never shown as words.
 */
export function toFailures(value: unknown): Failure[] {
  return readReasons(value, 0).slice(0, REASONS_MAX)
}

function readReasons(value: unknown, depth: number): Failure[] {
  if (depth > DEPTH_MAX) return []
  if (typeof value === 'string') return readText(value, depth)
  if (Array.isArray(value)) return value.slice(0, REASONS_MAX).flatMap((item) => readReasons(item, depth + 1))
  if (!isRecord(value)) return []
  const nested = LISTS.flatMap((list) => readReasons(value[list], depth + 1))
  const says = WORDS.map((member) => sentence(value[member])).find((words) => words !== '' && !isJson(words)) ?? ''
  const fields = fieldsOf(value)
  const own = says === '' && fields.length === 0 ? [] : [{ fields, says }]
  return [...own, ...nested]
}

function readText(text: string, depth: number): Failure[] {
  if (isJson(text)) {
    try {
      return readReasons(JSON.parse(text), depth + 1)
    } catch {
      return []
    }
  }
  const says = sentence(text)
  return says === '' ? [] : [{ fields: [], says }]
}

function isJson(text: string): boolean {
  return /^\s*[[{"]/.test(text)
}

function fieldsOf({ fields, field }: Record<string, unknown>): string[] {
  const named = Array.isArray(fields) ? fields.slice(0, FIELDS_MAX) : [field]
  return named.flatMap((name) => {
    const last = matching(name, /^[A-Za-z0-9_./]{1,128}$/)
      ?.split(/[/.]/)
      .at(-1)
    return last === undefined || last === '' ? [] : [last]
  })
}
