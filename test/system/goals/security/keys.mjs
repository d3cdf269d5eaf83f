import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { rowsOf } from '../../harness/scan.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { quantile } from '../../harness/traffic/retry.mjs'

/** Changes the last character of a key's checksum. */
function mistyped(key) {
  return `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
}

/** @type {import('../../harness/run.mjs').Goal} */
const uselessDump = {
  id: 'KEY-1',
  tier: 1,
  title: 'No text in the database is a usable API key',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    await send(environment.url, 'POST', `/v3/profiles/${id}/keys`, {
      key: environment.acme.admin,
      headers: { 'idempotency-key': 'kept-key' },
      body: {},
    })
    const texts = new Set()
    const collect = (value) => {
      if (typeof value === 'string' && value.length >= 16 && value.length < 512) texts.add(value)
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect)
    }
    for (const { row } of await rowsOf(environment)) collect(row)
    let accepted = 0
    for (const text of texts) {
      const { status } = await send(environment.url, 'GET', '/v3/profiles', {
        key: text.replaceAll(/[^\x21-\x7e]/g, ''),
      })
      // After ten failures an address is told to wait; a right key passes even then.
      if (status !== 401 && status !== 429) accepted += 1
    }
    t.figure('texts', texts.size)
    t.check(texts.size > 30, 'hardly a text was tried')
    t.equal(accepted, 0, 'texts that were not refused')
    t.equal(
      (await send(environment.url, 'GET', '/v3/profiles', { key: environment.acme.admin })).status,
      200,
      'a real key (the positive control)',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const checksum = {
  id: 'KEY-2',
  tier: 1,
  title: 'A mistyped key is refused without a statement at the database',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    let statements = 0
    environment.proxies[0].watcher = (phase, { names }) => {
      if (phase === 'before' && names.some((name) => name.startsWith('admit_') || name === 'find_imported_key'))
        statements += 1
    }
    for (let at = 0; at < 10; at += 1) {
      const { status } = await send(environment.url, 'GET', '/v3/profiles', { key: mistyped(environment.acme.admin) })
      t.equal(status, 401, 'a mistyped key')
    }
    t.equal(statements, 0, 'statements for mistyped keys')
    // A key that is not known here yet is looked up before a body is read, and asked for again with its request.
    await send(environment.url, 'GET', '/v3/profiles', { key: environment.acme.admin })
    t.equal(statements, 2, 'statements for the first request of a right key (the positive control)')
    await send(environment.url, 'GET', '/v3/profiles', { key: environment.acme.admin })
    t.equal(statements, 3, 'statements for its second request as well')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const revoked = {
  id: 'KEY-3',
  tier: 1,
  title:
    'A key that is revoked on one instance is refused by the other within 5 s; during a rotation no valid key is refused',
  injectedBugs: [
    { name: 'revoked keys are found', sql: [{ statement: /^admit_/, find: /and k\.revoked_at is null/, replace: '' }] },
  ],
  async run(t) {
    const environment = await t.environment()
    const id = await environment.profile()
    const make = async () =>
      (await send(environment.url, 'POST', `/v3/profiles/${id}/keys`, { key: environment.acme.admin, body: {} })).json
        .data
    const old = await make()
    const read = (key) =>
      send(environment.instances[1].url, 'GET', `/v3/profiles/${id}`, { key: key.api_key ?? key.key })
    t.equal((await read(old)).status, 200, 'the old key before')
    const next = await make()
    const refused = []
    const rotation = (async () => {
      await sleep(1_000)
      await send(environment.instances[0].url, 'DELETE', `/v3/profiles/${id}/keys/${old.id}`, {
        key: environment.acme.admin,
      })
    })()
    const revokedAt = rotation.then(() => performance.now())
    await openLoad({
      perSecond: 50,
      seconds: 3,
      ask: async () => {
        const reply = await read(next)
        if (reply.status === 401 || reply.status === 403) refused.push(reply.status)
        return reply
      },
    })
    const since = await revokedAt
    let last = 0
    for (let at = 0; at < 12; at += 1) {
      if ((await read(old)).status === 200) last = performance.now() - since
      await sleep(300)
    }
    t.figure('last_success_ms', last)
    t.equal(refused.length, 0, 'refusals of the valid key')
    t.atMost(last, 5_000, 'ms until the revoked key was refused')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const sameRefusal = {
  id: 'KEY-5',
  tier: 1,
  title: 'Missing, malformed, unknown, revoked and doubled keys get the same 401 in the same form',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const { json } = await send(environment.url, 'POST', `/v3/profiles/${id}/keys`, {
      key: environment.acme.admin,
      body: {},
    })
    await send(environment.url, 'DELETE', `/v3/profiles/${id}/keys/${json.data.id}`, { key: environment.acme.admin })
    const kinds = {
      missing: {},
      malformed: { 'x-api-key': 'hello' },
      mistyped: { 'x-api-key': mistyped(environment.acme.admin) },
      unknown: { 'x-api-key': randomUUID() },
      revoked: { 'x-api-key': json.data.api_key ?? json.data.key },
      doubled: { 'x-api-key': [environment.acme.admin, environment.acme.admin] },
    }
    const shapes = new Map()
    for (const [kind, headers] of Object.entries(kinds)) {
      const times = []
      for (let n = 0; n < t.length(1, 30); n += 1) {
        const reply = await send(environment.url, 'GET', `/v3/profiles/${id}`, { headers })
        times.push(reply.ms)
        t.equal(reply.status, 401, kind)
        shapes.set(
          kind,
          Object.keys(reply.headers)
            .filter((name) => !/^x-ratelimit|^connection|^keep-alive|^retry-after/.test(name))
            .sort()
            .join() + Object.keys(reply.json?.error ?? {}).join(),
        )
      }
      t.figure(`${kind}_ms`, quantile(times, 0.5))
    }
    t.equal(new Set(shapes.values()).size, 1, 'shapes of the refusals')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const keyGoals = [uselessDump, checksum, revoked, sameRefusal]
