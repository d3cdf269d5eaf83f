import { isPublicName, siteOf } from '../../contract/text/site.ts'

/** Links as they stand in a text for people: with or without scheme. */
export interface Link {
  /** As it is written, without the punctuation behind it. */
  text: string
  index: number
  scheme: 'https' | 'http' | null
  host: string
  /** Path and query, '' where there is none. */
  path: string
}

const WRITTEN = /\b(?:(https?):\/\/)([^\s/?#<>"'()[\]{}|\\^`]+)([^\s<>"()[\]{}|\\^`]*)/gi
/** A name with dots, with what may follow it; no part of an e-mail address or of a written link. */
const BARE =
  /(?<![\p{L}\p{N}@._/:-])((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,24})(?![\p{L}\p{N}@-])(:\d+)?([/?#][^\s<>"()[\]{}|\\^`]*)?/gu
const TRAILING = /[.,;:!?'\u2019\u201d]+$/
/** A sentence whose end lacks its space ends in no domain. */
const SENTENCE_END = /\p{Ll}\.\p{Lu}\p{Ll}*$/u
/** Abbreviations that look like names. */
const NO_NAMES = /^(?:a\.m|p\.m|e\.g|i\.e|u\.s|etc)\b/i

/** Without it there is no name to look for. */
const DOTTED = /[^\s.]\.[^\s.\d]/

/** Every link of a text, in order. */
export function linksIn(text: string): Link[] {
  if (!text.includes('.')) return []
  const links: Link[] = []
  for (const found of text.matchAll(WRITTEN)) {
    const [whole, scheme = '', host = '', path = ''] = found
    const cut = whole.replace(TRAILING, '')
    links.push({
      text: cut,
      index: found.index,
      scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
      host: host.replace(TRAILING, '').toLowerCase(),
      path: path.slice(0, Math.max(0, path.length - (whole.length - cut.length))),
    })
  }
  if (!DOTTED.test(links.reduceRight((rest, { text: link }) => rest.replace(link, ' '), text))) return links
  for (const found of text.matchAll(BARE)) {
    const [whole, name = '', , path = ''] = found
    if (NO_NAMES.test(name) || (path === '' && SENTENCE_END.test(name)) || !isPublicName(name)) continue
    const cut = whole.replace(TRAILING, '')
    links.push({
      text: cut,
      index: found.index,
      scheme: null,
      host: name.toLowerCase(),
      path: path.replace(TRAILING, ''),
    })
  }
  return links.sort((a, b) => a.index - b.index)
}

const EMAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g

/** The e-mail addresses of a text. */
export function emailsIn(text: string): string[] {
  return text.includes('@') ? [...text.matchAll(EMAIL)].map(([found]) => found.replace(/\.$/, '')) : []
}

/** The text with a blank in place of each link and e-mail address. */
export function withoutLinks(text: string, links: readonly Link[]): string {
  let rest = ''
  let at = 0
  for (const link of links) {
    if (link.index < at) continue
    rest += `${text.slice(at, link.index)} `
    at = link.index + link.text.length
  }
  rest += text.slice(at)
  return rest.includes('@') ? rest.replace(EMAIL, ' ') : rest
}

/** The name that the owner of a link's host registered. */
export function siteOfLink({ host }: Link): string | null {
  return siteOf(host.replace(/:\d+$/, ''))
}

/** Whether a link leads to the front page. */
export function isHomePage({ path }: Pick<Link, 'path'>): boolean {
  return /^\/?(?:index\.\w+)?$/.test(path)
}
