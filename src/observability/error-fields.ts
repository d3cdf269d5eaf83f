import { pathToFileURL } from 'node:url'
import { packageRoot } from '../package-root.ts'

const CAUSES_MAX = 3
const STACK_CHARS_MAX = 4_096
const ROOTS = [`${pathToFileURL(packageRoot).href}/`, `${packageRoot}/`]

/**
 * What a log may say of an error. Name, code and stack frames of any; the message only of an error that our own code
 * made, which the top frame tells: parsers, validators, drivers and providers quote their input in theirs (decision
 * 18). Causes follow as `cause_…`, `cause_2_…`.
 */
export function describeError(error: unknown): Record<string, string> {
  const fields: Record<string, string> = {}
  let current = error
  for (let depth = 0; depth < CAUSES_MAX && current !== undefined && current !== null; depth++) {
    const prefix = depth === 0 ? 'error' : depth === 1 ? 'cause' : `cause_${depth}`
    describeOne(fields, prefix, current)
    current = current instanceof Error ? current.cause : undefined
  }
  return fields
}

function describeOne(fields: Record<string, string>, prefix: string, error: unknown): void {
  if (!(error instanceof Error)) {
    fields[`${prefix}_name`] = `a thrown ${typeof error}`
    return
  }
  fields[`${prefix}_name`] = readToken(error.name) ?? 'Error'
  for (const member of ['code', 'constraint'] as const) {
    const value = readToken(member in error ? (error as unknown as Record<string, unknown>)[member] : undefined)
    if (value !== undefined) fields[`${prefix}_${member}`] = value
  }
  const frames = readFrames(error)
  if (isOurs(frames[0] ?? '')) fields[`${prefix}_message`] = error.message
  if (frames.length > 0) fields[`${prefix}_stack`] = frames.join('\n').slice(0, STACK_CHARS_MAX)
}

/** A name or code of a fixed list is short and has no spaces; anything else may be a message. */
function readToken(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.$-]{1,64}$/.test(value) ? value : undefined
}

/** The lines behind the message, so that a message cannot pass for a frame. None where the two cannot be told apart. */
function readFrames(error: Error): string[] {
  const stack = error.stack ?? ''
  const start = stack.indexOf(error.message)
  if (start === -1) return []
  return stack
    .slice(start + error.message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
}

function isOurs(frame: string): boolean {
  const root = ROOTS.find((candidate) => frame.includes(candidate))
  return root !== undefined && !frame.slice(frame.indexOf(root) + root.length).startsWith('node_modules/')
}
