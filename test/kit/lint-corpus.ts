import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject, JsonValue } from '../../src/contract/fields/json-value.ts'
import { packageRoot } from '../../src/package-root.ts'

/**
 * The corpus of the lint, `test/fixtures/lint/*.jsonl`: packets of made-up senders, written before the rules and by other
 * hands. `clean` are packets as a reviewer takes them. A `seeded` one is a clean one with the fault of one rule, a
 * paraphrase one that has the fault of a rule in other words; both are kept as changes of their clean packet.
 */

/** Rules are tuned on one part; what the other part says of them is not tuned on. */
export type Part = 'tune' | 'held_out'
export const PARTS: readonly Part[] = ['tune', 'held_out']

/** What a sender sends of itself, in the spelling of requests. */
export interface Packet {
  brand: JsonObject
  campaigns: JsonObject[]
  profile?: JsonObject
}

export interface CleanPacket {
  id: string
  trade: string
  part: Part
  packet: Packet
}

/** A clean packet with a fault. */
export interface FaultyPacket {
  id: string
  /** The rule that finds it. */
  rule: string
  /** The clean packet. */
  base: string
  part: Part
  /** JSON pointers into the packet, with the values to put there; null takes the member away. */
  changes: Record<string, JsonValue>
  /** Rules that cannot but find the same fault. */
  also?: string[]
}

function readLines<T>(name: string): T[] {
  const text = readFileSync(join(packageRoot, 'test', 'fixtures', 'lint', `${name}.jsonl`), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

export const CLEAN = readLines<CleanPacket>('clean')
export const SEEDED = readLines<FaultyPacket>('seeded')
export const PARAPHRASES = readLines<FaultyPacket>('paraphrases')

const byId = new Map(CLEAN.map((clean) => [clean.id, clean.packet]))

function steps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value that the pointer leads to; undefined where there is none. */
export function valueAt(packet: Packet, pointer: string): JsonValue | undefined {
  return steps(pointer).reduce<JsonValue | undefined>(
    (at, step) => (at as Record<string, JsonValue> | undefined)?.[step],
    packet as unknown as JsonValue,
  )
}

/** A copy of the packet with the value there; null takes the member away. */
export function changed(packet: Packet, pointer: string, value: JsonValue): Packet {
  const copy = structuredClone(packet)
  const path = steps(pointer)
  const last = path.pop() ?? ''
  const parent = path.reduce<Record<string, JsonValue> | undefined>(
    (at, step) => at?.[step] as Record<string, JsonValue> | undefined,
    copy as unknown as Record<string, JsonValue>,
  )
  if (parent === undefined) throw new Error(`${pointer} leads nowhere`)
  if (value === null) delete parent[last]
  else parent[last] = value
  return copy
}

/** The clean packet that a faulty one comes from. */
export function baseOf({ base }: FaultyPacket): Packet {
  const packet = byId.get(base)
  if (packet === undefined) throw new Error(`no clean packet ${base}`)
  return packet
}

/** The packet with its fault. */
export function packetOf(faulty: FaultyPacket): Packet {
  return Object.entries(faulty.changes).reduce(
    (packet, [pointer, value]) => changed(packet, pointer, value),
    baseOf(faulty),
  )
}
