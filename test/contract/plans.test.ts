import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { ENDPOINTS } from '../../src/app/app.ts'
import { SESSION_OPTIONS } from '../../src/db/database.ts'
import { declaredStatements } from '../../src/db/statement.ts'
import { firstReadOf } from '../../src/http/first-read.store.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { aBrand } from '../kit/builders/requests.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'

/** The plan that a connection keeps, whatever the parameters. */
async function keptPlan(client: pg.Client, name: string, text: string): Promise<string> {
  const numbers = [...text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]))
  const nulls = Array.from({ length: Math.max(0, ...numbers) }, () => 'null')
  await client.query(`prepare ${name} as ${text}`)
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain execute ${name}${nulls.length === 0 ? '' : `(${nulls})`}`,
  )
  await client.query(`deallocate ${name}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

type PlanOf = (name: string, text: string) => Promise<string>

async function withPlans(
  work: (planOf: PlanOf, org: TestOrganization, at: { app: TestApp; client: pg.Client }) => Promise<void>,
) {
  await using app = await testApp()
  const org = await app.organization()
  const client = new pg.Client({ ...app.database.server, options: SESSION_OPTIONS })
  await client.connect()
  try {
    await client.query("select set_config('app.org', $1, false)", [org.id])
    await work((name, text) => keptPlan(client, name, text), org, { app, client })
  } finally {
    await client.end()
  }
}

// A connection keeps a plan that it makes on a new installation: what it searches by must not depend on how few rows there are.
test('on empty tables the first statement of a request is planned to search by all columns of each key', async () => {
  await withPlans(async (planOf) => {
    for (const endpoint of ENDPOINTS) {
      const { name, text } = firstReadOf(endpoint)
      const plan = await planOf(name, text)
      const isChange = endpoint.kind === 'write'
      assert.equal(/ on idempotency_keys /.test(plan), isChange, `only a change looks for its key: ${name}`)
      const searched: [string, string[]][] = [['profiles s', ['organization_id', 'id']]]
      if (isChange) searched.push(['idempotency_keys i', ['organization_id', 'customer_id', 'mode', 'key']])
      for (const [table, columns] of searched) {
        const condition = new RegExp(`on ${table} [^\\n]*\\n\\s*Index Cond: ([^\\n]*)`).exec(plan)?.[1] ?? ''
        for (const column of columns)
          assert.match(condition, new RegExp(`\\b${column} = `), `${name}: ${table}\n${plan}`)
      }
    }
  })
})

test('while there are few, one profile and one brand are searched by their keys, and all live profiles for lists alone', async () => {
  await withPlans(async (planOf, org) => {
    const { id } = await org.profile({ brand: aBrand() })
    const path = `/v3/profiles/${id}`
    // The forms of a change are declared when they are first used.
    assert.equal((await org.admin.patch(path, { brand: aBrand() })).status, 200)
    const other = { ...aBrand(), business: { city: 'Boston' } }
    assert.equal((await org.admin.patch(path, { brand: other }, { 'idempotency-key': 'other-brand' })).status, 200)
    assert.equal((await org.admin.patch(path, { name: 'B' })).status, 200)
    assert.equal((await org.admin.delete(path)).status, 204)
    const all = new Map(declaredStatements())
    for (const endpoint of ENDPOINTS) all.set(firstReadOf(endpoint).name, firstReadOf(endpoint).text)
    for (const name of [
      'save_profile',
      'save_profile_brand_touched',
      'save_profile_brand_written_kept',
      'delete_profile',
    ])
      assert.ok(all.has(name), name)
    const strange: string[] = []
    for (const [name, text] of all) {
      for (const [, index, condition = ''] of (await planOf(name, text)).matchAll(
        / using (profiles_\w+|brands_\w+) on [^\n]*\n\s*Index Cond: ([^\n]*)/g,
      )) {
        const isByKey =
          { profiles_pkey: /\bid = /, brands_pkey: /\bowner_id = / }[String(index)]?.test(condition) === true
        const isList =
          index === 'profiles_live' &&
          /^(list_profiles|list_profiles_after|count_profiles|count_all_profiles|count_contacts_for_organization)$/.test(
            name,
          )
        // Who sends through a profile is asked by a preview of its number alone, and no change pays for an index.
        const isBorrowers = index === 'profiles_pkey' && /^find_(sms|whatsapp)_borrowers$/.test(name)
        // The profiles that share, which are gone through because their contacts are.
        const isSharing = index === 'profiles_that_share_contacts' && /^(list|count)_contacts$/.test(name)
        if (!isByKey && !isList && !isBorrowers && !isSharing) strange.push(`${name}: ${index} ${condition}`)
      }
    }
    assert.deepEqual(strange, [])
  })
})

