import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { ENDPOINTS } from '../../src/app/app.ts'
import { type Executor, SESSION_OPTIONS } from '../../src/db/database.ts'
import { declaredStatements } from '../../src/db/statement.ts'
import { firstReadOf } from '../../src/http/first-read.store.ts'
import { packageRoot } from '../../src/package-root.ts'
import type { Campaign } from '../../src/resources/campaigns/campaign.fields.ts'
import {
  type CampaignWriting,
  insertCampaign,
  markCampaignDeleted,
  saveCampaign,
} from '../../src/resources/campaigns/campaign-write.store.ts'
import { aBrand } from '../kit/builders/requests.ts'
import { bodyOf, makeMembers, pathWith } from '../kit/routes.ts'
import { testApp } from '../kit/servers/app.ts'
import { createTestDatabase, type TestDatabase } from '../kit/servers/cluster.ts'
import { assertGenerated } from './generated-file.ts'
import { dumpSchema } from './schema-dump.ts'

/** Of which PostgreSQL the generated plans are: the embedded one. */
const GENERATED_WITH = 18

async function asRole<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function withDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase()
  try {
    await work(database)
  } finally {
    await database.drop()
  }
}

test('the schema that the migrations make is the one in test/contract/generated/schema.sql', async () => {
  await withDatabase(async (database) => {
    const server = new pg.Client(database.server).user ?? ''
    assertGenerated('schema.sql', await asRole(database.owner, (client) => dumpSchema(client, server)))
  })
})

test('the dump of the schema shows a column, a constraint, an index, a policy, a right and a kind of object of its own', async () => {
  await withDatabase(async (database) => {
    const server = new pg.Client(database.server).user ?? ''
    await asRole(database.owner, async (client) => {
      const before = (await dumpSchema(client, server)).split('\n')
      for (const [text, line] of [
        ['alter table users add column planted text default 1', '  planted text default 1,'],
        ['alter table users add constraint planted_check check (id is not null)', /constraint planted_check CHECK/],
        ['create index planted_index on users (name)', 'CREATE INDEX planted_index ON users USING btree (name);'],
        [
          'create policy planted on users for select using (true)',
          'create policy planted on users for select using true;',
        ],
        [`grant truncate on users to ${server}`, 'grant truncate on users to server;'],
        ['alter table users disable row level security', /^$/],
        ['create sequence planted_sequence', '-- S planted_sequence'],
      ] as const) {
        await client.query(text)
        const after = (await dumpSchema(client, server)).split('\n')
        const isThere = after.some(
          (each) => !before.includes(each) && (line instanceof RegExp ? line.test(each) : line === each),
        )
        if (text.includes('disable')) assert.ok(!after.includes('alter table users enable row level security;'), text)
        else assert.ok(isThere, `${text}\n${after.filter((each) => !before.includes(each)).join('\n')}`)
      }
    })
  })
})

/** Many forms of a change are declared when they are first needed: every operation is asked once with a key and once without. */
async function declareEverything(): Promise<ReadonlyMap<string, string>> {
  const stores = readdirSync(join(packageRoot, 'build', 'src'), { recursive: true, encoding: 'utf8' })
  for (const path of stores.filter((each) => each.endsWith('.store.js')))
    await import(pathToFileURL(join(packageRoot, 'build', 'src', path)).href)
  await using app = await testApp()
  const org = await app.organization()
  for (const endpoint of ENDPOINTS) {
    firstReadOf(endpoint)
    if (endpoint.kind === 'read') continue
    for (const headers of [{}, { 'idempotency-key': `declares-${endpoint.operation}` }] as Record<string, string>[]) {
      const path = pathWith(endpoint, await makeMembers(org, endpoint))
      const reply = await org.admin.request(endpoint.method, path, { body: bodyOf(endpoint), headers })
      assert.ok(reply.status < 300, `${endpoint.operation}: ${reply.text}`)
    }
  }
  const { id } = await org.profile({ brand: aBrand() })
  const made = { name: 'Declares', brand: aBrand() }
  assert.equal((await org.admin.post('/v3/profiles', made, { 'idempotency-key': 'declares-made' })).status, 201)
  const other = { ...aBrand(), business: { city: 'Boston' } }
  for (const [brand, headers] of [
    [aBrand(), {}],
    [aBrand(), { 'idempotency-key': 'declares-touched' }],
    [other, {}],
    [aBrand(), { 'idempotency-key': 'declares-written' }],
  ] as const)
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, { brand }, headers)).status, 200)
  await declareOrganizationCampaigns()
  return new Map(declaredStatements())
}

/** The command line alone writes an organization's campaigns, without keys. */
async function declareOrganizationCampaigns(): Promise<void> {
  const db = { run: async () => [] } as unknown as Executor
  const writing = {
    owner: { organizationId: '', id: '', version: null },
    ...{ actor: { requestId: null, keyId: null, userId: null }, changes: {}, kept: null },
    event: { id: '', job_id: '', type: 'campaign.created', payload: {} },
  } as unknown as CampaignWriting & { at: string }
  const campaign = {} as Campaign & { updatedAt: string }
  await insertCampaign(db, campaign, writing)
  await saveCampaign(db, campaign, writing)
  await markCampaignDeleted(db, campaign, writing)
}

/** The plan that a connection keeps, whatever the parameters: nodes, indexes and conditions, without costs. */
async function planOf(client: pg.Client, text: string): Promise<string> {
  const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])))
  const values = count === 0 ? '' : `(${Array.from({ length: count }, () => 'null')})`
  await client.query(`prepare planned as ${text}`)
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) execute planned${values}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    await client.query('deallocate planned')
  }
}

test('every statement has the plan that test/contract/generated/plans.txt shows, as the role that row-level security binds', async () => {
  const statements = await declareEverything()
  await withDatabase(async (database) => {
    await asRole({ ...database.server, options: SESSION_OPTIONS }, async (client) => {
      await client.query("select set_config('app.org', '00000000-0000-7000-8000-000000000001', false)")
      const plans: string[] = []
      for (const [name, text] of [...statements].toSorted(([a], [b]) => (a < b ? -1 : 1)))
        plans.push(`${name}\n${(await planOf(client, text)).replaceAll(/^/gm, '  ')}\n`)
      const { rows } = await client.query<{ major: number }>(
        "select current_setting('server_version_num')::integer / 10000 as major",
      )
      // Another major may plan otherwise; that each statement has a plan there, and reads no table whole, other tests say.
      if (rows[0]?.major === GENERATED_WITH) assertGenerated('plans.txt', plans.join('\n'))
      else assert.equal(plans.length, statements.size)
    })
  })
})
