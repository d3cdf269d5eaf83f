import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { notCovered } from './coverage.mjs'
import { goals } from './goals/index.mjs'
import { repository } from './harness/instance.mjs'

const path = join(repository, 'docs', 'RELIABILITY.md')

/**
 * Writes docs/RELIABILITY.md: every goal with the figures of this run, those without a run and those that nothing covers
 * included. A goal that failed says so.
 *
 * @param {{ id: string, ok: boolean, figures: [string, string | number][], failures: string[], isBroken: boolean }[]} results
 * @param {{ seed: number, isLong: boolean }} how
 */
export function writeDocument(results, { seed, isLong }) {
  const earlier = rowsOf(readable(path))
  const rows = goals.map(({ id, tier, title }) => {
    const result = results.find((one) => one.id === id)
    if (result === undefined) return earlier.get(id) ?? row([id, tier, title, 'not run', '', command(id)])
    const verdict = result.ok ? 'holds' : result.isBroken ? '**not shown**' : '**FAILS**'
    const figures = result.figures.map(([name, value]) => `${name}=${value}`).join(', ')
    const reason = result.ok ? '' : ` (${result.failures[0] ?? 'could not be carried out'})`
    return row([id, tier, title, verdict, cell(`${figures}${reason}`), command(id)])
  })
  const absent = notCovered.map(({ id, why }) => `| ${id} | ${why} |`)
  writeFileSync(path, `${head({ seed, isLong })}${rows.join('\n')}\n\n${tail}${absent.join('\n')}\n`)
  execFileSync(
    process.execPath,
    [join(repository, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--write', path],
    { cwd: repository },
  )
}

function readable(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Rows of the document as it is, by goal: a run of a few goals renews only those. */
function rowsOf(text) {
  return new Map(
    text
      .split('\n')
      .filter((line) => /^\| [A-Z]+-\d+ +\|/.test(line))
      .map((line) => [line.split('|')[1].trim(), line]),
  )
}

function row(cells) {
  return `| ${cells.join(' | ')} |`
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').replaceAll(/[<>]/g, '').slice(0, 400)
}

function command(id) {
  return `\`npm run prove -- ${id}\``
}

function head({ seed, isLong }) {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `<!-- Written by \`npm run prove -- --document\`. -->

# Reliability

What Letterhead promises under load, races, crashes and attacks, and how anyone can see it: \`npm run prove\` starts the built
server, breaks what is around it, and prints one line for each goal with the figures it measured. How it works is in
[prove/README.md](../prove/README.md).

The last run: seed ${seed}, ${isLong ? 'long' : 'CI'} length, ${availableParallelism()} cores, ${memory} GiB, Node ${process.versions.node}. Times depend on the machine.

- **holds**: shown in that run. **FAILS**: not reached, with the figure. **not shown**: the run could not be carried out.
- \`--sabotage\` breaks the server in each way that the goal must notice; \`--check-sabotage\` counts a broken server that passes.
- \`--long\` takes the long figures, \`--seed\` replays a run.

| Goal | Tier | What | Last run | Figures | Command |
| --- | --- | --- | --- | --- | --- |
`
}

const tail = `## Not proved by the prover

| Goal | Why |
| --- | --- |
`
