import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { quantile } from '../../harness/traffic/retry.mjs'

const PROFILES = 100_000
const LOUD_CLIENTS = 20
const QUIET_KEYS = 10
const perSecond = 24
/** A hiccup of a shared machine is no harm that one organization does to another. */
const HICCUP_MS = 20

/** A text that each of the long names contains but for its last letter. */
const term = `${'a'.repeat(126)}z`

/** As many profiles as a large customer has, with names as long as they may be. */
async function fill(environment) {
  await environment.query(
    `insert into profiles (organization_id, id, name, status, allow_contact_sharing, allow_template_sharing, inherit_contacts,
                           inherit_templates, inherit_tcr_brand, inherit_tcr_campaign, billing_model, version, created_at)
     select $1, gen_random_uuid(), repeat('a', 249) || to_char(n, 'FM000000'), 'incomplete', true, true, true,
            true, true, true, 'organization', 1, now() - n * interval '1 second'
       from generate_series(1, ${PROFILES}) n`,
    [environment.acme.id],
  )
  await environment.query('vacuum analyze profiles')
}

/** Profiles of the quiet organization with a key each: every key has limits of its own, so that enough can be asked. */
async function quietOnes(environment) {
  const ones = []
  for (let at = 0; at < QUIET_KEYS; at += 1) {
    const id = await environment.profile({ name: `Quiet ${at}` }, environment.other.admin)
    const made = await send(environment.instances[0].url, 'POST', `/v3/profiles/${id}/keys`, {
      key: environment.other.admin,
      body: {},
    })
    if (made.status !== 201) throw new Error(`no key: ${made.status} ${made.text}`)
    ones.push({ path: `/v3/profiles/${id}`, key: made.json.data.api_key ?? made.json.data.key })
  }
  return ones
}

/** Reads, changes and lists of the quiet organization, at an even pace. */
function quietLoad(environment, ones, seconds) {
  const [{ url }] = environment.instances
  return openLoad({
    perSecond,
    seconds,
    ask(n) {
      const { path, key } = ones[n % ones.length]
      if (n % 3 === 1) return send(url, 'PATCH', path, { key, body: { description: `Change ${n}` } })
      if (n % 3 === 2) return send(url, 'GET', '/v3/webhooks?page=1', { key })
      return send(url, 'GET', path, { key })
    },
  })
}

/** So many clients that search at once, one request after the other, each with the pause that a refusal asks for. */
function loudLoad(environment, isOver) {
  const [{ url }] = environment.instances
  const answers = []
  const client = async () => {
    while (!isOver()) {
      const reply = await send(url, 'GET', `/v3/profiles?page=1&search=${term}`, {
        key: environment.acme.admin,
        timeoutMs: 30_000,
      })
      answers.push(reply)
      if (reply.status !== 200) await sleep(1_000)
    }
  }
  return Promise.all(Array.from({ length: LOUD_CLIENTS }, client)).then(() => answers)
}

const p99 = (replies) =>
  quantile(
    replies.map(({ ms }) => ms),
    0.99,
  )
const refusals = (replies) => replies.filter(({ status }) => status !== 200).length

/** @type {import('../../harness/run.mjs').Goal} */
const searches = {
  id: 'TEN-14',
  tier: 2,
  title:
    'One organization with 10^5 long names runs twenty searches at once: another organization is not refused, and its p99 is at most three times its own without them',
  injectedBugs: [
    {
      name: 'lists of one organization take every connection, and share round trips with others',
      code: [
        { file: 'db/database.js', find: 'ofOneMax: () => 1', put: 'ofOneMax: () => 64' },
        { file: 'db/database.js', find: 'isApart: true', put: 'isApart: false' },
        { file: 'db/pool/connection-quota.js', find: "use === 'lists' && lists >= half", put: 'false' },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1, isDirect: true, env: { RATE_LIMITS: 'on' } })
    await fill(environment)
    const ones = await quietOnes(environment)
    const seconds = t.length(4, 10)
    const rounds = t.length(3, 6)
    await quietLoad(environment, ones, 1)
    const calm = []
    const beside = []
    const loud = []
    // In turns: how fast a shared machine is changes within seconds, for both alike then.
    for (let round = 0; round < rounds; round += 1) {
      calm.push(...(await quietLoad(environment, ones, seconds)).replies)
      let isOver = false
      const searching = loudLoad(environment, () => isOver)
      beside.push(...(await quietLoad(environment, ones, seconds)).replies)
      isOver = true
      loud.push(...(await searching))
    }
    t.figure('searched', loud.filter(({ status }) => status === 200).length)
    t.figure('search_too_long', loud.filter(({ status }) => status === 504).length)
    t.figure('search_refused', loud.filter(({ status }) => status === 429).length)
    t.figure('requests', beside.length)
    t.figure('refused_calm', refusals(calm))
    t.figure('refused_beside', refusals(beside))
    t.figure('p99_calm_ms', p99(calm))
    t.figure('p99_beside_ms', p99(beside))
    // Where the machine has much else to do, a search is told that it takes too long; it has kept the database busy as well.
    t.check(
      loud.some(({ status }) => status === 200 || status === 504),
      'no search ever reached the database',
    )
    t.equal(loud.filter(({ status }) => ![200, 429, 504].includes(status)).length, 0, 'searches with another answer')
    t.equal(refusals(calm), 0, 'refusals in the calm')
    t.equal(refusals(beside), 0, 'refusals beside the searches')
    t.atMost(p99(beside), Math.max(3 * p99(calm), HICCUP_MS), 'p99 beside the searches, in ms')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const neighbourGoals = [searches]
