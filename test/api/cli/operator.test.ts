import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { parseKeyText } from '../../../src/contract/tokens/key-text.ts'
import type { EmbeddedDatabase } from '../../../src/db/embedded/index.ts'
import { readOrCreateKeyFile } from '../../../src/encryption/key-file.ts'
import { KeyRing } from '../../../src/encryption/key-ring.ts'
import { keyDigest } from '../../../src/http/auth/authenticate.ts'
import { aCampaign } from '../../kit/builders/requests.ts'
import { queryOnce } from '../../kit/servers/embedded-processes.ts'
import { answered, dataDirectory, keepRunning, letterhead, refused } from './letterhead.ts'

const directory = dataDirectory()
let database: EmbeddedDatabase
let options: { env: Record<string, string> }
let org: string
let apiKey: string

const IMPORTED = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const BRAND = {
  contact: { name: 'Secret Contact', email: 'contact@example.com' },
  business: { legalName: 'Example LLC', taxId: '12-3456789' },
  compliance: { vertical: 'PROFESSIONAL', brandRelationship: 'SMALL_ACCOUNT' },
}

/** Reads as the owner, who sees every row. */
const query = (text: string) => queryOnce(database.owner, text)

before(async () => {
  const dataDir = await directory.path()
  options = { env: { DATA_DIR: dataDir } }
  const asProcess = { ...options, asProcess: true }
  const before = await refused(['org', 'list'], asProcess)
  assert.equal(before.exit, 78)
  assert.ok(!existsSync(join(dataDir, 'postgres')), 'a command that reads made a database')
  const made = await answered(['org', 'create', '--name', 'Example', '--email', 'owner@example.com'], asProcess)
  org = made.id ?? ''
  apiKey = made.api_key ?? ''
  database = await keepRunning(directory)
})

test('a new organization has an owner and a key that is stored as a keyed digest only', async () => {
  const asProcess = { ...options, asProcess: true }
  const [user] = await answered<Record<string, unknown>[]>(['user', 'list', '--org', org], asProcess)
  assert.deepEqual([user?.email, user?.role, user?.status], ['owner@example.com', 'owner', 'active'])
  const text = parseKeyText(apiKey)
  assert.ok(text?.form === 'typed' && text.organizationId === org)
  const keys = new KeyRing(readOrCreateKeyFile(join(await directory.path(), 'letterhead.key')))
  const [stored] = await query(`select digest, last_four from api_keys where organization_id = '${org}'`)
  assert.deepEqual(stored, { digest: keyDigest(keys, apiKey), last_four: apiKey.slice(-4) })
})

test('the organization need not be named while there is only one', async () => {
  assert.equal((await answered<unknown[]>(['user', 'list'], options)).length, 1)
  const listed = await answered<Record<string, unknown>[]>(['org', 'list'], options)
  assert.deepEqual(
    listed.map(({ id }) => id),
    [org],
  )
  await answered(['org', 'create', '--name', 'Second', '--email', 'b@example.com', '--standalone'], options)
  assert.equal((await refused(['user', 'list'], options)).exit, 64)
  const [, second] = await answered<Record<string, unknown>[]>(['org', 'list'], options)
  assert.equal(second?.kind, 'user')
})

test('a user is added once, and changes of role and status are seen in the list', async () => {
  const add = ['user', 'add', '--org', org, '--email', 'Dev@example.com', '--name', 'Dev', '--role', 'developer']
  const added = await answered(add, options)
  const again = await refused(add, options)
  assert.deepEqual([again.exit, again.code], [1, 'CONFLICT'])
  const named = ['--org', org, '--user', 'dev@example.com']
  await answered(['user', 'set-role', ...named, '--role', 'billing'], options)
  await answered(['user', 'suspend', ...named], options)
  const find = async () =>
    (await answered<Record<string, unknown>[]>(['user', 'list', '--org', org], options)).find(
      ({ id }) => id === added.id,
    )
  const suspended = await find()
  assert.deepEqual([suspended?.role, suspended?.status], ['billing', 'suspended'])
  assert.equal((await refused(['key', 'create', ...named], options)).code, 'CONFLICT')
  await answered(['user', 'activate', '--org', org, '--user', String(added.id)], options)
  assert.equal((await find())?.status, 'active')
})

