import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Receiver } from '../../fakes/receiver.mjs'
import { repository } from '../../harness/servers/instance.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { until } from '../../harness/traffic/retry.mjs'
import {
  allowsPrivate,
  hastenDeliveries,
  isSignedForEvent,
  isSignedForWebhook,
  subscribed,
} from '../../harness/webhooks.mjs'

/** Goals about the attempts at one webhook: when, how often, with which secret, and when no more. */

const minuteMs = 60_000

/** Milliseconds before each retry, as docs/WEBHOOKS.md says. */
function documentedWaits() {
  const text = readFileSync(join(repository, 'docs', 'WEBHOOKS.md'), 'utf8')
  return [...text.matchAll(/^\| \d\s+\| (\d+) min\s+\|$/gm)].map(([, minutes]) => Number(minutes) * minuteMs)
}

async function withReceiver(t, prove, options = {}) {
  const receiver = await new Receiver().open()
  try {
    await prove(t, await t.environment({ env: allowsPrivate, ...options }), receiver)
  } finally {
    await receiver.close()
  }
}

const shown = async (environment, id) =>
  (await send(environment.url, 'GET', `/v3/webhooks/${id}`, { key: environment.acme.admin })).json.data

/** How long after the last attempt each delivery of the webhook is tried again, in milliseconds. */
async function waitsOf(environment, id) {
  const rows = await environment.query(
    `select extract(epoch from j.due_at - w.last_delivery_attempt_at) * 1000 as wait
       from jobs j join webhooks w on w.organization_id = j.organization_id and w.id = j.subject_id
      where j.kind = 'deliver_webhook' and j.lease_until is null and w.id = $1`,
    [id],
  )
  return rows.map(({ wait }) => Number(wait))
}

/** @type {import('../../harness/run.mjs').Goal} */
const schedule = {
  id: 'HOOK-3',
  tier: 1,
  title:
    'Retries come after the documented waits, within a tenth; Retry-After lengthens them, 410 ends them, and a redirect is not followed',
  injectedBugs: [
    {
      name: 'every wait is the first',
      code: [
        {
          file: 'resources/webhooks/attempt.rules.js',
          find: 'FIRST_RETRY_MS * 2 ** (attempt - 1)',
          put: 'FIRST_RETRY_MS * 1 ** (attempt - 1)',
        },
      ],
    },
    {
      name: 'Retry-After is not looked at',
      code: [{ file: 'resources/webhooks/attempt.rules.js', find: 'Math.max(scheduled, asked)', put: 'scheduled' }],
    },
    {
      name: '410 is a failure like others',
      code: [{ file: 'resources/webhooks/attempt.rules.js', find: 'status === 410', put: 'status === 411' }],
    },
  ],
  run: (t) =>
    withReceiver(t, async (_, environment, receiver) => {
      await keepsSchedule(t, environment, receiver)
      await heedsAnswers(t, environment, receiver)
    }),
}

async function keepsSchedule(t, environment, receiver) {
  const documented = documentedWaits()
  t.equal(documented.length, 5, 'waits in docs/WEBHOOKS.md')
  receiver.behave = () => 500
  const webhooks = []
  for (let n = 0; n < t.length(12, 90); n += 1)
    webhooks.push(await subscribed(environment, receiver.at(`/schedule/${n}`), { retry_count: 5 }))
  await environment.profile()
  let worst = 0
  for (const [retry, wait] of documented.entries()) {
    const isTried = async () =>
      (await Promise.all(webhooks.map(({ id }) => waitsOf(environment, id)))).every((w) => w.length)
    const came = () => webhooks.every((_, n) => receiver.to(`/schedule/${n}`).length === retry + 1)
    const waited = await until(async () => came() && (await isTried()), 30_000)
    if (!t.check(Number.isFinite(waited), `retry ${retry + 1} was not made`)) return
    for (const { id } of webhooks) {
      const [measured = 0] = await waitsOf(environment, id)
      worst = Math.max(worst, Math.abs(measured / wait - 1))
      t.check(
        Math.abs(measured / wait - 1) <= 0.101,
        `retry ${retry + 1} after ${Math.round(measured)} ms, not ${wait}`,
      )
    }
    await hastenDeliveries(environment)
  }
  const isOver = async () => (await environment.count(`select count(*) from deliveries where state <> 'FAILED'`)) === 0
  t.check(Number.isFinite(await until(isOver, 20_000)), 'a delivery is tried after its last retry')
  await sleep(500)
  t.equal(receiver.arrivals.length, webhooks.length * 6, 'attempts')
  t.figure('waits', webhooks.length * documented.length)
  t.figure('farthest_percent', worst * 100)
  for (const { id } of webhooks)
    await send(environment.url, 'DELETE', `/v3/webhooks/${id}`, { key: environment.acme.admin })
}

