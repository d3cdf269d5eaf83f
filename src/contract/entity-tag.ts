/**
 * Lists of entity tags, as If-Match and If-None-Match carry them (RFC 9110 sections 8.8.3 and 13.1). The tags of this API name a
 * state and no bytes. A proxy that compresses an answer turns `"x"` into `W/"x"` (nginx, HAProxy) or into `"x-gzip"`
 * (Apache, Caddy, lighttpd) or `"x--gzip"` (Jetty), and a client sends back what it was given: these are the same tag.
 */

/** Opaque characters are all but the quote, so a comma may stand inside of a tag. */
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/y
const CODING = /--?(?:gzip|br|zstd|deflate)$/
/** As long as the longest of them. */
const CODING_CHARS = 9
/** Two proxies may both have compressed; nobody has more behind each other. */
const CODINGS_MAX = 4

function withoutCodings(opaque: string): string {
  let end = opaque.length
  for (let count = 0; count < CODINGS_MAX; count += 1) {
    const found = CODING.exec(opaque.slice(Math.max(0, end - CODING_CHARS), end))
    if (found === null) break
    end -= found[0].length
  }
  return opaque.slice(0, end)
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}

/**
 * Reads a list. Empty elements are skipped, as RFC 9110 section 5.6.1 asks.
 *
 * @returns `*`, the tags as the server made them, in their quotes, or null for anything else, also for a list without a tag.
 */
export function readEntityTags(header: string): '*' | string[] | null {
  if (/^[ \t]*\*[ \t]*$/.test(header)) return '*'
  const tags: string[] = []
  let at = skipSpace(header, 0)
  while (at < header.length) {
    if (header[at] !== ',') {
      TAG.lastIndex = at
      const found = TAG.exec(header)
      if (found === null) return null
      tags.push(`"${withoutCodings(found[1] ?? '')}"`)
      at = skipSpace(header, TAG.lastIndex)
      if (at < header.length && header[at] !== ',') return null
    }
    at = skipSpace(header, at + 1)
  }
  return tags.length === 0 ? null : tags
}