test('the owner cannot be made, unmade or found in another organization', async () => {
  const owner = ['--org', org, '--user', 'owner@example.com']
  assert.equal((await refused(['user', 'set-role', ...owner, '--role', 'admin'], options)).code, 'CONFLICT')
  assert.equal((await refused(['user', 'set-role', ...owner, '--role', 'owner'], options)).exit, 64)
  const listed = await answered<{ id: string }[]>(['org', 'list'], options)
  const other = listed.find(({ id }) => id !== org)?.id ?? ''
  assert.equal((await refused(['user', 'suspend', '--org', other, '--user', 'owner@example.com'], options)).exit, 3)
})

test('the last active admin can neither be demoted nor suspended nor removed; with another one it can', async () => {
  const add = (email: string) =>
    answered(['user', 'add', '--org', org, '--email', email, '--name', 'A', '--role', 'admin'], options)
  const first = ['--org', org, '--user', String((await add('first@example.com')).id)]
  const acts = [
    ['set-role', ...first, '--role', 'billing'],
    ['suspend', ...first],
    ['remove', ...first],
  ]
  for (const act of acts) assert.equal((await refused(['user', ...act], options)).code, 'CONFLICT')
  await add('second@example.com')
  await answered(['user', 'remove', ...first], options)
  assert.equal((await refused(['user', 'remove', ...first], options)).exit, 3)
  const [row] = await query("select removed_at is not null as is_removed from users where email = 'first@example.com'")
  assert.deepEqual(row, { is_removed: true })
  await add('first@example.com')
  const owner = ['--org', org, '--user', 'owner@example.com']
  assert.equal((await refused(['user', 'remove', ...owner], options)).code, 'CONFLICT')
})

test('a key belongs to a user or makes a service user, and is revoked once', async () => {
  const made = await answered(['key', 'create', '--org', org, '--role', 'admin', '--test', '--name', 'ci'], options)
  assert.match(made.api_key ?? '', /^sk_test_/)
  assert.ok(made.id)
  const [user] = await query(`select role, is_service from users where id = '${made.user_id}'`)
  assert.deepEqual(user, { role: 'admin', is_service: true })
  const both = await refused(['key', 'create', '--org', org, '--role', 'admin', '--user', 'x'], options)
  assert.equal(both.exit, 64)
  const foreign = '11111111-1111-4111-8111-111111111111'
  assert.equal(
    (await refused(['key', 'create', '--org', org, '--role', 'admin', '--profile', foreign], options)).exit,
    3,
  )
  const revoke = ['key', 'revoke', '--org', org, '--id', made.id ?? '']
  await answered(revoke, options)
  assert.equal((await refused(revoke, options)).exit, 3)
  const listed = await letterhead(['key', 'list', '--org', org, '--json'], { ...options, asProcess: true })
  assert.ok(listed.stdout.includes(made.id ?? '?'))
  assert.ok(!listed.stdout.includes(made.api_key ?? '?'))
})

test('a key that Sent has issued is read from standard input, entered in the directory, and belongs to one organization', async () => {
  const importing = ['key', 'import', '--user', 'owner@example.com']
  const given = { ...options, stdin: `${IMPORTED.toUpperCase()}\n` }
  const made = await answered([...importing, '--org', org], given)
  assert.equal(made.last_four, '3301')
  const keys = new KeyRing(readOrCreateKeyFile(join(await directory.path(), 'letterhead.key')))
  assert.deepEqual(await query('select digest, organization_id from imported_keys'), [
    { digest: keyDigest(keys, IMPORTED), organization_id: org },
  ])
  const listed = await answered<{ id: string }[]>(['org', 'list'], options)
  const other = listed.find(({ id }) => id !== org)?.id ?? ''
  assert.equal((await refused([...importing, '--org', org], given)).code, 'CONFLICT')
  const user = ['key', 'import', '--user', 'b@example.com', '--org', other]
  assert.equal((await refused(user, given)).code, 'CONFLICT')
  const [left] = await query(`select count(*)::int as keys from api_keys where last_four = '3301'`)
  assert.deepEqual(left, { keys: 1 }, 'a refused import left a key')
  const wrong = await letterhead([...importing, '--org', org, '--key', `${IMPORTED}0`], options)
  assert.equal(wrong.code, 64)
  assert.ok(!(wrong.stdout + wrong.stderr).includes(IMPORTED))
})

