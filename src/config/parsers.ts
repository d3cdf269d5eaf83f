import { isIP } from 'node:net'
import { type KeyMaterial, parsePepper, parseSealingKeys } from '../encryption/key-text.ts'

/** What a variable accepts: a phrase that completes "must be …", and a reader that gives undefined for anything else. */
export interface Form<T> {
  readonly form: string
  read(text: string): T | undefined
}

export type SealingKeys = Pick<KeyMaterial, 'keys' | 'activeId'>

/** A whole number between the bounds, both allowed. */
export function wholeNumber(min: number, max: number, unit = 'a whole number'): Form<number> {
  return {
    form: `${unit} from ${min} to ${max}`,
    read(text) {
      if (!/^\d{1,9}$/.test(text)) return undefined
      const value = Number(text)
      return value >= min && value <= max ? value : undefined
    },
  }
}

export const port = wholeNumber(0, 65535, 'a port number')
/** What a registry needs to show what it has taken: up to a day. */
export const settlingTime = wholeNumber(1, 86_400_000, 'milliseconds')
export const milliseconds = wholeNumber(1, 600_000, 'milliseconds')

/** One of the given words, in exactly this spelling. */
export function oneOf<const T extends string>(...words: T[]): Form<T> {
  const last = words.at(-1)
  return {
    form: `${words.slice(0, -1).join(', ')} or ${last}`,
    read: (text) => words.find((word) => word === text),
  }
}

const ON = ['on', 'true', '1']
const OFF = ['off', 'false', '0']

export const onOff: Form<boolean> = {
  form: 'on or off (1 or 0)',
  read(text) {
    const word = text.toLowerCase()
    if (ON.includes(word)) return true
    return OFF.includes(word) ? false : undefined
  },
}

/** An address to listen on: an IP address or a host name. */
export const listenAddress: Form<string> = {
  form: 'an IP address or a host name',
  read: (text) => (isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text) ? text : undefined),
}

export const path: Form<string> = {
  form: 'a path',
  read: (text) => (text.includes('\0') ? undefined : text),
}

/** An http or https URL without credentials, query and fragment; given without its trailing slashes. */
export const baseUrl: Form<string> = {
  form: 'an http or https URL without credentials, query and fragment',
  read(text) {
    const url = parseUrl(text)
    if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
    if (url.username !== '' || url.password !== '' || text.includes('?') || text.includes('#')) return undefined
    return url.href.replace(/\/+$/, '')
  },
}

/** An SMTP server with its credentials; no query, because the library would read options from it that loosen TLS. */
export const smtpUrl: Form<string> = {
  form: 'a URL that starts with smtp:// or smtps://, without path, query and fragment',
  read(text) {
    const url = parseUrl(text)
    if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return undefined
    if (!['', '/'].includes(url.pathname) || text.includes('?') || text.includes('#')) return undefined
    return isDecodable(url.username) && isDecodable(url.password) ? text : undefined
  },
}

function isDecodable(text: string): boolean {
  return readOrUndefined(() => decodeURIComponent(text)) !== undefined
}

/** Who sends a mail. The name is empty where there is none. */
export interface MailSender {
  readonly name: string
  readonly address: string
}

/** The characters of RFC 5322's atom, with those of other scripts (RFC 6531): everything else would need quotes. */
const MAIL_ADDRESS =
  /^(?=[^@]{1,64}@)[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?=[^@]{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/u

/**
 * Reads `name@host`, `Words <name@host>` and `"Words" <name@host>`. The name may hold any punctuation: it goes to the mail
 * library apart from the address, because one text of both is read as a group, a list or a comment there.
 *
 * @returns undefined for anything else.
 */
export function readMailSender(text: string): MailSender | undefined {
  const { words, quoted, bracketed, bare } =
    /^(?:(?:"(?<quoted>[^"\\\p{Cc}]{1,100})"|(?<words>[^<>"@\p{Cc}]{1,100}))\s*<(?<bracketed>[^<>]+)>|(?<bare>[^<>]+))$/u.exec(
      text,
    )?.groups ?? {}
  const address = bracketed ?? bare ?? ''
  return MAIL_ADDRESS.test(address) ? { name: (quoted ?? words ?? '').trim(), address } : undefined
}

export const mailSender: Form<string> = {
  form: 'an e-mail address, or a name followed by one in angle brackets',
  read: (text) => (readMailSender(text) === undefined ? undefined : text),
}

