import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * The text of a secret that names its organization:
 *
 *     <prefix>_<22: the organization's UUID>_<43: 256 random bits><6: CRC-32 of everything before>
 *
 * with numbers in base62 of fixed width. The organization's id lets the server set the tenant before its first query;
 * the checksum refuses a mistyped secret, and a scanner's false find, without one.
 */
export interface NamedSecret {
  prefix: string
  /** Lower-cased. */
  organizationId: string
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ORGANIZATION_WIDTH = 22
const SECRET_WIDTH = 43
const CHECKSUM_WIDTH = 6
const FORM = /^([a-z]+(?:_[a-z]+)?)_([0-9A-Za-z]{22})_[0-9A-Za-z]{49}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const UUID_CEILING = 1n << 128n

/** A new secret of an organization. Throws when the organization's id is not a UUID. */
export function newNamedSecret(prefix: string, organizationId: string): string {
  if (!UUID.test(organizationId.toLowerCase())) throw new Error('An organization id is a UUID')
  const organization = toBase62(BigInt(`0x${organizationId.replaceAll('-', '')}`), ORGANIZATION_WIDTH)
  const secret = toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_WIDTH)
  const unchecked = `${prefix}_${organization}_${secret}`
  return unchecked + checksumOf(unchecked)
}

/** Reads what a secret says about itself. Null when none can have this text; one that reads well may still not exist. */
export function readNamedSecret(text: string): NamedSecret | null {
  const [, prefix, named] = FORM.exec(text) ?? []
  if (prefix === undefined || named === undefined) return null
  if (text.slice(-CHECKSUM_WIDTH) !== checksumOf(text.slice(0, -CHECKSUM_WIDTH))) return null
  const organization = fromBase62(named)
  return organization >= UUID_CEILING ? null : { prefix, organizationId: toUuid(organization) }
}

function checksumOf(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_WIDTH)
}

function toUuid(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function toBase62(number: bigint, width: number): string {
  let text = ''
  for (let rest = number; rest > 0n; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text
  return text.padStart(width, '0')
}

function fromBase62(text: string): bigint {
  let number = 0n
  for (const character of text) number = number * 62n + BigInt(ALPHABET.indexOf(character))
  return number
}
