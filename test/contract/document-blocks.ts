import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'

/**
 * The fenced code blocks of the documents, and what a test does with each. The words after the language say it:
 *
 * - none: the block runs, in the order of its page. `json` is parsed, of `mermaid` the form is checked.
 * - `status=412`: it runs, and its requests have these statuses, one after the other, instead of 2xx.
 * - `receiver`: a program that receives webhooks; signed deliveries are sent to it.
 * - `run-by: <test file>`: a test of its own runs it.
 * - `no-run: <reason>`: it does not run.
 */
export interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly marker: string
  readonly code: string
}

/** Every document that is written for readers of the repository, as a path from its root. */
export function documentPages(): string[] {
  const below = readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
  const names = [...readdirSync(packageRoot), ...below.map((name) => join('docs', name))]
  return names.filter((name) => name.endsWith('.md')).sort()
}

export function readPage(page: string): string {
  return readFileSync(join(packageRoot, page), 'utf8')
}

/** @throws Error when a block does not end. */
export function blocksOf(page: string, text: string): Block[] {
  const blocks: Block[] = []
  let open: { line: number; indent: number; info: string; code: string[] } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^(\s*)```(.*)$/.exec(line)
    if (open !== null && fence === null) open.code.push(line.slice(open.indent))
    else if (open === null && fence !== null)
      open = { line: index + 1, indent: (fence[1] ?? '').length, info: (fence[2] ?? '').trim(), code: [] }
    else if (open !== null) {
      const [, language = '', marker = ''] = /^(\S*)\s*(.*)$/.exec(open.info) ?? []
      blocks.push({ page, line: open.line, language, marker, code: `${open.code.join('\n')}\n` })
      open = null
    }
  }
  if (open !== null) throw new Error(`${page}:${open.line}: the block does not end`)
  return blocks
}

/** Languages that the test of the documents can run. */
const RUNNABLE = new Set(['sh', 'js', 'ts', 'py', 'java'])
/** Commands that reach beyond the folder and the server of the test: no page is run that has them. */
const CHANGES_THE_MACHINE = /\b(?:sudo|sysctl|systemctl|apt|apt-get|npm|npx|docker|kill|killall|pkill)\b/
const DIAGRAM = /^(?:sequenceDiagram|stateDiagram-v2|flowchart (?:TD|LR))\n/

export const runs = ({ language, marker }: Block) =>
  RUNNABLE.has(language) && (marker === '' || marker.startsWith('status='))
export const isReceiver = ({ language, marker }: Block) => RUNNABLE.has(language) && marker === 'receiver'

/** The statuses that a block's requests must have; null for any of the 2xx. */
export function wantedStatuses({ marker }: Block): string[] | null {
  const [, list] = /^status=([\d,]+)$/.exec(marker) ?? []
  return list?.split(',') ?? null
}

/** Why nobody knows whether a block is right; null where a test does. */
export function blockProblem(block: Block): string | null {
  const { page, language, marker, code } = block
  if (language === '') return 'the block names no language'
  const [, reason] = /^no-run:\s*(.*)$/.exec(marker) ?? []
  if (reason !== undefined) return reason === '' ? 'no-run gives no reason' : null
  const [, test] = /^run-by:\s*(\S+)$/.exec(marker) ?? []
  if (test !== undefined) return runByProblem(page, test)
  if (language === 'json') return marker === '' ? jsonProblem(code) : `"${marker}" is no marker of a JSON block`
  if (language === 'mermaid') return DIAGRAM.test(code) ? null : 'the diagram is of no known kind'
  if (!RUNNABLE.has(language)) return `${language} cannot be run: mark it with no-run or run-by`
  const [command] = (language === 'sh' && CHANGES_THE_MACHINE.exec(code)) || []
  if (runs(block) && command !== undefined) return `"${command}" is not run: mark the block with no-run or run-by`
  if (runs(block) || isReceiver(block)) return null
  return `"${marker}" is no marker`
}

function runByProblem(page: string, test: string): string | null {
  const path = join(packageRoot, test)
  if (!existsSync(path)) return `there is no ${test}`
  return readFileSync(path, 'utf8').includes(basename(page)) ? null : `${test} does not read ${basename(page)}`
}

function jsonProblem(code: string): string | null {
  try {
    JSON.parse(code)
    return null
  } catch (error) {
    return `no JSON: ${String(error)}`
  }
}
