/** What a failed statement means for the request, by SQLSTATE or by the way the connection failed. */
export type DatabaseTrouble =
  /** `isSent`: the statement may have reached the server, so its outcome is unknown. */
  | { kind: 'unreachable'; isSent: boolean }
  | { kind: 'lock_timeout' }
  | { kind: 'statement_timeout' }
  | { kind: 'serialization' }
  | { kind: 'unique'; constraint: string }
  | { kind: 'foreign_key'; constraint: string }
  | { kind: 'full' }
  /** What the connection had prepared is of no use any more. Nothing was done. */
  | { kind: 'stale' }
  /** The organization has as much of this under way as it may. Nothing was sent. */
  | { kind: 'crowded' }
  | { kind: 'other' }

const CONNECTION_WORDS =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|not queryable|Client was closed|Query read timeout|timeout expired/i
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function isConnectionState(code: string): boolean {
  // 08 connection exception, 57P0x shutting down or starting up, 53300 too many connections.
  return code.startsWith('08') || code.startsWith('57P') || code === '53300'
}

/** Of a file of ours: the database was not even asked. */
const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'])

function isOfTheNetwork(error: Error, code: string): boolean {
  if (DISK_CODES.has(code)) return false
  return CONNECTION_CODES.has(code) || 'syscall' in error || /^(EPROTO$|ERR_SSL_|ERR_STREAM_)/.test(code)
}

/**
 * Whether PostgreSQL refused what was sent, so that nothing of its transaction was done. Not where the server itself was in
 * trouble, as with its disk: the journal may hold the commit, and what is sent again fails again.
 */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('severity' in error)) return false
  const { code = '' } = error as { code?: string }
  return !isConnectionState(code) && !/^(25|53|58|XX)/.test(code)
}

/** No connection could be had: nothing was sent. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super('no connection to the database', { cause })
    this.name = 'NotConnected'
  }
}

/** One organization had as much under way as it may, for as long as its statement could wait: nothing was sent. */
export class TooManyOfOne extends Error {
  constructor() {
    super('the organization has too much of this under way')
    this.name = 'TooManyOfOne'
  }
}

/** The URL of the database, or a file that it names, cannot be read: nobody was asked. */
export class UrlUnusable extends Error {
  /** @param cause the driver's word, which quotes no password */
  constructor(cause: unknown) {
    super('the URL of the database cannot be used', { cause })
    this.name = 'UrlUnusable'
  }
}

/** What was sent had no answer in time, so its outcome is open. */
export class NotAnswered extends Error {
  constructor() {
    super('the database did not answer in time')
    this.name = 'NotAnswered'
  }
}

/** PostgreSQL refused a round trip of statements that share it: nothing of it was done. */
export class BatchRefused extends Error {
  /** Place of the statement that was refused; null when it was the commit. */
  readonly at: number | null

  /** @param cause PostgreSQL's own word */
  constructor(cause: unknown, at: number | null) {
    super('a round trip was refused', { cause })
    this.name = 'TripRefused'
    this.at = at
  }
}

/**
 * A statement that does nothing but take a row's lock ran into the limit of statements. It can only have waited:
 * PostgreSQL counts `lock_timeout` anew for each lock that a queue for one row consists of.
 */
export class LockNotHad extends Error {
  constructor(cause: unknown) {
    super('a row lock was not to be had in time', { cause })
    this.name = 'LockNotHad'
  }
}

/** Reads an error of the driver or of PostgreSQL. Reads code and constraint only, never the texts that quote values. */
export function databaseTrouble(error: unknown): DatabaseTrouble {
  if (error instanceof NotConnected) return { kind: 'unreachable', isSent: false }
  if (error instanceof NotAnswered) return { kind: 'unreachable', isSent: true }
  if (error instanceof LockNotHad) return { kind: 'lock_timeout' }
  if (error instanceof TooManyOfOne) return { kind: 'crowded' }
  if (!(error instanceof Error)) return { kind: 'other' }
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === undefined)
    return CONNECTION_WORDS.test(error.message) ? { kind: 'unreachable', isSent: true } : { kind: 'other' }
  if (isOfTheNetwork(error, code) || isConnectionState(code)) return { kind: 'unreachable', isSent: true }
  switch (code) {
    case '55P03':
      return { kind: 'lock_timeout' }
    case '57014':
      return { kind: 'statement_timeout' }
    case '40001':
    case '40P01':
      return { kind: 'serialization' }
    case '23505':
      return { kind: 'unique', constraint: constraint ?? '' }
    case '23503':
      return { kind: 'foreign_key', constraint: constraint ?? '' }
    // A server that became read-only, as after a failover, takes writes again elsewhere or later.
    case '25006':
    case '25P03':
    case '53100':
      return { kind: 'full' }
    // A column that a prepared statement reads has another type now; a pooler has put another connection behind this one,
    // which has not prepared the name, or has prepared it already.
    case '0A000':
    case '26000':
    case '42P05':
      return { kind: 'stale' }
    default:
      return { kind: 'other' }
  }
}

/** After a timeout on our side the connection may still be busy with the old statement and must not serve another. */
export function mustBeDestroyed(error: unknown): boolean {
  const { kind } = databaseTrouble(error)
  if (kind === 'unreachable' || kind === 'stale') return true
  return kind === 'other' && !(error instanceof Error && 'severity' in error)
}
