import { domainToASCII } from 'node:url'
import type { FieldNotes } from '../fields/field.ts'
import type { TSchema } from '../fields/schema.ts'
import { whatsappNumber } from './phone.ts'
import { composed, composedLines } from './plain-text.ts'

/** The domain of an address in its ASCII form (IDNA); an address that has no such form stays and is refused. */
function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  if (at < 0 || /^[\0-\x7f]*$/.test(domain)) return address
  const ascii = domainToASCII(domain)
  return ascii === '' ? address : `${address.slice(0, at)}@${ascii}`
}

/** A text of a request as it is judged, compared and kept: one of the ways to write the same. */
export function keptForm(member: TSchema, value: string): string {
  const { format, oneLine, manyLines, whatsappNumber: isWhatsapp } = member as FieldNotes & { format?: string }
  if (format === 'email') return asciiDomain(value)
  if (isWhatsapp === true) return whatsappNumber(value)
  if (oneLine === true) return composed(value)
  return manyLines === true ? composedLines(value) : value
}
