import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import pg from 'pg'
import type { EmbeddedDatabase } from '../../../src/db/embedded/index.ts'
import { answered, dataDirectory, keepRunning, letterhead, refused, serve } from './letterhead.ts'

const directories = { source: dataDirectory(), restored: dataDirectory(), refused: dataDirectory() }
let database: EmbeddedDatabase
let source: { env: Record<string, string>; asProcess: true }
let org: string
let apiKey: string
let file: string
let written: { sealing_keys: string[]; rows: Record<string, number>; sha256: string }
/** Pairs that were committed before the backup began. */
let before_: number

const IMPORTED = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const CONTACT = 'Sealed Contact Name'
const ROWS = 40_000

async function connected(user: 'owner' | 'server', opened = database): Promise<pg.Client> {
  const client = new pg.Client({ ...opened[user], ssl: false })
  await client.connect()
  return client
}

/** One transaction that leaves a row in each of two tables: a snapshot holds both or neither. */
async function writePair(client: pg.Client, number: number): Promise<void> {
  await client.query('begin')
  await client.query("insert into milestones (name, reached_at) values ('pair ' || $1::text, now())", [number])
  await client.query(
    `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
     values ($1, gen_random_uuid(), 'pair ' || $2::text, gen_random_uuid(), 'infinity', now())`,
    [org, number],
  )
  await client.query('commit')
}

/** Writes pairs as fast as it can until it is told to stop. Returns how many there are then. */
async function writeUntil(stopped: () => boolean, from: number): Promise<number> {
  const client = await connected('owner')
  let number = from
  while (!stopped()) {
    await writePair(client, number)
    number += 1
  }
  await client.end()
  return number
}

/** The installation itself has noted its pepper and its sealing key. */
const KEY_NOTES = 2

before(async () => {
  const dataDir = await directories.source.path()
  source = { env: { DATA_DIR: dataDir }, asProcess: true }
  const made = await answered(['org', 'create', '--name', 'Example', '--email', 'owner@example.com'], source)
  org = made.id ?? ''
  apiKey = made.api_key ?? ''
  database = await keepRunning(directories.source)
  await answered(['key', 'import', '--org', org, '--user', 'owner@example.com'], { ...source, stdin: IMPORTED })
  const brand = { contact: { name: CONTACT }, compliance: { vertical: 'RETAIL', brandRelationship: 'KEY_ACCOUNT' } }
  await answered(['org', 'brand', 'set', '--org', org, '--file', '-'], { ...source, stdin: JSON.stringify(brand) })
  const owner = await connected('owner')
  // Enough to need many pieces, with every character that COPY escapes.
  await owner.query(
    `insert into users (organization_id, id, email, name, role, status, created_at)
     select $1, gen_random_uuid(), 'u' || n || '@example.com', E'tab\\tline\\nback\\\\slash \\\\. ' || repeat('ä', n % 50), 'developer', 'active', now()
       from generate_series(1, ${ROWS}) n`,
    [org],
  )
  await owner.end()
  file = join(dataDir, 'backup.lh')
})

test('a backup under traffic is one snapshot: of what was written together it has all or nothing', async () => {
  before_ = 25
  const first = await connected('owner')
  for (let number = 0; number < before_; number += 1) await writePair(first, number)
  await first.end()
  let isOver = false
  const writing = writeUntil(() => isOver, before_)
  written = await answered<typeof written>(['backup', '--to', file], source)
  isOver = true
  const after_ = await writing
  const { milestones = 0, jobs = 0, users = 0 } = written.rows
  assert.equal(milestones - KEY_NOTES, jobs)
  assert.ok(jobs >= before_, 'what was committed before is missing')
  assert.ok(jobs < after_, 'nothing was written meanwhile, so nothing was proved')
  assert.equal(users, ROWS + 1)
})

test('the file is private, holds no text of a key, nothing that is sealed, and no sealing key', async () => {
  assert.equal((await stat(file)).mode & 0o077, 0)
  const bytes = await readFile(file)
  const keyFile = readFileSync(join(await directories.source.path(), 'letterhead.key'), 'utf8')
  const secrets = [...keyFile.matchAll(/[:=]([A-Za-z0-9+/]{20,}=*)$/gm)].map(([, secret]) => secret ?? '')
  assert.equal(secrets.length, 2)
  for (const text of [apiKey, apiKey.slice(-20), IMPORTED, CONTACT, ...secrets]) assert.ok(!bytes.includes(text))
  // The search finds what is there.
  assert.ok(bytes.includes(org) && bytes.includes('u40000@example.com'))
  assert.equal(written.sealing_keys.length, 1)
  assert.ok(keyFile.includes(written.sealing_keys[0] ?? '?'))
})

test('an existing file is never overwritten', async () => {
  const failure = await refused(['backup', '--to', file], source)
  assert.equal(failure.exit, 64)
  assert.ok(!existsSync(`${file}.part`))
})

