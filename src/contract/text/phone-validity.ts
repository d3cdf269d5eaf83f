import { createRequire } from 'node:module'
import type { MetadataJson } from 'libphonenumber-js/core'

/** Reads the package when it is first used: a start does not need it. */
const readWhenUsed = createRequire(import.meta.url)

let read: { parse: typeof import('libphonenumber-js/core').default; metadata: MetadataJson } | null = null

/** Whether an E.164 number is one that its country gives out. New area codes come to the package's lists late. */
export function isPhoneNumber(number: string): boolean {
  read ??= {
    parse: (readWhenUsed('libphonenumber-js/core') as typeof import('libphonenumber-js/core')).default,
    metadata: readWhenUsed('libphonenumber-js/min/metadata') as MetadataJson,
  }
  return read.parse(number, read.metadata)?.isValid() ?? false
}
