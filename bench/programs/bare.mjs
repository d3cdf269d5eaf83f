/**
 * What a server costs that does nothing but the database's work: bare `node:http` and `pg`, the recorded statements of one
 * PATCH with parameters of the same kind and size, the same two round trips, an answer of the same size; of a GET the one
 * statement and the same answer. No key is checked, nothing is validated, encrypted or logged. Reads its order as JSON from standard input and tells its port.
 *
 * `form` is how a statement travels with its tenant: `plain` with node-postgres alone, whose pipelining sends both in one
 * go, or `scoped` with Letterhead's own query form.
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { built } from '../built.mjs'
import { valuesFor } from '../recording.mjs'

/** @type {{ form: 'plain' | 'scoped', url: string, organizationId: string, recording: import('../recording.mjs').Recording }} */
const { form, url, organizationId, recording } = JSON.parse(await text(process.stdin))
const connections = 16

/** @returns {(statement: { name: string, text: string }, values: unknown[]) => Promise<Record<string, unknown>[]>} */
function plain() {
  const pool = new pg.Pool({ connectionString: url, max: connections, pipeline: true })
  const scope = { name: 'scope', text: "select set_config('app.org', $1, false)", values: [organizationId] }
  return async ({ name, text }, values) => {
    const client = await pool.connect()
    try {
      const scoped = client.query(scope)
      const answered = client.query({ name, text, values })
      await scoped
      return (await answered).rows
    } finally {
      client.release()
    }
  }
}

async function scoped() {
  const { Database } = await built('db/database')
  const database = new Database({
    connection: { connectionString: url },
    poolSize: connections,
    prepared: true,
    poolWaitMs: 10_000,
    rowLockMs: 10_000,
    statementMs: 10_000,
    queryMs: 10_000,
    onIdleError: () => undefined,
  })
  return (statement, values) => database.run(organizationId, statement, values)
}

const run = form === 'plain' ? plain() : await scoped()
const [read, write] = recording.trips
const sample = JSON.parse(recording.answer)
let count = 0

async function change(profile, key, body) {
  const before = { profile, key, version: 0 }
  const [row] = await run(read, valuesFor(read, before))
  const isWritten = await run(write, valuesFor(write, { ...before, version: Number(row.t_version) }))
  sample.data.name = body.name
  return { isGood: isWritten.length === 1, text: JSON.stringify(sample) }
}

async function look(profile) {
  const rows = await run(recording.get, valuesFor(recording.get, { profile, key: '', version: 0 }))
  return { isGood: rows.length === 1, text: JSON.stringify(sample) }
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', async () => {
    const profile = request.url?.split('/').at(-1) ?? ''
    count += 1
    const key = String(request.headers['idempotency-key'] ?? count)
    const { isGood, text } =
      request.method === 'GET'
        ? await look(profile)
        : await change(profile, key, JSON.parse(Buffer.concat(chunks).toString('utf8')))
    response.writeHead(isGood ? 200 : 409, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    })
    response.end(text)
  })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`))
process.on('SIGTERM', () => process.exit(0))
