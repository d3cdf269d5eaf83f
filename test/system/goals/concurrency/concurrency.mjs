import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aBrand, aContact } from '../../harness/traffic/request-bodies.mjs'

/** The version in the WHERE of the one write statement, without which the last writer wins over all others. */
export const withoutVersion = {
  name: 'the write does not look at the version',
  sql: [{ statement: /^save_profile/, find: /version = \$3 and/, replace: '$3::bigint is not null and' }],
}

/** Members of which each client changes one, with the value of its n-th change. */
const members = {
  name: (n) => `Name ${n}`,
  icon: (n) => `https://example.com/${n}.png`,
  description: (n) => `Description ${n}`,
  short_name: (n) => `SHORT ${n}`,
  allow_contact_sharing: (n) => n % 2 === 0,
  allow_template_sharing: (n) => n % 2 === 0,
  inherit_contacts: (n) => n % 2 === 0,
  inherit_templates: (n) => n % 2 === 0,
  inherit_tcr_campaign: (n) => n % 2 === 0,
  allow_number_change_during_onboarding: (n) => n % 2 === 0,
  sending_phone_number: (n) => `+1202555${String(1_000 + n)}`,
  whatsapp_phone_number: (n) => `+1202556${String(1_000 + n)}`,
  billing_contact: (n) => aContact(`Contact ${n}`),
  brand: (n) => aBrand({ city: `City ${n}` }),
  sending_phone_number_profile_id: (n, ids) => ids[n % 2],
  sending_whatsapp_number_profile_id: (n, ids) => ids[n % 2],
}

const sentBack = (member, value) => ({ [member]: value })

/** What an answer must show of a member that was changed. */
function shown(data, member) {
  if (member === 'billing_contact') return data.billing_contact.name
  return member === 'brand' ? data.brand.business.city : data[member]
}