/** What an endpoint asks for, and the least and most that the wait may then be. */
const answersAsked = () => [
  { ask: '7200', least: 7_200_000, most: 7_200_000 },
  { ask: '999999', least: 24 * 60 * minuteMs, most: 24 * 60 * minuteMs },
  { ask: '1', least: 54_000, most: 66_000 },
  { ask: 'soon', least: 54_000, most: 66_000 },
  { ask: '-5', least: 54_000, most: 66_000 },
  { ask: new Date(Date.now() + 3_600_000).toUTCString(), least: 3_400_000, most: 3_601_000 },
]

async function heedsAnswers(t, environment, receiver) {
  // Made here: a date that was named when the system test started is nearer by all that ran before.
  const asked = answersAsked()
  const target = await new Receiver().open()
  try {
    receiver.behave = ({ path }) => {
      const at = Number(path.split('/').at(-1))
      if (path.startsWith('/after/')) return { status: 503, headers: { 'retry-after': asked[at].ask } }
      if (path === '/gone') return 410
      return { status: at, headers: { location: target.url } }
    }
    const later = []
    for (const at of asked.keys()) later.push(await subscribed(environment, receiver.at(`/after/${at}`)))
    const gone = await subscribed(environment, receiver.at('/gone'))
    const moved = []
    for (const status of [301, 302, 303, 307, 308])
      moved.push(await subscribed(environment, receiver.at(`/moved/${status}`)))
    await environment.profile()
    for (const [at, { id }] of later.entries()) {
      await until(
        async () => receiver.to(`/after/${at}`).length > 0 && (await waitsOf(environment, id)).length > 0,
        20_000,
      )
      const [wait = 0] = await waitsOf(environment, id)
      const { ask, least, most } = asked[at]
      t.check(wait >= least - 1 && wait <= most + 1, `Retry-After ${ask}: ${Math.round(wait)} ms`)
    }
    for (const { id } of moved) {
      const isTaken = await until(async () => (await waitsOf(environment, id)).length === 1, 20_000)
      t.check(Number.isFinite(isTaken), 'a redirect is not a failure that is tried again')
    }
    t.equal(target.connections, 0, 'connections to where redirects lead')
    const isOff = await until(async () => !(await shown(environment, gone.id)).is_active, 10_000)
    t.check(Number.isFinite(isOff), 'a webhook that answered 410 is still on')
    t.equal(receiver.to('/gone').length, 1, 'attempts at an endpoint that is gone')
    t.figure('retry_after', asked.length)
  } finally {
    await target.close()
  }
}

/** @type {import('../../harness/run.mjs').Goal} */
const switchedOff = {
  id: 'HOOK-4',
  tier: 1,
  title:
    'The tenth failed attempt in a row switches a webhook off and is reported once; a success resets the count; missed events can be replayed',
  injectedBugs: [
    {
      name: 'no number of failures is too many',
      code: [{ file: 'resources/webhooks/attempt.rules.js', find: 'FAILURES_MAX = 10', put: 'FAILURES_MAX = 1e6' }],
    },
    {
      name: 'a success does not reset the count',
      sql: [
        {
          statement: /^settle_delivery/,
          find: /when \$5 = 'DELIVERED' then 0 else/,
          replace: `when $5 = 'DELIVERED' then w.consecutive_failures else`,
        },
      ],
    },
  ],
  run: (t) => withReceiver(t, switchesOff),
}

async function switchesOff(t, environment, receiver) {
  let answer = 500
  receiver.behave = ({ path }) => (path === '/watch' ? 204 : answer)
  const { id } = await subscribed(environment, receiver.at('/failing'), { retry_count: 1 })
  await subscribed(environment, receiver.at('/watch'), { event_types: ['webhook'] })
  const failures = async () => (await shown(environment, id)).consecutive_failures
  const attempts = () => receiver.to('/failing').length
  const event = async (name) => {
    const before = attempts()
    await environment.profile({ name })
    return await until(() => attempts() > before, 20_000)
  }
  for (let n = 1; n <= 9; n += 1) {
    await event(`Failing ${n}`)
    await until(async () => (await failures()) === n, 10_000)
  }
  t.equal(await failures(), 9, 'failures in a row')
  t.check((await shown(environment, id)).is_active, 'off after nine failures')
  answer = 204
  await event('Good')
  t.check(Number.isFinite(await until(async () => (await failures()) === 0, 10_000)), 'a success does not reset')
  answer = 500
  // At once, so that several attempts end batcher and only one of them is the tenth.
  await Promise.all(Array.from({ length: 20 }, (_, n) => environment.profile({ name: `Burst ${n}` })))
  const off = await until(async () => !(await shown(environment, id)).is_active, 30_000)
  t.check(Number.isFinite(off), 'still on after 20 failures in a row')
  await until(async () => (await environment.count(`select count(*) from jobs where due_at <= now()`)) === 0, 20_000)
  await sleep(1_000)
  t.equal(receiver.to('/watch').length, 1, 'notices')
  t.figure('attempts_of_burst', attempts() - 10)
  await replaysWhatItMissed(t, environment, receiver, id, (status) => {
    answer = status
  })
}

