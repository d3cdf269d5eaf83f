import { randomUUID } from 'node:crypto'
import { fill, operations } from '../../harness/traffic/contract.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aBrand, aCardChange } from '../../harness/traffic/request-bodies.mjs'

const tenantTables = [
  'organizations',
  'users',
  'profiles',
  'brands',
  'api_keys',
  'idempotency_keys',
  'profile_history',
  'rate_windows',
]

/** Takes every comparison with the organization out of a statement, so that row-level security stands alone. */
const nakedSql = [
  {
    statement: /^(?!read_|find_imported|claim_due|sweep_|scope)\w/,
    find: /\b(\w+\.)?organization_id = \$1\b/g,
    replace: '$$1::uuid is not null',
    isOptional: true,
  },
]

export const nakedWithoutWall = {
  name: 'no statement names the organization, and row-level security is off',
  // But for the organization's own row, without which nobody is known and no request gets so far.
  sql: nakedSql.map((each) => ({ ...each, find: /(?<![\w.])(?!o\.)(\w+\.)?organization_id = \$1\b/g })),
  setUp: 'rls-off',
}

const canary = 'canary-of-the-other-organization'

/** The other organization's things, each with a canary in it, and where a path could name them. */
async function furnish(environment) {
  const { other, acme } = environment
  const campaigning = { brand: aBrand(), inherit_tcr_campaign: false }
  const foreign = await environment.profile(
    { name: canary, description: `${canary} text`, ...campaigning },
    other.admin,
  )
  const mine = await environment.profile({ name: 'Mine', ...campaigning })
  const sibling = await environment.profile({ name: 'Sibling' })
  const deleted = await environment.profile({ name: 'Deleted' })
  await send(environment.url, 'DELETE', `/v3/profiles/${deleted}`, { key: acme.admin })
  const makeKey = async (profile, key) => {
    const { json, status, text } = await send(environment.url, 'POST', `/v3/profiles/${profile}/keys`, {
      key,
      body: {},
    })
    if (status !== 201) throw new Error(`no key: ${status} ${text}`)
    return { id: json.data.id, text: json.data.api_key ?? json.data.key }
  }
  const campaign = operations.find(({ id }) => id === 'createCampaign')?.example
  const makeCampaign = async (profile, key) => {
    const { json, status, text } = await send(environment.url, 'POST', `/v3/profiles/${profile}/campaigns`, {
      key,
      body: campaign,
    })
    if (status !== 201) throw new Error(`no campaign: ${status} ${text}`)
    return json.data.id
  }
  const hook = { display_name: canary, endpoint_url: 'https://hooks.example.com/canary', event_types: ['profile'] }
  const makeWebhook = async (name, key) => {
    const { json, status, text } = await send(environment.url, 'POST', '/v3/webhooks', {
      key,
      body: { ...hook, display_name: name },
    })
    if (status !== 201) throw new Error(`no webhook: ${status} ${text}`)
    return json.data.id
  }
  const userOf = async ({ id }) =>
    (await environment.query('select id from users where organization_id = $1 limit 1', [id]))[0].id
  const foreignKey = await makeKey(foreign, other.admin)
  const myKey = await makeKey(mine, acme.admin)
  return {
    foreign,
    mine,
    sibling,
    deleted,
    foreignKey,
    myKey,
    theirs: {
      campaignId: await makeCampaign(foreign, other.admin),
      userId: await userOf(other),
      webhookId: await makeWebhook(canary, other.admin),
    },
    ours: {
      campaignId: await makeCampaign(mine, acme.admin),
      userId: await userOf(acme),
      webhookId: await makeWebhook('Ours', acme.admin),
    },
  }
}

/** Ids that are not the caller's to use, by kind. */
function strangeIds(things) {
  return {
    foreign: { profileId: things.foreign, keyId: things.foreignKey.id, ...things.theirs },
    deleted: { profileId: things.deleted, keyId: randomUUID() },
    random: { profileId: randomUUID(), keyId: randomUUID() },
    malformed: { profileId: 'not-an-id', keyId: '123', campaignId: '123', userId: '123', webhookId: '123' },
    sql: {
      profileId: "' or organization_id is not null --",
      keyId: "1' or '1'='1",
      campaignId: '%27',
      userId: "' or true --",
    },
  }
}