/** @type {import('../../harness/run.mjs').Goal} */
const lostUpdate = {
  id: 'CONC-1',
  tier: 1,
  title: '16 clients each change one member of one profile over two instances: no acknowledged change is lost',
  injectedBugs: [withoutVersion],
  async run(t) {
    const environment = await t.environment({ env: patientLadder })
    const id = await environment.profile({ billing_model: 'profile', billing_contact: aContact(), brand: aBrand() })
    const before = await environment.count('select version from profiles where id = $1', [id])
    const ids = [await environment.profile(), await environment.profile()]
    const changes = t.length(25, 200)
    const last = new Map()
    const statuses = new Map()
    let acknowledged = 0
    await Promise.all(
      Object.entries(members).map(async ([member, valueAt], client) => {
        for (let n = 1; n <= changes; n += 1) {
          const reply = await send(environment.instances[(client + n) % 2].url, 'PATCH', `/v3/profiles/${id}`, {
            key: environment.acme.admin,
            body: { [member]: valueAt(n, ids) },
          })
          const outcome = reply.status === 200 ? '200' : `${reply.status} ${reply.json?.error?.code ?? reply.error}`
          statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1)
          if (reply.status !== 200) continue
          last.set(member, shown(sentBack(member, valueAt(n, ids)), member))
          acknowledged += 1
        }
      }),
    )
    const { json } = await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })
    for (const [member, value] of last)
      t.equal(shown(json.data, member), value, `${member} of the last acknowledged change`)
    const version = await environment.count('select version from profiles where id = $1', [id])
    const history = await environment.count('select count(*) from profile_history where profile_id = $1', [id])
    t.figure('clients', last.size)
    t.figure('acknowledged', acknowledged)
    t.figure('statuses', [...statuses].map(([outcome, count]) => `${outcome.replace(' ', '/')}:${count}`).join(','))
    t.equal(last.size, Object.keys(members).length, 'clients with an acknowledged change')
    // A first change to the value that was there already writes nothing.
    t.check(version - before <= acknowledged, `version rose by ${version - before} in ${acknowledged} changes`)
    t.equal(version, history, 'versions and history rows')
    const errors = [...statuses].filter(([outcome]) => /^[05]/.test(outcome)).reduce((sum, [, count]) => sum + count, 0)
    t.equal(errors, 0, '5xx answers')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const referenceRace = {
  id: 'CONC-6',
  tier: 1,
  title: 'A profile is deleted while another profile is set to send through it: no reference is set after the deletion',
  injectedBugs: [
    {
      name: 'the organization is not locked',
      sql: [{ statement: /^lock_organization$/, find: / for no key update/, replace: '' }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ env: patientLadder })
    const rounds = t.length(60, 500)
    const outcomes = { both: 0, refused: 0, other: 0 }
    for (let round = 0; round < rounds; round += 1) {
      const target = await environment.profile()
      const sender = await environment.profile()
      const key = environment.acme.admin
      const [removed, set] = await Promise.all([
        send(environment.instances[round % 2].url, 'DELETE', `/v3/profiles/${target}`, { key }),
        send(environment.instances[(round + 1) % 2].url, 'PATCH', `/v3/profiles/${sender}`, {
          key,
          body: { sending_phone_number_profile_id: target },
        }),
      ])
      if (removed.status !== 204) outcomes.other += 1
      else if (set.status === 200) outcomes.both += 1
      else if (set.status === 400) outcomes.refused += 1
      else outcomes.other += 1
    }
    // Committed under one lock, so the order of the rows is the order of the changes.
    const wrong = await environment.count(
      `select count(*) from profiles s join profiles t on t.organization_id = s.organization_id and t.id = s.sending_phone_number_profile_id
        join profile_history h on h.organization_id = s.organization_id and h.profile_id = s.id and h.version = s.version
       where s.deleted_at is null and t.deleted_at is not null and h.changed_at > t.deleted_at`,
    )
    t.figure('rounds', rounds)
    for (const [name, count] of Object.entries(outcomes)) t.figure(name, count)
    t.equal(wrong, 0, 'references set after the deletion')
    t.equal(outcomes.other, 0, 'other outcomes')
    t.check(outcomes.refused > 0, 'the deletion never came first: nothing was raced')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const staleTag = {
  id: 'CONC-8',
  tier: 2,
  title: 'Two clients send one ETag: exactly one change is made, and a stale ETag writes nothing',
  injectedBugs: [withoutVersion],
  async run(t) {
    const environment = await t.environment({ env: patientLadder })
    const rounds = t.length(40, 300)
    const key = environment.acme.admin
    const id = await environment.profile()
    let won = 0
    for (let round = 0; round < rounds; round += 1) {
      const { headers } = await send(environment.url, 'GET', `/v3/profiles/${id}`, { key })
      const replies = await Promise.all(
        environment.instances.map(({ url }, at) =>
          send(url, 'PATCH', `/v3/profiles/${id}`, {
            key,
            headers: { 'if-match': headers.etag },
            body: { name: `Round ${round} ${at}` },
          }),
        ),
      )
      const winners = replies.filter(({ status }) => status === 200)
      won += winners.length
      t.equal(winners.length, 1, `round ${round}: changes that were made`)
      t.equal(replies.filter(({ status }) => status === 412).length, 1, `round ${round}: answers 412`)
    }
    t.figure('rounds', rounds)
    t.figure('changed', won)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const lastAdmin = {
  id: 'CONC-4',
  tier: 1,
  title: 'Two admins take the role from each other at once on two instances: one of them stays an admin',
  injectedBugs: [
    {
      name: 'the organization is not locked',
      sql: [{ statement: /^lock_organization$/, find: / for no key update/, replace: '' }],
    },
  ],
  async run(t) {
    const environment = await t.environment()
    const { acme } = environment
    const admins = `select id from users where organization_id = $1 and role = 'admin' and status = 'active'`
    const meOf = async (key) => (await send(environment.url, 'GET', '/v3/users', { key })).status
    t.equal(await meOf(acme.second), 200, 'the second admin (the positive control)')
    const everybody = (await environment.query(admins, [acme.id])).map(({ id }) => id)
    const rounds = t.length(40, 500)
    let fewest = everybody.length
    let won = 0
    const demote = (at, key, id) =>
      send(environment.instances[at].url, 'PATCH', `/v3/users/${id}`, { key, body: { role: 'developer' } })
    for (const id of everybody.slice(2)) await demote(0, acme.owner, id)
    const [one, two] = await ownersOf(environment, everybody)
    for (let round = 0; round < rounds; round += 1) {
      const replies = await Promise.all([demote(0, acme.admin, two), demote(1, acme.second, one)])
      won += replies.filter(({ status }) => status === 200).length
      fewest = Math.min(fewest, (await environment.query(admins, [acme.id])).length)
      for (const id of [one, two]) {
        await send(environment.url, 'PATCH', `/v3/users/${id}`, { key: acme.owner, body: { role: 'admin' } })
      }
    }
    t.figure('rounds', rounds)
    t.figure('demoted', won)
    t.figure('fewest_admins', fewest)
    t.check(fewest >= 1, 'there was no admin left')
    t.check(won > 0, 'nobody was ever demoted: nothing was raced')
  },
}

/** The users behind the two admin keys, in their order. */
async function ownersOf(environment, ids) {
  const rows = await environment.query('select user_id, last_four from api_keys where user_id = any($1)', [ids])
  const userOf = (key) => rows.find(({ last_four: end }) => key.endsWith(end))?.user_id
  return [userOf(environment.acme.admin), userOf(environment.acme.second)]
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const concurrencyGoals = [lostUpdate, lastAdmin, referenceRace, staleTag]