test('B3: an import into the wrong organization is undone by a revocation: the key can be imported again, anywhere', async () => {
  const given = { ...options, stdin: '7d444840-9dc0-41d1-b245-5ffdce74fad2' }
  const right = (await answered(['org', 'create', '--name', 'Right', '--email', 'right@example.com'], options)).id ?? ''
  const into = (organization: string, email: string) => ['key', 'import', '--user', email, '--org', organization]
  const [here, there] = [into(org, 'owner@example.com'), into(right, 'right@example.com')]
  const revoke = (organization: string, id = '') =>
    answered(['key', 'revoke', '--org', organization, '--id', id], options)
  const holders = async () => {
    const rows =
      await query(`select k.organization_id, k.id from api_keys k join imported_keys i using (digest, organization_id)
      where k.revoked_at is null and k.last_four = 'fad2'`)
    return rows.map(({ organization_id, id }) => [organization_id, id])
  }
  const wrong = await answered(here, given)
  assert.equal((await refused(there, given)).code, 'CONFLICT')
  await revoke(org, wrong.id)
  const moved = await answered(there, given)
  assert.deepEqual(await holders(), [[right, moved.id]])
  assert.equal((await refused(here, given)).code, 'CONFLICT')
  await revoke(right, moved.id)
  const again = await answered(there, given)
  assert.deepEqual(await holders(), [[right, again.id]])
  await revoke(right, again.id)
  const back = await answered(here, given)
  assert.deepEqual(await holders(), [[org, back.id]])
  const [rows] = await query("select count(*)::int as keys from api_keys where last_four = 'fad2'")
  assert.deepEqual(rows, { keys: 4 }, 'each import has a row of its own, which its history names')
})

test('B3: a forgotten key is in no list and no directory, and its history says what was done', async () => {
  const text = '9b2d1f9e-5c3f-4d2e-8a74-0b6f1a2c3d4e'
  const importing = ['key', 'import', '--user', 'owner@example.com', '--org', org]
  const { id = '' } = await answered(importing, { ...options, stdin: text })
  const of = ['--org', org, '--id', id]
  assert.match((await refused(['key', 'forget', ...of], options)).message, /revoke it first/)
  await answered(['key', 'revoke', ...of], options)
  await answered(['key', 'forget', ...of], options)
  assert.equal((await refused(['key', 'forget', ...of], options)).exit, 3)
  const keys = new KeyRing(readOrCreateKeyFile(join(await directory.path(), 'letterhead.key')))
  for (const table of ['api_keys', 'imported_keys'])
    assert.deepEqual(await query(`select digest from ${table} where digest = '${keyDigest(keys, text)}'`), [], table)
  const listed = await answered<{ id: string }[]>(['key', 'list', '--org', org], options)
  assert.ok(!listed.some((key) => key.id === id))
  type Entry = { operation: string; actor: string; user_id: string | null }
  const history = await answered<Entry[]>(['key', 'history', ...of], options)
  assert.deepEqual(
    history.map(({ operation, actor, user_id }) => [operation, actor, user_id]),
    ['forgetKey', 'revokeKey', 'importKey'].map((operation) => [operation, 'operator', null]),
  )
  const whole = await answered<Entry[]>(['key', 'history', '--org', org], options)
  assert.ok(whole.length > history.length && whole.some(({ operation }) => operation === 'createKey'))
})

