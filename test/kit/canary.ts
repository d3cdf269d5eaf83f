import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { isLuhnValid } from '../../src/contract/cards/luhn.ts'
import type { KeyRing } from '../../src/encryption/key-ring.ts'
import type { TestApp } from './servers/app.ts'

/** Secrets that a test sends, and the search for them everywhere that something is kept, in every form they may take. */

/** Something to search in: a line, an answer, a row, a file. */
export interface Place {
  where: string
  content: string | Buffer
}

export interface Finding {
  value: string
  form: string
  where: string
}

/** Digits of an issued kind that nobody was issued: random, with a fitting check digit. */
export function randomCardNumber(): string {
  const [prefix, length] = [
    ['4', 16],
    ['51', 16],
    ['37', 15],
    ['6011', 16],
  ][randomInt(4)] as [string, number]
  let digits = prefix
  while (digits.length < length - 1) digits += String(randomInt(10))
  for (let check = 0; check < 10; check += 1) if (isLuhnValid(`${digits}${check}`)) return `${digits}${check}`
  throw new Error('a number without a check digit')
}

/** What base64 makes of the value, whatever stands before and after it: the characters that depend on it alone. */
function base64Forms(value: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), value])
      .toString('base64')
      .replace(/=+$/, '')
    const isWhole = (offset + value.length) % 3 === 0
    return text.slice(Math.ceil((offset * 8) / 6), isWhole ? undefined : -1)
  })
}

function grouped(value: string, separator: string): string {
  return value.replace(/(.{4})(?=.)/g, `$1${separator}`)
}

/** Every form of a value that is searched for. Grouped forms are those of card numbers. */
export function formsOf(value: string): { form: string; bytes: Buffer }[] {
  const plain = Buffer.from(value, 'utf8')
  const hex = plain.toString('hex')
  const texts: Record<string, string[]> = {
    plain: [value, JSON.stringify(value).slice(1, -1)],
    base64: base64Forms(plain),
    base64url: base64Forms(plain).map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    hex: [hex, hex.toUpperCase()],
    'URL-encoded': [encodeURIComponent(value), hex.replace(/../g, '%$&'), hex.toUpperCase().replace(/../g, '%$&')],
    'JSON-escaped': [Array.from(value, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')],
  }
  if (/^\d{12,19}$/.test(value)) {
    texts.spaced = [grouped(value, ' '), grouped(value, '%20'), grouped(value, '+')]
    texts.dashed = [grouped(value, '-')]
  }
  const little = Buffer.from(value, 'utf16le')
  const forms = new Map<string, { form: string; bytes: Buffer }>()
  for (const [form, list] of Object.entries(texts)) {
    for (const text of list) if (!forms.has(text)) forms.set(text, { form, bytes: Buffer.from(text, 'utf8') })
  }
  return [
    ...forms.values(),
    { form: 'UTF-16LE', bytes: little },
    { form: 'UTF-16BE', bytes: Buffer.from(little).swap16() },
  ]
}

interface Needle {
  value: string
  form: string
  bytes: Buffer
}

/** Finds any of many values, in any form, in one pass over the bytes, and inside gzip streams in them. */
export class CanaryScanner {
  /** By their first two bytes, so that most positions cost one look. */
  readonly #needles = new Map<number, Needle[]>()
  readonly #starts = new Uint8Array(65_536)

  constructor(values: Iterable<string>) {
    for (const value of values) {
      if (value.length < 8) throw new Error('a canary this short is found by chance')
      for (const { form, bytes } of formsOf(value)) this.#add({ value, form, bytes })
    }
  }

  #add(needle: Needle): void {
    const start = needle.bytes.readUInt16BE(0)
    this.#starts[start] = 1
    this.#needles.set(start, [...(this.#needles.get(start) ?? []), needle])
  }

  /** What of the values stands in the places: each value and form once a place. */
  find(places: Iterable<Place>): Finding[] {
    const findings = new Map<string, Finding>()
    for (const { where, content } of places) {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
      for (const { value, form } of [...this.#scan(bytes), ...this.#scanGzip(bytes)])
        findings.set(`${where} ${value} ${form}`, { value, form, where })
    }
    return [...findings.values()]
  }

  *#scan(bytes: Buffer): Generator<Needle> {
    for (let at = 0; at < bytes.length - 1; at += 1) {
      const start = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
      if (this.#starts[start] === 0) continue
      for (const needle of this.#needles.get(start) ?? []) {
        if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes)) yield needle
      }
    }
  }

  *#scanGzip(bytes: Buffer): Generator<Needle> {
    const magic = Buffer.from([0x1f, 0x8b, 0x08])
    for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1)) {
      const inside = gunzipped(bytes.subarray(at))
      for (const needle of inside === null ? [] : this.#scan(inside)) yield { ...needle, form: `gzip, ${needle.form}` }
    }
  }
}

