import { join } from 'node:path'
import { install } from '../installation.mjs'
import { runLoad, warmUp } from '../load-run.mjs'
import { requestText, serverRequest, startServer } from '../server.mjs'
import { inRounds, perRound } from '../statistics.mjs'
import { connections, costsOf } from './patch.mjs'

const one = [1_000]
/** 900 organizations of so many profiles each, and one that has a hundred times as many. */
const sizesOf = (each) => [each * 100, ...Array.from({ length: 900 }, () => each)]
const pageSize = 20

/**
 * The same requests on 10^3 and on 10^6 profiles of as many organizations, on 10^3 of one organization, and the first and the
 * last page of the largest organization.
 */
export async function measureScale(bench) {
  if (bench.isQuick) bench.notes.push('A quick run measures scale on 10^5 profiles, not on 10^6.')
  const startedAt = performance.now()
  const places = {
    one: await install(bench.cluster, 'scale_one', one),
    few: await install(bench.cluster, 'scale_few', sizesOf(1)),
    many: await install(bench.cluster, 'scale_many', sizesOf(bench.isQuick ? 100 : 1_000)),
  }
  bench.tell(`profiles made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  const servers = {}
  try {
    for (const [name, { environment }] of Object.entries(places)) {
      servers[name] = await startServer(environment, join(bench.folder, `scale-${name}.log`))
    }
    const outcomes = await inRounds(bench.rounds, await subjectsOf(bench, places, servers), bench.tell)
    const cpu = ({ nodeUs, postgresUs }) => nodeUs + postgresUs
    const ratio = (of, against) => perRound(outcomes, (outcome) => cpu(outcome[of]) / cpu(outcome[against]))
    bench.figures['scale-patch'] = ratio('PATCH, many profiles', 'PATCH, 10^3 of many organizations')
    bench.figures['scale-get'] = ratio('GET, many profiles', 'GET, 10^3 of many organizations')
    bench.figures['scale-patch-one'] = ratio('PATCH, many profiles', 'PATCH, 10^3 of one organization')
    bench.figures['scale-get-one'] = ratio('GET, many profiles', 'GET, 10^3 of one organization')
    bench.figures['scale-list'] = ratio('list, last page', 'list, first page')
    bench.costs.push(...costsOf(outcomes))
    bench.notes.push(await sizesOnDisk(places.many))
  } finally {
    await Promise.all(Object.values(servers).map((context) => context.stop()))
    for (const { close } of Object.values(places)) await close()
  }
}

async function subjectsOf(bench, places, servers) {
  const orderFor = (place, request, profiles) => ({
    ...{ model: 'closed', connections, seconds: bench.seconds, warmUpSeconds: 1, request, profiles },
    targets: [{ host: '127.0.0.1', port: servers[place].port }],
  })
  const at = (place) => ({ pids: [servers[place].pid], postmaster: bench.postmaster })
  const run = (place, request, profiles) => runLoad(orderFor(place, request, profiles), at(place))
  const patchOf = ({ body }) => serverRequest('PATCH', { body, hasKey: true })
  const get = serverRequest('GET')
  for (const place of ['one', 'few', 'many']) {
    for (const request of [patchOf(places[place]), get])
      await warmUp(orderFor(place, request, places[place].accounts), at(place), bench.warmUpAnswers)
  }
  const largest = places.many.accounts.slice(0, 1)
  const [{ first, count }] = largest
  const list = async (number) => {
    const cursor = await cursorOf(places.many, number)
    return requestText('GET', `/v3/profiles?page_size=${pageSize}&cursor=${cursor}`, ['x-api-key: @ACCOUNT@'])
  }
  const [firstPage, lastPage] = [await list(first), await list(first + count - pageSize - 1)]
  const patched = (place) => () => run(place, patchOf(places[place]), places[place].accounts)
  const read = (place) => () => run(place, get, places[place].accounts)
  return [
    { name: 'PATCH, 10^3 of one organization', run: patched('one') },
    { name: 'PATCH, many profiles', run: patched('many') },
    { name: 'PATCH, 10^3 of many organizations', run: patched('few') },
    { name: 'GET, 10^3 of one organization', run: read('one') },
    { name: 'GET, many profiles', run: read('many') },
    { name: 'GET, 10^3 of many organizations', run: read('few') },
    { name: 'list, first page', run: () => run('many', firstPage, largest) },
    { name: 'list, last page', run: () => run('many', lastPage, largest) },
  ]
}

/** The cursor with which the list goes on after a profile, as an answer gives it. */
async function cursorOf({ owner, accounts: [{ prefix }] }, number) {
  const id = prefix + String(number).padStart(12, '0')
  const { rows } = await owner.query(
    `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') as at from profiles where id = $1`,
    [id],
  )
  return Buffer.from(`${rows[0].at} ${id}`).toString('base64url')
}

async function sizesOnDisk({ owner }) {
  const { rows } = await owner.query(`
    select (select count(*) from profiles)::integer as profiles,
           pg_total_relation_size('profiles') as settings, pg_total_relation_size('brands') as brands`)
  const [{ profiles, settings, brands }] = rows
  const perProfile = (bytes) => Math.round(Number(bytes) / profiles)
  return `On disk a profile takes ${perProfile(settings)} bytes and its brand ${perProfile(brands)}, indexes included (${profiles} profiles).`
}