test('B4: a profile has at most 100 live keys, by a command too', async () => {
  const { id: user } = (await answered<{ id: string }[]>(['user', 'list', '--org', org], options))[0] ?? { id: '' }
  const profile = '770e8400-e29b-41d4-a716-446655440777'
  await query(`insert into profiles (organization_id, id, name, status, allow_contact_sharing, allow_template_sharing, inherit_contacts,
      inherit_templates, inherit_tcr_brand, inherit_tcr_campaign, billing_model, version, created_at)
    values ('${org}', '${profile}', 'Full', 'incomplete', false, false, false, false, false, false, 'organization', 1, now())`)
  await query(`insert into api_keys (organization_id, id, user_id, profile_id, mode, digest, last_four, created_at)
    select '${org}', gen_random_uuid(), '${user}', '${profile}', 'live', 'full ' || n, 'abcd', now() from generate_series(1, 100) n`)
  const create = ['key', 'create', '--org', org, '--user', user, '--profile', profile]
  const refusal = await refused(create, options)
  assert.deepEqual([refusal.exit, refusal.code], [1, 'CONFLICT'])
  assert.match(refusal.message, /at most 100 API keys/)
})

test("the organization's brand is written sealed, changed member by member, and locked with its submission", async () => {
  const file = join(await directory.path(), 'brand.json')
  await writeFile(file, JSON.stringify({ brand: BRAND }))
  const set = ['org', 'brand', 'set', '--org', org, '--file']
  const first = await answered([...set, file], options)
  const second = await answered([...set, '-'], { ...options, stdin: '{"business":{"city":"Rome"},"contact":null}' })
  assert.equal(second.id, first.id)
  const [row] = await query(`select contact, business, tax_id from brands where owner_id = '${org}'`)
  assert.deepEqual(row?.business, { legal_name: 'Example LLC', city: 'Rome' })
  assert.ok(String(row?.contact).startsWith('v1.') && String(row?.tax_id).startsWith('v1.'))
  const wrong = await refused([...set, '-'], { ...options, stdin: '{"compliance":{"vertical":"x"},"tax_id":1}' })
  assert.equal(wrong.exit, 64)
  assert.deepEqual(Object.keys(wrong.details ?? {}).sort(), ['compliance.vertical', 'tax_id'])
  await query(`update brands set lock = 'submitting' where owner_id = '${org}'`)
  assert.equal((await refused([...set, file], options)).code, 'CONFLICT')
})

test("the organization's campaigns are made, listed, replaced and deleted, and one that is submitted is locked", async () => {
  const campaign = { ...aCampaign(), name: 'Shared' }
  const file = join(await directory.path(), 'campaign.json')
  await writeFile(file, JSON.stringify({ campaign }))
  const set = ['org', 'campaign', 'set', '--org', org]
  const list = () => answered<Record<string, unknown>[]>(['org', 'campaign', 'list', '--org', org], options)
  const made = await answered<Record<string, unknown>>([...set, '--file', file], options)
  const [brand] = await query(`select id from brands where owner_id = '${org}'`)
  assert.deepEqual([made.name, made.customerId, made.brandId, made.updatedAt], ['Shared', org, brand?.id, null])
  assert.deepEqual(await list(), [made])
  const id = String(made.id)
  const bare = { name: 'Bare', description: 'B', type: 'App', useCases: campaign.useCases }
  const again = { ...options, stdin: JSON.stringify(bare) }
  const replaced = await answered<Record<string, unknown>>([...set, '--id', id, '--file', '-'], again)
  assert.deepEqual([replaced.id, replaced.name, replaced.helpMessage], [id, 'Bare', null])
  assert.deepEqual(replaced.useCases, made.useCases)
  assert.deepEqual(await list(), [replaced])
  const wrong = await refused([...set, '--file', '-'], { ...options, stdin: '{"name":"x","volume":"1"}' })
  assert.equal(wrong.exit, 64)
  assert.deepEqual(Object.keys(wrong.details ?? {}).sort(), ['description', 'type', 'useCases', 'volume'])
  await query(`update campaigns set lock = 'submitted' where id = '${id}'`)
  assert.equal((await refused([...set, '--id', id, '--file', '-'], again)).code, 'CONFLICT')
  const remove = ['org', 'campaign', 'delete', '--org', org, '--id', id]
  assert.deepEqual(await answered(remove, options), { id, organization_id: org })
  assert.equal((await refused(remove, options)).exit, 3)
  assert.deepEqual(await list(), [])
  const history = await query(
    `select operation, key_id, user_id from campaign_history where campaign_id = '${id}' order by version`,
  )
  assert.deepEqual(
    history,
    ['createCampaign', 'updateCampaign', 'deleteCampaign'].map((operation) => ({
      operation,
      key_id: null,
      user_id: null,
    })),
  )
})

