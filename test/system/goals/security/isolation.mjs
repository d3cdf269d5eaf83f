import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { fill, operations, permissions } from '../../harness/traffic/contract.mjs'
import { send } from '../../harness/traffic/http.mjs'

/** @type {import('../../harness/run.mjs').Goal} */
const roleTable = {
  id: 'TEN-4',
  tier: 1,
  title:
    'Every role calls every operation: the answers are those of docs/PERMISSIONS.md, and an operation that is not in the table is refused',
  injectedBugs: [
    {
      name: 'every role may',
      code: [
        {
          file: 'contract/permissions.js',
          find: 'return PERMISSIONS[operation]?.roles?.includes(role) ?? false',
          put: 'return true',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const table = permissions()
    let cells = 0
    for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
      const row = table.get(operation.id)
      t.check(row !== undefined, `${operation.id} is not in docs/PERMISSIONS.md`)
      for (const role of ['owner', 'admin', 'developer', 'billing']) {
        const ids = { profileId: randomUUID(), keyId: randomUUID() }
        const { status, json } = await send(environment.url, operation.method, fill(operation.path, ids), {
          key: environment.acme[role],
          ...(operation.isChange ? { body: { ...operation.example, sandbox: true } } : {}),
        })
        cells += 1
        t.equal(
          status === 403 && json?.error?.code === 'AUTH_004',
          row?.[role] !== true,
          `${role}, ${operation.id}: refused (${status})`,
        )
      }
    }
    t.figure('cells', cells)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const pooled = {
  id: 'TEN-9',
  tier: 1,
  title:
    "Organizations are interleaved over a pool of 4: no answer holds another's row, and without a scope the server role sees nothing",
  injectedBugs: [
    {
      name: 'the scope stays with the connection',
      sql: [{ statement: /^scope/, find: /, true\)/, replace: ', false)' }],
    },
    {
      name: 'statements that travel together are run as the organization of the first',
      code: [
        {
          file: 'db/pool/tenant-query.js',
          find: 'writer, { organizationId, isFirst',
          put: 'writer, { organizationId: this.#items[0].organizationId, isFirst',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, env: { DATABASE_POOL_SIZE: '4', POOL_WAIT_MS: '1900' } })
    slipIn(environment.proxies[0])
    const tenants = [environment.acme, environment.other]
    for (const [at, tenant] of tenants.entries())
      for (let n = 0; n < 3; n += 1) await environment.profile({ name: `Of tenant ${at}` }, tenant.admin)
    const requests = t.length(600, 100_000)
    let foreign = 0
    let answered = 0
    const queue = async () => {
      for (let n = 0; n < requests / 8; n += 1) {
        const at = t.random.below(2)
        const { text, status } = await send(environment.instances[0].url, 'GET', '/v3/profiles', {
          key: tenants[at].admin,
        })
        if (status === 200) answered += 1
        if (text.includes(`Of tenant ${1 - at}`) || text.includes(tenants[1 - at].id)) foreign += 1
      }
    }
    await Promise.all(Array.from({ length: 8 }, queue))
    t.figure('requests', answered)
    t.check(answered > requests * 0.9, `only ${answered} answers`)
    t.equal(foreign, 0, 'answers with rows of another organization')
    const fresh = await unscoped(environment)
    t.equal(fresh, 0, 'rows that the server role sees without a scope')
    const { looks, rows } = await unscopedWithin(environment)
    t.figure('looks_within', looks)
    t.figure('rows_without_scope', fresh + rows)
    t.check(looks >= 40, `${looks} looks from connections that served tenants`)
    t.equal(rows, 0, 'rows that are seen without a scope on connections that served tenants')
  },
}

const note = 'seen without a scope: '

/** Puts a look at the profiles into the one statement of a request that runs without a scope, and notes what it sees. */
function slipIn(proxy) {
  const { rewriter } = proxy
  proxy.rewriter = (name, text) => {
    if (name !== 'find_imported_key') return rewriter?.(name, text) ?? text
    return `with seen as (select count(*) as number from profiles),
      noted as (insert into milestones (name, reached_at)
        select '${note}' || number || ' ' || gen_random_uuid(), now() from seen returning name)
      select organization_id from imported_keys where digest = $1 and exists (select 1 from noted)`
  }
}

/** Asks with imported keys that nobody has: each is looked up, without a scope, on a connection of the server's pool. */
async function unscopedWithin(environment) {
  const ask = () => send(environment.instances[0].url, 'GET', '/v3/profiles', { key: randomUUID() })
  for (let n = 0; n < 10; n += 1) await Promise.all(Array.from({ length: 4 }, ask))
  const noted = await environment.query(`select name from milestones where name like '${note}%'`)
  return {
    looks: noted.length,
    rows: noted.reduce((sum, { name }) => sum + Number.parseInt(name.slice(note.length), 10), 0),
  }
}

/** Rows seen by a statement without a scope, on a connection of the server's role. */
async function unscoped(environment) {
  let seen = 0
  const client = new pg.Client({ connectionString: environment.sharedCluster.cluster.serverUrl(environment.database) })
  await client.connect()
  for (const table of [
    'organizations',
    'users',
    'profiles',
    'brands',
    'api_keys',
    'idempotency_keys',
    'profile_history',
  ]) {
    await client.query(`select set_config('app.org', $1, true)`, [environment.acme.id])
    seen += Number((await client.query(`select count(*) from ${table}`)).rows[0].count)
  }
  await client.end()
  return seen
}

/** @type {import('../../harness/run.mjs').Goal} */
const sameNotFound = {
  id: 'TEN-10',
  tier: 1,
  title: 'A deleted, a foreign and an unknown id give the same answer on every operation',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const deleted = await environment.profile()
    await send(environment.url, 'DELETE', `/v3/profiles/${deleted}`, { key: environment.acme.admin })
    const ids = [deleted, await environment.profile({}, environment.other.admin), randomUUID()]
    const volatile = /req_\w+|"timestamp":"[^"]+"|[0-9a-f]{8}-[0-9a-f-]{27}/g
    let cells = 0
    for (const operation of operations.filter(({ members }) => members.includes('profileId'))) {
      const seen = new Set()
      for (const profileId of ids) {
        const reply = await send(
          environment.url,
          operation.method,
          fill(operation.path, { profileId, keyId: randomUUID() }),
          {
            key: environment.acme.admin,
            ...(operation.isChange
              ? { body: operation.id === 'updateProfile' ? { name: 'x' } : operation.example }
              : {}),
          },
        )
        const headers = Object.entries(reply.headers).filter(
          ([name]) => !/^(date|x-request-id|x-ratelimit.*|x-response-time|content-length)$/.test(name),
        )
        seen.add(
          JSON.stringify([
            reply.status,
            reply.text.replaceAll(volatile, ''),
            headers.map(([name, value]) => [name, String(value).replaceAll(volatile, '')]),
          ]),
        )
        cells += 1
      }
      t.equal(seen.size, 1, `${operation.id}: answers (${[...seen].map((text) => text.slice(0, 160)).join(' | ')})`)
    }
    t.figure('cells', cells)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const scopedHeader = {
  id: 'TEN-12',
  tier: 1,
  title:
    'x-profile-id names one profile and the path another one, one of another organization, or the organization itself: nothing is reached',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const [one, two] = [await environment.profile(), await environment.profile()]
    const foreign = await environment.profile({}, environment.other.admin)
    const { json } = await send(environment.url, 'POST', `/v3/profiles/${one}/keys`, {
      key: environment.acme.admin,
      body: {},
    })
    const profileKey = json.data.api_key ?? json.data.key
    const cells = [
      [environment.acme.admin, one, one, [200]],
      [environment.acme.admin, one, two, [404]],
      [environment.acme.admin, foreign, one, [403, 404]],
      [environment.acme.admin, foreign, foreign, [403, 404]],
      [environment.acme.admin, environment.acme.id, one, [400, 403, 404]],
      [environment.acme.admin, randomUUID(), one, [403, 404]],
      [environment.acme.admin, 'nonsense', one, [400, 403, 404]],
      [profileKey, undefined, one, [200]],
      [profileKey, undefined, two, [404]],
      [profileKey, one, one, [403]],
      [profileKey, two, two, [403]],
      [profileKey, foreign, one, [403]],
    ]
    for (const [key, header, path, allowed] of cells) {
      for (const method of ['GET', 'PATCH']) {
        const { status } = await send(environment.url, method, `/v3/profiles/${path}`, {
          key,
          ...(header === undefined ? {} : { headers: { 'x-profile-id': header } }),
          ...(method === 'PATCH' ? { body: { name: 'Reached' } } : {}),
        })
        t.check(
          allowed.includes(status),
          `${method} ${path === one ? 'own' : 'other'} with ${key === profileKey ? "a profile's key" : 'an admin'} and header ${header}: ${status}`,
        )
      }
    }
    t.equal(
      await environment.count(`select count(*) from profiles where name = 'Reached' and id <> $1`, [one]),
      0,
      'other profiles that were changed',
    )
    t.figure('cells', cells.length * 2)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const isolationGoals = [roleTable, pooled, sameNotFound, scopedHeader]
