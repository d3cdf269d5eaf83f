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
 * @param {{ name: string, files: Files, seconds: number }[]} results
 * @returns {string} a table in Markdown
 */
export function table(results) {
  const rows = results.map(({ name, files, seconds }) => [name, ...figures(files), `${Math.round(seconds)} s`])
  const all = results.map(({ files }) => files)
  const total = [
    'all',
    ...figures(Object.assign({}, ...all)),
    `${Math.round(sum(results.map(({ seconds }) => seconds)))} s`,
  ]
  const lines = [['module', 'mutants', 'killed', 'survived', 'score', 'duration'], ...rows, total]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const shown = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  shown.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return shown.join('\n')
}

function figures(files) {
  const mutants = Object.values(files).flatMap((file) => file.mutants)
  const dead = mutants.filter(({ status }) => killed.has(status)).length
  const alive = mutants.filter(({ status }) => survived.has(status)).length
  const score = dead + alive === 0 ? '-' : `${((100 * dead) / (dead + alive)).toFixed(1)} %`
  return [String(dead + alive), String(dead), String(alive), score]
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

/**
 * @param {Files} files
 * @returns {string[]} one line for each survivor: where it is, what it was, what it became
 */
export function survivorLines(files) {
  return Object.entries(files).flatMap(([path, { source, mutants }]) =>
    mutants
      .filter(({ status }) => survived.has(status))
      .sort((a, b) => a.location.start.line - b.location.start.line)
      .map(({ status, replacement, location: { start, end } }) => {
        const was = oneLine(textBetween(source.split('\n'), start, end))
        return `  ${path}:${start.line}:${start.column}  ${was}  =>  ${oneLine(replacement)}${status === 'NoCoverage' ? '  (no test reaches it)' : ''}`
      }),
  )
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
