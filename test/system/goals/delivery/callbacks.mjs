import { FakeRegistry } from '../../fakes/registry.mjs'
import { brandOf, completable, complete } from '../../harness/registration.mjs'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { until } from '../../harness/traffic/retry.mjs'
import { allowsPrivate, subscribed } from '../../harness/webhooks.mjs'

/** What a registry says without being asked: forged, twice, in the wrong order, too early and days late. */

const advances = `kind = 'advance_registration'`

/** @type {import('../../harness/run.mjs').Goal} */
const hostileCallbacks = {
  id: 'FLT-8',
  tier: 1,
  title:
    'Registry events come doubled, reordered, early, three days late and forged: the state is that of events that came once and in order, and a forged event starts no work',
  injectedBugs: [
    {
      name: 'signatures are not compared',
      code: [
        {
          file: 'adapters/http-client/event-id.js',
          find: 'given.length === right.length && timingSafeEqual(given, right)',
          put: 'given.length >= 0',
        },
      ],
    },
    {
      name: 'an event that is about nothing yet is forgotten',
      code: [{ file: 'provider-events/inbox.js', find: 'else if (event.is_expired)', put: 'else if (true)' }],
    },
    {
      name: 'callbacks are acknowledged and dropped',
      code: [
        {
          file: 'provider-events/routes.js',
          find: 'await accept(receiver.provider, reading.events)',
          put: 'await accept(receiver.provider, [])',
        },
      ],
    },
  ],
  async run(t) {
    const registry = await new FakeRegistry().open()
    try {
      const environment = await t.environment({ env: { ...patientLadder, ...registry.hearingEnv, ...allowsPrivate } })
      await subscribed(environment, 'http://127.0.0.1:9/', { event_types: ['whatsapp'] })
      await tellBadly(t, environment, registry)
    } finally {
      await registry.close()
    }
  },
}

function say(environment, at, { body, headers }) {
  const all = { 'content-type': 'application/json', ...headers }
  return send(environment.instances[at % 2].url, 'POST', '/callbacks/tcr', { body, headers: all })
}

/** The events of one scoring, in the order in which they come. @param {import('../../fakes/registry.mjs').Brand} brand */
function eventsOf({ id, fields }) {
  const about = { brandId: id, brandReferenceId: fields.referenceId }
  return ['BRAND_ADD', 'BRAND_SCORE_UPDATE', 'BRAND_IDENTITY_STATUS_UPDATE'].map((eventType) => ({
    eventType,
    ...about,
  }))
}

/** Waits until every registration waits for its score, then lets none look again for a day: only an event can wake one. */
async function untilAllWait(environment, count) {
  const wait = await until(async () => {
    const waiting = await environment.count(
      `select count(*) from registrations where exists (
        select 1 from jsonb_array_elements(steps) as s where s->>'step' = 'identity' and s->>'state' = 'waiting')`,
    )
    return (
      waiting === count &&
      (await environment.count(`select count(*) from jobs where ${advances} and lease_until is not null`)) === 0
    )
  }, 60_000)
  await environment.query(`update jobs set due_at = now() + interval '1 day' where ${advances}`)
  return wait
}

async function tellBadly(t, environment, registry) {
  const rounds = t.length(12, 120)
  registry.identityStatus = null
  const ids = []
  for (let n = 0; n < rounds; n += 1) ids.push(await completable(environment, n))
  const references = []
  for (const id of ids) references.push((await brandOf(environment, id)).id)
  await tellEarly(t, environment, registry, references.at(-1))
  for (const [at, id] of ids.entries()) t.equal((await complete(environment, at, id)).status, 202, 'completion')
  t.check(Number.isFinite(await untilAllWait(environment, rounds)), 'registrations that do not wait for their score')
  const brands = references.map((reference) => registry.brandOf(reference))
  const score = (at) => {
    brands[at].identityStatus = at % 2 === 0 ? 'VERIFIED' : 'UNVERIFIED'
  }
  // Of the last one nothing else is told before it has moved.
  score(rounds - 1)
  t.check(Number.isFinite(await untilSettled(environment)), 'an early callback that is never matched')
  t.check(Number.isFinite(await untilAllWait(environment, rounds - 1)), 'an early callback wakes nobody')
  for (const at of brands.keys()) score(at)
  await tellForged(t, environment, registry, brands)
  await tellAll(t, environment, registry, brands)
  await judge(t, environment, ids, registry)
}

/** Tells of a score before there is a submission at all, and has the event kept until it is looked at again. */
async function tellEarly(t, environment, registry, reference) {
  const early = { eventType: 'BRAND_SCORE_UPDATE', brandReferenceId: reference }
  t.equal((await say(environment, 0, registry.callback(early))).status, 200, 'a callback that comes early')
  const isLookedAt = async () => (await environment.count('select count(*) from inbox where attempts > 0')) === 1
  t.check(Number.isFinite(await until(isLookedAt, 30_000)), 'an early callback that nobody looks at')
  await environment.query("update inbox set due_at = now() + interval '1 hour' where settled_at is null")
}

