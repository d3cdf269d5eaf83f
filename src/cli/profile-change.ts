import { isJsonObject, type JsonObject, type JsonValue } from '../contract/fields/json-value.ts'
import { usage } from './command-failure.ts'

const MEMBER = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/
const NOT_A_MEMBER = '__proto__'

/** Puts `value` at a dotted path, making the objects on the way. */
function put(body: JsonObject, path: string, value: JsonValue): void {
  const steps = path.split('.')
  if (!MEMBER.test(path) || steps.includes(NOT_A_MEMBER)) throw usage(`"${path}" is not the name of a member.`)
  const last = steps.pop() ?? ''
  let at = body
  for (const step of steps) {
    const next = at[step]
    if (isJsonObject(next)) at = next
    else {
      const made: JsonObject = {}
      at[step] = made
      at = made
    }
  }
  at[last] = value
}

function toValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

/**
 * The body of a change: the file's members, then each `member=value`, then a null for each member to clear. A value that
 * reads as JSON is that, anything else is text. Members may be dotted: `brand.contact.name=Jane`.
 */
export function changeBody(
  file: JsonObject,
  { set, clear }: { set: readonly string[]; clear: readonly string[] },
): JsonObject {
  const body = structuredClone(file)
  for (const assignment of set) {
    const equals = assignment.indexOf('=')
    if (equals < 1) throw usage('--set needs member=value.')
    const member = assignment.slice(0, equals)
    if (member.split('.')[0] === 'payment_details') {
      throw usage('payment_details must come with --file, so that no card stands in the list of processes.')
    }
    put(body, member, toValue(assignment.slice(equals + 1)))
  }
  for (const member of clear) put(body, member, null)
  return body
}

/**
 * Whether the change goes as a merge patch (decision 13): only there does null clear, and only there may one member of an
 * object come alone. A file keeps the meaning that its nulls have without.
 */
export function isMergePatch({
  set,
  clear,
  file,
}: {
  set: readonly string[]
  clear: readonly string[]
  file?: string
}): boolean {
  return clear.length > 0 || (file === undefined && set.some((assignment) => /^[^=]*\./.test(assignment)))
}
