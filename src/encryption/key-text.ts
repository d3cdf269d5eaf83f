/** A problem of the configured keys. The message never holds any part of a key. */
export class KeyProblem extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'KeyProblem'
  }
}

export interface SealingKey {
  /** 1 to 64 letters, digits, `_` and `-`. Stored in every envelope, so it names nothing secret. */
  id: string
  /** 32 bytes. */
  bytes: Buffer
}

/** Everything that a key ring is made of. */
export interface KeyMaterial {
  keys: readonly SealingKey[]
  /** The key that wraps new data keys: one of `keys`. */
  activeId: string
  /** At least 32 bytes. */
  pepper: Buffer
}

const KEY_BYTES = 32
const PEPPER_BYTES_MIN = 32
const ID = /^[\w-]{1,64}$/

/**
 * Reads `SEALING_KEY`: `<id>:<32 bytes in base64>`, several separated by commas, the active one first. Throws
 * `KeyProblem` naming the position or id at fault.
 */
export function parseSealingKeys(text: string): { keys: SealingKey[]; activeId: string } {
  const keys = text.split(',').map((part, index) => parseSealingKey(part.trim(), index + 1))
  const [active] = keys
  const repeated = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index)
  if (repeated !== undefined) throw new KeyProblem(`The sealing key id "${repeated.id}" is given twice`)
  if (active === undefined) throw new KeyProblem('There is no sealing key')
  return { keys, activeId: active.id }
}

function parseSealingKey(text: string, position: number): SealingKey {
  const colon = text.indexOf(':')
  const id = text.slice(0, Math.max(colon, 0))
  // A text without a colon may be the bare key, so what stands there is not quoted unless it is a plain id.
  if (colon < 0 || !ID.test(id)) {
    throw new KeyProblem(`Sealing key ${position} must be written <id>:<32 bytes in base64>, the id of A-Z a-z 0-9 _ -`)
  }
  const bytes = decodeBase64(text.slice(colon + 1))
  if (bytes?.length !== KEY_BYTES) throw new KeyProblem(`The sealing key "${id}" must be ${KEY_BYTES} bytes in base64`)
  return { id, bytes }
}

/** Reads `KEY_PEPPER`: at least 32 bytes in base64. Throws `KeyProblem`. */
export function parsePepper(text: string): Buffer {
  const bytes = decodeBase64(text.trim())
  if (bytes === null || bytes.length < PEPPER_BYTES_MIN) {
    throw new KeyProblem(`The key pepper must be at least ${PEPPER_BYTES_MIN} bytes in base64`)
  }
  return bytes
}

/** Writes keys as `parseSealingKeys` reads them, the active one first. */
export function formatSealingKeys(material: Pick<KeyMaterial, 'keys' | 'activeId'>): string {
  const activeFirst = [...material.keys].sort(
    (a, b) => Number(b.id === material.activeId) - Number(a.id === material.activeId),
  )
  return activeFirst.map(({ id, bytes }) => `${id}:${bytes.toString('base64')}`).join(',')
}

/** Both alphabets, padding optional; null for anything that Node would skip over in silence. */
function decodeBase64(text: string): Buffer | null {
  const plain = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={0,2}$/, '')
  const bytes = Buffer.from(plain, 'base64')
  return bytes.toString('base64').replace(/={0,2}$/, '') === plain ? bytes : null
}
