import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postmasterOf } from '../../kit/servers/embedded-processes.ts'
import { answered, dataDirectory, serve } from './letterhead.ts'

const directory = dataDirectory()

/** What PostgreSQL's own programs and its driver read, each with a value that would lead astray. */
const ASTRAY = {
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGOPTIONS: '-c search_path=nowhere -c default_transaction_read_only=on -c no_such_setting=1',
  PGHOST: '192.0.2.1',
  PGHOSTADDR: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGPASSFILE: '/nonexistent',
  PGDATABASE: 'nowhere',
  PGSERVICE: 'nowhere',
  PGAPPNAME: 'astray',
  PGCLIENTENCODING: 'NO_SUCH_ENCODING',
  PGREPLICATION: 'database',
  PGBINARY: 'true',
  PGCONNECT_TIMEOUT: '1',
  PGDATA: '/nonexistent',
  PGTZ: 'Asia/Kathmandu',
  PGDATESTYLE: 'German',
  NODE_PG_FORCE_NATIVE: '1',
}

test('E1: the embedded database is made, served, read and stopped whatever PG* says', async () => {
  const dataDir = await directory.path()
  const env = { DATA_DIR: dataDir, ...ASTRAY }
  const server = await serve(env)
  try {
    const profile = await fetch(`${server.url}/v3/profiles/${server.profileId}`, {
      headers: { 'x-api-key': server.apiKey ?? '' },
    })
    assert.equal(profile.status, 200)
    const { data } = (await profile.json()) as { data: { created_at: string } }
    assert.ok(Math.abs(Date.now() - Date.parse(data.created_at)) < 600_000, data.created_at)
    const users = await answered<unknown[]>(['user', 'list'], { env, asProcess: true })
    assert.equal(users.length, 1)
  } finally {
    assert.equal(await server.stop(), 0)
  }
  assert.equal(postmasterOf(dataDir), null)
  const report = await answered<{ ok: boolean }>(['doctor'], { env, asProcess: true })
  assert.equal(report.ok, true)
  assert.equal(postmasterOf(dataDir), null)
})
