import { forgetsKeys } from '../../harness/injected-bugs.mjs'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { send, sendRaw } from '../../harness/traffic/http.mjs'
import { aCardChange } from '../../harness/traffic/request-bodies.mjs'
import { quantile, until, untilFinal } from '../../harness/traffic/retry.mjs'

/** @type {import('../../harness/run.mjs').Goal} */
const sameKeyAtOnce = {
  id: 'IDEM-1',
  tier: 1,
  title:
    'Identical requests with one key arrive at once on two instances: one is executed, and every other answer is a replay',
  injectedBugs: [forgetsKeys],
  async run(t) {
    const environment = await t.environment({ env: { ...patientLadder, DATABASE_POOL_SIZE: '32' } })
    const keys = t.length(12, 200)
    const copies = 50
    // A connection for each request, opened before: what is raced here is a key.
    const warm = ({ url }) =>
      Array.from({ length: 24 }, () => send(url, 'GET', '/v3/profiles', { key: environment.acme.admin }))
    await Promise.all(environment.instances.flatMap(warm))
    const outcomes = { first: 0, replay: 0, conflict: 0, other: 0 }
    let executions = 0
    for (let at = 0; at < keys && t.failures.length < 20; at += 1) {
      const profile = await environment.profile()
      const key = `once-${t.seed}-${at}`
      const replies = await Promise.all(
        Array.from({ length: copies }, (_, copy) =>
          send(environment.instances[copy % 2].url, 'PATCH', `/v3/profiles/${profile}`, {
            key: environment.acme.admin,
            headers: { 'idempotency-key': key },
            body: { name: `Name ${at}` },
          }),
        ),
      )
      const first = replies.find(
        ({ status, headers }) => status === 200 && headers['idempotent-replayed'] === undefined,
      )
      for (const reply of replies) {
        const kind = kindOf(reply, first)
        outcomes[kind] += 1
        if (kind === 'other')
          t.check(false, `an answer of its own kind: ${reply.status} ${reply.error} ${reply.text.slice(0, 200)}`)
      }
      executions += await environment.count(
        `select count(*) from profile_history where profile_id = $1 and operation = 'updateProfile'`,
        [profile],
      )
    }
    t.figure('keys', keys)
    t.figure('copies', copies)
    for (const [kind, count] of Object.entries(outcomes)) t.figure(kind, count)
    t.figure('executions', executions)
    t.equal(executions, keys, 'executions')
    t.equal(outcomes.first, keys, 'first answers')
    t.equal(outcomes.other, 0, 'other answers')
  },
}

function kindOf({ status, headers, text, json }, first) {
  if (status === 200 && headers['idempotent-replayed'] === undefined) return 'first'
  if (status === 200) {
    const isSame = text === first?.text && headers['x-original-request-id'] === first?.json.meta.request_id
    return isSame ? 'replay' : 'other'
  }
  const isConflict = status === 409 && json?.error?.code === 'CONFLICT_001' && headers['retry-after'] !== undefined
  return isConflict ? 'conflict' : 'other'
}

