/** The measured figures as a table for the terminal and as docs/BENCHMARKS.md. */
import { isReached, rows } from './goals.mjs'

/**
 * @typedef {{ median: number, least: number, most: number }} Spread
 * @typedef {Record<string, Spread>} Figures by the row's id
 * @typedef {{ name: string, rate: number, nodeUs: number, postgresUs: number }} Cost
 * @typedef {{ name: string, rate: number, p50: number, p99: number, p999: number }} Latency
 * @typedef {{ figures: Figures, costs: Cost[], latencies: Latency[], notes: string[] }} Results
 * @typedef {{ date: string, processor: string, cores: number, memoryGb: number, pages: string, versions: Record<string, string>, rounds: number, seconds: number }} Circumstances
 */

const withUnit = (value, unit) => {
  if (unit === 'x') return `${value.toFixed(2)} x`
  return unit === 's' ? `${value.toFixed(2)} s` : `${value.toFixed(0)} MB`
}

function goalText(goal) {
  if (goal === null) return '-'
  const bound = goal.least === undefined ? `<= ${goal.most}` : `>= ${goal.least}`
  return `${bound} ${goal.unit}`
}

/** @param {Figures} figures */
function goalCells(figures) {
  return rows.flatMap(({ id, figure, goal }) => {
    const value = figures[id]
    if (value === undefined) return goal === null ? [] : [[figure, goalText(goal), 'not measured', '', '']]
    const unit = goal?.unit ?? 'x'
    const verdict = goal === null ? '-' : isReached(goal, value.median) ? 'yes' : 'NO'
    const spread = `${withUnit(value.least, unit)} to ${withUnit(value.most, unit)}`
    return [[figure, goalText(goal), verdict, withUnit(value.median, unit), spread]]
  })
}

const costCells = ({ name, rate, nodeUs, postgresUs }) => [
  name,
  rate.toFixed(0),
  nodeUs === 0 ? '-' : nodeUs.toFixed(0),
  postgresUs.toFixed(0),
]
const latencyCells = ({ name, rate, p50, p99, p999 }) => [
  name,
  rate.toFixed(0),
  p50.toFixed(1),
  p99.toFixed(1),
  p999.toFixed(1),
]

/** @param {string[]} heads @param {string[][]} cells */
/** Columns are aligned on a terminal; in a document padding would make one changed cell rewrite every row. */
function table(heads, cells, isAligned) {
  const widths = heads.map((head, at) =>
    isAligned ? Math.max(head.length, 3, ...cells.map((row) => row[at].length)) : 0,
  )
  const line = (row) => `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(Math.max(3, width)))), ...cells.map(line)].join('\n')
}

/** @param {Results} results @param {boolean} isAligned */
function tables({ figures, costs, latencies }, isAligned) {
  return {
    goals: table(['Figure', 'Goal', 'Reached', 'Median', 'Spread over rounds'], goalCells(figures), isAligned),
    costs: table(
      ['Closed model, 16 connections unless said', 'Per second', 'Node CPU, µs', 'PostgreSQL CPU, µs'],
      costs.map(costCells),
      isAligned,
    ),
    latencies: table(
      ['Open model', 'Arrivals per second', 'p50, ms', 'p99, ms', 'p99.9, ms'],
      latencies.map(latencyCells),
      isAligned,
    ),
  }
}

/** @param {Results} results */
export function terminalReport(results) {
  const { goals, costs, latencies } = tables(results, true)
  return [goals, costs, latencies, ...results.notes].join('\n\n')
}

/** @param {Results} results @param {Circumstances} circumstances */
export function markdownReport(results, { date, processor, cores, memoryGb, pages, versions, rounds, seconds }) {
  const { goals, costs, latencies } = tables(results, false)
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `# Benchmarks

Measured on ${date} by \`npm run bench\`, which writes this page. ${known.join(', ')}. ${cores} cores of ${processor}, ${memoryGb} GB of
memory; server, PostgreSQL and load generator share them.

${goals}

Ratios are taken round by round between runs that are close to each other, and the median of the rounds is quoted: absolute rates
drift with whatever else the machine does. ${rounds} rounds, ${seconds} s measured in each run after a warm-up.

${costs}

CPU time is that of all threads of the process, and of the whole PostgreSQL cluster with its background processes, per answer.

${latencies}

In the open model requests arrive at random at a fixed rate, half of what the closed model reached, and a latency counts from
the moment its request was due.

${results.notes.map((note) => `- ${note}`).join('\n')}

## What is measured

- **PATCH** is the published request of the profiles page, 1.7 KB, with a name that differs each time and a fresh
  Idempotency-Key: key, user and role are read, the body is validated, secrets are sealed, the profile, its brand, its history
  and the stored response are written in one statement, the access log goes to a file, the rate limit is on (raised with
  \`RATE_LIMIT_FACTOR\`). One organization of 10,000 profiles, chosen at random. Its brand is sent as it is stored, so that of
  the brand only the time of its change is written; the row "PATCH of name and brand" sends another legal name each time.
- **PostgreSQL** runs with \`fsync\` and \`synchronous_commit\` on, one checkpoint an hour, and a quarter of the memory (4 GB at most)
  as buffers, which lie in ${pages}. Every table and index is read into them before it is measured (\`pg_prewarm\`).
- **The bare program** is \`node:http\` and \`pg\` with the recorded statements of that PATCH as named prepared statements, with
  parameters and an answer of the same kind and size, in the same two round trips. It checks no key, validates nothing, seals
  nothing and logs nothing. The second form of it sends its statements in our own query form, which costs less. Either sends each
  statement by itself; Letterhead lets those of several requests share a round trip and a commit, and sends round trips behind each
  other (ARCHITECTURE.md), as it does in use.
- **64 connections**: with 16 the server, PostgreSQL and the generator wait for each other, and leave a fifth to a quarter of two
  cores idle; what is compared with many connections is closer to what the processors can do.
- **pgbench** runs the recorded statements with the same parameters as a script, prepared, with the write in a pipeline.
- **10^6 profiles** are one organization of 10^5 and 900 of 10^3, against one of 100 and 900 of one profile in another database of
  the same server: a thousandth of the same installation. Requests of one organization that follow each other share its scope, so
  the comparison with 10^3 profiles of one organization stands beside it.
- **Instances** are processes on the same cores, the connections dealt out among them. After the run every accepted change is
  looked for: one version, one history row and one stored response each.

## Repeat it

\`\`\`sh no-run: takes twenty minutes and sets the pages of the machine
sysctl vm.nr_hugepages=2250      # as root, for 4 GB of buffers: PostgreSQL takes huge pages where there are enough
npm run bench                    # everything but the peers, about twenty minutes; writes this page
npm run bench -- --peers         # also installs Parse Server and Directus into a temporary folder
npm run bench -- --quick         # some minutes, prints only
npm run bench -- --only patch    # one group: patch, scale, instances, expiry, start, size, peers
\`\`\`

It needs Linux and Debian's \`postgresql\` package, which it installs when it is missing and it may. It listens on loopback,
works in temporary folders, and removes them.
`
}