test('a truncated or changed file is refused before a database is made', async () => {
  const dataDir = await directories.refused.path()
  const target = { env: { DATA_DIR: dataDir } }
  await copyFile(join(await directories.source.path(), 'letterhead.key'), join(dataDir, 'letterhead.key'))
  const whole = await readFile(file)
  const changed = Buffer.from(whole)
  changed.writeUInt8((changed[whole.length >> 1] ?? 0) ^ 1, whole.length >> 1)
  for (const bytes of [whole.subarray(0, whole.length >> 1), changed]) {
    await writeFile(`${file}.wrong`, bytes)
    const failure = await refused(['restore', '--from', `${file}.wrong`], target)
    assert.deepEqual([failure.exit, failure.code], [1, 'BACKUP'])
  }
  assert.ok(!existsSync(join(dataDir, 'postgres')))
})

test('other keys are refused, also under the same id, and leave nothing behind', async () => {
  const dataDir = await directories.refused.path()
  const target = { env: { DATA_DIR: dataDir } }
  const keyFile = join(dataDir, 'letterhead.key')
  const right = await readFile(join(await directories.source.path(), 'letterhead.key'), 'utf8')
  const otherBytes = randomBytes(32).toString('base64')
  for (const [text, why] of [
    [right.replace(/SEALING_KEY=[\w-]+:/, 'SEALING_KEY=other:'), /which is not among the configured sealing keys/],
    [right.replace(/KEY_PEPPER=.*/, `KEY_PEPPER=${otherBytes}`), /another KEY_PEPPER/],
    [right.replace(/(SEALING_KEY=[\w-]+:).*/, `$1${otherBytes}`), /has the right id but is another key/],
  ] as const) {
    await writeFile(keyFile, text, { mode: 0o600 })
    const failure = await refused(['restore', '--from', file], target)
    assert.deepEqual([failure.exit, failure.code], [1, 'KEYS'])
    assert.match(failure.message, why)
  }
  await writeFile(keyFile, right, { mode: 0o600 })
  assert.deepEqual(await answered<unknown[]>(['org', 'list'], target), [])
})

test('a database with rows is refused', async () => {
  const failure = await refused(['restore', '--from', file], source)
  assert.deepEqual([failure.exit, failure.code], [1, 'NOT_EMPTY'])
})

test('without the key file nothing is restored, and no new keys are invented', async () => {
  const dataDir = await directories.restored.path()
  const failure = await refused(['restore', '--from', file], { env: { DATA_DIR: dataDir } })
  assert.equal(failure.exit, 78)
  assert.ok(!existsSync(join(dataDir, 'letterhead.key')))
})

test('restored into an empty directory the rows are the same, and the old key opens the API', async () => {
  const dataDir = await directories.restored.path()
  const target = { env: { DATA_DIR: dataDir } }
  await mkdir(dataDir, { recursive: true })
  await copyFile(join(await directories.source.path(), 'letterhead.key'), join(dataDir, 'letterhead.key'))
  const restored = await answered<{ rows: object }>(['restore', '--from', file], { ...target, asProcess: true })
  assert.deepEqual(restored.rows, written.rows)
  const opened = await keepRunning(directories.restored)
  const digest = `select md5(string_agg(u::text, '|' order by id)) as digest from users u`
  const clients = [await connected('owner'), await connected('owner', opened)]
  const [a, b] = await Promise.all(clients.map((client) => client.query(digest)))
  assert.deepEqual(b?.rows, a?.rows)
  const pairs = await clients[1]?.query(
    `select count(*)::int as broken from jobs j full join (select name from milestones where name !~ '^(pepper|sealing_key):') m on m.name = j.kind
      where m.name is null or j.id is null`,
  )
  assert.deepEqual(pairs?.rows, [{ broken: 0 }])
  const app = await connected('server', opened)
  assert.deepEqual((await app.query('select count(*)::int as seen from users')).rows, [{ seen: 0 }])
  await Promise.all([...clients, app].map((client) => client.end()))
  await opened.close()
  const server = await serve({ ...target.env, NODE_ENV: 'test' })
  const url = ['--url', server.url]
  const asked = await letterhead(['profile', 'list', ...url, '--json'], { env: { LETTERHEAD_API_KEY: apiKey } })
  const imported = await letterhead(['profile', 'list', ...url], { env: { LETTERHEAD_API_KEY: IMPORTED } })
  assert.equal(await server.stop(), 0)
  assert.equal(asked.code, 0, asked.stderr)
  assert.equal(imported.code, 0, imported.stderr)
})

test('E5: a backup to a disk that is full is told with the file and the reason, and leaves nothing behind', async () => {
  const to = join(await directories.source.path(), 'full.lhb')
  const refusal = await refused(['backup', '--to', to], { ...source, fileKilobytes: 64 })
  assert.deepEqual([refusal.exit, refusal.code], [1, 'DISK'])
  assert.ok(
    refusal.message.startsWith(`${to} cannot be written: `) && refusal.message.includes('(EFBIG)'),
    refusal.message,
  )
  assert.ok(!existsSync(to) && !existsSync(`${to}.part`))
})
