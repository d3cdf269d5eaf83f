import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { aBrand, aContact } from '../harness/bodies.mjs'
import { fill, operations, permissions } from '../harness/contract.mjs'
import { send } from '../harness/http.mjs'
import { Instance } from '../harness/instance.mjs'
import { openLoad } from '../harness/load.mjs'
import { quantile } from '../harness/retry.mjs'
import { filesBelow, rowsOf, search } from '../harness/scan.mjs'

/** Changes the last character of a key's checksum. */
function mistyped(key) {
  return `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
}

/** @type {import('../harness/trial.mjs').Goal} */
const uselessDump = {
  id: 'KEY-1',
  tier: 1,
  title: 'No text in the database is a usable API key',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const id = await stage.profile()
    await send(stage.url, 'POST', `/v3/profiles/${id}/keys`, { key: stage.acme.admin, headers: { 'idempotency-key': 'kept-key' }, body: {} })
    const texts = new Set()
    const collect = (value) => {
      if (typeof value === 'string' && value.length >= 16 && value.length < 512) texts.add(value)
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect)
    }
    for (const { row } of await rowsOf(stage)) collect(row)
    let accepted = 0
    for (const text of texts) {
      const { status } = await send(stage.url, 'GET', '/v3/profiles', { key: text.replaceAll(/[^\x21-\x7e]/g, '') })
      if (status !== 401) accepted += 1
    }
    t.figure('texts', texts.size)
    t.check(texts.size > 30, 'hardly a text was tried')
    t.equal(accepted, 0, 'texts that were not refused')
    t.equal((await send(stage.url, 'GET', '/v3/profiles', { key: stage.acme.admin })).status, 200, 'a real key (the positive control)')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const checksum = {
  id: 'KEY-2',
  tier: 1,
  title: 'A mistyped key is refused without a statement at the database',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    let statements = 0
    stage.wires[0].watcher = (phase, { names }) => {
      if (phase === 'before' && names.some((name) => name.startsWith('admit_') || name === 'find_imported_key')) statements += 1
    }
    for (let at = 0; at < 10; at += 1) {
      const { status } = await send(stage.url, 'GET', '/v3/profiles', { key: mistyped(stage.acme.admin) })
      t.equal(status, 401, 'a mistyped key')
    }
    t.equal(statements, 0, 'statements for mistyped keys')
    await send(stage.url, 'GET', '/v3/profiles', { key: stage.acme.admin })
    t.equal(statements, 1, 'statements for a right key (the positive control)')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const revoked = {
  id: 'KEY-3',
  tier: 1,
  title: 'A key revoked on one instance is refused by the other within 5 s; during a rotation no valid key is refused',
  sabotages: [
    { name: 'revoked keys are found', sql: [{ statement: /^admit_/, find: /and k\.revoked_at is null/, replace: '' }] },
  ],
  async run(t) {
    const stage = await t.stage()
    const id = await stage.profile()
    const make = async () => (await send(stage.url, 'POST', `/v3/profiles/${id}/keys`, { key: stage.acme.admin, body: {} })).json.data
    const old = await make()
    const read = (key) => send(stage.instances[1].url, 'GET', `/v3/profiles/${id}`, { key: key.api_key ?? key.key })
    t.equal((await read(old)).status, 200, 'the old key before')
    const next = await make()
    const refused = []
    const rotation = (async () => {
      await sleep(1_000)
      await send(stage.instances[0].url, 'DELETE', `/v3/profiles/${id}/keys/${old.id}`, { key: stage.acme.admin })
    })()
    const revokedAt = rotation.then(() => performance.now())
    await openLoad({ perSecond: 50, seconds: 3, ask: async () => { const reply = await read(next); if (reply.status !== 200) refused.push(reply.status); return reply } })
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

/** @type {import('../harness/trial.mjs').Goal} */
const sameRefusal = {
  id: 'KEY-5',
  tier: 1,
  title: 'Missing, malformed, unknown, revoked and doubled keys: the same 401 in the same shape',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const id = await stage.profile()
    const { json } = await send(stage.url, 'POST', `/v3/profiles/${id}/keys`, { key: stage.acme.admin, body: {} })
    await send(stage.url, 'DELETE', `/v3/profiles/${id}/keys/${json.data.id}`, { key: stage.acme.admin })
    const kinds = {
      missing: {},
      malformed: { 'x-api-key': 'hello' },
      mistyped: { 'x-api-key': mistyped(stage.acme.admin) },
      unknown: { 'x-api-key': randomUUID() },
      revoked: { 'x-api-key': json.data.api_key ?? json.data.key },
      doubled: { 'x-api-key': [stage.acme.admin, stage.acme.admin] },
    }
    const shapes = new Map()
    for (const [kind, headers] of Object.entries(kinds)) {
      const times = []
      for (let n = 0; n < t.length(1, 30); n += 1) {
        const reply = await send(stage.url, 'GET', `/v3/profiles/${id}`, { headers })
        times.push(reply.ms)
        t.equal(reply.status, 401, kind)
        shapes.set(kind, Object.keys(reply.headers).filter((name) => !/^x-ratelimit|^connection|^keep-alive|^retry-after/.test(name)).sort().join() + Object.keys(reply.json?.error ?? {}).join())
      }
      t.figure(`${kind}_ms`, quantile(times, 0.5))
    }
    t.equal(new Set(shapes.values()).size, 1, 'shapes of the refusals')
  },
}

const stem = 'zqxkwv'

/** @type {import('../harness/trial.mjs').Goal} */
const sealedAtRest = {
  id: 'PII-1',
  tier: 1,
  title: 'Contacts, tax ids and tokens searched in the database files, the journal, every row and the logs: none in the clear',
  sabotages: [{ name: 'sealing is left out', code: [{ file: 'seal/envelope.js', find: 'const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])', put: 'const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag(), content])' }] }],
  async run(t) {
    const stage = await t.stage()
    for (const wire of stage.wires) wire.tap = []
    const canaries = []
    const canary = () => {
      const text = `${stem}${t.random.letters(14)}`
      canaries.push(text)
      return text
    }
    for (let at = 0; at < t.length(8, 20); at += 1) {
      const brand = aBrand()
      brand.contact = { ...brand.contact, name: canary(), email: `${canary()}@example.com` }
      const id = await stage.profile({
        name: `Profile ${at}`,
        billing_model: 'profile',
        billing_contact: { ...aContact(canary()), email: `${canary()}@example.com`, address: canary() },
        brand,
        ...(at % 2 === 0 ? { whatsapp_business_account: { waba_id: '123456789012345', access_token: 'EAAtest_ok' } } : {}),
      })
      await send(stage.url, 'PATCH', `/v3/profiles/${id}`, { key: stage.acme.admin, headers: { 'idempotency-key': `sealed-${at}` }, body: { billing_contact: aContact(canary()) } })
    }
    await stage.query('checkpoint')
    const records = async () => [
      ...filesBelow(stage.world.cluster.data),
      ...filesBelow(stage.folder),
      ...(await rowsOf(stage)).map(({ table, row }) => ({ place: `row of ${table}`, bytes: Buffer.from(JSON.stringify(row)) })),
      ...stage.wires.map(({ tap }, at) => ({ place: `sent to the database by ${at}`, bytes: Buffer.concat(tap) })),
    ]
    const hits = search(await records(), canaries, stem)
    t.figure('canaries', canaries.length)
    t.equal(hits.length, 0, `found in the clear (${[...new Set(hits.map(({ place }) => place.replace(/.*\/cluster/, 'cluster')))].slice(0, 3).join(', ')})`)
    await stage.query('create table planted (note text)')
    await stage.query('insert into planted values ($1)', [canaries[0]])
    await stage.query('checkpoint')
    const control = search(await records(), canaries, stem)
    t.check(control.some(({ place }) => place.includes('/base/')) && control.some(({ place }) => place.includes('row of planted')), 'blind scanner')
  },
}

const sealedColumns = [
  ['profiles', 'billing_contact', 'id'],
  ['brands', 'contact', 'owner_id'],
  ['brands', 'tax_id', 'owner_id'],
]

/** @type {import('../harness/trial.mjs').Goal} */
const tampered = {
  id: 'PII-2',
  tier: 1,
  title: 'A sealed value that was changed, swapped or cut never opens: 500 without detail, counted',
  sabotages: [{ name: 'the place of a value is not authenticated', code: [{ file: 'seal/envelope.js', find: "return Buffer.from(JSON.stringify([VERSION, header.kekId, header.dekId, ...place]))", put: "return Buffer.from('x')" }] }],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const make = (name) => stage.profile({ name, billing_model: 'profile', billing_contact: aContact(`Contact of ${name}`), brand: aBrand({ legalName: name }) })
    const [one, two] = [await make('One'), await make('Two')]
    const read = (id) => send(stage.url, 'GET', `/v3/profiles/${id}`, { key: stage.acme.admin })
    t.equal((await read(one)).status, 200, 'before (the positive control)')
    let tampers = 0
    const before = await stage.metric('crypto_decrypt_failures_total')
    for (const [table, column, idColumn] of sealedColumns) {
      const at = async (id) => String((await stage.query(`select ${column} as value from ${table} where ${idColumn} = $1`, [id]))[0].value)
      const [mine, theirs] = [await at(one), await at(two)]
      const wrong = [theirs, mine.slice(0, -6), `${mine}AAAA`, mine.slice(0, -22)]
      for (let n = 0; n < t.length(12, 200); n += 1) {
        const spot = t.random.below(mine.length)
        const other = mine[spot] === 'x' ? 'y' : 'x'
        wrong.push(`${mine.slice(0, spot)}${other}${mine.slice(spot + 1)}`)
      }
      for (const value of wrong) {
        await stage.query(`update ${table} set ${column} = $2 where ${idColumn} = $1`, [one, value])
        const reply = await read(one)
        tampers += 1
        t.equal(`${reply.status} ${reply.json?.error?.code}`, '500 INTERNAL_001', `${table}.${column} tampered with`)
        t.check(!reply.text.includes('Contact of Two'), `${table}.${column}: shows another's`)
      }
      await stage.query(`update ${table} set ${column} = $2 where ${idColumn} = $1`, [one, mine])
      t.equal((await read(one)).status, 200, `${table}.${column} put right`)
    }
    t.figure('tampers', tampers)
    t.equal((await stage.metric('crypto_decrypt_failures_total')) - before, tampers, 'counted failures')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const missingKey = {
  id: 'PII-4',
  tier: 1,
  title: 'A start without the sealing key is refused, with the id of the key and no part of it',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const secret = stage.world.sealingKey.slice(3)
    const wrong = { SEALING_KEY: `k2:${Buffer.alloc(32, 7).toString('base64')}` }
    const instance = new Instance({ name: 'keyless', folder: stage.folder, env: { ...stage.instances[0].env, ...wrong } })
    const child = instance.spawn()
    const ended = await Promise.race([child.ended, sleep(20_000)])
    await child.kill()
    t.equal(ended?.code, 78, 'exit code')
    t.check(/\bk1\b/.test(child.output()), `the id is not named: ${child.output().slice(0, 200)}`)
    t.check(!child.output().includes(secret.slice(0, 12)), 'a part of the key is printed')
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const masked = {
  id: 'PII-5',
  tier: 1,
  title: 'A tax id is shown whole to owner and admin, as its last four to every other role, in every answer',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const taxId = '98-7654321'
    const id = await stage.profile({ brand: aBrand({ taxId }) })
    let cells = 0
    for (const role of ['owner', 'admin', 'developer', 'billing']) {
      for (const path of [`/v3/profiles/${id}`, '/v3/profiles', `/v3/profiles/${id}/history`, '/v3/me']) {
        const { text, status } = await send(stage.url, 'GET', path, { key: stage.acme[role] })
        if (status !== 200) continue
        cells += 1
        const isWhole = text.includes(taxId) || text.includes(taxId.replace('-', ''))
        if (role === 'developer' || role === 'billing') t.check(!isWhole, `${role}, ${path}: the whole tax id`)
        else if (path === `/v3/profiles/${id}`) t.check(isWhole, `${role}: no tax id (the positive control)`)
      }
    }
    t.figure('cells', cells)
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const roleTable = {
  id: 'TEN-4',
  tier: 1,
  title: 'Every role x every operation as docs/PERMISSIONS.md says; an operation that is not in the table is refused',
  sabotages: [{ name: 'every role may', code: [{ file: 'contract/permissions.js', find: 'return PERMISSIONS[operation]?.roles?.includes(role) ?? false', put: 'return true' }] }],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const table = permissions()
    let cells = 0
    for (const operation of operations) {
      const row = table.get(operation.id)
      t.check(row !== undefined, `${operation.id} is not in docs/PERMISSIONS.md`)
      for (const role of ['owner', 'admin', 'developer', 'billing']) {
        const ids = { profileId: randomUUID(), keyId: randomUUID() }
        const { status, json } = await send(stage.url, operation.method, fill(operation.path, ids), { key: stage.acme[role], ...(operation.isChange ? { body: { ...operation.example, sandbox: true } } : {}) })
        cells += 1
        t.equal(status === 403 && json?.error?.code === 'AUTH_004', row?.[role] !== true, `${role}, ${operation.id}: refused (${status})`)
      }
    }
    t.figure('cells', cells)
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const pooled = {
  id: 'TEN-9',
  tier: 1,
  title: 'Organizations interleaved over a pool of 4: no row of another; without a scope the server role sees nothing',
  sabotages: [{ name: 'the scope stays with the connection', sql: [{ statement: /^scope$/, find: /, true\)/, replace: ', false)' }] }],
  async run(t) {
    const stage = await t.stage({ instances: 1, env: { DATABASE_POOL_SIZE: '4', POOL_WAIT_MS: '1900' } })
    const tenants = [stage.acme, stage.other]
    for (const [at, tenant] of tenants.entries()) for (let n = 0; n < 3; n += 1) await stage.profile({ name: `Of tenant ${at}` }, tenant.admin)
    const requests = t.length(600, 100_000)
    let foreign = 0
    let answered = 0
    const lane = async () => {
      for (let n = 0; n < requests / 8; n += 1) {
        const at = t.random.below(2)
        const { text, status } = await send(stage.instances[0].url, 'GET', '/v3/profiles', { key: tenants[at].admin })
        if (status === 200) answered += 1
        if (text.includes(`Of tenant ${1 - at}`) || text.includes(tenants[1 - at].id)) foreign += 1
      }
    }
    await Promise.all(Array.from({ length: 8 }, lane))
    t.figure('requests', answered)
    t.check(answered > requests * 0.9, `only ${answered} answers`)
    t.equal(foreign, 0, 'answers with rows of another organization')
    const kept = await unscoped(stage)
    t.figure('rows_without_scope', kept)
    t.equal(kept, 0, 'rows that the server role sees without a scope, on connections that served tenants')
  },
}

/** Rows seen by a statement without a scope, slipped into the server's own connections. */
async function unscoped(stage) {
  const { default: pg } = await import('pg')
  let seen = 0
  stage.wires[0].watcher = null
  const client = new pg.Client({ connectionString: stage.world.cluster.serverUrl(stage.database) })
  await client.connect()
  for (const table of ['organizations', 'users', 'profiles', 'brands', 'api_keys', 'idempotency_keys', 'profile_history']) {
    await client.query(`select set_config('app.org', $1, true)`, [stage.acme.id])
    seen += Number((await client.query(`select count(*) from ${table}`)).rows[0].count)
  }
  await client.end()
  return seen
}

/** @type {import('../harness/trial.mjs').Goal} */
const sameNotFound = {
  id: 'TEN-10',
  tier: 1,
  title: 'A deleted, a foreign and an unknown id give the same answer on every operation',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const deleted = await stage.profile()
    await send(stage.url, 'DELETE', `/v3/profiles/${deleted}`, { key: stage.acme.admin })
    const ids = [deleted, await stage.profile({}, stage.other.admin), randomUUID()]
    const volatile = /req_\w+|"timestamp":"[^"]+"|[0-9a-f]{8}-[0-9a-f-]{27}/g
    let cells = 0
    for (const operation of operations.filter(({ members }) => members.includes('profileId'))) {
      const seen = new Set()
      for (const profileId of ids) {
        const reply = await send(stage.url, operation.method, fill(operation.path, { profileId, keyId: randomUUID() }), { key: stage.acme.admin, ...(operation.isChange ? { body: operation.id === 'updateProfile' ? { name: 'x' } : operation.example } : {}) })
        const headers = Object.entries(reply.headers).filter(([name]) => !/^(date|x-request-id|x-ratelimit.*|x-response-time|content-length)$/.test(name))
        seen.add(JSON.stringify([reply.status, reply.text.replaceAll(volatile, ''), headers.map(([name, value]) => [name, String(value).replaceAll(volatile, '')])]))
        cells += 1
      }
      t.equal(seen.size, 1, `${operation.id}: answers (${[...seen].map((text) => text.slice(0, 160)).join(' | ')})`)
    }
    t.figure('cells', cells)
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const scopedHeader = {
  id: 'TEN-12',
  tier: 1,
  title: 'x-profile-id of one profile with the path of another, of another organization, of the organization itself: nothing reached',
  sabotages: [],
  async run(t) {
    const stage = await t.stage({ instances: 1 })
    const [one, two] = [await stage.profile(), await stage.profile()]
    const foreign = await stage.profile({}, stage.other.admin)
    const { json } = await send(stage.url, 'POST', `/v3/profiles/${one}/keys`, { key: stage.acme.admin, body: {} })
    const profileKey = json.data.api_key ?? json.data.key
    const cells = [
      [stage.acme.admin, one, one, [200]],
      [stage.acme.admin, one, two, [404]],
      [stage.acme.admin, foreign, one, [403, 404]],
      [stage.acme.admin, foreign, foreign, [403, 404]],
      [stage.acme.admin, stage.acme.id, one, [400, 403, 404]],
      [stage.acme.admin, randomUUID(), one, [403, 404]],
      [stage.acme.admin, 'nonsense', one, [400, 403, 404]],
      [profileKey, undefined, one, [200]],
      [profileKey, undefined, two, [404]],
      [profileKey, one, one, [403]],
      [profileKey, two, two, [403]],
      [profileKey, foreign, one, [403]],
    ]
    for (const [key, header, path, allowed] of cells) {
      for (const method of ['GET', 'PATCH']) {
        const { status } = await send(stage.url, method, `/v3/profiles/${path}`, { key, ...(header === undefined ? {} : { headers: { 'x-profile-id': header } }), ...(method === 'PATCH' ? { body: { name: 'Reached' } } : {}) })
        t.check(allowed.includes(status), `${method} ${path === one ? 'own' : 'other'} with ${key === profileKey ? "a profile's key" : 'an admin'} and header ${header}: ${status}`)
      }
    }
    t.equal(await stage.count(`select count(*) from profiles where name = 'Reached' and id <> $1`, [one]), 0, 'other profiles that were changed')
    t.figure('cells', cells.length * 2)
  },
}

/** @type {import('../harness/trial.mjs').Goal} */
const sandbox = {
  id: 'SBX-1',
  tier: 1,
  title: 'A dry run of every change, valid and not: the status of the real one, no row changed, nobody called, its ids lead nowhere',
  sabotages: [{ name: 'sandbox is forgotten', code: [{ file: 'http/request.js', find: 'isSandbox:', put: 'isSandbox: false, wasSandbox:' }] }],
  async run(t) {
    const { aCardChange } = await import('../harness/bodies.mjs')
    const stage = await t.stage({ instances: 1, withStripe: true })
    const id = await stage.profile()
    const cases = [
      ['PATCH', `/v3/profiles/${id}`, { name: 'Dry' }],
      ['PATCH', `/v3/profiles/${id}`, { name: '' }],
      ['PATCH', `/v3/profiles/${id}`, aCardChange()],
      ['PATCH', `/v3/profiles/${id}`, { ...aCardChange(), billing_model: 'organization' }],
      ['PATCH', `/v3/profiles/${randomUUID()}`, { name: 'Dry' }],
      ['POST', '/v3/profiles', { name: 'Dry' }],
      ['POST', '/v3/profiles', {}],
      ['POST', '/v3/profiles', { name: 'Dry', whatsapp_business_account: { waba_id: '1', access_token: 'EAAtest_expired' } }],
      ['DELETE', `/v3/profiles/${id}`, {}],
    ]
    const sums = async () => {
      const rows = await rowsOf(stage)
      return JSON.stringify(rows.filter(({ table }) => !['idempotency_keys', 'rate_windows', 'api_keys'].includes(table)).map(({ row }) => JSON.stringify(row)).sort())
    }
    const before = await sums()
    const calls = stage.stripe.calls.length
    for (const [method, path, body] of cases) {
      const dry = await send(stage.url, method, path, { key: stage.acme.admin, body: { ...body, sandbox: true }, headers: { 'idempotency-key': `dry-${t.random.letters(10)}` } })
      t.equal(dry.headers['x-sandbox'], 'true', `${method} ${path}: X-Sandbox`)
      if (dry.status === 201) t.equal((await send(stage.url, 'GET', `/v3/profiles/${dry.json.data.id}`, { key: stage.acme.admin })).status, 404, 'an id of a dry run')
    }
    t.equal(await sums(), before, 'rows')
    t.equal(stage.stripe.calls.length, calls, 'calls to the processor')
    t.equal(await stage.count('select count(*) from jobs'), 0, 'jobs')
    for (const [method, path, body] of cases.slice(0, 7)) {
      const dry = await send(stage.url, method, path, { key: stage.acme.admin, body: { ...body, sandbox: true } })
      const live = await send(stage.url, method, path, { key: stage.acme.admin, body })
      const isSame = dry.status === live.status && JSON.stringify(dry.json?.error) === JSON.stringify(live.json?.error)
      t.check(isSame, `${method} ${JSON.stringify(body).slice(0, 60)}: dry ${dry.status}, live ${live.status}`)
    }
    t.check(stage.stripe.calls.length > calls, 'the real card was not forwarded (the positive control)')
    t.figure('cases', cases.length)
  },
}

/** @type {import('../harness/trial.mjs').Goal[]} */
export const secretGoals = [roleTable, pooled, sameNotFound, scopedHeader, uselessDump, checksum, revoked, sameRefusal, sealedAtRest, tampered, missingKey, masked, sandbox]
