import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { openEmbedded } from '../../../src/db/embedded/index.ts'
import { queryOnce, quietLog } from '../../kit/servers/embedded-processes.ts'
import { startTlsPostgres, TLS_ROOT } from '../../kit/servers/tls-postgres.ts'
import { answered, dataDirectory, letterhead, refused } from './letterhead.ts'

/** A PostgreSQL that speaks TLS and wants a password, as a hosted one does. */
const directory = dataDirectory()
const other = dataDirectory()
const small = dataDirectory()
let port: number
let keys: Record<string, string>

before(async () => {
  const dataDir = await directory.path()
  await answered(['org', 'create', '--name', 'Example', '--email', 'owner@example.com'], { env: { DATA_DIR: dataDir } })
  const database = await openEmbedded({ dataDir, purpose: 'command', log: quietLog })
  const superuser = { ...database.owner, user: 'letterhead_superuser' }
  await queryOnce(superuser, "alter role letterhead_app password 'Kx1good'")
  await database.close()
  const server = await startTlsPostgres(dataDir)
  directory.closing(() => server.stop())
  port = server.port
  const text = await readFile(join(dataDir, 'letterhead.key'), 'utf8')
  keys = Object.fromEntries(
    [...text.matchAll(/^(SEALING_KEY|KEY_PEPPER)=(.+)$/gm)].map(([, name, value]) => [name, value]),
  )
})

const url = ({ password = 'Kx1good', name = 'letterhead', at = `localhost:${port}`, query = '' } = {}) =>
  `postgres://letterhead_app:${password}@${at}/${name}?${query}`
const TRUSTED = `sslmode=verify-full&sslrootcert=${encodeURIComponent(TLS_ROOT)}`

test('E5: over TLS, with the authority named, the server and every command work', async () => {
  const env = { ...keys, DATABASE_URL: url({ query: TRUSTED }) }
  const report = await answered<{ ok: boolean; database: object }>(['doctor'], { env })
  assert.deepEqual([report.ok, report.database], [true, { kind: 'external', state: 'ready' }])
})

test('E5: each way not to be let in ends a start with 78, and a command with 1, in a sentence with what helps', async () => {
  const cases: [string, Parameters<typeof url>[0], RegExp][] = [
    ['a wrong password', { password: 'Kx1bad', query: TRUSTED }, /it refuses the password\. Correct .*\(28P01\)/],
    ['no TLS where it is asked for', {}, /pg_hba\.conf .*sslmode=verify-full\. \(28000\)/],
    [
      'an unknown authority',
      { query: 'sslmode=verify-full' },
      /signed by nobody known here.*sslrootcert=.*SELF_SIGNED_CERT/,
    ],
    [
      'a missing file',
      { query: 'sslmode=verify-full&sslrootcert=/nowhere/ca.pem' },
      /The file \/nowhere\/ca\.pem, .*ENOENT/,
    ],
    ['another database', { name: 'nowhere', query: TRUSTED }, /no database of that name.*\(3D000\)/],
    ['a port where nobody listens', { at: 'localhost:1' }, /nobody listens there.*\(ECONNREFUSED\)/],
  ]
  for (const [what, parts, says] of cases) {
    const env = { ...keys, DATABASE_URL: url(parts) }
    const start = await letterhead(['serve'], { env: { ...env, PORT: '0', OPS_PORT: '0' }, asProcess: true })
    assert.equal(start.code, 78, `${what}: ${start.stderr}`)
    assert.match(start.stderr, says, what)
    assert.doesNotMatch(start.stderr, /\n +at |Kx1/, what)
    const command = await refused(['user', 'list', '--org', '11111111-1111-4111-8111-111111111111'], { env })
    assert.deepEqual([command.exit, command.code], [1, 'DATABASE'], what)
    assert.match(command.message, says, what)
  }
})

test('E5: TLS that the database does not speak is told apart', async () => {
  const closed = await openEmbedded({ dataDir: await other.path(), purpose: 'command', log: quietLog })
  try {
    const at = `localhost/letterhead?host=${encodeURIComponent(closed.owner.host)}`
    const env = { ...keys, DATABASE_URL: `postgres://letterhead_app@${at}&sslmode=verify-full` }
    const { message } = await refused(['user', 'list', '--org', '11111111-1111-4111-8111-111111111111'], { env })
    assert.match(message, /does not speak TLS, .*ssl = on.*sslmode=disable/)
  } finally {
    await closed.close()
  }
})

test('E5: a first start without room on the disk ends with 78 and says why; nothing of it runs on', async () => {
  const ran = await letterhead(['serve'], {
    env: { DATA_DIR: await small.path(), PORT: '0', OPS_PORT: '0' },
    fileKilobytes: 512,
  })
  assert.equal(ran.code, 78, ran.stderr)
  assert.match(
    ran.stderr,
    /^letterhead: The embedded database could not be created \(.*(File too large|cannot write|could not write).*\)/,
  )
  assert.doesNotMatch(ran.stderr, /\n +at /)
})