async function replaysWhatItMissed(t, environment, receiver, id, answerWith) {
  const before = receiver.to('/failing').length
  const from = new Date().toISOString()
  for (let n = 0; n < 3; n += 1) await environment.profile({ name: `Missed ${n}` })
  await hastenDeliveries(environment)
  await sleep(1_500)
  t.equal(receiver.to('/failing').length, before, 'attempts while it is off')
  answerWith(204)
  const key = environment.acme.admin
  const on = await send(environment.url, 'PATCH', `/v3/webhooks/${id}/toggle-status`, {
    key,
    body: { is_active: true },
  })
  t.equal(on.status, 200, 'switched on')
  await environment.profile({ name: 'Heard again' })
  t.check(Number.isFinite(await until(() => receiver.to('/failing').length > before, 20_000)), 'nothing after it is on')
  // Almost seven days later.
  await environment.query(`update events set created_at = created_at - interval '6 days 23 hours'`)
  const since = new Date(Date.parse(from) - (6 * 24 + 23) * 60 * minuteMs).toISOString()
  const replay = await send(environment.url, 'POST', `/v3/webhooks/${id}/replay`, { key, body: { from: since } })
  t.equal(replay.status, 202, 'replay')
  const missed = (
    await environment.query(`select id from events where created_at >= $1::timestamptz and type = 'profile.created'`, [
      since,
    ])
  ).map(({ id: event }) => event)
  const arrived = () =>
    new Set(
      receiver
        .to('/failing')
        .slice(before)
        .map((incoming) => incoming.id),
    )
  const all = await until(() => missed.every((event) => arrived().has(event)), 20_000)
  t.check(missed.length >= 3, `only ${missed.length} events to replay`)
  t.check(Number.isFinite(all), 'missed events that a replay does not bring')
  t.figure('replayed', replay.json?.data?.replayed ?? 0)
}

/** @type {import('../../harness/run.mjs').Goal} */
const rotation = {
  id: 'HOOK-6',
  tier: 2,
  title: 'After a rotation deliveries verify with the new secret, and for 24 hours with the old one too',
  injectedBugs: [
    {
      name: 'the old secret is good for ever',
      sql: [
        {
          statement: /^find_due_delivery/,
          find: /case when w\.previous_secret_until > now\(\) then w\.previous_secret end/,
          replace: 'w.previous_secret',
        },
      ],
    },
    {
      name: 'the old secret is forgotten at once',
      sql: [
        {
          statement: /^find_due_delivery/,
          find: /case when w\.previous_secret_until > now\(\) then w\.previous_secret end/,
          replace: 'null::text',
        },
      ],
    },
  ],
  run: (t) => withReceiver(t, rotates),
}

async function rotates(t, environment, receiver) {
  const made = await subscribed(environment, receiver.url)
  const key = environment.acme.admin
  const next = async () => {
    const before = receiver.arrivals.length
    await environment.profile()
    await until(() => receiver.arrivals.length > before, 20_000)
    return receiver.arrivals.at(-1)
  }
  const old = made.signing_secret
  t.check(isSignedForEvent(await next(), old), 'not signed with the first secret')
  const { status, json } = await send(environment.url, 'POST', `/v3/webhooks/${made.id}/rotate-secret`, {
    key,
    body: {},
  })
  t.equal(status, 200, 'rotation')
  const fresh = json.data.signing_secret
  const moments = { 'at once': '24 hours', 'after 23:59 h': '1 minute', 'after 24:01 h': '-1 minute' }
  for (const [when, left] of Object.entries(moments)) {
    const [{ until_end: hours }] = await environment.query(
      `select extract(epoch from previous_secret_until - now()) / 3600 as until_end from webhooks where id = $1`,
      [made.id],
    )
    if (when === 'at once') t.check(Math.abs(Number(hours) - 24) < 0.05, `the old secret is good for ${hours} h`)
    else
      await environment.query('update webhooks set previous_secret_until = now() + $2::interval where id = $1', [
        made.id,
        left,
      ])
    const incoming = await next()
    t.check(isSignedForEvent(incoming, fresh), `${when}: not signed with the new secret`)
    t.check(isSignedForWebhook(incoming, fresh), `${when}: x-webhook-signature is not by the new secret`)
    t.equal(isSignedForEvent(incoming, old), !when.includes('24:01'), `${when}: signed with the old secret`)
  }
  t.figure('deliveries', receiver.arrivals.length)
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const attemptGoals = [schedule, switchedOff, rotation]