/** What a plan reads whole: tables as they lie, and indexes that nothing is looked up in. */
function readWhole(plan: string): string[] {
  const scans = /Seq Scan on (\w+)|Index (?:Only )?Scan using (\w+) on \w+[^\n]*(?!\n\s*Index Cond:)(?:\n|$)/g
  return [...plan.matchAll(scans)].map(([, asItLies, index]) => asItLies ?? index ?? '')
}

test('no statement of a request or a worker is planned to read a table whole while it is small', async () => {
  await withPlans(async (planOf) => {
    const whole: string[] = []
    for (const [name, text] of declaredStatements())
      for (const what of readWhole(await planOf(name, text))) whole.push(`${name}: ${what}`)
    // Searched by the beginning of a name, for which an index serves only where the database sorts by bytes.
    const marks = whole.indexOf('find_first_profile: milestones_pkey')
    if (marks !== -1) whole.splice(marks, 1)
    assert.deepEqual(
      whole.toSorted(),
      [
        'claim_due_jobs: jobs_by_organization',
        'claim_receiver_jobs: jobs_by_receiver',
        'claim_receiver_jobs: jobs_in_flight',
        'find_key_checks: milestones_pkey',
        'read_outbox: jobs',
      ],
      'one row of an index, with a limit; the jobs that are held and the marks of an installation, which are few; the metrics count every job',
    )
  })
})

/** Makes `count` organizations like this one, with `each` profiles like the given one, and the statistics of them. */
async function makeMany(
  app: TestApp,
  like: { organization: string; profile: string },
  [count, each]: [number, number],
) {
  const columnsOf = async (table: string, own: string[]) => {
    const rows = await app.sql<{ name: string }>(
      'select column_name as name from information_schema.columns where table_name = $1 and column_name <> all($2)',
      [table, own],
    )
    return rows.map(({ name }) => name).join(', ')
  }
  const organization = await columnsOf('organizations', ['organization_id'])
  await app.sql(
    `insert into organizations (organization_id, ${organization})
     select gen_random_uuid(), ${organization} from organizations, generate_series(1, $2::integer) where organization_id = $1`,
    [like.organization, count],
  )
  const profile = await columnsOf('profiles', ['organization_id', 'id'])
  await app.sql(
    `insert into profiles (organization_id, id, ${profile})
     select o.organization_id, gen_random_uuid(), ${profile
       .split(', ')
       .map((name) => `p.${name}`)
       .join(', ')}
       from profiles p, organizations o, generate_series(1, $2::integer) where p.id = $1`,
    [like.profile, each],
  )
  await app.sql('analyze profiles', [])
}

/** What a plan does before it leaves rows out: the lines that stand deeper than that of its limit. */
function belowLimit(plan: string): string {
  const lines = plan.split('\n')
  const depthOf = (line: string) => line.search(/[^\s>-]/)
  const at = lines.findIndex((line) => /^[\s>-]*Limit /.test(line))
  const rest = lines.slice(at + 1)
  const end = rest.findIndex((line) => depthOf(line) <= depthOf(lines[at] ?? ''))
  return (end === -1 ? rest : rest.slice(0, end)).join('\n')
}

test('among many small organizations a list of profiles is read in the order of its index, page by page', async () => {
  await withPlans(async (planOf, org, { app, client }) => {
    const { id } = await org.profile({ name: 'Sales' })
    await makeMany(app, { organization: org.id, profile: id }, [300, 60])
    const all = declaredStatements()
    const lists = ['list_profiles', 'list_profiles_after'].map((name) => [name, all.get(name) ?? ''] as const)
    const sorted = async () => {
      const found: string[] = []
      for (const [name, text] of lists) if (/\bSort\b|Bitmap/.test(await planOf(name, text))) found.push(name)
      return found
    }
    assert.deepEqual(await sorted(), [])
    for (const [name, text] of lists) assert.doesNotMatch(belowLimit(await planOf(name, text)), /brands/, name)
    const passing = `select p.id, b.id from profiles p left join brands b on b.organization_id = p.organization_id and b.owner_id = p.id
      where p.organization_id = $1 and p.deleted_at is null order by p.created_at, p.id limit $2 offset $3`
    assert.match(belowLimit(await planOf('passing', passing)), /brands/, 'an offset that reads the brands it passes')
    await client.query('set enable_bitmapscan = on')
    const rare = `select p.id from profiles p
      where p.organization_id = $1 and p.deleted_at is null and p.name ilike $4 order by p.created_at, p.id limit $2 offset $3`
    assert.match(await planOf('rare', rare), /\bSort\b/, 'without the setting a whole organization is read and sorted')
  })
})

