import { send } from '../../harness/traffic/http.mjs'
import { quantile } from '../../harness/traffic/retry.mjs'

/** The size of what is scraped does not grow with what is stored or asked. */

/** Copies a row of a table with other values in some columns. */
async function copyRows(environment, table, changes, { where, count }) {
  const columns = (
    await environment.query(
      `select column_name as name from information_schema.columns where table_name = $1 and is_generated = 'NEVER'`,
      [table],
    )
  ).map(({ name }) => name)
  const values = columns.map((name) => changes[name] ?? `s.${name}`)
  await environment.query(
    `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from (select * from ${table} where ${where} limit 1) s
      cross join generate_series(1, ${count}) as n`,
  )
}

/** Lines of the text format of Prometheus: a comment, or a name with labels and a number. */
const line =
  /^(#( .*)?|[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\["\\n])*",?)*\})? (-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)( \d+)?)$/i

/** @type {import('../../harness/run.mjs').Goal} */
const scrape = {
  id: 'OBS-2',
  tier: 2,
  title: 'Metrics with 500 organizations and 5,000 profiles are valid text, with at most 2,000 series, within 50 ms',
  injectedBugs: [
    {
      name: 'every request has series of its own',
      code: [
        {
          file: 'http/transport/visit.js',
          find: 'const route = record.route ?? request.routeOptions.url ?? null',
          put: 'const route = request.url',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    await copyRows(
      environment,
      'organizations',
      { organization_id: 'gen_random_uuid()', email: `s.email || n` },
      { where: `organization_id = '${environment.acme.id}'`, count: 498 },
    )
    await copyRows(environment, 'profiles', { id: 'gen_random_uuid()' }, { where: `id = '${id}'`, count: 5_000 })
    const ids = (await environment.query('select id from profiles order by id limit $1', [t.length(600, 5_000)])).map(
      (row) => row.id,
    )
    for (const profile of ids)
      await send(environment.url, 'GET', `/v3/profiles/${profile}?a=${profile}`, { key: environment.acme.admin })
    const scrapes = []
    for (let n = 0; n < 20; n += 1) scrapes.push(await send(environment.instances[0].opsUrl, 'GET', '/metrics'))
    const lines = scrapes
      .at(-1)
      .text.split('\n')
      .filter((text) => text !== '')
    const bad = lines.filter((text) => !line.test(text))
    const series = lines.filter((text) => !text.startsWith('#'))
    t.figure('organizations', await environment.count('select count(*) from organizations'))
    t.figure('profiles', await environment.count('select count(*) from profiles'))
    t.figure('series', series.length)
    t.figure(
      'scrape_p50_ms',
      quantile(
        scrapes.map(({ ms }) => ms),
        0.5,
      ),
    )
    t.check(series.length > 50, 'hardly anything is measured')
    t.equal(bad.length, 0, `lines that are not of the format (${bad[0]?.slice(0, 120)})`)
    t.atMost(series.length, 2_000, 'series')
    t.atMost(
      quantile(
        scrapes.map(({ ms }) => ms),
        0.5,
      ),
      50,
      'ms for a scrape, at the median',
    )
    const named = lines.filter((text) => text.includes(ids[0]) || text.includes(environment.acme.id))
    t.equal(named.length, 0, `lines with the id of a customer (${named[0]?.slice(0, 120)})`)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const metricGoals = [scrape]
