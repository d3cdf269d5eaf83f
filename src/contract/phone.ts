import { createRequire } from 'node:module'
import type { E164Number, MetadataJson } from 'libphonenumber-js/core'

/** Reads a package when it is first used: a start does not need it, and it is a tenth of all that it would read. */
const readWhenUsed = createRequire(import.meta.url)

let isPossible: ((text: string) => boolean) | null = null

/** Reads the package and its lengths, so that the first request that needs them does not wait for it. */
export function readPhones(): (text: string) => boolean {
  if (isPossible === null) {
    const { PhoneNumber } = readWhenUsed('libphonenumber-js/core') as typeof import('libphonenumber-js/core')
    // The smallest of its sets: it has the lengths of all countries, and nothing else is asked for.
    const metadata = readWhenUsed('libphonenumber-js/min/metadata') as MetadataJson
    isPossible = (text) => new PhoneNumber(text as E164Number, metadata).isPossible()
  }
  return isPossible
}

const E164 = /^\+[1-9]\d{1,14}$/

/** Whether the text is E.164 with a length that exists in its country; the prefix of national calls is no part of E.164. */
export function isE164(text: string): boolean {
  if (!E164.test(text)) return false
  const isPossiblePhone = readPhones()
  try {
    return isPossiblePhone(text)
  } catch {
    // No country has the code that it begins with.
    return false
  }
}
