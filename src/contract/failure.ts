import { CATALOGUE, defaultHint, type ErrorCode } from './errors.ts'

/** Field paths of the request to the sentences about them, in the order found. */
export type Details = Record<string, string[]>

export interface FailureOptions {
  /** Replaces the catalogue's sentence. */
  message?: string
  /** Replaces the catalogue's remedy where the request is known better. Says nothing of what was sent but its form. */
  hint?: string | undefined
  details?: Details
  headers?: Record<string, string>
  /** For the log only. Never a parser's, validator's or provider's error object: those quote their input. */
  cause?: unknown
}

/** A failure that a client is told about. Anything else that is thrown is a bug and answers INTERNAL_001. */
export class Failure extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly details: Details | null
  /** What to do, for the person who reads the answer. */
  readonly hint: string
  readonly headers: Record<string, string>

  constructor(code: ErrorCode, options: FailureOptions = {}) {
    super(options.message ?? CATALOGUE[code].says, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.status = CATALOGUE[code].status
    this.details = options.details ?? null
    this.hint = options.hint ?? defaultHint(code, this.details !== null)
    this.headers = options.headers ?? {}
  }
}
