import { nearestName } from '../../contract/fields/spelling.ts'

/**
 * What to do about a refusal, where the request shows more than the catalogue knows. Nothing that was sent is repeated but
 * names out of fixed lists: a header or an address may hold a key, and any text a card number.
 */

type Headers = Readonly<Record<string, string | undefined>>

const OTHER_KEY_HEADERS = ['api-key', 'apikey', 'x-apikey', 'x-api-token', 'x-auth-token', 'x-access-token'] as const
const KEY_PARAMETERS = ['api_key', 'apikey', 'api-key', 'x-api-key', 'key', 'token', 'access_token'] as const

/** Where the key went instead of its header; undefined where it is nowhere. */
export function misplacedKeyHint(headers: Headers, query: URLSearchParams): string | undefined {
  const { authorization } = headers
  if (authorization !== undefined) {
    return /^bearer\b/i.test(authorization)
      ? 'Authorization: Bearer is not read here. Send the key in the x-api-key header, without Bearer.'
      : 'The Authorization header is not read here. Send the key in the x-api-key header.'
  }
  const name = OTHER_KEY_HEADERS.find((other) => headers[other] !== undefined)
  if (name !== undefined) return `The ${name} header is not read here. Send the key in the x-api-key header.`
  if (headers['x-api-key'] === '') return 'The x-api-key header is empty: set the variable that holds the key.'
  if (KEY_PARAMETERS.some((parameter) => query.has(parameter)))
    return 'A key in the address ends up in logs. Send it in the x-api-key header, and put a new key in its place.'
  return undefined
}

/** Why a text cannot be an API key, as far as its form shows. */
export function keyTextHint(text: string): string {
  if (/^bearer\b/i.test(text)) return 'Send the key alone in x-api-key, without Bearer.'
  if (/^["']|["']$/.test(text)) return 'Send the key in x-api-key without quotation marks.'
  if (/^[<{$[]|…|\.\.\.|\byour\b|^your[_-]/i.test(text))
    return 'The x-api-key header holds a placeholder: put a key in its place.'
  if (text.startsWith('whsec_'))
    return 'That is the signing secret of a webhook. An API key begins with sk_live_ or sk_test_.'
  if (/^sk_(?:live|test)_/.test(text))
    return 'The key is not whole, for its checksum does not fit. Copy it from sk_ to its last character.'
  return 'An API key begins with sk_live_ or sk_test_, or is the UUID of an imported one.'
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const PLACEHOLDER = /^(?:[{<:[$%].*|undefined|null|nan|none|.*\bobject\b.*)$/i

/** What is wrong with the ids of a path, as far as their form shows; undefined where nothing is. */
export function pathIdHint(params: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(params)) {
    if (!name.endsWith('Id') || UUID.test(value)) continue
    if (value === '') return `The path ends where ${name} belongs: put the id there, or leave the slash at the end out.`
    if (PLACEHOLDER.test(value) || value.toLowerCase() === name.toLowerCase())
      return `The path holds a placeholder where ${name} belongs: put the id in its place.`
    return `What the path holds as ${name} is no UUID. Take the id as the API answered it.`
  }
  return undefined
}

/** Why a method is not taken, and which are. */
export function methodHint(method: string, allowed: readonly string[]): string {
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(allowed)
  const take = `Use ${list} here.`
  if (method !== 'OPTIONS') return take
  return `${take} A page of another origin cannot call this API, which is for servers: let it ask a server of yours.`
}

/** The route that a path was meant to be, as `/v3/profiles/{profileId}`. */
export function routeHint(path: string, templates: readonly string[]): string {
  const found = nearestRoute(path, templates)
  const meant = found === null ? '' : `Did you mean ${found.replace(/:([A-Za-z]+)/g, '{$1}')}? `
  const prefix = /^\/v3(?:\/|$)/.test(path) ? '' : 'Paths of the API begin with /v3. '
  return `${meant}${prefix}The reference of this server at /docs lists every path.`
}

const SEGMENTS_MAX = 12

function nearestRoute(path: string, templates: readonly string[]): string | null {
  const parts = path.split('/').filter((part) => part !== '')
  // Whatever stands before the resource: /api/v3, /v2, /v3 in other letters, or nothing.
  const version = parts.findIndex((part) => /^v\d+$/i.test(part))
  const wanted = ['v3', ...parts.slice(version + 1)]
  if (wanted.length > SEGMENTS_MAX) return null
  for (const isNear of [(one: string, other: string) => one === other, isNearSegment]) {
    const found = templates.find((template) => {
      const steps = template.split('/').slice(1)
      return steps.length === wanted.length && steps.every((step, at) => fits(step, wanted[at] ?? '', isNear))
    })
    if (found !== undefined) return found
  }
  return null
}

function fits(step: string, given: string, isNear: (given: string, step: string) => boolean): boolean {
  return step.startsWith(':') || isNear(given, step)
}

function isNearSegment(given: string, step: string): boolean {
  return nearestName(given, [step]) !== null
}

/** Of a form, which nobody means to send: it is what curl sends unless told otherwise. Undefined for any other media type. */
export function formHint(contentType: string | undefined): string | undefined {
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType ?? '')) return undefined
  return "curl -d sends a form unless told otherwise: add -H 'Content-Type: application/json'."
}
