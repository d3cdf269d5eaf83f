import { createRequire } from 'node:module'
import type { MetadataJson } from 'libphonenumber-js/core'
import { isPublicName } from './site.ts'

/** What a message as it will be sent holds for its reader to open or to call. */

/** Read when a campaign is judged: most requests have none. */
const readWhenUsed = createRequire(import.meta.url)

const WRITTEN_LINK = /\bhttps?:\/\/\S|\bwww\.\S/i

/** What stands in brackets of some kind, to be filled in when the message is sent: `[URL]`, `{tracking_link}`, `{{1_url}}`. */
const PLACEHOLDER = /\[([^\][]*)\]|\{+([^{}]*)\}|<([^<>]*)>|%([^%\s]+)%/g
const SAYS_LINK = /(?<![a-z])(?:link|url)s?(?![a-z])|(?:Link|Url|URL)s?(?![a-z])/
const SAYS_LINK_IN_CAPITALS = /(?<![A-Z])(?:LINK|URL)S?(?![A-Z])/

/** A name with dots, with what may follow it in a link; no part of an e-mail address. */
const NAME =
  /(?<![\p{L}\p{N}@._-])((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,})(:\d+)?([/?#]\S*)?(?![\p{L}\p{N}@])/gu

/** A sentence whose end lacks its space (`Your order is ready.Call us`) ends in no domain. */
const SENTENCE_END = /\p{Ll}\.\p{Lu}\p{Ll}*$/u

function placeholders(text: string): string[] {
  return Array.from(text.matchAll(PLACEHOLDER), (found) => found.slice(1).join(''))
}

/** The first link in a message: an address, a name below a public suffix (`acme.com/t/1`, `bit.ly/x`), or a placeholder for one. */
export function linkIn(text: string): string | null {
  const written = WRITTEN_LINK.exec(text)
  if (written !== null) return /^\S+/.exec(text.slice(written.index))?.[0] ?? written[0]
  const placeholder = placeholders(text).find((says) => SAYS_LINK.test(says) || SAYS_LINK_IN_CAPITALS.test(says))
  if (placeholder !== undefined) return placeholder
  for (const [whole, name = '', , path] of text.matchAll(NAME)) {
    if ((path !== undefined || !SENTENCE_END.test(name)) && isPublicName(name)) return whole
  }
  return null
}

/** Numbers of the North American plan written in letters: `1-800-FLOWERS`. */
const IN_LETTERS =
  /(?<![\dA-Za-z])(?:\+?1[-. ]?)?\(?8(?:00|33|44|55|66|77|88)\)?[-. ]?(?=[\d-]*[A-Z])[\dA-Z](?:-?[\dA-Z]){5,}(?![\da-z])/

const SAYS_PHONE = /(?<![a-z])(?:phone|telephone)s?(?![a-z])|(?:Phone|PHONE)/

/** The first telephone number in a message, of the US where it names no country, or a placeholder for one. */
export function phoneIn(text: string): string | null {
  const letters = IN_LETTERS.exec(text)?.[0]
  if (letters !== undefined) return letters
  const placeholder = placeholders(text).find((says) => SAYS_PHONE.test(says))
  if (placeholder !== undefined) return placeholder
  if (!/\d{3}/.test(text)) return null
  const { findPhoneNumbersInText } = readWhenUsed('libphonenumber-js/core') as typeof import('libphonenumber-js/core')
  const metadata = readWhenUsed('libphonenumber-js/min/metadata') as MetadataJson
  const [found] = findPhoneNumbersInText(text, { defaultCountry: 'US' }, metadata)
  return found === undefined ? null : text.slice(found.startsAt, found.endsAt)
}
