/** A database with organizations, keys and profiles as they are after some use, for a server to be measured on. */
import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { built } from './built.mjs'
import { openApp } from './recorded-app.mjs'
import { seedBody } from './seed-request.mjs'

/**
 * @typedef {{ account: string, organizationId: string, prefix: string, first: number, count: number }} Account an
 *   organization's key and its profiles, whose ids are `prefix` and a number of twelve digits
 * @typedef {object} Installation
 * @property {string} url of the server's powerless role
 * @property {string} ownerUrl
 * @property {pg.Client} owner
 * @property {Record<string, string>} environment of a server on it
 * @property {Account[]} accounts
 * @property {string} organizationId of the first account
 * @property {string} profileId the first profile of it
 * @property {string} apiKey of it
 * @property {(count: string) => string} body of a PATCH
 * @property {() => Promise<void>} close
 */

const role = 'letterhead_bench'
const idPrefix = '00000000-0000-7000-8000-'
const profilesPerStatement = 4_000

const numbered = (number) => idPrefix + String(number).padStart(12, '0')

/**
 * Makes a database on the cluster, with one organization for each number of profiles.
 *
 * @param {{ url: string }} cluster
 * @param {string} name of the database
 * @param {number[]} sizes profiles of each organization
 * @returns {Promise<Installation>}
 */
export async function install(cluster, name, sizes) {
  await asAdministrator(cluster.url, (client) => client.query(`create database ${name}`))
  const ownerUrl = withDatabase(cluster.url, name)
  const password = await prepareSchema(cluster, name)
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: withUser(ownerUrl, role, password),
    SEALING_KEY: `bench:${randomBytes(32).toString('base64')}`,
    KEY_PEPPER: randomBytes(32).toString('base64'),
    RATE_LIMIT_FACTOR: '10000',
  }
  const owner = new pg.Client({ connectionString: ownerUrl })
  // The cluster may be stopped under it when a measurement is broken off.
  owner.on('error', () => undefined)
  await owner.connect()
  const accounts = await seed(environment, owner, sizes)
  // Statistics and visibility as autovacuum leaves them, not as a bulk load does.
  await owner.query('vacuum analyze')
  await owner.query('checkpoint')
  await fillBuffers(owner)
  const [first] = accounts
  return {
    url: environment.DATABASE_URL,
    ownerUrl,
    owner,
    environment,
    accounts,
    organizationId: first.organizationId,
    profileId: numbered(first.first),
    apiKey: first.account,
    body: seedBody,
    close: () => owner.end(),
  }
}

/** What is measured is the server, not how fast a disk is read by the first requests after a start. */
async function fillBuffers(owner) {
  await owner.query('create extension pg_prewarm')
  await owner.query(`select sum(pg_prewarm(c.oid)) from pg_class c
    where c.relkind in ('r', 'i', 't') and c.relnamespace in ('public'::regnamespace, 'pg_toast'::regnamespace)`)
}

