import { TablesBusy } from '../db/admin/migrate.ts'
import { databaseTrouble } from '../db/database-error.ts'
import { EmbeddedError } from '../db/embedded/index.ts'
import { connectionSentence, diskSentence } from '../db/trouble-sentence.ts'
import { DecryptionFailed } from '../encryption/envelope.ts'
import { KeyProblem } from '../encryption/key-text.ts'

/** What a command ends with; documented in docs/CLI.md. 64 and 78 are EX_USAGE and EX_CONFIG of sysexits(3). */
export const EXIT = { ok: 0, failed: 1, notFound: 3, usage: 64, config: 78 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface FailureNotes {
  exitCode?: ExitCode
  details?: Record<string, readonly string[]> | null
}

/** Why a command did not do what it was asked. The message is for the operator and holds no secret. */
export class CommandFailure extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly details: Record<string, readonly string[]> | null

  constructor(code: string, message: string, notes: FailureNotes = {}) {
    super(message)
    this.name = 'CommandFailure'
    this.code = code
    this.exitCode = notes.exitCode ?? EXIT.failed
    this.details = notes.details ?? null
  }
}

export function usage(message: string, details: FailureNotes['details'] = null): CommandFailure {
  return new CommandFailure('USAGE', message, { exitCode: EXIT.usage, details })
}

export function notFound(message: string): CommandFailure {
  return new CommandFailure('NOT_FOUND', message, { exitCode: EXIT.notFound })
}

export function misconfigured(message: string): CommandFailure {
  return new CommandFailure('CONFIG', message, { exitCode: EXIT.config })
}

/** Hides what may be a key or a password in a text that others wrote. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/sk_(live|test)_\w+/g, 'sk_$1_…')
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '…')
    .replace(/:\/\/[^\s@/]*@/g, '://…@')
}

/** Any error as a failure. Of the database only codes are shown: its sentences quote values. */
export function toFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error
  if (error instanceof KeyProblem) return misconfigured(error.message)
  if (error instanceof DecryptionFailed) return new CommandFailure('KEYS', `${error.message}.`)
  if (error instanceof EmbeddedError) return new CommandFailure('DATABASE', error.message)
  if (error instanceof TablesBusy) return new CommandFailure('BUSY', error.message)
  const state = stateOf(error)
  const disk = diskSentence(error)
  if (disk !== null) return new CommandFailure('DISK', disk)
  const unreachable = connectionSentence(error)
  if (unreachable !== null) return new CommandFailure('DATABASE', unreachable)
  if (databaseTrouble(error).kind === 'unreachable') {
    return new CommandFailure('DATABASE', `The database cannot be reached${state === null ? '' : ` (${state})`}.`)
  }
  if (state === '53100') {
    return new CommandFailure('DATABASE', 'The disk of the database is full (53100). Make room there, then try again.')
  }
  if (state === '42P01') {
    return new CommandFailure('SCHEMA', 'The database has not been migrated: run `letterhead migrate`.')
  }
  if (state === '42501') {
    return new CommandFailure('DATABASE', 'The role may not do that. Run `letterhead migrate` to renew its rights.')
  }
  if (state !== null && /^[0-9A-Z]{5}$/.test(state)) {
    return new CommandFailure('DATABASE', `The database refused a statement (${state}).`)
  }
  const message = error instanceof Error ? error.message : String(error)
  return new CommandFailure('FAILED', withoutSecrets(message))
}

/** SQLSTATE, or the code of a connection that failed. */
function stateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code } = error as { code?: unknown }
  if (typeof code === 'string') return code
  return error.cause === undefined ? null : stateOf(error.cause)
}
