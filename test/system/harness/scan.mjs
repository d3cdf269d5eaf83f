import { createDecipheriv } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gzipSync, inflateRawSync } from 'node:zlib'

/** Looks for what must not be anywhere, in every place that outlives a request. @typedef {{ place: string, bytes: Buffer }} Record */

/** @param {string} text @returns {{ form: string, bytes: Buffer }[]} the ways in which the text may be written */
function formsOf(text) {
  const plain = Buffer.from(text)
  const base64 = [0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), plain]).toString('base64')
    // The first and last characters also hold bits of what surrounds the text.
    return Buffer.from(shifted.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + plain.length) * 8) / 6)))
  })
  const grouped = (separator) => Buffer.from(text.replaceAll(/(.{4})(?=.)/g, `$1${separator}`))
  return [
    { form: 'plain', bytes: plain },
    { form: 'spaced', bytes: grouped(' ') },
    { form: 'dashed', bytes: grouped('-') },
    ...base64.map((bytes, offset) => ({ form: `base64 at ${offset}`, bytes })),
    { form: 'hex', bytes: Buffer.from(plain.toString('hex')) },
    { form: 'percent', bytes: Buffer.from([...plain].map((byte) => `%${byte.toString(16)}`).join('')) },
    { form: 'utf-16le', bytes: Buffer.from(text, 'utf16le') },
    { form: 'utf-16be', bytes: Buffer.from(text, 'utf16le').swap16() },
  ]
}

/**
 * Where any of the texts is. They must begin with the same `stem`, so that one look finds them all.
 *
 * @param {Record[]} records
 * @param {string[]} texts
 * @param {string} stem
 * @returns {{ place: string, form: string, text: string }[]}
 */
export function search(records, texts, stem) {
  const stems = formsOf(stem)
  const whole = texts.map((text) => ({ text, forms: formsOf(text) }))
  const hits = []
  for (const { place, bytes } of records.flatMap(unzipped)) {
    for (const [kind, { form, bytes: start }] of stems.entries()) {
      for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
        const found = whole.find(({ forms }) =>
          bytes.subarray(at, at + forms[kind].bytes.length).equals(forms[kind].bytes),
        )
        if (found !== undefined) hits.push({ place, form, text: found.text })
      }
    }
  }
  return hits
}

const gzipHeaderBytes = 10
/** What follows the packed bytes is another's. */
const inflation = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 10_000_000 }

/** The record, and what lies packed in it. */
function unzipped(record) {
  const inner = []
  const magic = Buffer.from([0x1f, 0x8b, 0x08])
  for (let at = record.bytes.indexOf(magic); at >= 0; at = record.bytes.indexOf(magic, at + 1)) {
    try {
      inner.push({
        place: `${record.place} (gzip)`,
        bytes: inflateRawSync(record.bytes.subarray(at + gzipHeaderBytes), inflation),
      })
    } catch {
      // Three bytes that mean something else here.
    }
  }
  return [record, ...inner]
}

/** Plants a text in every form; the control without which "nothing found" says nothing. */
export function plant(text) {
  return [
    ...formsOf(text).map(({ form, bytes }) => ({ form, bytes })),
    { form: 'gzip', bytes: gzipSync(`a ${text} b`) },
  ]
}

/** @param {string} folder @param {(path: string) => boolean} [wanted] @returns {Record[]} */
export function filesBelow(folder, wanted = () => true) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => wanted(path) && statSync(path, { throwIfNoEntry: false })?.isFile())
    .flatMap((path) => {
      const bytes = readUnlessGone(path)
      return bytes === null ? [] : [{ place: path, bytes }]
    })
}

/** PostgreSQL replaces some of its files while it runs: one that has gone since it was listed holds nothing any more. */
function readUnlessGone(path) {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

/** Every row of every table, as text. @param {import('./servers/environment.mjs').Environment} environment @returns {Promise<{ table: string, row: Record<string, unknown> }[]>} */
export async function rowsOf(environment) {
  const tables = await environment.query(
    `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  const rows = []
  for (const { relname: table } of tables) {
    for (const { row } of await environment.query(`select to_jsonb(t) as row from "${table}" t`))
      rows.push({ table, row })
  }
  return rows
}

const envelope = /^v1\.([\w-]+)\.([\w-]+)\.([\w-]{16})\.([\w-]{22,})$/

/**
 * Opens a encrypted text, by the published form `v1.<key id>.<data key id>.<nonce>.<content and tag>`: AES-256-GCM, the
 * header and the place authenticated.
 */
function open(text, key, place) {
  const [, kek, dek, nonce, content] = envelope.exec(text)
  const bytes = Buffer.from(content, 'base64url')
  const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 })
  cipher.setAAD(Buffer.from(JSON.stringify(['v1', kek, dek, ...place])))
  cipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([cipher.update(bytes.subarray(0, -16)), cipher.final()])
}

/**
 * Every encrypted value, opened with the keys of the configuration.
 *
 * @param {{ table: string, row: Record<string, unknown> }[]} rows
 * @param {string} sealingKey
 * @returns {{ records: Record[], unopened: number }}
 */
export function openAll(rows, sealingKey) {
  const kek = Buffer.from(sealingKey.slice(sealingKey.indexOf(':') + 1), 'base64')
  const dataKeys = new Map(
    rows
      .filter(({ table }) => table === 'organizations')
      .map(({ row }) => [row.organization_id, open(String(row.data_key), kek, ['data key', row.organization_id])]),
  )
  const records = []
  let unopened = 0
  for (const { table, row } of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (typeof value !== 'string' || !envelope.test(value) || column === 'data_key') continue
      const content = openAnywhere(value, dataKeys.get(row.organization_id), { table, column, row })
      if (content === null) unopened += 1
      else records.push({ place: `${table}.${column} opened`, bytes: content })
    }
  }
  return { records, unopened }
}

/** A value is bound to the id of its row, which is one of the row's ids. */
function openAnywhere(value, key, { table, column, row }) {
  for (const id of Object.values(row)) {
    try {
      return open(value, key, ['value', row.organization_id, table, column, id])
    } catch {
      // Bound to another of the row's ids.
    }
  }
  return null
}
