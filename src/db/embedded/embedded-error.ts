export type EmbeddedErrorCode = 'no_binaries' | 'in_use' | 'cannot_start' | 'wrong_version'

/** Why the embedded database is not available. The message is for the operator and says what to do. */
export class EmbeddedError extends Error {
  readonly code: EmbeddedErrorCode

  constructor(code: EmbeddedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedError'
    this.code = code
  }
}
