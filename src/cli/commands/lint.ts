import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { JsonValue } from '../../contract/fields/json-value.ts'
import {
  applyFixes,
  type LintReport,
  type LocatedFinding,
  lint,
  readPacket,
  toLines,
  toSarif,
} from '../../lint/index.ts'
import { packageVersion } from '../../package-root.ts'
import { CommandFailure, usage } from '../command-failure.ts'
import type { Output } from '../output.ts'
import { type FilePacket, readPackets } from '../packet-file.ts'

interface LintOptions {
  format?: 'text' | 'json' | 'sarif'
  fix?: true
}

/** More unreadable packets are not named. */
const PROBLEMS_MAX = 20

/** What a run has found so far. Of the reports themselves nothing is kept but what SARIF needs. */
class Tally {
  block = 0
  reject = 0
  packets = 0
  readonly problems: Record<string, string[]> = {}
  unreadable = 0

  add({ summary }: LintReport): void {
    this.packets += 1
    this.block += summary.block
    this.reject += summary.reject
  }

  refuse(problems: Record<string, string[]>, line: number | null): void {
    this.unreadable += 1
    if (this.unreadable > PROBLEMS_MAX) return
    for (const [path, sentences] of Object.entries(problems))
      this.problems[line === null ? path : `line ${line}: ${path}`] = sentences
  }

  /** @throws CommandFailure with 64 for what could not be read, and 1 for findings that would be refused. */
  end(): void {
    if (this.unreadable > 0)
      throw usage(
        this.unreadable === 1 ? 'A packet cannot be read.' : `${this.unreadable} packets cannot be read.`,
        this.problems,
      )
    if (this.packets === 0) throw usage('There is no packet.')
    if (this.block + this.reject > 0)
      throw new CommandFailure('FINDINGS', `Something would be refused: ${this.block} block, ${this.reject} reject.`)
  }
}

/** Where the packets go with their fixes: beside the file, until all of it is written. */
class FixedFile {
  readonly #path: string
  readonly #temporary: string
  readonly #stream: WriteStream

  constructor(path: string) {
    this.#path = path
    this.#temporary = `${path}.${randomUUID()}.tmp`
    this.#stream = createWriteStream(this.#temporary, { flags: 'wx' })
  }

  async write({ line }: FilePacket, value: JsonValue): Promise<void> {
    const text = line === null ? JSON.stringify(value, null, 2) : JSON.stringify(value)
    if (!this.#stream.write(`${text}\n`)) await once(this.#stream, 'drain')
  }

  async close(isWhole: boolean): Promise<void> {
    this.#stream.end()
    await once(this.#stream, 'close')
    await (isWhole ? rename(this.#temporary, this.#path) : rm(this.#temporary, { force: true }))
  }
}

/** Says what was found in each packet, in the format that was asked for. */
interface Reporter {
  report(packet: FilePacket, report: LintReport): void
  end(): void
}

function textReporter(output: Output): Reporter {
  return {
    report: ({ line }, report) => {
      const lines = toLines(report)
      output.result(report, line === null ? lines : lines.map((each) => `${line}: ${each}`))
    },
    end: () => undefined,
  }
}

/** One line of JSON for each packet; that of a file with several says which line it is about. */
function jsonReporter(output: Output): Reporter {
  return {
    report: ({ line }, report) => output.result(null, [JSON.stringify(line === null ? report : { line, ...report })]),
    end: () => undefined,
  }
}

function sarifReporter(output: Output, path: string): Reporter {
  const found: LocatedFinding[] = []
  return {
    report: ({ line }, { findings }) => {
      for (const finding of findings) found.push({ finding: { ...finding, fix: null }, line })
    },
    end: () => output.result(null, [JSON.stringify(toSarif(found, { path, version: packageVersion }))]),
  }
}

/** The packets, where the only one of a file has no line: it is the whole file. */
async function* located(path: string): AsyncGenerator<FilePacket> {
  let first: FilePacket | null = null
  let count = 0
  for await (const packet of readPackets(path)) {
    count += 1
    if (count === 1) {
      first = packet
      continue
    }
    if (first !== null) yield first
    first = null
    yield packet
  }
  if (first !== null) yield count === 1 ? { ...first, line: null } : first
}

async function lintFile(path: string, reporter: Reporter, isFixing: boolean): Promise<void> {
  if (isFixing && path === '-') throw usage('--fix writes the file anew: name one.')
  const tally = new Tally()
  const fixed = isFixing ? new FixedFile(path) : null
  let isWhole = false
  try {
    for await (const packet of located(path)) {
      const value = fixed === null ? packet.value : applyFixes(packet.value).value
      const read = readPacket(value)
      await fixed?.write(packet, value)
      if ('problems' in read) {
        tally.refuse(read.problems, packet.line)
        continue
      }
      const report = lint(read.packet)
      tally.add(report)
      reporter.report(packet, report)
    }
    isWhole = true
  } finally {
    await fixed?.close(isWhole)
  }
  reporter.end()
  tally.end()
}

function reporterOf(format: LintOptions['format'], output: Output, path: string): Reporter {
  // The lines of a result are written as they are, so that each packet's is written when it is known.
  const lines: Output = { ...output, result: (_, text) => output.lines(text) }
  if (format === 'sarif') return sarifReporter(lines, path)
  return format === 'json' ? jsonReporter(lines) : textReporter(lines)
}

/** `letterhead lint`: what a registry would refuse, before it is paid for. Asks nobody and needs no server. */
export function addLint(program: Command, output: Output): void {
  program
    .command('lint')
    .description('say what a registry would refuse in a packet of brand and campaigns; fails when something would be')
    .argument('<file>', 'a packet as JSON, or one on each line (JSON Lines); - for standard input')
    .addOption(new Option('--format <format>', 'how to write what is found').choices(['text', 'json', 'sarif']))
    .option('--fix', 'write the file anew with every fix that has one right value, and say what is left')
    .action(async (path: string, { format, fix }: LintOptions) => {
      const asked = format ?? (output.isJson ? 'json' : 'text')
      await lintFile(path, reporterOf(asked, output, path), fix === true)
    })
}
