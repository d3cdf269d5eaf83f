import { wholeSeconds } from './event-body.rules.ts'

/** How a run of a profile's completion ended, for whoever asked to be told (contract 8.12). */
export interface CompletionResult {
  status: 'COMPLETED' | 'SUBMITTED' | 'failed'
  /** When, as ISO 8601. */
  at: string
  /** What a person can do; on failure only. */
  message?: string
}

/** The body of the callback, as the exact text that is stored, signed and sent (contract 8.12). */
export function callbackBody(profileId: string, { status, at, message }: CompletionResult): string {
  const success = status !== 'failed'
  const why = success ? {} : { message }
  return JSON.stringify({ profileId, success, status, timestamp: wholeSeconds(at), ...why })
}
