import { join } from 'node:path'
import { install } from '../installation.mjs'
import { runLoad } from '../load-run.mjs'
import { serverRequest, startServer } from '../server.mjs'
import { inRounds, perRound } from '../statistics.mjs'
import { connections, costsOf } from './patch.mjs'

const profiles = 10_000

/** One, two and four instances on one database and the same cores; afterwards every accepted change is looked for. */
export async function measureInstances(bench) {
  const installation = await install(bench.cluster, 'instances', [profiles])
  const servers = []
  try {
    for (let at = 0; at < 4; at += 1) {
      servers.push(await startServer(installation.environment, join(bench.folder, `instance-${at}.log`)))
    }
    let accepted = 0
    for (const context of servers) {
      const { accepted: warmed } = await runOn(bench, installation, [context], bench.warmUpAnswers)
      accepted += warmed ?? 0
    }
    const subject = (name, count) => ({
      name,
      run: async () => {
        const outcome = await runOn(bench, installation, servers.slice(0, count))
        if (outcome.accepted === null) throw new Error(`${name}: some requests were never answered`)
        accepted += outcome.accepted
        return outcome
      },
    })
    const [one, two, four] = ['PATCH, one instance', 'PATCH, two instances', 'PATCH, four instances']
    const subjects = [subject(one, 1), subject(two, 2), subject(four, 4)]
    const outcomes = await inRounds(bench.rounds, subjects, bench.tell)
    bench.figures.two = perRound(outcomes, (of) => of[two].rate / of[one].rate)
    bench.figures.four = perRound(outcomes, (of) => of[four].rate / of[one].rate)
    bench.costs.push(...costsOf(outcomes))
    bench.notes.push(await lookForChanges(installation, accepted), await sizeOfChange(installation, accepted))
  } finally {
    await Promise.all(servers.map((context) => context.stop()))
    await installation.close()
  }
}

/** @param {number} [warmUpAnswers] more than usual, for an instance that has not compiled what it runs yet */
function runOn(bench, { body, accounts }, servers, warmUpAnswers) {
  return runLoad(
    {
      ...{ model: 'closed', connections, seconds: bench.seconds, warmUpSeconds: 1, profiles: accounts, warmUpAnswers },
      request: serverRequest('PATCH', { body, hasKey: true }),
      targets: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    },
    { pids: servers.map(({ pid }) => pid), postmaster: bench.postmaster },
  )
}

/** Each accepted change has raised one version, written one history row and kept one answer, and nothing else has. */
async function lookForChanges({ owner }, accepted) {
  const { rows } = await owner.query(`
    select (select sum(version - 1) from profiles)::integer as versions,
           (select count(*) from profile_history where operation = 'updateProfile')::integer as histories,
           (select count(*) from idempotency_keys where state = 'kept')::integer as answers,
           (select count(*) from (select h.profile_id, count(*) as changes from profile_history h
              where h.operation = 'updateProfile' group by h.profile_id) c
              join profiles p on p.id = c.profile_id where p.version <> c.changes + 1)::integer as gaps`)
  const [{ versions, histories, answers, gaps }] = rows
  if (versions !== accepted || histories !== accepted || answers !== accepted || gaps !== 0) {
    throw new Error(`${accepted} changes were accepted, found: ${JSON.stringify(rows[0])}`)
  }
  return `Several instances: ${accepted} accepted changes, each found once as a version, a history row and a stored response.`
}

/** What a change leaves on the disk, indexes included. */
async function sizeOfChange({ owner }, changes) {
  const { rows } = await owner.query(`
    select pg_total_relation_size('profile_history') as history, pg_total_relation_size('idempotency_keys') as answers`)
  const perChange = (bytes) => Math.round(Number(bytes) / changes)
  return `A change leaves ${perChange(rows[0].history)} bytes of history for good and ${perChange(rows[0].answers)} bytes of stored response for a day, indexes included.`
}
