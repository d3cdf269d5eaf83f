import { createRequire } from 'node:module'
import type { MetadataJson } from 'libphonenumber-js/core'

/** Reads the package when it is first used: a start does not need it. */
const readWhenUsed = createRequire(import.meta.url)

/** The country (ISO 3166-1 alpha-2) that an E.164 number belongs to; null where none can be told. Countries that share `+1` are told apart. */
export function phoneCountry(number: string): string | null {
  const { default: parse } = readWhenUsed('libphonenumber-js/core') as typeof import('libphonenumber-js/core')
  const metadata = readWhenUsed('libphonenumber-js/min/metadata') as MetadataJson
  return parse(number, metadata)?.country ?? null
}
