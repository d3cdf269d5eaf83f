import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../harness/traffic/http.mjs'
import { until } from '../../harness/traffic/retry.mjs'

/** @type {import('../../harness/run.mjs').Goal} */
const traced = {
  id: 'OBS-1',
  tier: 1,
  title: 'Each request id is in exactly one access line, in at most one error line, and in the history of its change',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment()
    const id = await environment.profile()
    const requests = t.length(200, 1_000)
    const seen = []
    for (let n = 0; n < requests; n += 1) {
      const kind = n % 5
      const reply = await send(
        environment.instances[n % 2].url,
        kind === 0 ? 'PATCH' : 'GET',
        kind === 3 ? '/v3/profiles/none' : kind === 4 ? '/v3/nowhere' : `/v3/profiles/${id}`,
        {
          key: kind === 2 ? 'nobody' : environment.acme.admin,
          ...(kind === 0 ? { body: { name: `Change ${n}` } } : {}),
        },
      )
      seen.push({
        kind,
        requestId: reply.json?.meta?.request_id,
        header: reply.headers['x-request-id'],
        status: reply.status,
      })
    }
    await sleep(300)
    const lines = environment
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
    const history = new Set(
      (await environment.query('select request_id from profile_history')).map(({ request_id: name }) => name),
    )
    for (const { kind, requestId, header, status } of seen) {
      t.equal(header, requestId, 'X-Request-Id')
      t.equal(
        lines.filter((line) => line.event === 'request' && line.request_id === requestId).length,
        1,
        `access lines of a ${status}`,
      )
      t.check(
        lines.filter((line) => line.event !== 'request' && line.request_id === requestId).length <= 1,
        'error lines',
      )
      if (kind === 0) t.check(history.has(requestId), 'a change is not in the history under its request')
    }
    t.figure('requests', requests)
    t.figure('lines', lines.length)
  },
}

const injections = [
  '\r\n{"level":"error","event":"forged"}',
  '\u001b[31mred\u001b[0m',
  '\u2028forged\u2029',
  '\n\n',
  '"}\n{"event":"forged"}',
  '\u0085forged',
  '%0d%0aforged',
]

/** @type {import('../../harness/run.mjs').Goal} */
const oneLine = {
  id: 'OBS-4',
  tier: 1,
  title:
    'Every input holds line breaks, escapes and separators: each line of the log stays one JSON record of the server',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    for (const text of injections) {
      const safe = encodeURIComponent(text)
      await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        body: { name: `x${text}`, description: text, [text]: 1 },
      })
      await send(environment.url, 'GET', `/v3/profiles/${safe}?search=${safe}&${safe}=1`, {
        key: environment.acme.admin,
      })
      await send(environment.url, 'GET', `/${safe}`, { key: environment.acme.admin })
      const header = text.replaceAll(/[^\x20-\x7e]/g, '')
      for (const name of [
        'x-request-id',
        'user-agent',
        'idempotency-key',
        'x-profile-id',
        'x-api-key',
        'traceparent',
        'x-forwarded-for',
      ]) {
        await send(environment.url, 'GET', `/v3/profiles/${id}`, {
          key: environment.acme.admin,
          headers: { [name]: header || 'x' },
        })
      }
    }
    await sleep(300)
    const lines = environment.instances[0].child
      .output()
      .split('\n')
      .filter((line) => line.includes('"level"') || line.includes('forged'))
    const bad = lines.filter((line) => {
      try {
        return JSON.parse(line).event === 'forged'
      } catch {
        return true
      }
    })
    t.figure('lines', lines.length)
    t.check(lines.length > 50, 'hardly a line was written')
    t.equal(bad.length, 0, `lines that are not the server's (${bad[0]?.slice(0, 80)})`)
    t.check(
      !lines.some((line) => line.includes('\u001b') || line.includes('\u2028')),
      'a raw control character is in the log',
    )
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const probes = {
  id: 'OBS-5',
  tier: 1,
  title:
    'The database is down: /livez stays 200, /readyz is 503 within 3 s and 200 within 2 s of its return, and no process ends',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const [instance] = environment.instances
    const ready = async () => (await send(instance.opsUrl, 'GET', '/readyz')).status
    await environment.sharedCluster.cluster.stop('fast')
    const notReady = await until(async () => (await ready()) === 503, 10_000)
    const downUntil = performance.now() + t.length(3_000, 300_000)
    let dead = 0
    while (performance.now() < downUntil) {
      if ((await send(instance.opsUrl, 'GET', '/livez')).status !== 200) dead += 1
      await sleep(200)
    }
    await environment.sharedCluster.cluster.start()
    const back = await until(async () => (await ready()) === 200, 15_000)
    t.figure('not_ready_ms', notReady)
    t.figure('ready_again_ms', back)
    t.equal(dead, 0, '/livez that was not 200')
    t.atMost(notReady, 3_000, 'ms until it was not ready')
    t.atMost(back, 2_000, 'ms until it was ready again')
    t.check(instance.isRunning && instance.starts === 1, 'the process ended')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const observationGoals = [traced, oneLine, probes]