/** @type {import('../../harness/run.mjs').Goal} */
const grammar = {
  id: 'IDEM-2',
  tier: 1,
  title: 'A key that does not fit the grammar is refused and leaves no row',
  injectedBugs: [
    {
      name: 'any key is taken',
      code: [
        {
          file: 'http/auth/authenticate.js',
          find: 'if (!KEY_GRAMMAR.test(key))',
          put: 'if (globalThis.never && !KEY_GRAMMAR.test(key))',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const rowsBefore = await environment.count('select count(*) from idempotency_keys')
    const versionBefore = await environment.count('select version from profiles where id = $1', [id])
    const bad = ['', 'a'.repeat(256), 'two words', '"quoted"', 'comma,comma', 'dot.dot', '4242424242424242']
    const port = Number(new URL(environment.instances[0].url).port)
    for (const key of bad) {
      const { status, json } = await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        headers: { 'idempotency-key': key },
        body: { name: 'Never' },
      })
      t.equal(`${status} ${json?.error?.code}`, '400 VALIDATION_007', `key ${JSON.stringify(key.slice(0, 20))}`)
    }
    const lines = (keys) =>
      `PATCH /v3/profiles/${id} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${environment.acme.admin}\r\nContent-Type: application/json\r\n` +
      `${keys.map((key) => `Idempotency-Key: ${key}\r\n`).join('')}Content-Length: 16\r\nConnection: close\r\n\r\n{"name":"Never"}`
    for (const keys of [['a', 'a'], ['a', 'b'], ['caf\u00e9']]) {
      const { text } = await sendRaw(port, Buffer.from(lines(keys), 'latin1'), { quietMs: 5_000 })
      t.check(text.includes(' 400 ') && text.includes('VALIDATION_007'), `keys ${keys}: ${text.slice(0, 60)}`)
    }
    t.equal(await environment.count('select count(*) from idempotency_keys'), rowsBefore, 'rows of refused keys')
    t.equal(await environment.count('select version from profiles where id = $1', [id]), versionBefore, 'version')
    for (const key of ['a', 'b'.repeat(255), 'A-b_9']) {
      const { status } = await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        headers: { 'idempotency-key': key },
        body: { name: `Name ${key.length}` },
      })
      t.equal(status, 200, `key of ${key.length} characters`)
    }
    t.equal(await environment.count('select count(*) from idempotency_keys'), rowsBefore + 3, 'rows of good keys')
    t.figure('refused', bad.length + 3)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const otherBody = {
  id: 'IDEM-7',
  tier: 1,
  title:
    'The same key comes with another body: the first answer is sent and marked, strict mode answers 422, and the first body stays stored',
  injectedBugs: [forgetsKeys],
  async run(t) {
    const environment = await t.environment()
    const id = await environment.profile()
    const ask = (instance, name, headers = {}) =>
      send(environment.instances[instance].url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        headers: { 'idempotency-key': 'one-key', ...headers },
        body: { name },
      })
    const first = await ask(0, 'First')
    const second = await ask(1, 'Second')
    const strict = await ask(1, 'Third', { prefer: 'handling=strict' })
    t.equal(second.text, first.text, 'the second answer')
    t.equal(second.headers['idempotent-replayed'], 'true', 'Idempotent-Replayed')
    t.equal(second.headers['idempotent-payload-mismatch'], 'true', 'Idempotent-Payload-Mismatch')
    t.equal(`${strict.status} ${strict.json?.error?.code}`, '422 STRICT_001', 'strict mode')
    const [{ name }] = await environment.query('select name from profiles where id = $1', [id])
    t.equal(name, 'First', 'the stored name')
    t.equal(
      await environment.metric('letterhead_idempotency_requests_total', 'outcome="mismatch"'),
      1,
      'counted mismatches',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const storeDown = {
  id: 'IDEM-8',
  tier: 1,
  title:
    'The database is unreachable: a request with a key gets 503 SERVICE_001, no provider is called, and nothing is done afterwards',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1, withStripe: true, env: {} })
    const id = await environment.profile()
    await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })
    const callsBefore = environment.stripe.calls.length
    environment.proxies[0].isBlackHole = true
    const ask = () =>
      send(environment.instances[0].url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        headers: { 'idempotency-key': 'while-down' },
        body: { name: 'Never', ...aCardChange() },
      })
    const first = await Promise.all([ask(), ask(), ask()])
    const later = []
    for (let at = 0; at < 6; at += 1) later.push(await ask())
    for (const { status, json } of [...first, ...later]) {
      t.equal(`${status} ${json?.error?.code}`, '503 SERVICE_001', 'while the store is down')
    }
    t.figure('first_ms', Math.max(...first.map(({ ms }) => ms)))
    t.figure('later_ms', Math.max(...later.map(({ ms }) => ms)))
    t.atMost(Math.max(...first.map(({ ms }) => ms)), 9_000, 'the first answers, in ms')
    t.atMost(Math.max(...later.map(({ ms }) => ms)), 500, 'later answers, in ms')
    environment.proxies[0].heal()
    await untilFinal(
      () => send(environment.instances[0].url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin }),
      {
        withinMs: 15_000,
      },
    )
    t.equal(environment.stripe.calls.length, callsBefore, 'calls to the processor')
    t.equal(await environment.count('select version from profiles where id = $1', [id]), 1, 'version')
    t.equal(
      await environment.count(`select count(*) from idempotency_keys where key = 'while-down'`),
      0,
      'rows of the key',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const expiry = {
  id: 'IDEM-9',
  tier: 1,
  title:
    "A key replays after 23:59 hours and runs anew after 24:01 hours of the database's clock, whatever the server's clock says",
  injectedBugs: [
    {
      name: 'a key never expires',
      sql: [
        {
          statement: /^admit_updateProfile/,
          find: /coalesce\(i\.expires_at <= statement_timestamp\(\), false\)/,
          replace: 'false',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 2 })
    const age = (key, interval) =>
      environment.query(
        `update idempotency_keys set created_at = created_at - $2::interval, expires_at = expires_at - $2::interval where key = $1`,
        [key, interval],
      )
    const shifts = ['', '25', '-25']
    for (const hours of shifts) {
      const instance = environment.instances[0]
      if (hours !== '') {
        await instance.stop()
        const source = `const D=Date;const s=${Number(hours)}*36e5;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(D.now()+s)}static now(){return D.now()+s}}`
        instance.nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(source)}`]
        await instance.startPatiently()
      }
      const id = await environment.profile()
      for (const [interval, expected] of [
        ['23 hours 59 minutes', 'replay'],
        ['24 hours 1 minute', 'anew'],
      ]) {
        const key = `aged-${hours}-${expected}`
        const ask = (name) =>
          send(instance.url, 'PATCH', `/v3/profiles/${id}`, {
            key: environment.acme.admin,
            headers: { 'idempotency-key': key },
            body: { name },
          })
        const first = await ask(`First ${key}`)
        await age(key, interval)
        const second = await ask(`First ${key}`)
        const seen =
          second.headers['idempotent-replayed'] === 'true'
            ? 'replay'
            : second.status === 200
              ? 'anew'
              : String(second.status)
        t.equal(seen, expected, `clock ${hours || 'right'}, ${interval}, first ${first.status}`)
      }
    }
    t.figure('clocks', shifts.length)
    if (!t.isLong) return
    await age('aged--anew', '48 hours')
    const gone = await until(
      async () => (await environment.count(`select count(*) from idempotency_keys where key = 'aged--anew'`)) === 0,
      600_000,
    )
    t.figure('swept_seconds', gone / 1_000)
    t.atMost(gone, 600_000, 'ms until an expired row is gone')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const scopes = {
  id: 'IDEM-6',
  tier: 1,
  title:
    'One key string is sent by every pair of callers, routes, profiles and modes: it replays only within one account, mode, operation and target',
  injectedBugs: [
    {
      name: 'operation and target of a key are not compared',
      code: [
        {
          file: 'http/idempotency/idempotency.js',
          find: 'row.i_operation !== identity.operation',
          put: 'globalThis.never && row.i_operation !== identity.operation',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment()
    const { acme, other } = environment
    const mine = [await environment.profile(), await environment.profile()]
    const theirs = [
      await environment.profile({ name: 'Theirs' }, other.admin),
      await environment.profile({ name: 'Theirs too' }, other.admin),
    ]
    const made = await send(environment.url, 'POST', `/v3/profiles/${mine[0]}/keys`, { key: acme.admin, body: {} })
    const callers = [
      { name: 'admin', key: acme.admin, account: acme.id, mode: 'live', may: true, profiles: mine },
      { name: 'owner', key: acme.owner, account: acme.id, mode: 'live', may: true, profiles: mine },
      { name: 'developer', key: acme.developer, account: acme.id, mode: 'live', may: false, profiles: mine },
      { name: 'test key', key: acme.test, account: acme.id, mode: 'test', may: true, profiles: mine },
      {
        name: 'key of the profile',
        key: made.json.data.api_key ?? made.json.data.key,
        account: mine[0],
        mode: 'live',
        may: true,
        profiles: mine,
      },
      { name: 'other admin', key: other.admin, account: other.id, mode: 'live', may: true, profiles: theirs },
    ]
    const calls = callers.flatMap((caller) =>
      [0, 1].flatMap((at) =>
        [
          { method: 'PATCH', body: { name: 'Same', sandbox: true } },
          { method: 'PATCH', body: { name: 'Same' } },
          { method: 'DELETE', body: { sandbox: true } },
        ].map(({ method, body }) => ({ caller, profile: caller.profiles[at], method, body })),
      ),
    )
    const pairs = t.random
      .shuffled(calls.flatMap((first) => calls.map((second) => [first, second])))
      .slice(0, t.length(250, 100_000))
    let replays = 0
    for (const [number, [first, second]] of pairs.entries()) {
      const ask = ({ caller, profile, method, body }, instance) =>
        send(environment.instances[instance].url, method, `/v3/profiles/${profile}`, {
          key: caller.key,
          headers: { 'idempotency-key': `pair-${number}` },
          body,
        })
      const one = await ask(first, number % 2)
      const two = await ask(second, (number + 1) % 2)
      const isSame =
        first.caller.account === second.caller.account &&
        first.caller.mode === second.caller.mode &&
        first.method === second.method &&
        first.profile === second.profile &&
        one.status < 300 &&
        second.caller.may
      const isReplay = two.headers['idempotent-replayed'] === 'true'
      if (isReplay) replays += 1
      const what = `${first.caller.name} ${first.method} then ${second.caller.name} ${second.method}`
      t.equal(isReplay, isSame, `${what}: replayed`)
      if (!second.caller.may) t.equal(two.status, 403, `${what}: status of one who may not`)
      if (first.caller.account !== second.caller.account && one.status < 300)
        t.check(two.text !== one.text || two.text === '', `${what}: the same body`)
    }
    t.figure('pairs', pairs.length)
    t.figure('replays', replays)
    t.check(replays > 0, 'nothing was ever replayed')
    await send(environment.url, 'PATCH', `/v3/profiles/${mine[0]}`, {
      key: callers[4].key,
      headers: { 'idempotency-key': 'withdrawn' },
      body: { name: 'Before' },
    })
    await send(environment.url, 'DELETE', `/v3/profiles/${mine[0]}/keys/${made.json.data.id}`, { key: acme.admin })
    const after = await send(environment.url, 'PATCH', `/v3/profiles/${mine[0]}`, {
      key: callers[4].key,
      headers: { 'idempotency-key': 'withdrawn' },
      body: { name: 'Before' },
    })
    t.equal(after.status, 401, 'a replay for a key that was revoked since')
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const overhead = {
  id: 'IDEM-11',
  tier: 2,
  title: 'A key costs at most 1.5 ms at the median',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1, isDirect: true })
    const id = await environment.profile()
    const times = { with: [], without: [] }
    for (let at = 0; at < t.length(300, 3_000); at += 1) {
      for (const kind of t.random.shuffled(['with', 'without'])) {
        const headers = kind === 'with' ? { 'idempotency-key': `cost-${at}` } : {}
        const { ms, status } = await send(environment.instances[0].url, 'PATCH', `/v3/profiles/${id}`, {
          key: environment.acme.admin,
          headers,
          body: { name: `${kind} ${at}` },
        })
        if (status === 200 && at > 20) times[kind].push(ms)
      }
    }
    const added = quantile(times.with, 0.5) - quantile(times.without, 0.5)
    t.figure('p50_without_ms', quantile(times.without, 0.5))
    t.figure('p50_with_ms', quantile(times.with, 0.5))
    t.figure('added_ms', added)
    t.atMost(added, 1.5, 'added at the median, in ms')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const idempotencyGoals = [sameKeyAtOnce, grammar, scopes, otherBody, storeDown, expiry, overhead]
