import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { DecryptionFailed, decryptEnvelope, encryptEnvelope, readEnvelopeHeader } from './envelope.ts'
import type { KeyMaterial } from './key-text.ts'
import { OpenedValues } from './opened-values.ts'

/**
 * Secrets at rest (decision 19). The configuration holds key-encryption keys by id; each organization has a data key,
 * stored wrapped by the active one; every encrypted value is an envelope under its organization's data key. Rotation adds
 * a key-encryption key in front and calls `rewrap` for each organization: encrypted values are not touched. Destroying an
 * organization's wrapped key destroys what it encrypted.
 *
 * The pepper is apart from all this and never rotates, because digests made with it are looked up by equality.
 */

const DATA_KEY_BYTES = 32
const CACHED_CIPHERS_MAX = 10_000

/** Where a encrypted value is stored. It opens nowhere else. */
export interface EncryptionContext {
  table: string
  column: string
  row: string
}

export interface OrganizationCipher {
  /** Encrypts a text for one place. Two calls never give the same envelope. */
  encrypt(text: string, at: EncryptionContext): string
  /** Opens an envelope encrypted by this organization for this place. Throws `DecryptionFailed` otherwise. */
  decrypt(envelope: string, at: EncryptionContext): string
  /**
   * The same for what is read again and again: the text stays in memory for a few minutes. For what a request shows, and for no
   * credential.
   */
  decryptOften(envelope: string, at: EncryptionContext): string
}

export class KeyRing {
  /** Wraps new data keys. */
  readonly activeId: string
  readonly #keks: ReadonlyMap<string, KeyObject>
  readonly #pepper: Buffer
  readonly #digestKeys = new Map<string, KeyObject>()
  /** The cipher of each organization, with the wrapped key that it was opened from. */
  readonly #ciphers = new Map<string, { wrapped: string; cipher: OrganizationCipher }>()
  readonly #opened = new OpenedValues()

  readonly #cachedCiphersMax: number

  /** Throws `DecryptionFailed`, naming the id, when the active key is not among the keys. */
  constructor(material: KeyMaterial, cachedCiphersMax = CACHED_CIPHERS_MAX) {
    this.#cachedCiphersMax = cachedCiphersMax
    this.activeId = material.activeId
    this.#keks = new Map(material.keys.map(({ id, bytes }) => [id, createSecretKey(bytes)]))
    this.#pepper = Buffer.from(material.pepper)
    this.#kek(material.activeId)
  }

  /** Whether the configuration has the key-encryption key of that id. */
  has(kekId: string): boolean {
    return this.#keks.has(kekId)
  }

  /**
   * One short text for the pepper and one for each key, which tell whether other configured keys are the same and
   * nothing else about them. Stored beside the data: `pepper:<check>` and `sealing_key:<id>:<check>`.
   */
  checks(): { pepper: string; active: string; all: readonly string[] } {
    const check = (id: string, kek: KeyObject) =>
      `sealing_key:${id}:${createHmac('sha256', kek).update('letterhead key check').digest('base64url').slice(0, 22)}`
    const all = [...this.#keks].map(([id, kek]) => check(id, kek))
    return {
      pepper: `pepper:${this.digest('key check', '').toString('base64url').slice(0, 22)}`,
      active: check(this.activeId, this.#kek(this.activeId)),
      all,
    }
  }

  /** A fresh data key for an organization, as the text to store. */
  newDataKey(organizationId: string): string {
    const dekId = randomBytes(6).toString('base64url')
    return this.#wrap(dekId, randomBytes(DATA_KEY_BYTES), organizationId)
  }

  /** The same data key wrapped by the active key-encryption key; the given text itself when it already is. */
  rewrap(wrapped: string, organizationId: string): string {
    const { kekId, dekId } = readEnvelopeHeader(wrapped)
    return kekId === this.activeId ? wrapped : this.#wrap(dekId, this.#unwrap(wrapped, organizationId), organizationId)
  }

  /**
   * Opens an organization's data key. Another one than before takes its place: what the earlier one opened is let go of.
   * Throws `DecryptionFailed` when the text is damaged or of another organization, or, naming the id, when the key-encryption
   * key is not configured.
   */
  open(wrapped: string, organizationId: string): OrganizationCipher {
    const known = this.#ciphers.get(organizationId)
    if (known?.wrapped === wrapped) {
      // The one that was used last stands last.
      this.#ciphers.delete(organizationId)
      this.#ciphers.set(organizationId, known)
      return known.cipher
    }
    if (known !== undefined) this.#opened.forget(organizationId)
    this.#ciphers.delete(organizationId)
    const cipher = this.#openUncached(wrapped, organizationId)
    this.#ciphers.set(organizationId, { wrapped, cipher })
    if (this.#ciphers.size > this.#cachedCiphersMax) this.#ciphers.delete(this.#ciphers.keys().next().value ?? '')
    return cipher
  }

  /**
   * HMAC-SHA-256 of a text under a key of its own for each purpose (HKDF of the pepper): for lookup by equality, and
   * worthless to whoever holds the database alone. Purposes are a fixed few, written in the program.
   */
  digest(purpose: string, text: string | Buffer): Buffer {
    let key = this.#digestKeys.get(purpose)
    if (key === undefined) {
      const derived = hkdfSync('sha256', this.#pepper, '', `letterhead digest: ${purpose}`, 32)
      key = createSecretKey(Buffer.from(derived))
      this.#digestKeys.set(purpose, key)
    }
    return createHmac('sha256', key).update(text).digest()
  }

  #openUncached(wrapped: string, organizationId: string): OrganizationCipher {
    const dataKey = createSecretKey(this.#unwrap(wrapped, organizationId))
    const header = readEnvelopeHeader(wrapped)
    const bindTo = (at: EncryptionContext) => ['value', organizationId, at.table, at.column, at.row]
    const cipher: OrganizationCipher = {
      encrypt: (text, at) => encryptEnvelope(header, dataKey, Buffer.from(text, 'utf8'), bindTo(at)),
      decrypt: (envelope, at) => decryptEnvelope(envelope, dataKey, bindTo(at)).toString('utf8'),
      decryptOften: (envelope, at) =>
        this.#opened.read({ organizationId, wrappedKey: wrapped, at }, envelope, () => cipher.decrypt(envelope, at)),
    }
    return cipher
  }

  #wrap(dekId: string, dataKey: Buffer, organizationId: string): string {
    const kek = this.#kek(this.activeId)
    return encryptEnvelope({ kekId: this.activeId, dekId }, kek, dataKey, ['data key', organizationId])
  }

  #unwrap(wrapped: string, organizationId: string): Buffer {
    const kek = this.#kek(readEnvelopeHeader(wrapped).kekId)
    return decryptEnvelope(wrapped, kek, ['data key', organizationId])
  }

  #kek(id: string): KeyObject {
    const kek = this.#keks.get(id)
    if (kek === undefined) throw new DecryptionFailed(`The key-encryption key "${id}" is not configured`)
    return kek
  }
}
