import { setTimeout as sleep } from 'node:timers/promises'
import { FakeRegistry } from '../../fakes/registry.mjs'
import { completable, complete, hasten } from '../../harness/registration.mjs'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { openLoad } from '../../harness/traffic/load.mjs'
import { OperationLog } from '../../harness/traffic/operation-log.mjs'
import { quantile, until } from '../../harness/traffic/retry.mjs'
import { allowsPrivate, subscribed } from '../../harness/webhooks.mjs'

const KILLS_MIN = 4

/** Goals about what a change leaves for background work, and about what such work costs the API. */

/** @type {import('../../harness/run.mjs').Goal} */
const eventWithChange = {
  id: 'OUTB-1',
  tier: 1,
  title: 'Both instances are killed every 2 s under load: every change has its event, and every event has its change',
  injectedBugs: [
    {
      name: 'some changes emit nothing',
      sql: [
        {
          statement: /^save_profile/,
          find: /where exists \(select 1 from webhooks w where/,
          replace: 'where s.sequence % 7 <> 3 and exists (select 1 from webhooks w where',
        },
      ],
    },
    {
      name: 'an event is written twice',
      sql: [
        {
          statement: /^save_profile/,
          find: /select s\.organization_id, e\.id, s\.owner_id, s\.sequence - e\.behind, e\.type, e\.payload, s\.at/,
          replace:
            'select s.organization_id, case when t.n = 1 then e.id else gen_random_uuid() end, s.owner_id, s.sequence - e.behind, e.type, e.payload, s.at',
        },
        {
          statement: /^save_profile/,
          find: /cross join (jsonb_to_recordset\(\$\d+::jsonb\) as e\()/,
          replace: 'cross join generate_series(1, 2) as t(n) cross join $1',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ env: { ...patientLadder, ...allowsPrivate } })
    // Hears of nothing that happens here: events are written, and nobody is called.
    await subscribed(environment, 'http://127.0.0.1:9/', { event_types: ['whatsapp'] })
    const operationLog = await new OperationLog(environment, { profiles: 40, random: t.random, name: 'event' }).open()
    await changeThroughKills(t, environment, operationLog)
    await operationLog.judge(t)
    await compareEvents(t, environment, operationLog.ids)
  },
}

/** Changes until there were enough of them and enough kills: a quick machine has made its changes before the second pair. */
async function changeThroughKills(t, environment, operationLog) {
  const changes = t.length(800, 10_000)
  let isOver = false
  let kills = 0
  const reaping = (async () => {
    while (!isOver) {
      await sleep(2_000)
      await Promise.all(environment.instances.map((instance) => instance.kill()))
      kills += environment.instances.length
      await Promise.all(environment.instances.map((instance) => instance.startPatiently()))
    }
  })()
  let next = 0
  const client = async () => {
    while (next < changes || kills < KILLS_MIN) {
      next += 1
      await operationLog.change(next, { withinMs: 60_000 })
    }
  }
  await Promise.all(Array.from({ length: 16 }, client))
  isOver = true
  await reaping
  t.figure('kills', kills)
  t.check(kills >= KILLS_MIN, `only ${kills} kills`)
  t.equal(operationLog.unfinished, 0, 'changes without a final answer')
}

/** Every line of a profile's history has one event of its kind, and the events are counted without a gap. */
async function compareEvents(t, environment, ids) {
  const rows = await environment.query(
    `select coalesce(h.profile_id, e.profile_id) as id, coalesce(h.lines, 0)::int as lines, coalesce(e.events, 0)::int as events,
            coalesce(e.last, 0)::int as last
       from (select profile_id, count(*) as lines from profile_history where profile_id = any($1) group by 1) h
       full join (select profile_id, count(*) as events, max(sequence) as last from events
                   where profile_id = any($1) and type in ('profile.created', 'profile.updated') group by 1) e on e.profile_id = h.profile_id`,
    [ids],
  )
  const missing = rows.reduce((sum, { lines, events }) => sum + Math.max(0, lines - events), 0)
  const surplus = rows.reduce((sum, { lines, events }) => sum + Math.max(0, events - lines), 0)
  t.figure(
    'changes',
    rows.reduce((sum, { lines }) => sum + lines, 0),
  )
  t.figure(
    'events',
    rows.reduce((sum, { events }) => sum + events, 0),
  )
  t.check(rows.length >= 40, `only ${rows.length} profiles with a change`)
  t.equal(missing, 0, 'changes without an event')
  t.equal(surplus, 0, 'events without a change')
  t.equal(
    rows.filter(({ events, last }) => events !== last).length,
    0,
    'profiles whose events are not counted in a row',
  )
  const isFannedOut = async () =>
    (await environment.count(`select count(*) from jobs where kind = 'fan_out_event'`)) === 0
  const waited = await until(async () => {
    await environment.query(
      `update jobs set lease_until = now() where kind = 'fan_out_event' and lease_until is not null`,
    )
    return await isFannedOut()
  }, 30_000)
  t.check(Number.isFinite(waited), 'events that no worker took up')
}

/** How a provider is down: it takes connections and says nothing, or it resets them. */
const outages = ['hang', 'lost']

/** @type {import('../../harness/run.mjs').Goal} */
const deadProvider = {
  id: 'OUTB-5',
  tier: 2,
  title:
    'A registry that is down does not slow the API (p99 at most 1.2 times, or 10 ms more) and causes no 5xx; waiting work is retried, spread over the wait, and done within 2 min of its return',
  injectedBugs: [
    {
      name: 'what was unavailable is not asked for again',
      code: [
        {
          file: 'resources/registrations/workflow/rules/backoff.rules.js',
          find: 'firstMs: 4 * SECOND, longestMs: MINUTE',
          put: 'firstMs: 600 * SECOND, longestMs: 600 * SECOND',
        },
      ],
    },
    {
      name: 'a wait varies by a quarter only',
      code: [
        {
          file: 'jobs/backoff.rules.js',
          find: 'SHORTEST_MS + Math.floor((ceiling - SHORTEST_MS) * random)',
          put: 'Math.floor(ceiling * (0.75 + random / 4))',
        },
      ],
    },
  ],
  async run(t) {
    const registry = await new FakeRegistry().open()
    try {
      // What hangs may have been taken: it is sent again once the registry would have shown it.
      const environment = await t.environment({ isDirect: true, env: { ...registry.env, REGISTRY_SETTLE_MS: '2000' } })
      await throughOutages(t, environment, registry)
    } finally {
      await registry.close()
    }
  },
}

async function throughOutages(t, environment, registry) {
  const rounds = t.length(2, 4)
  const seconds = t.length(12, 150)
  const ids = []
  for (let n = 0; n < 10; n += 1) ids.push(await environment.profile())
  const waiting = []
  for (let n = 0; n < rounds * 6; n += 1) waiting.push(await completable(environment, n))
  const ask = (n) => {
    const at = `/v3/profiles/${ids[n % ids.length]}`
    const key = environment.acme.admin
    if (n % 2 === 0) return send(environment.url, 'GET', at, { key })
    return send(environment.url, 'PATCH', at, { key, body: { description: `Change ${n}` } })
  }
  await openLoad({ perSecond: 20, seconds: 4, ask })
  const up = []
  const down = []
  for (let round = 0; round < rounds; round += 1) {
    registry.outage = null
    up.push(...(await openLoad({ perSecond: 20, seconds, ask })).replies)
    registry.outage = outages[round % outages.length]
    for (const [at, id] of waiting.slice(round * 6, round * 6 + 6).entries()) {
      const { status } = await complete(environment, at, id)
      t.equal(status, 202, 'completion while the registry is down')
    }
    down.push(...(await openLoad({ perSecond: 20, seconds, ask })).replies)
  }
  const callsWhileDown = registry.refused
  waiting.push(...(await spreadOverTheWait(t, environment, rounds * 6)))
  registry.outage = null
  const submitted = () => registry.brands.length >= waiting.length
  const drained = await until(submitted, 120_000)
  judgeOutages(t, { up, down, drained, callsWhileDown, brands: registry.brands.length, waiting: waiting.length })
}

/** Retries that are expected in each stretch of time: enough that chance alone does not double them. */
const triesForVerdict = 30

/**
 * Many registrations that were turned away again and again, and now all at one moment: no stretch of the time until the last
 * of them is tried again has more than twice its share. A second is a stretch where there are enough of them.
 *
 * @returns {Promise<string[]>} the ids of their profiles
 */
async function spreadOverTheWait(t, environment, from) {
  const ids = []
  for (let n = 0; n < t.length(240, 600); n += 1) ids.push(await completable(environment, from + n))
  for (const [at, id] of ids.entries())
    t.equal((await complete(environment, at, id)).status, 202, 'completion in an outage')
  await gather(t, environment, ids)
  const togetherAt = Number((await environment.query('select extract(epoch from now())::float8 * 1000 as at'))[0].at)
  await setBrandSteps(environment, ids, { next_try_at: null })
  await hasten(environment)
  const planned = () =>
    environment.query(
      `select (s->>'next_try_at')::float8 as at
         from registrations r, jsonb_array_elements(r.steps) s where r.profile_id = any($1) and s->>'step' = 'brand'`,
      [ids],
    )
  const areTried = async () => (await planned()).every(({ at }) => at !== null)
  if (t.check(Number.isFinite(await until(areTried, 60_000)), 'registrations that were not tried again'))
    judgeSpread(
      t,
      (await planned()).map(({ at }) => at - togetherAt),
    )
  return ids
}

/** Changes the brand's step of the registrations whose call is not under way. */
function setBrandSteps(environment, ids, members) {
  return environment.query(
    `update registrations r set fence = fence + 1, steps = (
       select jsonb_agg(case when s->>'step' = 'brand' then s || $2::jsonb else s end order by n)
         from jsonb_array_elements(r.steps) with ordinality as e(s, n))
      where r.profile_id = any($1)
        and not exists (select from jsonb_array_elements(r.steps) s where s->>'step' = 'brand' and s->>'state' = 'calling')`,
    [ids, JSON.stringify(members)],
  )
}

/** Lets them all wait as if the outage had lasted: for the longest time that there is, and none of them at work. */
async function gather(t, environment, ids) {
  const aside = { looks: 20, next_try_at: Date.now() + 3_600_000 }
  const areAside = async () => {
    await setBrandSteps(environment, ids, aside)
    const atWork = await environment.count(
      `select count(*) from jobs j where j.kind = 'advance_registration' and j.lease_until is not null`,
    )
    const calling = await environment.count(
      `select count(*) from registrations r, jsonb_array_elements(r.steps) s where s->>'step' = 'brand' and s->>'state' = 'calling'`,
    )
    return atWork + calling === 0
  }
  t.check(Number.isFinite(await until(areAside, 90_000)), 'registrations that are always at work')
}

/** @param {number[]} times of the next tries, in milliseconds after the one that failed for all */
function judgeSpread(t, times) {
  const wholeMs = Math.max(...times) + 1
  const stretchMs = Math.max(1, Math.ceil((wholeMs * triesForVerdict) / times.length / 1_000)) * 1_000
  const counts = Array.from({ length: Math.ceil(wholeMs / stretchMs) }, () => 0)
  for (const time of times) counts[Math.floor(time / stretchMs)] += 1
  const mean = (times.length * stretchMs) / wholeMs
  t.figure('retries', times.length)
  t.figure('stretch_s', stretchMs / 1_000)
  t.figure('stretches', counts.length)
  t.figure('mean_tries', mean)
  t.figure('most_tries', Math.max(...counts))
  t.check(counts.length >= 4, `only ${counts.length} stretches of time to compare`)
  t.atMost(Math.max(...counts), 2 * mean, 'tries in one stretch of time')
}

function judgeOutages(t, { up, down, drained, callsWhileDown, brands, waiting }) {
  const p99 = (replies) =>
    quantile(
      replies.map(({ ms }) => ms),
      0.99,
    )
  t.figure('p99_up_ms', p99(up))
  t.figure('p99_down_ms', p99(down))
  t.figure('requests', up.length + down.length)
  t.figure('calls_while_down', callsWhileDown)
  t.figure('waiting', waiting)
  t.figure('drained_ms', drained)
  t.check(callsWhileDown > 0, 'the registry was not asked while it was down')
  t.equal([...up, ...down].filter(({ status }) => status !== 200).length, 0, 'answers that are not 200')
  t.atMost(p99(down), Math.max(1.2 * p99(up), p99(up) + 10), 'p99 while the registry is down')
  t.check(Number.isFinite(drained), `only ${brands} of ${waiting} brands are submitted two minutes after its return`)
  if (Number.isFinite(drained)) t.equal(brands, waiting, 'brands at the registry')
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const outboxGoals = [eventWithChange, deadProvider]
