import type { TSchema } from '../contract/fields/schema.ts'
import { usage } from './command-failure.ts'

type Details = Readonly<Record<string, readonly string[]>>

interface Shape {
  properties?: Record<string, TSchema>
  items?: TSchema
}

/** Members that a request was not to have, as the API words it in strict mode. */
const UNKNOWN = / is not a known member/

/** How many letters were typed wrong: one left out, added or replaced, or two next to each other exchanged. */
function distance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, at) => [at])
  for (let at = 1; at <= other.length; at += 1) (rows[0] as number[])[at] = at
  const cell = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= one.length; i += 1) {
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1]
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      ;(rows[i] as number[])[j] = Math.min(
        cell(i - 1, j) + 1,
        cell(i, j - 1) + 1,
        cell(i - 1, j - 1) + (isSame ? 0 : 1),
        isSwap ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
  }
  return cell(one.length, other.length)
}

/** Case and underscores are one habit against another, and no slip. */
const plain = (name: string) => name.toLowerCase().replaceAll(/[_-]/g, '')

/**
 * The name that was most likely meant, or null where none is near: at most a third of the letters may be wrong, and the
 * first of two that are as near is as good as the other.
 */
export function nearestName(name: string, names: readonly string[]): string | null {
  const found = names
    .map((each) => ({ each, far: distance(plain(name), plain(each)) }))
    .filter(({ each, far }) => far <= Math.max(1, Math.floor(Math.min(name.length, each.length) / 3)))
  return found.toSorted((a, b) => a.far - b.far)[0]?.each ?? null
}

/** The dotted path that was most likely meant: its last member by the names that its object has, or null. */
export function nearestPath(schema: TSchema, path: string): string | null {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let at: Shape | undefined = schema as Shape
  for (const step of steps) {
    const name = step.replace(/\[\d+\]$/, '')
    const member: TSchema | undefined = at?.properties !== undefined ? at.properties[name] : undefined
    at = (name === step ? member : (member as Shape | undefined)?.items) as Shape | undefined
  }
  const nearest = nearestName(last, Object.keys(at?.properties ?? {}))
  return nearest === null ? null : [...steps, nearest].join('.')
}

/** The details with the right spelling behind each member that is unknown, where one is near. */
export function withNearest(details: Details, schema: TSchema): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(details).map(([path, sentences]) => [
      path,
      sentences.map((sentence) => {
        const nearest = UNKNOWN.test(sentence) ? nearestPath(schema, path) : null
        return nearest === null || sentence.includes(nearest) ? sentence : `${sentence}: did you mean ${nearest}?`
      }),
    ]),
  )
}

/**
 * What the API's refusal of members that it does not know is for whoever typed them: a mistake on the command line.
 *
 * @throws CommandFailure USAGE; returns where the details name no such member.
 */
export function refuseUnknown(details: Details | null, schema: TSchema): void {
  if (
    details === null ||
    !Object.values(details)
      .flat()
      .some((sentence) => UNKNOWN.test(sentence))
  )
    return
  throw usage('The change has a member that the API does not know. Nothing was changed.', withNearest(details, schema))
}