test('a kept answer of some kilobytes lies in its row, not in a second table beside it', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile({ name: 'Sales', description: 'x'.repeat(3_000) })
  const answer = await org.admin.patch(`/v3/profiles/${id}`, { name: 'Support' }, { 'idempotency-key': 'in-its-row' })
  assert.equal(answer.status, 200, answer.text)
  const [kept] = await app.sql(
    `select octet_length(i.answer) > 4000 as is_large, pg_relation_size(c.reltoastrelid) as beside
       from idempotency_keys i, pg_class c where c.oid = 'idempotency_keys'::regclass and i.key = 'in-its-row'`,
    [],
  )
  assert.deepEqual(kept, { is_large: true, beside: '0' })
})

/** Statements on contacts, and what each looks them up by: the table's alias, and the columns of the index. */
const CONTACT_LOOKUPS: Record<string, readonly string[]> = {
  list_contacts: [
    'contacts_of_owner: organization_id owner_id',
    'contacts_of_number: organization_id number_digest',
    'profiles_that_share_contacts: organization_id',
    'profiles_pkey: organization_id id',
  ],
  count_contacts: [
    'contacts_of_owner: organization_id owner_id',
    'profiles_that_share_contacts: organization_id',
    'profiles_pkey: organization_id id',
  ],
  list_contacts_for_organization: [
    'contacts_by_time: organization_id',
    'contacts_of_number: organization_id number_digest',
    'profiles_pkey: organization_id id',
  ],
  count_contacts_for_organization: ['contacts_by_time: organization_id', 'profiles_live: organization_id'],
  find_contacts_by_number: [
    'contacts_of_number: organization_id number_digest',
    'contacts_of_national_number: organization_id national_digest',
    'profiles_pkey: organization_id id',
  ],
  find_own_contact: ['contacts_of_number: organization_id number_digest owner_id'],
  load_consent: ['contacts_of_number: organization_id number_digest', 'profiles_pkey: organization_id id'],
  admit_getContact: ['contacts_pkey: organization_id id', 'profiles_pkey: organization_id id'],
  save_contact: ['contacts_pkey: organization_id id'],
  dissociate_contact: ['contacts_pkey: organization_id id'],
  associate_contact: ['contacts_pkey: organization_id id'],
  opt_in_number: ['contacts_of_number: organization_id number_digest'],
}

/** Each index that a plan looks something up by, with the columns that it compares for equality. */
function lookups(plan: string): string[] {
  const found = [...plan.matchAll(/ using ((?:contacts|profiles)_\w+) on [^\n]*\n\s*Index Cond: ([^\n]*)/g)]
  return found.map(([, index, condition = '']) => {
    const columns = [...condition.matchAll(/\(+(?:\w+\.)?(\w+) = /g)].map(([, column]) => column)
    return `${index}: ${[...new Set(columns)].join(' ')}`
  })
}

// The plan is made while a table is empty and kept until it is large.
test('contacts are looked up by one index for each way to see them, on empty tables and among many', async () => {
  await withPlans(async (planOf, org, { app }) => {
    const judge = async (when: string, left: readonly string[] = []) => {
      const all = new Map(declaredStatements())
      for (const endpoint of ENDPOINTS) all.set(firstReadOf(endpoint).name, firstReadOf(endpoint).text)
      for (const [name, expected] of Object.entries(CONTACT_LOOKUPS)) {
        if (left.includes(name)) continue
        const plan = await planOf(name, all.get(name) ?? '')
        assert.deepEqual(new Set(lookups(plan)), new Set(expected), `${name} ${when}\n${plan}`)
      }
    }
    await judge('on empty tables')
    const { id } = await org.profile({ allow_contact_sharing: true })
    await makeMany(app, { organization: org.id, profile: id }, [3, 100])
    await app.sql(
      `insert into contacts (organization_id, owner_id, id, number_digest, national_digest, number, channels, default_channel, opt_out, version, created_at)
       select p.organization_id, p.id, gen_random_uuid(), gen_random_uuid()::text, gen_random_uuid()::text, 'x', 'sms', 'sms', false, 1, now()
         from profiles p, generate_series(1, 20)`,
    )
    await app.sql('analyze contacts')
    // It counts the whole organization, whatever the order.
    await judge('among many', ['count_contacts_for_organization'])
  })
})
