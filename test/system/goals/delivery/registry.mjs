import { FakeRegistry } from '../../fakes/registry.mjs'
import { brandOf, completable, complete, hasten, submittedOf, taxIdOf } from '../../harness/registration.mjs'
import { shortLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aBrand } from '../../harness/traffic/request-bodies.mjs'
import { until, untilFinal } from '../../harness/traffic/retry.mjs'

/** Goals about the submission of brands to a registry that takes money for each and undoes none. */

function moveTo(environment, at, id, round, city) {
  const body = { brand: aBrand({ taxId: taxIdOf(round), city }) }
  return send(environment.instances[at].url, 'PATCH', `/v3/profiles/${id}`, { key: environment.acme.admin, body })
}

/** @type {import('../../harness/run.mjs').Goal} */
const brandRace = {
  id: 'CONC-3',
  tier: 1,
  title:
    'A brand is changed while it is submitted: the registry has what is stored, nothing changes after the lock, and each brand is submitted once',
  injectedBugs: [
    {
      name: 'a locked brand can be changed',
      code: [
        {
          file: 'resources/profiles/profile.rules.js',
          find: 'change.brandLock !== null',
          put: 'globalThis.never',
        },
      ],
    },
  ],
  async run(t) {
    const registry = await new FakeRegistry().open()
    try {
      const environment = await t.environment({ env: registry.env })
      await raceBrands(t, environment, registry)
    } finally {
      await registry.close()
    }
  },
}

async function raceBrands(t, environment, registry) {
  const rounds = t.length(30, 1_000)
  const races = []
  for (let round = 0; round < rounds; round += 1) {
    const id = await completable(environment, round)
    const [begun, changed] = await Promise.all([
      complete(environment, round, id),
      moveTo(environment, (round + 1) % 2, id, round, 'During'),
    ])
    const late = await moveTo(environment, round % 2, id, round, 'Late')
    races.push({ round, id, begun, changed, late })
  }
  const waited = await until(async () => {
    await hasten(environment)
    return races.every(({ round }) => submittedOf(registry, round).length > 0)
  }, 60_000)
  t.check(Number.isFinite(waited), 'brands that were never submitted')
  const counts = { changed: 0, refused: 0 }
  for (const { round, id, begun, changed, late } of races) {
    const what = `round ${round}`
    const stored = await brandOf(environment, id)
    const sent = submittedOf(registry, round)
    counts[changed.status === 200 ? 'changed' : 'refused'] += 1
    t.equal(begun.status, 202, `${what}: completion`)
    t.check(changed.status === 200 || changed.status === 400, `${what}: change ${changed.status}`)
    t.equal(late.status, 400, `${what}: a change after the completion was taken`)
    t.equal(sent.length, 1, `${what}: submissions`)
    t.equal(sent[0]?.fields.city, stored.business.city, `${what}: the city at the registry`)
    t.equal(sent[0]?.fields.street, stored.business.street, `${what}: the street at the registry`)
    if (changed.status === 200) t.equal(stored.business.city, 'During', `${what}: a change that was acknowledged`)
  }
  t.figure('rounds', rounds)
  t.figure('changed', counts.changed)
  t.figure('refused', counts.refused)
  t.figure('submissions', registry.submissions)
}

/** @type {import('../../harness/run.mjs').Goal} */
const openSubmission = {
  id: 'OUTB-4',
  tier: 1,
  title:
    'A registry takes a brand and then hangs, drops the connection, answers too late or calls back before it answers: it has one brand each',
  injectedBugs: [
    {
      name: 'what the registry has is not found',
      code: [{ file: 'adapters/tcr/brands.js', find: 'if (match !== undefined)', put: 'if (globalThis.never)' }],
    },
  ],
  async run(t) {
    // A server has few submissions under way at a time, so that of many that hang some hang side by side.
    const registries = t.length(1, 2)
    const each = t.length(3, 100)
    const startedAt = performance.now()
    const results = await Promise.all(Array.from({ length: registries }, () => submitBlindly(t, each)))
    for (const name of ['brands', 'submissions', 'called_back'])
      t.figure(
        name,
        results.reduce((sum, result) => sum + result[name], 0),
      )
    t.figure('settled_ms', Math.max(...results.map(({ settledMs }) => settledMs)))
    t.figure('took_ms', performance.now() - startedAt)
  },
}

/** A provider is given up soon, a request on a busy machine is not. */
const patientRequests = { REQUEST_DEADLINE_MS: '25000', LEASE_MS: '26000' }

/** A registry with two servers of its own, and `each` brands for each way to fail. */
async function submitBlindly(t, each) {
  const registry = await new FakeRegistry().open()
  try {
    const env = { ...shortLadder, ...patientRequests, ...registry.hearingEnv, REGISTRY_SETTLE_MS: '2000' }
    const environment = await t.environment({ env, isDirect: true })
    return await submitBrands(t, { environment, registry, each })
  } finally {
    await registry.close()
  }
}

async function submitBrands(t, { environment, registry, each }) {
  const ways = ['hang', 'lost', 'late', 'told', 'answer']
  registry.hearer = environment.instances[0].url
  registry.lateMs = Number(shortLadder.PROVIDER_MS) + 1_000
  const first = new Set()
  registry.behave = ({ ein }) => {
    const isFirst = !first.has(ein)
    first.add(ein)
    return isFirst ? ways[Number(String(ein).slice(-3)) % ways.length] : 'answer'
  }
  const ids = Array.from({ length: each * ways.length }, () => '')
  let next = 0
  const client = async () => {
    while (next < ids.length) {
      const round = next
      next += 1
      ids[round] = await completable(environment, round)
      // A refusal for want of a connection is none for ever: the machine is busy, and a completion may be repeated.
      const { reply } = await untilFinal(() => complete(environment, round, ids[round]), { withinMs: 60_000 })
      t.equal(reply.status, 202, `round ${round}: completion`)
    }
  }
  await Promise.all(Array.from({ length: 3 }, client))
  // One after the other: hundreds of questions at once are more than an instance works on.
  const open = [...ids]
  const settledMs = await until(
    async () => {
      await hasten(environment)
      while (open.length > 0 && (await brandOf(environment, open[0])).submitted_to_tcr) open.shift()
      return open.length === 0
    },
    t.length(90_000, 420_000),
  )
  t.check(Number.isFinite(settledMs), `of ${ids.length} brands the ${ids.length - open.length + 1}th is not submitted`)
  t.equal(registry.told, each, 'callbacks before the answer')
  for (const [round] of ids.entries())
    t.equal(submittedOf(registry, round).length, 1, `round ${round}: brands at the registry`)
  return {
    brands: ids.length,
    submissions: registry.submissions,
    called_back: registry.told,
    settledMs,
  }
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const registryGoals = [brandRace, openSubmission]