/** A fingerprint of all rows of an organization; what a request may count or note for itself is left out. */
async function rowsOf(environment, organization) {
  const sums = []
  for (const table of tenantTables.filter((name) => name !== 'rate_windows')) {
    const [{ sum }] = await environment.query(
      `select coalesce(md5(string_agg(md5((to_jsonb(t) - 'last_used_at')::text), '' order by md5((to_jsonb(t) - 'last_used_at')::text))), '') as sum
         from ${table} t where organization_id = $1`,
      [organization],
    )
    sums.push(sum)
  }
  return sums.join()
}

/** Takes row-level security away where a injected bug wants it. */
export async function switchWallOff(t, environment) {
  if (t.injectedBug?.setUp !== 'rls-off') return
  for (const table of tenantTables) await environment.query(`alter table ${table} disable row level security`)
}

/** Asks for everything that is not the caller's, in every place where an id can be put. */
async function crossTenants(t, environment) {
  await switchWallOff(t, environment)
  const things = await furnish(environment)
  const { acme, other } = environment
  const control = await send(environment.url, 'GET', `/v3/profiles/${things.foreign}`, { key: other.admin })
  t.check(control.text.includes(canary), 'the canary is not seen by its owner: the search is blind')
  const before = await rowsOf(environment, other.id)
  const secrets = [canary, things.foreign, things.foreignKey.id, things.theirs.webhookId, other.id]
  let cells = 0
  const judge = (reply, what, allowed) => {
    cells += 1
    const leaked = secrets.filter((secret) => reply.text.includes(secret))
    t.equal(leaked.length, 0, `${what}: shows ${leaked.join()}`)
    t.check(allowed.includes(reply.status), `${what}: ${reply.status} ${reply.error ?? ''}`)
  }
  for (const { id, method, path, members, example, isChange } of operations.filter(({ isPublic }) => !isPublic)) {
    const ask = (ids, options = {}) =>
      send(environment.url, method, fill(path, ids), {
        key: acme.admin,
        ...(isChange ? { body: id === 'updateProfile' ? { name: 'Taken over' } : (example ?? {}) } : {}),
        ...options,
      })
    for (const [kind, ids] of Object.entries(strangeIds(things))) {
      // On some routes an id that cannot be one is a 400, as published.
      const wrong = kind === 'malformed' || kind === 'sql' ? [400, 404] : [404]
      for (const member of members) {
        const own = { profileId: things.mine, keyId: things.myKey.id, ...things.ours }
        judge(await ask({ ...own, [member]: ids[member] ?? randomUUID() }), `${id}, ${kind} ${member}`, wrong)
      }
      if (members.length > 0) {
        judge(
          await ask(
            { profileId: things.sibling, ...things.ours, ...ids, keyId: things.myKey.id },
            { key: things.myKey.text },
          ),
          `${id} with a profile's key, ${kind}`,
          [400, 403, 404],
        )
      }
      const header = await ask(
        { profileId: things.sibling, keyId: things.myKey.id, ...things.ours },
        { headers: { 'x-profile-id': ids.profileId } },
      )
      judge(header, `${id}, ${kind} x-profile-id`, [400, 403, 404])
    }
    if (members.length === 0 && !isChange) judge(await ask({}), `${id}, everything`, [200])
  }
  for (const member of ['sending_phone_number_profile_id', 'sending_whatsapp_number_profile_id']) {
    const reply = await send(environment.url, 'PATCH', `/v3/profiles/${things.mine}`, {
      key: acme.admin,
      body: { [member]: things.foreign },
    })
    cells += 1
    t.equal(reply.status, 400, `${member} of the other organization`)
  }
  t.figure('operations', operations.length)
  t.figure('cells', cells)
  t.equal(await rowsOf(environment, other.id), before, "the other organization's rows")
}

/** @type {import('../../harness/run.mjs').Goal} */
const matrix = {
  id: 'TEN-1',
  tier: 1,
  title:
    'Every operation is called with a foreign, deleted, random, malformed or SQL id at every place for an id: nothing is read and nothing is written',
  injectedBugs: [nakedWithoutWall],
  run: async (t) => crossTenants(t, await t.environment()),
}

/** @type {import('../../harness/run.mjs').Goal} */
const naked = {
  id: 'TEN-7',
  tier: 1,
  title:
    'The same calls with every comparison of the organization removed from the SQL: row-level security alone holds',
  injectedBugs: [nakedWithoutWall],
  async run(t) {
    const environment = await t.environment({ injectedBug: { sql: nakedSql } })
    await crossTenants(t, environment)
    const stripped = [...environment.rewritten.values()].reduce((sum, count) => sum + count, 0)
    t.figure('statements_stripped', stripped)
    t.check(stripped > 10, 'hardly a statement was stripped')
  },
}

