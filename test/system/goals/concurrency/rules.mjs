import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aBrand, aCardChange, aContact } from '../../harness/traffic/request-bodies.mjs'
import { withoutVersion } from './concurrency.mjs'

/** Rules that look at several members, with two requests that each keep them and batcher would not. */

const merge = { 'content-type': 'application/merge-patch+json' }
const paying = { billing_model: 'profile', billing_contact: aContact() }

/**
 * Races of two changes of one profile. Each is judged by the stored row and by the order in which its history has them.
 *
 * @type {Record<string, { before: Record<string, unknown>, one: [Record<string, unknown>, Record<string, string>?],
 *   other: [Record<string, unknown>, Record<string, string>?], forbidden: (after: any, order: string[][]) => boolean }>}
 */
const races = {
  'a paying profile without a contact': {
    before: { billing_contact: aContact() },
    one: [{ billing_model: 'profile' }],
    other: [{ billing_contact: null }, merge],
    forbidden: ({ billing_model: model, billing_contact: contact }) => model !== 'organization' && contact === null,
  },
  'a card for a profile that the organization pays for': {
    before: paying,
    one: [{ payment_details: aCardChange().payment_details }],
    other: [{ billing_model: 'organization' }],
    forbidden: (_, order) => {
      const paid = order.findIndex((members) => members.includes('payment_details'))
      const changed = order.findIndex((members) => members.includes('billing_model'))
      return paid >= 0 && changed >= 0 && changed < paid
    },
  },
  'a brand of its own and an inherited one': {
    before: {},
    one: [{ brand: aBrand() }],
    other: [{ inherit_tcr_brand: true }],
    forbidden: ({ inherit_tcr_brand: inherits }, order) => {
      const own = order.findIndex((members) => members.includes('brand'))
      const inherited = order.findLastIndex(
        (members) => members.includes('inherit_tcr_brand') && !members.includes('brand'),
      )
      return own >= 0 && inherits !== inherited > own
    },
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const mergedState = {
  id: 'CONC-7',
  tier: 1,
  title: 'Two changes at once each keep a rule about several members: the stored profile keeps the rule too',
  injectedBugs: [withoutVersion],
  async run(t) {
    const environment = await t.environment({ env: { ...patientLadder, PAYMENTS: 'simulator' } })
    const rounds = t.length(40, 500)
    const answers = new Map()
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, race] of Object.entries(races)) await raceOnce(t, environment, { name, race, round, answers })
    }
    t.figure('races', rounds * Object.keys(races).length)
    t.figure('answers', [...answers].map(([statuses, count]) => `${statuses}:${count}`).join(','))
    t.check(
      [...answers.keys()].some((statuses) => statuses.includes('400')),
      'no change was ever refused: nothing was raced',
    )
  },
}

async function raceOnce(t, environment, { name, race, round, answers }) {
  const id = await environment.profile(race.before)
  const change = (at, [body, headers = {}]) =>
    send(environment.instances[at % 2].url, 'PATCH', `/v3/profiles/${id}`, {
      key: environment.acme.admin,
      body,
      headers,
    })
  const replies = await Promise.all([change(round, race.one), change(round + 1, race.other)])
  const statuses = replies.map(({ status }) => status).join('+')
  answers.set(statuses, (answers.get(statuses) ?? 0) + 1)
  t.check(
    replies.every(({ status }) => status === 200 || status === 400 || status === 409),
    `${name}: ${statuses}`,
  )
  const { data } = (await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })).json
  const rows = await environment.query(
    `select changes from profile_history where profile_id = $1 and operation = 'updateProfile' order by version`,
    [id],
  )
  const order = rows.map(({ changes }) => changes.map(({ member }) => member.split('.')[0]))
  t.check(!race.forbidden(data, order), `${name}: stored in round ${round} (${JSON.stringify(order)})`)
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const ruleGoals = [mergedState]
