import { isJsonObject, type JsonObject } from '../../contract/fields/json-value.ts'
import { statusName } from './failures.ts'

/**
 * Moves the responses that several operations have alike into components, and leaves a reference in their places.
 * A component is named for its status, as `NotFound`, and for the first operation that has it where that name is taken.
 */
export function shareResponses(paths: JsonObject): { paths: JsonObject; responses: JsonObject } {
  const counts = new Map<string, number>()
  eachResponse(paths, ({ response }) => {
    const text = JSON.stringify(response)
    counts.set(text, (counts.get(text) ?? 0) + 1)
    return response
  })
  const responses: JsonObject = {}
  const names = new Map<string, string>()
  const shared = eachResponse(paths, ({ status, operation, response }) => {
    const text = JSON.stringify(response)
    if (Number(status) < 400 || (counts.get(text) ?? 0) < 2) return response
    const plain = statusName(Number(status))
    const name = names.get(text) ?? (responses[plain] === undefined ? plain : `${plain}.${operation}`)
    names.set(text, name)
    responses[name] = response
    return { $ref: `#/components/responses/${name}` }
  })
  return { paths: shared, responses }
}

interface Place {
  status: string
  operation: string
  response: JsonObject
}

/** A copy of the paths with each response replaced. */
function eachResponse(paths: JsonObject, replace: (place: Place) => JsonObject): JsonObject {
  return mapMembers(paths, (path) =>
    mapMembers(path, (operation) => ({
      ...operation,
      responses: mapMembers(operation.responses as JsonObject, (response, status) =>
        replace({ status, operation: String(operation.operationId), response }),
      ),
    })),
  )
}

function mapMembers(object: JsonObject, change: (member: JsonObject, name: string) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [name, isJsonObject(member) ? change(member, name) : member]),
  )
}