const readOnlyMembers = {
  id: randomUUID(),
  organization_id: randomUUID(),
  status: 'rejected',
  email: 'taken@example.com',
  waba_id: '666',
  created_at: '2001-01-01T00:00:00+00:00',
  updated_at: '2001-01-01T00:00:00+00:00',
  version: 99,
  deleted_at: '2001-01-01T00:00:00+00:00',
  payment_method: { reference: 'pm_mine' },
  brand: { id: randomUUID(), submitted_to_tcr: true, tcr_brand_id: 'BTAKEN', status: 'ACTIVE', lock: 'submitted' },
}

/** @type {import('../../harness/run.mjs').Goal} */
const massAssignment = {
  id: 'TEN-2',
  tier: 1,
  title: 'Members that only answers have are sent at every depth: they are ignored or refused, and never stored',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile({ brand: aBrand() })
    const read = async () => {
      const { json } = await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })
      return json.data
    }
    const before = await read()
    let ignored = 0
    for (const [member, value] of Object.entries(readOnlyMembers)) {
      const put = member === 'brand' ? { ...aBrand({ city: 'Rome' }), ...value } : value
      const body = { [member]: put, description: member }
      const { status } = await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        body,
      })
      t.check(status === 200 || status === 400, `${member}: ${status}`)
      if (status === 200) ignored += 1
    }
    const after = await read()
    for (const member of ['id', 'organization_id', 'status', 'email', 'waba_id', 'created_at'])
      t.equal(after[member], before[member], member)
    for (const member of ['id', 'submitted_to_tcr', 'tcr_brand_id', 'status'])
      t.equal(after.brand[member], before.brand[member], `brand.${member}`)
    t.check(!String(after.updated_at).startsWith('2001'), 'updated_at was taken from the request')
    t.equal(after.brand.business.city, 'Rome', 'the one brand member that may change (the positive control)')
    t.figure('members', Object.keys(readOnlyMembers).length)
    t.figure('ignored', ignored)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const foreignFailures = {
  id: 'TEN-13',
  tier: 1,
  title:
    "The issuer does not answer for one organization's cards: another organization's cards all pass, and the processor is still called",
  injectedBugs: [
    {
      name: 'every failure counts for the breaker',
      code: [
        {
          file: 'adapters/resilience/guard.js',
          find: 'isOfService(outcome)',
          put: "(outcome.kind === 'unavailable' || outcome.kind === 'timeout')",
        },
      ],
    },
    {
      name: 'what an issuer fails to answer is taken for a failure of the processor',
      code: [
        {
          file: 'adapters/stripe/faults.js',
          find: "return unavailable('subject', seconds)",
          put: "return unavailable('service', seconds)",
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, withStripe: true })
    const { acme, other } = environment
    const pay = async (number, key) => {
      const id = await environment.profile({}, key)
      return send(environment.url, 'PATCH', `/v3/profiles/${id}`, { key, body: aCardChange(number, '123') })
    }
    const rounds = t.length(4, 40)
    let [failed, asked, passed] = [0, 0, 0]
    for (let round = 0; round < rounds; round += 1) {
      for (let time = 0; time < 6; time += 1) {
        const { status } = await pay('4000000000000119', acme.admin)
        if (status === 502) failed += 1
      }
      asked += 1
      if ((await pay('4242424242424242', other.admin)).status === 200) passed += 1
    }
    t.figure('failed_cards', failed)
    t.figure('passed_percent', (100 * passed) / asked)
    t.equal(failed, rounds * 6, 'answers 502 to a card whose issuer does not answer')
    t.equal(passed, asked, "the other organization's cards that passed")
    // The control: a processor that fails for everybody is left alone.
    environment.stripe.behave = () => 'reset'
    for (let time = 0; time < 5; time += 1) await pay('4242424242424242', acme.admin)
    const before = environment.stripe.calls.length
    t.equal((await pay('4242424242424242', other.admin)).status, 502, 'beside a processor that is down')
    t.equal(environment.stripe.calls.length, before, 'calls that went out to a processor that is down')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const tenancyGoals = [matrix, massAssignment, naked, foreignFailures]