/** A page's address with `{token}` in it once. */
export const tokenPage: Form<string> = {
  form: 'an http or https URL with {token} in it once',
  read(text) {
    const [before, after, ...more] = text.split('{token}')
    if (after === undefined || more.length > 0) return undefined
    const url = parseUrl(`${before}x${after}`)
    const isPage = url !== null && ['http:', 'https:'].includes(url.protocol) && !url.hostname.includes('x{')
    return isPage && url.username === '' && url.password === '' ? text : undefined
  },
}

/** A PostgreSQL connection URL, as the driver takes it. */
export const postgresUrl: Form<string> = {
  form: 'a URL that starts with postgres:// or postgresql://',
  read: (text) => (/^postgres(ql)?:\/\//.test(text) && parseUrl(text) !== null ? text : undefined),
}

/** A comma list; blank entries are skipped, and one entry that does not fit refuses the whole list. */
function listOf<T>(form: string, entry: (text: string) => T | undefined): Form<readonly T[]> {
  return {
    form,
    read(text) {
      const found = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map(entry)
      return found.includes(undefined) ? undefined : (found as T[])
    },
  }
}

/** Port numbers, at least one. */
export const ports: Form<readonly number[]> = {
  form: 'a comma list of port numbers from 1 to 65535',
  read(text) {
    const found = listOf('', (entry) => wholeNumber(1, 65535).read(entry)).read(text)
    return found === undefined || found.length === 0 ? undefined : found
  },
}

function readHop(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return undefined
  if (prefix === undefined) return address
  // A prefix of 0 trusts every sender, so that anyone could choose the address that counts as theirs.
  const bits = wholeNumber(1, family === 4 ? 32 : 128).read(prefix)
  return bits === undefined ? undefined : `${address}/${bits}`
}

export const trustedHops = listOf(
  'a comma list of IP addresses and CIDR ranges (a range of all addresses is refused)',
  readHop,
)

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:\d{1,5})?$/

export const hostNames = listOf('a comma list of host names, each with its port where it has one', (text) => {
  const host = text.toLowerCase()
  return HOST.test(host) ? host : undefined
})

/** Word characters that providers use in keys and tokens; catches a placeholder, a quote or a line break. */
export const token: Form<string> = {
  form: 'a key of at least 8 characters without spaces',
  read: (text) => (/^[\x21-\x7e]{8,}$/.test(text) ? text : undefined),
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** Keys made by hand, or all zeros, have few different bytes; 32 random ones have about 30. */
function looksRandom(bytes: Uint8Array): boolean {
  return new Set(bytes).size >= 12
}

/** The answer of a reader that throws for what it does not take. */
function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

export const pepper: Form<Buffer> = {
  form: 'base64 of at least 32 random bytes (openssl rand -base64 32)',
  read(text) {
    const bytes = readOrUndefined(() => parsePepper(text))
    return bytes !== undefined && looksRandom(bytes) ? bytes : undefined
  },
}

/** The sealing keys: the first encrypts, all of them open. */
export const sealingKeys: Form<SealingKeys> = {
  form: '<id>:<base64 of 32 random bytes>, more after commas, each id once (openssl rand -base64 32)',
  read(text) {
    const found = readOrUndefined(() => parseSealingKeys(text))
    return found?.keys.every((key) => looksRandom(key.bytes)) ? found : undefined
  },
}

/** US$ by the registry's service; a service that is not named has no known fee. */
export type FeeList = Partial<Record<(typeof FEE_NAMES)[number], number>>

const FEE_NAMES = ['brand', 'revet', 'vetting', 'campaign_review'] as const

export const feeList: Form<FeeList> = {
  form: `a comma list of ${FEE_NAMES.join(', ')}, each with its US$ as in brand=4.50`,
  read(text) {
    const fees: FeeList = {}
    for (const entry of text.split(',')) {
      const [, name, amount] = /^\s*([a-z_]+)=(\d{1,5}(?:\.\d{1,2})?)\s*$/.exec(entry) ?? []
      const known = FEE_NAMES.find((each) => each === name)
      if (known === undefined || known in fees) return undefined
      fees[known] = Number(amount)
    }
    return fees
  },
}

/** The two-step verification PIN of a WhatsApp number. */
export const pin: Form<string> = {
  form: 'six digits',
  read: (text) => (/^\d{6}$/.test(text) ? text : undefined),
}

/** An Ed25519 public key as Telnyx shows it: 32 bytes in base64. */
export const ed25519Key: Form<string> = {
  form: 'base64 of 32 bytes',
  read: (text) => (/^[A-Za-z0-9+/]{43}=$/.test(text) ? text : undefined),
}

/** An id that The Campaign Registry gives to companies. */
export const registryId: Form<string> = {
  form: '2 to 10 capital letters and digits',
  read: (text) => (/^[A-Z0-9]{2,10}$/.test(text) ? text : undefined),
}
