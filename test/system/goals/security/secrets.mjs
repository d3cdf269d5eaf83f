import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { filesBelow, rowsOf, search } from '../../harness/scan.mjs'
import { Instance } from '../../harness/servers/instance.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aBrand, aCardChange, aContact } from '../../harness/traffic/request-bodies.mjs'

const stem = 'zqxkwv'

/** @type {import('../../harness/run.mjs').Goal} */
const encryptedAtRest = {
  id: 'PII-1',
  tier: 1,
  title: 'The database files, the journal, every row and the logs hold no contact, tax id or token in clear text',
  injectedBugs: [
    {
      name: 'encryption is left out',
      code: [
        {
          file: 'encryption/key-ring.js',
          find: "encrypt: (text, at) => encryptEnvelope(header, dataKey, Buffer.from(text, 'utf8'), bindTo(at))",
          put: 'encrypt: (text) => text',
        },
        {
          file: 'encryption/key-ring.js',
          find: "decrypt: (envelope, at) => decryptEnvelope(envelope, dataKey, bindTo(at)).toString('utf8')",
          put: 'decrypt: (text) => text',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment()
    for (const proxy of environment.proxies) proxy.tap = []
    const canaries = []
    const canary = () => {
      const text = `${stem}${t.random.letters(14)}`
      canaries.push(text)
      return text
    }
    for (let at = 0; at < t.length(8, 20); at += 1) {
      const brand = aBrand()
      brand.contact = { ...brand.contact, name: canary(), email: `${canary()}@example.com` }
      const id = await environment.profile({
        name: `Profile ${at}`,
        billing_model: 'profile',
        billing_contact: { ...aContact(canary()), email: `${canary()}@example.com`, address: canary() },
        brand,
        ...(at % 2 === 0
          ? { whatsapp_business_account: { waba_id: '123456789012345', access_token: 'EAAtest_ok' } }
          : {}),
      })
      await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        headers: { 'idempotency-key': `sealed-${at}` },
        body: { billing_contact: aContact(canary()) },
      })
    }
    await environment.query('checkpoint')
    const records = async () => [
      ...filesBelow(environment.sharedCluster.cluster.data),
      ...filesBelow(environment.folder),
      ...(await rowsOf(environment)).map(({ table, row }) => ({
        place: `row of ${table}`,
        bytes: Buffer.from(JSON.stringify(row)),
      })),
      ...environment.proxies.map(({ tap }, at) => ({
        place: `sent to the database by ${at}`,
        bytes: Buffer.concat(tap),
      })),
    ]
    const hits = search(await records(), canaries, stem)
    t.figure('canaries', canaries.length)
    t.equal(
      hits.length,
      0,
      `found in the clear (${[...new Set(hits.map(({ place }) => place.replace(/.*\/cluster/, 'cluster')))].slice(0, 3).join(', ')})`,
    )
    await environment.query('create table planted (note text)')
    await environment.query('insert into planted values ($1)', [canaries[0]])
    await environment.query('checkpoint')
    const control = search(await records(), canaries, stem)
    t.check(
      control.some(({ place }) => place.includes('/base/')) &&
        control.some(({ place }) => place.includes('row of planted')),
      'blind scanner',
    )
  },
}

const encryptedColumns = [
  ['profiles', 'billing_contact', 'id'],
  ['brands', 'contact', 'owner_id'],
  ['brands', 'tax_id', 'owner_id'],
]

/** @type {import('../../harness/run.mjs').Goal} */
const tampered = {
  id: 'PII-2',
  tier: 1,
  title:
    'An encrypted value that was changed, swapped or cut is never decrypted: the answer is 500 without detail, and it is counted',
  injectedBugs: [
    {
      name: 'the place of a value is not authenticated',
      code: [
        {
          file: 'encryption/envelope.js',
          find: 'return Buffer.from(JSON.stringify([VERSION, header.kekId, header.dekId, ...place]))',
          put: "return Buffer.from(JSON.stringify([VERSION, header.kekId, header.dekId, ...(place[0] === 'value' ? [] : place)]))",
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const make = (name) =>
      environment.profile({
        name,
        billing_model: 'profile',
        billing_contact: aContact(`Contact of ${name}`),
        brand: aBrand({ legalName: name }),
      })
    const [one, two] = [await make('One'), await make('Two')]
    const read = (id) => send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })
    t.equal((await read(one)).status, 200, 'before (the positive control)')
    let tampers = 0
    const before = await environment.metric('letterhead_crypto_decrypt_failures_total')
    for (const [table, column, idColumn] of encryptedColumns) {
      const at = async (id) =>
        String(
          (await environment.query(`select ${column} as value from ${table} where ${idColumn} = $1`, [id]))[0].value,
        )
      const [mine, theirs] = [await at(one), await at(two)]
      const wrong = [theirs, mine.slice(0, -6), `${mine}AAAA`, mine.slice(0, -22)]
      for (let n = 0; n < t.length(12, 200); n += 1) {
        const spot = t.random.below(mine.length)
        const other = mine[spot] === 'x' ? 'y' : 'x'
        wrong.push(`${mine.slice(0, spot)}${other}${mine.slice(spot + 1)}`)
      }
      for (const value of wrong) {
        await environment.query(`update ${table} set ${column} = $2 where ${idColumn} = $1`, [one, value])
        const reply = await read(one)
        tampers += 1
        t.equal(`${reply.status} ${reply.json?.error?.code}`, '500 INTERNAL_001', `${table}.${column} tampered with`)
        t.check(!reply.text.includes('Contact of Two'), `${table}.${column}: shows another's`)
      }
      await environment.query(`update ${table} set ${column} = $2 where ${idColumn} = $1`, [one, mine])
      t.equal((await read(one)).status, 200, `${table}.${column} put right`)
    }
    t.figure('tampers', tampers)
    t.equal(
      (await environment.metric('letterhead_crypto_decrypt_failures_total')) - before,
      tampers,
      'counted failures',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const missingKey = {
  id: 'PII-4',
  tier: 1,
  title: 'A start without the encryption key is refused; the message names the id of the key and no part of it',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const secret = environment.sharedCluster.sealingKey.slice(3)
    const wrong = { SEALING_KEY: `k2:${randomBytes(32).toString('base64')}` }
    const instance = new Instance({
      name: 'keyless',
      folder: environment.folder,
      env: { ...environment.instances[0].env, ...wrong },
    })
    const child = instance.spawn()
    const ended = await Promise.race([child.ended, sleep(60_000)])
    await child.kill()
    t.equal(ended?.code, 78, 'exit code')
    t.check(/\bk1\b/.test(child.output()), `the id is not named: ${child.output().slice(0, 200)}`)
    t.check(!child.output().includes(secret.slice(0, 12)), 'a part of the key is printed')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const masked = {
  id: 'PII-5',
  tier: 1,
  title: 'Owner and admin see a whole tax id; every other role sees the last four characters, in every answer',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const taxId = '98-7654321'
    const id = await environment.profile({ brand: aBrand({ taxId }) })
    let cells = 0
    for (const role of ['owner', 'admin', 'developer', 'billing']) {
      for (const path of [`/v3/profiles/${id}`, '/v3/profiles', `/v3/profiles/${id}/history`, '/v3/me']) {
        const { text, status } = await send(environment.url, 'GET', path, { key: environment.acme[role] })
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

/** @type {import('../../harness/run.mjs').Goal} */
const sandbox = {
  id: 'SBX-1',
  tier: 1,
  title:
    'Every change runs as a dry run, valid and invalid: the status is that of the real one, no row changes, no provider is called, and its ids lead nowhere',
  injectedBugs: [
    {
      name: 'sandbox is forgotten',
      code: [{ file: 'http/pipeline/write-request.js', find: 'isSandbox:', put: 'isSandbox: false, wasSandbox:' }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, withStripe: true })
    const id = await environment.profile()
    const cases = [
      ['PATCH', `/v3/profiles/${id}`, { name: 'Dry' }],
      ['PATCH', `/v3/profiles/${id}`, { name: '' }],
      ['PATCH', `/v3/profiles/${id}`, aCardChange()],
      ['PATCH', `/v3/profiles/${id}`, { ...aCardChange(), billing_model: 'organization' }],
      ['PATCH', `/v3/profiles/${randomUUID()}`, { name: 'Dry' }],
      ['POST', '/v3/profiles', { name: 'Dry' }],
      ['POST', '/v3/profiles', {}],
      [
        'POST',
        '/v3/profiles',
        { name: 'Dry', whatsapp_business_account: { waba_id: '1', access_token: 'EAAtest_expired' } },
      ],
      ['DELETE', `/v3/profiles/${id}`, {}],
    ]
    const sums = async () => {
      const rows = await rowsOf(environment)
      return JSON.stringify(
        rows
          .filter(({ table }) => !['idempotency_keys', 'rate_windows', 'api_keys'].includes(table))
          .map(({ row }) => JSON.stringify(row))
          .sort(),
      )
    }
    const before = await sums()
    const calls = environment.stripe.calls.length
    for (const [method, path, body] of cases) {
      const dry = await send(environment.url, method, path, {
        key: environment.acme.admin,
        body: { ...body, sandbox: true },
        headers: { 'idempotency-key': `dry-${t.random.letters(10)}` },
      })
      t.equal(dry.headers['x-sandbox'], 'true', `${method} ${path}: X-Sandbox`)
      if (dry.status === 201)
        t.equal(
          (await send(environment.url, 'GET', `/v3/profiles/${dry.json.data.id}`, { key: environment.acme.admin }))
            .status,
          404,
          'an id of a dry run',
        )
    }
    t.equal(await sums(), before, 'rows')
    t.equal(environment.stripe.calls.length, calls, 'calls to the processor')
    t.equal(await environment.count('select count(*) from jobs'), 0, 'jobs')
    for (const [method, path, body] of cases.slice(0, 7)) {
      const dry = await send(environment.url, method, path, {
        key: environment.acme.admin,
        body: { ...body, sandbox: true },
      })
      const live = await send(environment.url, method, path, { key: environment.acme.admin, body })
      const isSame = dry.status === live.status && JSON.stringify(dry.json?.error) === JSON.stringify(live.json?.error)
      t.check(isSame, `${method} ${JSON.stringify(body).slice(0, 60)}: dry ${dry.status}, live ${live.status}`)
    }
    t.check(environment.stripe.calls.length > calls, 'the real card was not forwarded (the positive control)')
    t.figure('cases', cases.length)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const secretGoals = [encryptedAtRest, tampered, missingKey, masked, sandbox]
