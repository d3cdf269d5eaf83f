import type { CommandFailure } from './command-failure.ts'

/** Where a command says what came of it. */
export interface Output {
  isJson: boolean
  /** The result: `value` as one line of JSON, or the lines for a person. */
  result(value: unknown, lines: readonly string[]): void
  /** Lines as they are, whatever the format. */
  lines(lines: readonly string[]): void
  /** Something a person should know beside the result; on standard error, and never between JSON. */
  note(text: string): void
  failure(failure: CommandFailure): void
}

/** Where text goes: the standard streams of a process. */
export interface Streams {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown }
}

/** Writes results to standard output and failures to standard error. */
export function createOutput(isJson: boolean, { stdout, stderr }: Streams = process): Output {
  return {
    isJson,
    result: (value, lines) => {
      stdout.write(isJson ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(''))
    },
    lines: (lines) => {
      stdout.write(lines.map((line) => `${line}\n`).join(''))
    },
    note: (text) => {
      if (!isJson) stderr.write(`${text}\n`)
    },
    failure: ({ code, message, details }) => {
      if (isJson) {
        const error = { code, message, ...(details === null ? {} : { details }) }
        stderr.write(`${JSON.stringify({ error })}\n`)
        return
      }
      stderr.write(`letterhead: ${message}\n`)
      for (const [path, sentences] of Object.entries(details ?? {})) {
        for (const sentence of sentences) stderr.write(`  ${path}: ${sentence}\n`)
      }
    },
  }
}

/** Rows below their headings, in columns of equal width. */
export function toTable(headings: readonly string[], rows: readonly (readonly (string | null)[])[]): string[] {
  const lines = [headings, ...rows.map((row) => row.map((cell) => cell ?? '-'))]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Names and values, one pair on a line. */
export function toPairs(pairs: readonly (readonly [string, string | null])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value ?? '-'}`)
}

/** The sum of numbers by name. */
export function totalOf(counts: Readonly<Record<string, number>>): string {
  return String(Object.values(counts).reduce((sum, count) => sum + count, 0))
}
