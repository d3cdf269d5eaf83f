import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { takeRandomBytes } from '../contract/tokens/random-bytes.ts'

/**
 * The encrypted form of a text: `v1.<key-encryption key id>.<data key id>.<nonce>.<ciphertext and tag>`, the last two in
 * base64url. AES-256-GCM with 12 random bytes of nonce and a tag of 16 bytes; random nonces bound one data key to 2^32
 * envelopes (NIST SP 800-38D section 8.3). The header and the place are authenticated with the content, so an envelope
 * opens only where it was encrypted.
 */

const VERSION = 'v1'
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ENVELOPE = /^v1\.([\w-]{1,64})\.([\w-]{1,64})\.([\w-]{16})\.([\w-]{22,})$/

/** Names in the envelope's header, of letters, digits, `_` and `-`. */
export interface EnvelopeHeader {
  kekId: string
  dekId: string
}

/** A encrypted value that cannot be opened. Says no more than which key-encryption key is missing, if that is why. */
export class DecryptionFailed extends Error {
  constructor(message = 'A sealed value cannot be opened') {
    super(message)
    this.name = 'SealBroken'
  }
}

/** Encrypts a content; opening needs the same key and the same place. */
export function encryptEnvelope(
  header: EnvelopeHeader,
  key: KeyObject,
  content: Buffer,
  place: readonly string[],
): string {
  const nonce = takeRandomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(bind(header, place))
  const encrypted = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])
  return `${VERSION}.${header.kekId}.${header.dekId}.${nonce.toString('base64url')}.${encrypted.toString('base64url')}`
}

/** Reads which keys an envelope names, without opening it. Throws `DecryptionFailed` when it is not an envelope. */
export function readEnvelopeHeader(envelope: string): EnvelopeHeader {
  const [, kekId, dekId] = ENVELOPE.exec(envelope) ?? []
  if (kekId === undefined || dekId === undefined) throw new DecryptionFailed()
  return { kekId, dekId }
}

/** Opens an envelope. Throws `DecryptionFailed` if any bit of it, the key or the place differs from the encryption. */
export function decryptEnvelope(envelope: string, key: KeyObject, place: readonly string[]): Buffer {
  const [, kekId, dekId, nonceText, encryptedText] = ENVELOPE.exec(envelope) ?? []
  if (kekId === undefined || dekId === undefined) throw new DecryptionFailed()
  const nonce = decodeCanonical(nonceText)
  const encrypted = decodeCanonical(encryptedText)
  if (nonce.length !== NONCE_BYTES || encrypted.length < TAG_BYTES) throw new DecryptionFailed()
  try {
    // Without authTagLength Node takes tags of 4, 8 and 12 bytes, which can be forged.
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(bind({ kekId, dekId }, place))
    decipher.setAuthTag(encrypted.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(encrypted.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch {
    throw new DecryptionFailed()
  }
}

/** JSON keeps the parts apart, so that no two places give the same bytes. */
function bind(header: EnvelopeHeader, place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([VERSION, header.kekId, header.dekId, ...place]))
}

/** base64url leaves up to four bits unused at the end; a second spelling of the same bytes is refused. */
function decodeCanonical(text: string | undefined): Buffer {
  const bytes = Buffer.from(text ?? '', 'base64url')
  if (bytes.toString('base64url') !== text) throw new DecryptionFailed()
  return bytes
}
