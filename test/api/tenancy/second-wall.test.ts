import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ENDPOINTS } from '../../../src/app/app.ts'
import { statement } from '../../../src/db/statement.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand, aCard } from '../../kit/builders/requests.ts'
import { everything } from '../../kit/everything.ts'
import { bodyOf, makeMembers, pathWith } from '../../kit/routes.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json } from '../../kit/servers/client.ts'
import { type Ran, rewire } from './crossing.ts'

/** Statements that answer a row without having read one. */
const ALWAYS_A_ROW: Record<string, object[]> = {
  count_profiles: [{ total: 0 }],
  count_all_profiles: [{ total: 0 }],
  count_other_admins: [{ others: 0 }],
  count_webhooks: [{ total: 0 }],
  count_templates: [{ total: 0 }],
  count_webhooks_ended: [{ total: 0 }],
  count_profile_keys: [{ live: 0 }],
  count_deliveries: [{ total: 0 }],
  count_contacts: [{ total: 0 }],
  count_contacts_for_organization: [{ total: 0 }],
}

/** Statements on jobs alone, which stand outside row-level security because they hold ids only. */
const ON_JOBS: ReadonlySet<string> = new Set(['make_registration_due'])

describe('row-level security behind the predicates', () => {
  let app: TestApp
  let org: TestOrganization
  let stranger: TestOrganization
  let ran: Map<string, Ran>

  before(async () => {
    app = await testApp()
    org = await app.organization()
    stranger = await app.organization()
    ran = rewire(app.app.db)
    await exercise()
  })
  after(() => app[Symbol.asyncDispose]())

  /** Every operation with and without a key, a brand, a card, a reference and a list by pages. */
  async function exercise(): Promise<void> {
    for (const endpoint of ENDPOINTS) {
      for (const headers of [{}, { 'idempotency-key': `wall-${endpoint.operation}` }]) {
        const path = pathWith(endpoint, await makeMembers(org, endpoint))
        const body = bodyOf(endpoint)
        const reply = await org.admin.request(
          endpoint.method,
          path,
          body === undefined ? { headers } : { body, headers },
        )
        assert.equal(reply.status, endpoint.status, reply.text)
      }
    }
    const [one, other] = [await org.profile({ brand: aBrand() }), await org.profile()]
    const path = `/v3/profiles/${one.id}`
    const changes = [{ brand: aBrand() }, { payment_details: aCard() }, { sending_phone_number_profile_id: other.id }]
    for (const [index, change] of changes.entries()) {
      for (const headers of [{}, { 'idempotency-key': `wall-${index}` }] as Record<string, string>[]) {
        assert.equal((await org.admin.patch(path, change, headers)).status, 200)
      }
    }
    await org.admin.patch(path, { name: 'Stale' }, { 'if-match': `"${one.id}.1"` })
    await org.admin.get('/v3/profiles?page=1')
    for (const query of ['', '?search=2025550199', '?phone=%2B12025550199']) {
      await org.admin.get(`/v3/contacts${query}`)
      await org.admin.get(`/v3/contacts${query}`, { 'x-profile-id': one.id })
    }
    await app.sql(
      `insert into callbacks (organization_id, profile_id, id, url, signing_secret, state, created_at)
       values ($1, $2, gen_random_uuid(), 'sealed', 'sealed', 'open', now())`,
      [org.id, one.id],
    )
    await app.sql(
      `insert into registry_orders (organization_id, profile_id, subject_id, kind, run, ordered_at)
       values ($1, $2, gen_random_uuid(), 'brand', 1, now())`,
      [org.id, one.id],
    )
    await app.sql(
      "insert into rate_windows (organization_id, customer_id, rate_class, window_start, leased) values ($1, $1, 'standard', 1, 1)",
      [org.id],
    )
  }

  test('every statement that a server ran for one organization finds and changes nothing in the scope of another', async () => {
    assert.ok(ran.size >= 20, `${ran.size} statements`)
    const before = await everything(app)
    for (const { statement: known, params } of [...ran.values()]) {
      if (ON_JOBS.has(known.name)) continue
      try {
        const rows = await app.app.db.run(stranger.id, known, params)
        if (known.name !== 'lock_nothing') assert.deepEqual(rows, ALWAYS_A_ROW[known.name] ?? [], known.name)
      } catch (error) {
        assert.equal((error as { code?: string }).code, '42501', `${known.name}: ${(error as Error).message}`)
      }
    }
    assert.equal(await everything(app), before)
  })

  test('control: in their own scope they find something', async () => {
    const reads = [...ran.values()].filter(({ statement: { name } }) => /^(admit|list|find)_/.test(name))
    assert.ok(reads.length >= 10)
    let found = 0
    for (const { statement: known, params } of reads) found += (await app.app.db.run(org.id, known, params)).length
    assert.ok(found > reads.length / 2, `${found} rows`)
  })

  test('without a scope the server sees no row of any tenant table, each of which has rows', async () => {
    const tables = await app.sql<{ name: string }>(
      "select relname::text as name from pg_class where relkind = 'r' and relrowsecurity and relnamespace = 'public'::regnamespace",
    )
    assert.ok(tables.length >= 8)
    for (const { name } of tables) {
      const all = statement<{ organization_id: string }>(`test_all_${name}`, `select organization_id from ${name}`)
      assert.deepEqual(await app.app.db.runUnscoped(all, []), [], name)
      assert.ok((await app.sql(all.text)).length > 0, `${name} has rows`)
    }
  })
})

test('a thousand interleaved requests of fifty organizations over two connections each see their own alone', async () => {
  await using app = await testApp({ env: { DATABASE_POOL_SIZE: '2' } })
  const tenants: { org: TestOrganization; profile: Json & { id: string } }[] = []
  for (let index = 0; index < 50; index += 1) {
    const org = await app.organization({ name: `Organization ${index}` })
    tenants.push({ org, profile: await org.profile({ name: `Profile of ${org.id}` }) })
  }
  const ask = async (turn: number) => {
    const { org, profile } = tenants[(turn * 7) % tenants.length] as (typeof tenants)[number]
    const path = `/v3/profiles/${profile.id}`
    switch (turn % 4) {
      case 0:
        assert.deepEqual((await org.admin.get(path)).data.organization_id, org.id)
        return
      case 1: {
        const { profiles } = (await org.admin.get('/v3/profiles')).data as { profiles: Json[] }
        assert.deepEqual(
          profiles.map(({ id }) => id),
          [profile.id],
        )
        return
      }
      case 2:
        assert.equal((await org.admin.patch(path, { short_name: `T ${turn}` })).data.name, `Profile of ${org.id}`)
        return
      default: {
        const other = tenants[(turn * 7 + 1) % tenants.length]?.profile.id
        assert.equal((await org.admin.get(`/v3/profiles/${other}`)).status, 404)
      }
    }
  }
  for (let turn = 0; turn < 1000; turn += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask(turn + index)))
  }
})
