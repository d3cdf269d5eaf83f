import { isEquivalent } from './equivalent.mjs'

/**
 * @typedef {{ status: string, mutatorName: string, replacement: string, location: { start: Place, end: Place } }} Mutant
 * @typedef {{ line: number, column: number }} Place both from 1
 * @typedef {{ source: string, mutants: Mutant[] }} MutatedFile
 * @typedef {Record<string, MutatedFile>} Files by path from the root
 */

const killed = new Set(['Killed', 'Timeout'])
/** No test reaches a mutant without coverage: it survives as surely as one that was run. */
const survived = new Set(['Survived', 'NoCoverage'])

/**
 * The score leaves out what was judged to change nothing (equivalent.mjs).
 *
 * @param {{ name: string, files: Files, seconds: number }[]} results
 * @returns {string} a table in Markdown
 */
export function table(results) {
  const rows = results.map(({ name, files, seconds }) => row(name, counted(files), seconds))
  const all = results.flatMap(({ files }) => counted(files))
  const total = row('all', all, sum(results.map(({ seconds }) => seconds)))
  const lines = [['module', 'mutants', 'killed', 'equivalent', 'survived', 'score', 'duration'], ...rows, total]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const shown = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  shown.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return shown.join('\n')
}

/**
 * @param {Files} files
 * @returns {string[]} one line for each survivor: where it is, what it was, what it became
 */
export function survivorLines(files) {
  return counted(files)
    .filter(({ outcome }) => outcome === 'survived')
    .map(
      ({ path, was, becomes, at, isReached }) =>
        `  ${path}:${at.line}:${at.column}  ${oneLine(was)}  =>  ${oneLine(becomes)}${isReached ? '' : '  (no test reaches it)'}`,
    )
}

function row(name, mutants, seconds) {
  const count = (outcome) => mutants.filter((mutant) => mutant.outcome === outcome).length
  const [dead, equal, alive] = ['killed', 'equivalent', 'survived'].map(count)
  const score = dead + alive === 0 ? '-' : `${((100 * dead) / (dead + alive)).toFixed(1)} %`
  return [name, ...[mutants.length, dead, equal, alive].map(String), score, `${Math.round(seconds)} s`]
}

function counted(files) {
  return Object.entries(files).flatMap(([path, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants
      .filter(({ status }) => killed.has(status) || survived.has(status))
      .sort((a, b) => a.location.start.line - b.location.start.line)
      .map(({ status, replacement: becomes, location: { start, end } }) => {
        const was = textBetween(lines, start, end)
        const outlives = isEquivalent(path, was, becomes, lines[start.line - 1]) ? 'equivalent' : 'survived'
        const outcome = killed.has(status) ? 'killed' : outlives
        return { path, was, becomes, at: start, outcome, isReached: status !== 'NoCoverage' }
      })
  })
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

function textBetween(lines, start, end) {
  const within = lines.slice(start.line - 1, end.line)
  return within
    .map((line, at) =>
      line.slice(at === 0 ? start.column - 1 : 0, at === within.length - 1 ? end.column - 1 : undefined),
    )
    .join('\n')
}

function oneLine(text) {
  const flat = text.replaceAll(/\s+/g, ' ')
  return flat.length > 70 ? `${flat.slice(0, 69)}…` : flat
}
