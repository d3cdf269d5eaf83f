import { join } from 'node:path'
import { packageRoot } from '../../scripts/setup/package-root.mjs'
import { install } from '../installation.mjs'
import { runLoad, warmUp } from '../load-run.mjs'
import { runPgbench, scriptOf } from '../pgbench.mjs'
import { messagesOf, residentMegabytes, start, stop } from '../processes.mjs'
import { recordPatch } from '../recording.mjs'
import { seedBodyOfBrand } from '../seed-request.mjs'
import { serverRequest, startServer } from '../server.mjs'
import { inRounds, median, perRound } from '../statistics.mjs'

const profiles = 10_000
export const connections = 16
export const manyConnections = 64

/** PATCH beside what it is compared with, GET, replays and requests without a key; then latencies and memory. */
export async function measurePatch(bench) {
  const installation = await install(bench.cluster, 'patch', [profiles])
  const recording = await recordPatch(installation)
  const server = await startServer(installation.environment, join(bench.folder, 'patch.log'))
  const bares = await Promise.all(['plain', 'scoped'].map((form) => startBare(form, installation, recording)))
  try {
    const idle = residentMegabytes(server.pid)
    const parts = { installation, recording, server, bares }
    await warmAll(bench, parts)
    const subjects = subjectsOf(bench, parts)
    bench.figures['memory-idle'] = { median: idle, least: idle, most: idle }
    const outcomes = await inRounds(bench.rounds, subjects, bench.tell)
    bench.costs.push(...costsOf(outcomes))
    Object.assign(bench.figures, figuresOf(outcomes))
    bench.figures['memory-load'] = perRound(outcomes, ({ PATCH }) => PATCH.megabytes)
    await measureLatencies(bench, outcomes, { installation, server })
  } finally {
    await Promise.all([server.stop(), ...bares.map((bare) => bare.stop())])
    await installation.close()
  }
}

/**
 * The bare program, in one of its forms.
 *
 * @public
 */
export async function startBare(form, { url, organizationId }, recording) {
  const started = start(process.execPath, [join(packageRoot, 'bench', 'programs', 'bare.mjs')])
  const next = messagesOf(started)
  started.child.stdin.end(JSON.stringify({ form, url, organizationId, recording }))
  const { port } = await next()
  return { form, pid: started.child.pid, port, stop: () => stop(started) }
}

/** The server changes the first half of the profiles, the programs that encrypt nothing of their own the second. */
export function halvesOf([account]) {
  const count = account.count / 2
  return [
    { ...account, count },
    { ...account, count, first: account.first + count },
  ]
}

function orderFor({ seconds }, port, half, request) {
  return {
    ...{ model: 'closed', connections, seconds, warmUpSeconds: 1, request },
    targets: [{ host: '127.0.0.1', port }],
    profiles: [half],
  }
}

async function warmAll(bench, { installation: { body, accounts }, server, bares }) {
  const [ours, theirs] = halvesOf(accounts)
  const patch = serverRequest('PATCH', { body, hasKey: true })
  const warm = ({ pid, port }, half, request) =>
    warmUp(orderFor(bench, port, half, request), { pids: [pid], postmaster: bench.postmaster }, bench.warmUpAnswers)
  await warm(server, ours, patch)
  await warm(server, ours, serverRequest('GET'))
  for (const bare of bares) await warm(bare, theirs, patch)
}

function subjectsOf(bench, { installation, recording, server, bares }) {
  const { postmaster, programs, seconds } = bench
  const [ours, theirs] = halvesOf(installation.accounts)
  const { body, url, organizationId } = installation
  const patch = serverRequest('PATCH', { body, hasKey: true })
  const ofServer = (request, more = {}) =>
    runLoad({ ...orderFor(bench, server.port, ours, request), ...more }, { pids: [server.pid], postmaster })
  const script = scriptOf(recording, theirs)
  // What is compared with PATCH stands close to it, for the machine does not stay the same for long.
  return [
    { name: 'PATCH replayed', run: () => ofServer(patch, { replays: 500 }) },
    { name: 'GET', run: () => ofServer(serverRequest('GET')) },
    { name: 'PATCH without a key', run: () => ofServer(serverRequest('PATCH', { body })) },
    { name: 'PATCH', run: () => ofServer(patch) },
    ...bares.map(({ form, pid, port }) => ({
      name: form === 'plain' ? 'bare' : 'bare, our query form',
      run: () => runLoad(orderFor(bench, port, theirs, patch), { pids: [pid], postmaster }),
    })),
    {
      name: 'pgbench',
      run: () => runPgbench({ programs, url, postmaster, organizationId }, script, { seconds, connections }),
    },
    {
      name: 'bare GET',
      run: () =>
        runLoad(orderFor(bench, bares[0].port, theirs, serverRequest('GET')), { pids: [bares[0].pid], postmaster }),
    },
    {
      name: `PATCH, ${manyConnections} connections`,
      run: () => ofServer(patch, { connections: manyConnections }),
    },
    {
      name: `GET, ${manyConnections} connections`,
      run: () => ofServer(serverRequest('GET'), { connections: manyConnections }),
    },
    {
      name: 'PATCH of name and brand',
      run: () => ofServer(serverRequest('PATCH', { body: seedBodyOfBrand, hasKey: true })),
    },
  ]
}

const cpu = ({ nodeUs, postgresUs }) => nodeUs + postgresUs

function figuresOf(outcomes) {
  const figure = (of) => perRound(outcomes, of)
  return {
    bare: figure(({ PATCH, bare }) => PATCH.rate / bare.rate),
    'bare-scoped': figure((of) => of.PATCH.rate / of['bare, our query form'].rate),
    pgbench: figure(({ PATCH, pgbench }) => PATCH.rate / pgbench.rate),
    cpu: figure(({ PATCH, pgbench }) => cpu(PATCH) / pgbench.postgresUs),
    get: figure(({ PATCH, GET }) => GET.rate / PATCH.rate),
    'get-bare': figure(({ bare, ...of }) => of['bare GET'].rate / bare.rate),
    replay: figure((of) => cpu(of['PATCH replayed']) / cpu(of.PATCH)),
    key: figure((of) => cpu(of.PATCH) / cpu(of['PATCH without a key'])),
  }
}

/** The median of each subject's rates and costs. */
export function costsOf(outcomes) {
  return Object.keys(outcomes[0]).map((name) => {
    const of = (member) => median(outcomes.map((outcome) => outcome[name][member]))
    return { name, rate: of('rate'), nodeUs: of('nodeUs'), postgresUs: of('postgresUs') }
  })
}

/** Open model, at half of what the closed model reached. */
async function measureLatencies(bench, outcomes, { installation, server }) {
  const requests = {
    PATCH: serverRequest('PATCH', { body: installation.body, hasKey: true }),
    GET: serverRequest('GET'),
  }
  for (const [name, request] of Object.entries(requests)) {
    const rate = Math.max(1, Math.round(median(outcomes.map((outcome) => outcome[name].rate)) / 2))
    const { p50, p99, p999 } = await runLoad(
      {
        ...{ model: 'open', connections: 64, rate, seconds: bench.latencySeconds, warmUpSeconds: 1, request },
        targets: [{ host: '127.0.0.1', port: server.port }],
        profiles: halvesOf(installation.accounts).slice(0, 1),
      },
      { pids: [server.pid], postmaster: bench.postmaster },
    )
    bench.latencies.push({ name, rate, p50, p99, p999 })
    bench.tell(`${name} at ${rate}/s: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, p99.9 ${p999.toFixed(1)} ms`)
  }
}
