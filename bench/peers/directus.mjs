import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../scripts/testing/postgres-server.mjs'
import { start, stop } from '../processes.mjs'
import { seedBody, seedMembers } from '../seed-request.mjs'
import { requestText } from '../server.mjs'

const readyWithinMs = 180_000
const itemsPerRequest = 100

/**
 * Directus with a collection of profiles and its revisions on, as it comes.
 *
 * @param {{ folder: string, url: string, prefix: string, first: number, count: number }} at
 */
export async function startDirectus({ folder, url, prefix, first, count }) {
  const { hostname, port: databasePort, username, password, pathname } = new URL(url)
  const [port, token] = [await freePort(), randomBytes(16).toString('hex')]
  const env = {
    ...process.env,
    ...{ HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error', TELEMETRY: 'false', NODE_ENV: 'production' },
    ...{ SECRET: randomBytes(16).toString('hex'), ADMIN_EMAIL: 'admin@example.com', ADMIN_TOKEN: token },
    ADMIN_PASSWORD: randomBytes(16).toString('hex'),
    ...{ DB_CLIENT: 'pg', DB_HOST: hostname, DB_PORT: databasePort, DB_USER: username, DB_PASSWORD: password },
    DB_DATABASE: pathname.slice(1),
  }
  const command = join(folder, 'node_modules', 'directus', 'cli.js')
  const bootstrap = start(process.execPath, [command, 'bootstrap'], { cwd: folder, env })
  bootstrap.child.stdout.resume()
  if ((await bootstrap.ended) !== 0) throw new Error(`bootstrap failed: ${bootstrap.complaint()}`)
  const started = start(process.execPath, [command, 'start'], { cwd: folder, env })
  started.child.stdout.resume()
  const call = callerOf(`http://127.0.0.1:${port}`, token)
  await untilReady(`http://127.0.0.1:${port}/server/ping`, started)
  await fill(
    call,
    Array.from({ length: count }, (_, at) => prefix + String(first + at).padStart(12, '0')),
  )
  const request = requestText('PATCH', '/items/profiles/@PROFILE@', [`authorization: Bearer ${token}`], {
    body: seedBody,
  })
  return { pid: started.child.pid, port, request, stop: () => stop(started) }
}

function callerOf(origin, token) {
  return async (path, body) => {
    const response = await fetch(origin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  }
}

async function untilReady(url, started) {
  const deadline = performance.now() + readyWithinMs
  while (performance.now() < deadline && started.child.exitCode === null) {
    const response = await fetch(url).catch(() => null)
    if (response?.ok) return
    await sleep(200)
  }
  throw new Error(`not ready: ${started.complaint()}`)
}

function columnType(name, value) {
  if (name === 'brand' || name === 'billing_contact' || name === 'payment_details') return 'json'
  const isFlag = typeof value === 'boolean' || /^(allow|inherit)_/.test(name)
  return isFlag ? 'boolean' : 'string'
}

async function fill(call, ids) {
  const fields = Object.entries(seedMembers).map(([field, value]) => ({
    field,
    type: columnType(field, value),
    schema: { is_nullable: true },
    meta: {},
  }))
  const key = { field: 'id', type: 'uuid', schema: { is_primary_key: true, is_nullable: false }, meta: {} }
  await call('/collections', { collection: 'profiles', schema: {}, meta: {}, fields: [key, ...fields] })
  for (let at = 0; at < ids.length; at += itemsPerRequest) {
    await call(
      '/items/profiles',
      ids.slice(at, at + itemsPerRequest).map((id) => ({ id, ...seedMembers })),
    )
  }
}
