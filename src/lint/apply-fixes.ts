import type { JsonValue } from '../contract/fields/json-value.ts'
import { applyPatch } from './fixes.ts'
import { lint } from './lint.ts'
import { readPacket } from './packet.ts'

/** More than any packet needs: each fix takes one finding away, and none is to come back. */
const FIXES_MAX = 500

/** A packet with every fix applied, one after the other, and how many there were. What cannot be read stays as it is. */
export function applyFixes(value: JsonValue): { value: JsonValue; fixed: number } {
  let current = value
  for (let fixed = 0; fixed < FIXES_MAX; fixed += 1) {
    const read = readPacket(current)
    const finding = 'packet' in read ? lint(read.packet).findings.find(({ fix }) => fix !== null) : undefined
    if (finding?.fix === undefined || finding.fix === null) return { value: current, fixed }
    current = applyPatch(current, finding.fix)
  }
  return { value: current, fixed: FIXES_MAX }
}