/** Whether the inbox is empty; events that wait for their record are tried at once. */
function untilSettled(environment) {
  return until(async () => {
    await environment.query(
      "update inbox set due_at = now() where settled_at is null and due_at > now() + interval '1 second'",
    )
    return (await environment.count('select count(*) from inbox where settled_at is null')) === 0
  }, 30_000)
}

async function tellForged(t, environment, registry, brands) {
  const [event] = eventsOf(brands[1])
  const right = registry.callback(event)
  const forged = [
    registry.callback(event, { secret: 'another' }),
    registry.callback(event, { url: 'https://letterhead.example/callbacks/meta' }),
    { ...right, body: right.body.replace('BRAND_ADD', 'BRAND_DEL') },
    { ...right, headers: {} },
    { ...right, headers: { 'x-registry-signature': '' } },
    { ...right, headers: { 'x-registry-signature': 'AAAA' } },
    { ...right, body: `[${right.body}]` },
    { ...right, body: '{' },
    { ...right, body: `${right.body}${' '.repeat(70_000)}` },
    { ...right, body: '{"__proto__":{"a":1}}' },
  ]
  const kept = await environment.count('select count(*) from inbox')
  for (const [at, callback] of forged.entries()) {
    const { status } = await say(environment, at, callback)
    t.check([400, 401, 403, 413, 415, 429].includes(status), `forgery ${at}: ${status}`)
  }
  t.equal(await environment.count('select count(*) from inbox'), kept, 'events in the inbox after forgeries')
  const woken = await environment.count(
    `select count(*) from jobs where ${advances} and due_at < now() + interval '1 hour'`,
  )
  t.equal(woken, 0, 'registrations that a forgery woke')
  t.figure('forged', forged.length)
}

async function tellAll(t, environment, registry, brands) {
  let told = 0
  const tell = async (at, event) => {
    told += 1
    t.equal((await say(environment, at, registry.callback(event))).status, 200, 'a callback')
  }
  for (const [at, brand] of brands.entries()) {
    const events = eventsOf(brand)
    if (at < 2) for (const event of events) await tell(at, event)
    else if (at % 3 === 0) await Promise.all([...events, ...events, ...events].map((event, n) => tell(n, event)))
    else if (at % 3 === 1) for (const event of [...events].reverse()) await tell(at, event)
    else await tell(at, t.random.pick(events))
  }
  // About nothing that we know, and of three days ago.
  await tell(0, { eventType: 'BRAND_ADD', brandId: 'BZZZZZZ', brandReferenceId: 'nobody' })
  await environment.query(
    `update inbox set received_at = received_at - interval '3 days 1 minute' where about->>'brandReference' = 'nobody'`,
  )
  t.check(Number.isFinite(await untilSettled(environment)), 'callbacks that are never settled')
  // All of it once more, three days later.
  await environment.query(
    `update inbox set received_at = received_at - interval '3 days', settled_at = settled_at - interval '3 days', event_id = 'old-' || event_id`,
  )
  for (const brand of brands) for (const event of eventsOf(brand).reverse()) await tell(told, event)
  t.check(Number.isFinite(await untilSettled(environment)), 'late callbacks that are never settled')
  t.figure('callbacks', told)
}

/** What the outside sees of a registration, without ids and times. */
async function stateOf(environment, id) {
  const key = environment.acme.admin
  const {
    steps,
    state,
    profile_status: status,
  } = (await send(environment.url, 'GET', `/v3/profiles/${id}/registration`, { key })).json.data
  const { identity_status: identity, submitted_to_tcr: isSubmitted } = await brandOf(environment, id)
  const told = await environment.query(
    `select type, count(*)::int as times from events where profile_id = $1 and type like 'brand.%' group by 1 order by 1`,
    [id],
  )
  return JSON.stringify({
    state,
    status,
    identity,
    isSubmitted,
    steps: steps.map((step) => `${step.step} ${step.state} ${step.says}`),
    told: told.map(({ type, times }) => `${type} ${times}`),
  })
}

async function judge(t, environment, ids, registry) {
  const isQuiet = async () =>
    (await environment.count(
      `select count(*) from jobs where ${advances} and (due_at <= now() or lease_until is not null)`,
    )) === 0
  // One that was woken while a worker had it is taken up again when the worker's lease ends.
  t.check(Number.isFinite(await until(isQuiet, 75_000)), 'registrations that do not come to rest')
  const [verified, unverified] = [await stateOf(environment, ids[0]), await stateOf(environment, ids[1])]
  t.check(verified.includes('"identity":"VERIFIED"'), `the control is ${verified}`)
  t.check(unverified.includes('"identity":"UNVERIFIED"'), `the other control is ${unverified}`)
  for (const [at, id] of ids.entries())
    t.equal(await stateOf(environment, id), at % 2 === 0 ? verified : unverified, `profile ${at}`)
  t.figure('profiles', ids.length)
  t.equal(registry.submissions, ids.length, 'brands at the registry')
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const callbackGoals = [hostileCallbacks]