function withDatabase(url, name) {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

function withUser(url, user, password) {
  const changed = new URL(url)
  changed.username = user
  changed.password = password
  return changed.href
}

/** Runs `work` on the cluster's first database. */
export async function asAdministrator(url, work) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** @type {Map<string, string>} the password of the server's role, by cluster */
const passwords = new Map()

async function prepareSchema(cluster, name) {
  const password = passwords.get(cluster.url) ?? randomBytes(16).toString('hex')
  passwords.set(cluster.url, password)
  const { migrate } = await built('db/admin/migrate')
  const { asOwner } = await built('db/admin/owner-session')
  const { createServerRole } = await built('db/admin/create-role')
  const connection = { connectionString: withDatabase(cluster.url, name) }
  await asOwner(connection, (session) => createServerRole(session, role, password))
  await migrate(connection, role)
  return password
}

/** @returns {Promise<Account[]>} */
async function seed(environment, owner, sizes) {
  const { openPool } = await built('app/app')
  const { loadConfig } = await built('config/index')
  const { KeyRing } = await built('encryption/key-ring')
  const loaded = loadConfig(environment)
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'))
  const { config } = loaded
  const keys = new KeyRing(config.keyMaterial.reveal())
  const connection = { connectionString: config.database.url.reveal() }
  const db = openPool({ connection, config, log: { warn: () => undefined } })
  try {
    const accounts = []
    let first = 0
    let copy = null
    for (const count of sizes) {
      const organizationId = randomUUID()
      const { account, cipher } = await makeOrganization(db, keys, organizationId)
      copy ??= await copierOf(owner, await postProfile(environment, account), { organizationId, cipher })
      await copy({ organizationId, cipher, first, count })
      accounts.push({ account, organizationId, prefix: idPrefix, first, count })
      first += count
    }
    return accounts
  } finally {
    await db.close()
  }
}

/** An organization with its owner and a key, as the command line makes them. */
async function makeOrganization(db, keys, organizationId) {
  const { insertOrganization } = await built('resources/organizations/index')
  const { insertUser } = await built('resources/users/index')
  const { insertOperatorKey } = await built('resources/api-keys/index')
  const { newKeyText } = await built('contract/tokens/key-text')
  const { keyDigest } = await built('http/auth/authenticate')
  const account = newKeyText('live', organizationId)
  const userId = randomUUID()
  const keyId = randomUUID()
  const email = 'team@example.com'
  const dataKey = keys.newDataKey(organizationId)
  await db.transaction(organizationId, async (tx) => {
    await insertOrganization(tx, {
      id: organizationId,
      kind: 'organization',
      name: 'Measured',
      email,
      state: 'ACTIVE',
      waba: { id: '102290129340398', name: 'Measured' },
      dataKey,
    })
    await insertUser(tx, organizationId, {
      id: userId,
      email,
      name: 'Owner',
      role: 'owner',
      status: 'active',
      is_service: false,
    })
    await insertOperatorKey(tx, organizationId, {
      id: keyId,
      user_id: userId,
      profile_id: null,
      mode: 'live',
      name: 'Measured',
      digest: keyDigest(keys, account),
      last_four: account.slice(-4),
    })
  })
  return { account, cipher: keys.open(dataKey, organizationId) }
}

/** Makes a profile with the published request. @returns {Promise<string>} its id */
async function postProfile(environment, account) {
  const { app } = await openApp(environment)
  try {
    await app.server.listen({ host: '127.0.0.1', port: 0 })
    const response = await fetch(`http://127.0.0.1:${app.server.server.address().port}/v3/profiles`, {
      method: 'POST',
      headers: { 'x-api-key': account, 'content-type': 'application/json' },
      body: seedBody('000000'),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`the profile to copy was refused: ${JSON.stringify(answer)}`)
    return answer.data.id
  } finally {
    await app.close()
  }
}

/**
 * Copies a profile with its brand into any organization. What is encrypted is encrypted anew, because it opens in its own row
 * only; every other column is taken as it is, whatever columns there are.
 */
async function copierOf(owner, id, { organizationId, cipher }) {
  const profileColumns = await columnsOf(owner, 'profiles', ['organization_id', 'id'])
  const brandColumns = await columnsOf(owner, 'brands', ['organization_id', 'id', 'owner_id', 'contact', 'tax_id'])
  const { rows } = await owner.query('select contact, tax_id from brands where owner_id = $1', [id])
  const open = (column) => cipher.decrypt(rows[0][column], { table: 'brands', column, row: id })
  const content = { contact: open('contact'), tax_id: open('tax_id') }
  const from = [organizationId, id]
  return async (into) => {
    for (let at = 0; at < into.count; at += profilesPerStatement) {
      const count = Math.min(profilesPerStatement, into.count - at)
      const ids = Array.from({ length: count }, (_, n) => numbered(into.first + at + n))
      const encrypted = (column) =>
        ids.map((row) => into.cipher.encrypt(content[column], { table: 'brands', column, row }))
      await owner.query(
        `insert into profiles (organization_id, id, ${profileColumns})
         select $3::uuid, n.id, ${of('p', profileColumns)} from profiles p, unnest($4::uuid[]) as n (id)
          where p.organization_id = $1 and p.id = $2`,
        [...from, into.organizationId, ids],
      )
      await owner.query(
        `insert into brands (organization_id, id, owner_id, contact, tax_id, ${brandColumns})
         select $3::uuid, gen_random_uuid(), n.id, n.contact, n.tax_id, ${of('b', brandColumns)}
           from brands b, unnest($4::uuid[], $5::text[], $6::text[]) as n (id, contact, tax_id)
          where b.organization_id = $1 and b.owner_id = $2`,
        [...from, into.organizationId, ids, encrypted('contact'), encrypted('tax_id')],
      )
    }
  }
}

const of = (alias, columns) => columns.replace(/\w+/g, `${alias}.$&`)

/** The columns of a table beside those that differ from row to row, as a list. */
async function columnsOf(owner, table, without) {
  const { rows } = await owner.query(
    'select column_name as name from information_schema.columns where table_name = $1 order by ordinal_position',
    [table],
  )
  return rows
    .map(({ name }) => name)
    .filter((name) => !without.includes(name))
    .join(', ')
}