function gunzipped(bytes: Buffer): Buffer | null {
  try {
    return gunzipSync(bytes, { maxOutputLength: 1 << 20 })
  } catch {
    // Three bytes that look like the start of a stream mostly are not.
    return null
  }
}

/** The tables of the schema and of the migration runner, each row as text, and every encrypted value in it opened. */
export async function dumpDatabase(app: TestApp): Promise<Place[]> {
  const tables = await app.sql<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const dataKeys = await app.sql<{ organization_id: string; data_key: string }>(
    'select organization_id, data_key from organizations',
  )
  const places: Place[] = []
  for (const { name } of tables) {
    const rows = await app.sql<{ row: Record<string, unknown>; text: string }>(
      `select to_jsonb(t) as row, t::text as text from ${name} t`,
    )
    for (const [index, { row, text }] of rows.entries()) {
      const where = `${name}[${index}]`
      places.push({ where, content: text }, { where, content: JSON.stringify(row) })
      places.push(
        ...decryptText(app.keys, new Map(dataKeys.map((k) => [k.organization_id, k.data_key])), { name, row }),
      )
    }
  }
  return places
}

const ENVELOPE = /^v1\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+$/

/** Opens every envelope of a row but the data key. Fails when one does not open: it would hide what is in it. */
function decryptText(
  keys: KeyRing,
  dataKeys: ReadonlyMap<string, string>,
  { name, row }: { name: string; row: Record<string, unknown> },
): Place[] {
  const organizationId = String(row.organization_id)
  const table = name.replace(/^.*\./, '')
  return Object.entries(row)
    .filter(([column, value]) => column !== 'data_key' && typeof value === 'string' && ENVELOPE.test(value))
    .map(([column, value]) => {
      const cipher = keys.open(dataKeys.get(organizationId) ?? '', organizationId)
      for (const id of [row.id, row.owner_id]) {
        try {
          const content = cipher.decrypt(String(value), { table, column, row: String(id) })
          return { where: `${name}.${column} of ${String(id)}, opened`, content }
        } catch {
          // The next id may be the one it was encrypted for.
        }
      }
      throw new Error(`${name}.${column} holds an envelope that does not open`)
    })
}

/** Whether the database's own files can be read: it is the embedded one, on this machine. */
export function hasDatabaseFiles(app: TestApp): boolean {
  return app.database.owner.host?.startsWith('/') === true
}

/**
 * The bytes of this database on disk after a checkpoint: its files, those of temporary results, the write-ahead log since
 * `sinceMs`, and what PostgreSQL printed.
 */
export async function databaseFiles(app: TestApp, sinceMs: number): Promise<Iterable<Place>> {
  const client = new pg.Client({ ...app.database.owner, user: 'letterhead_superuser' })
  await client.connect()
  try {
    await client.query('checkpoint')
    const { rows } = await client.query<{ folder: string; oid: number }>(
      `select current_setting('data_directory') as folder, oid::int from pg_database where datname = current_database()`,
    )
    const { folder, oid } = rows[0] as { folder: string; oid: number }
    const own = [...filesIn(join(folder, 'base', String(oid))), ...filesIn(join(folder, 'base', 'pgsql_tmp'))]
    const shared = [...filesIn(join(folder, 'pg_wal')), join(dirname(folder), 'postgres.log')]
    return readPlaces(own, shared, sinceMs)
  } finally {
    await client.end()
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(folder, entry.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** One file at a time is held. The log is cut while other tests run, so a file may be gone that was there a moment ago. */
function* readPlaces(own: readonly string[], shared: readonly string[], sinceMs: number): Generator<Place> {
  for (const path of [...own, ...shared]) {
    try {
      const isOld = shared.includes(path) && statSync(path).mtimeMs < sinceMs
      if (!isOld) yield { where: path, content: readFileSync(path) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
