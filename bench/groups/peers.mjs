import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asAdministrator, install } from '../installation.mjs'
import { runLoad, warmUp } from '../load-run.mjs'
import { startDirectus } from '../peers/directus.mjs'
import { startParse } from '../peers/parse.mjs'
import { runPgbench, scriptOf } from '../pgbench.mjs'
import { start } from '../processes.mjs'
import { recordPatch } from '../recording.mjs'
import { serverRequest, startServer } from '../server.mjs'
import { inRounds, perRound } from '../statistics.mjs'
import { connections, costsOf, halvesOf, manyConnections } from './patch.mjs'

const items = 1_000
const installMinutesMax = 20

/** Others that keep records of the same form in the same PostgreSQL, with the same change of one item. */
const peers = [
  { id: 'parse', name: 'Parse Server', packages: { 'parse-server': '9.10.0', express: '5.1.0' }, open: startParse },
  { id: 'directus', name: 'Directus', packages: { directus: '11.3.5' }, open: startDirectus },
]

/** Installs each peer into a temporary folder, and compares. One that cannot be installed is noted, not measured. */
export async function measurePeers(bench) {
  const installation = await install(bench.cluster, 'beside_peers', [2 * items])
  const [account, others] = halvesOf(installation.accounts)
  const script = scriptOf(await recordPatch(installation), others)
  const server = await startServer(installation.environment, join(bench.folder, 'beside-peers.log'))
  try {
    for (const peer of peers) {
      const problem = await measurePeer(bench, peer, { installation, account, script, server }).then(
        () => null,
        (error) => error,
      )
      if (problem !== null) {
        bench.notes.push(`${peer.name} was not measured: it could not be installed or started.`)
        bench.tell(`${peer.name}: ${problem instanceof Error ? problem.message : problem}`)
      }
    }
  } finally {
    await server.stop()
    await installation.close()
  }
}

async function measurePeer(bench, { id, name, packages, open }, { installation, account, script, server }) {
  const folder = await installed(bench, id, packages)
  await asAdministrator(bench.cluster.url, (client) => client.query(`create database peer_${id}`))
  const url = new URL(bench.cluster.url)
  url.pathname = `/peer_${id}`
  const peer = await open({ folder, url: url.href, first: account.first, count: items, prefix: account.prefix })
  try {
    const orderFor = ({ port }, request, count = connections) => ({
      ...{ model: 'closed', connections: count, seconds: bench.seconds, warmUpSeconds: 2, request },
      targets: [{ host: '127.0.0.1', port }],
      profiles: [account],
    })
    const at = ({ pid }) => ({ pids: [pid], postmaster: bench.postmaster })
    const run = (server, request, count) => runLoad(orderFor(server, request, count), at(server))
    const patch = serverRequest('PATCH', { body: installation.body, hasKey: true })
    await warmUp(orderFor(server, patch), at(server), bench.warmUpAnswers)
    await warmUp(orderFor(peer, peer.request), at(peer), bench.warmUpAnswers)
    const ours = 'PATCH, beside the peers'
    const many = (of) => `${of}, ${manyConnections} connections`
    const outcomes = await inRounds(
      bench.rounds,
      [
        { name: ours, run: () => run(server, patch) },
        { name, run: () => run(peer, peer.request) },
        { name: many(ours), run: () => run(server, patch, manyConnections) },
        { name: many(name), run: () => run(peer, peer.request, manyConnections) },
        {
          name: 'pgbench, beside the peers',
          run: () => runPgbench({ ...bench, ...installation }, script, { seconds: bench.seconds, connections }),
        },
      ],
      bench.tell,
    )
    bench.figures[id] = perRound(outcomes, (of) => of[ours].rate / of[name].rate)
    bench.figures[`${id}-many`] = perRound(outcomes, (of) => of[many(ours)].rate / of[many(name)].rate)
    bench.figures[`${id}-pgbench`] = perRound(outcomes, (of) => of['pgbench, beside the peers'].rate / of[name].rate)
    bench.costs.push(...costsOf(outcomes).filter((cost) => [name, many(name)].includes(cost.name)))
    bench.notes.push(`${name} ${versionOf(folder, Object.keys(packages)[0])}, same PostgreSQL, ${items} items.`)
  } finally {
    await peer.stop()
  }
}

async function installed(bench, id, packages) {
  const folder = join(bench.folder, `peer-${id}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }))
  bench.tell(`installing ${Object.keys(packages)[0]} (this can take minutes) ...`)
  const npm = start('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
  npm.child.stdout.resume()
  const late = setTimeout(() => npm.child.kill('SIGTERM'), installMinutesMax * 60_000)
  const code = await npm.ended
  clearTimeout(late)
  // Its words are not repeated: they can name the registry.
  if (code !== 0) throw new Error(`npm install ended with ${code}`)
  bench.tell(`installed: ${execFileSync('du', ['-sm', folder], { encoding: 'utf8' }).split('\t')[0]} MB`)
  return folder
}

function versionOf(folder, name) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
}