test('a campaign needs a brand first, and belongs to one organization', async () => {
  const other = await answered(['org', 'create', '--name', 'Brandless', '--email', 'brandless@example.com'], options)
  const set = ['org', 'campaign', 'set', '--org', other.id ?? '', '--file', '-']
  const given = { ...options, stdin: JSON.stringify(aCampaign()) }
  const refusal = await refused(set, given)
  assert.equal(refusal.code, 'CONFLICT')
  assert.match(refusal.message, /org brand set/)
  const made = await answered(['org', 'campaign', 'set', '--org', org, '--file', '-'], given)
  assert.equal((await refused([...set, '--id', made.id ?? ''], given)).exit, 3)
  await answered(['org', 'campaign', 'delete', '--org', org, '--id', made.id ?? ''], options)
})

test('state and WhatsApp Business Account are set and cleared', async () => {
  await answered(['org', 'state', 'set', '--org', org, 'SUSPENDED'], options)
  await answered(['org', 'waba', 'set', '--org', org, '--id', '123456', '--name', 'Example'], options)
  const read = () => query(`select state, waba_id, waba_name from organizations where organization_id = '${org}'`)
  assert.deepEqual(await read(), [{ state: 'SUSPENDED', waba_id: '123456', waba_name: 'Example' }])
  await answered(['org', 'waba', 'clear', '--org', org], options)
  await answered(['org', 'state', 'set', '--org', org, 'ACTIVE'], options)
  assert.deepEqual(await read(), [{ state: 'ACTIVE', waba_id: null, waba_name: null }])
})

test('an unknown organization ends with 3, and a usage error with 64, in JSON', async () => {
  const unknown = '11111111-1111-4111-8111-111111111111'
  const missing = await refused(['user', 'list', '--org', unknown], options)
  assert.deepEqual([missing.exit, missing.code], [3, 'NOT_FOUND'])
  const usage = await refused(['org', 'state', 'set', '--org', org, 'ACTIV'], options)
  assert.deepEqual([usage.exit, usage.code], [64, 'USAGE'])
})

test('doctor finds nothing wrong, then a lost key file, then what production refuses', async () => {
  const healthy = await answered<{ ok: boolean; database: object; providers: Record<string, object> }>(['doctor'], {
    ...options,
    asProcess: true,
  })
  assert.equal(healthy.ok, true)
  assert.deepEqual(healthy.database, { kind: 'embedded', state: 'ready' })
  assert.deepEqual(healthy.providers.payments, { name: 'simulator', isSimulated: true })
  const production = await letterhead(['doctor', '--json'], {
    env: { ...options.env, NODE_ENV: 'production', HOST: '0.0.0.0' },
  })
  assert.equal(production.code, 1)
  const report = JSON.parse(production.stdout) as { problems: string[]; warnings: string[] }
  assert.match(report.problems.join('\n'), /^HOST|TLS/m)
  assert.match(report.warnings.join('\n'), /payments is not configured/)
  const file = join(await directory.path(), 'letterhead.key')
  const kept = await readFile(file, 'utf8')
  // The same data under other keys: the organizations cannot be opened any more.
  await writeFile(file, kept.replace(/SEALING_KEY=[\w-]+:/, 'SEALING_KEY=other:'))
  const lost = await letterhead(['doctor', '--json'], options)
  await writeFile(file, kept)
  assert.equal(lost.code, 1)
  assert.match(lost.stdout, /The sealing key \\"local-\w+\\", which the data needs, is not configured/)
})

test('a wrong configuration ends with 78 and every problem', async () => {
  const wrong = { ...options.env, PORT: 'x', LOG_LEVEL: 'loud' }
  const failure = await refused(['user', 'list'], { env: wrong, asProcess: true })
  assert.deepEqual([failure.exit, failure.code], [78, 'CONFIG'])
  assert.match(failure.message, /PORT:[\s\S]*LOG_LEVEL:/)
})
