import type { ProviderEvent } from './provider-event.ts'

/** A request of a provider as it arrived. Nothing in it is believed before its signature was checked. */
export interface CallbackRequest {
  /** Path and query as they were asked for. */
  url: string
  headers: Readonly<Record<string, string | undefined>>
  rawBody: Buffer
  /** Milliseconds since 1970. */
  now: number
}

export type CallbackReading = { kind: 'events'; events: readonly ProviderEvent[] } | { kind: 'refused' }

/** What an adapter makes of the requests that its provider sends us. */
export interface CallbackReceiver {
  provider: 'tcr' | 'telnyx' | 'meta'
  /** In lower case. A request without it is refused before its body is read. */
  signatureHeader: string
  /** Checks the signature over the raw bytes first. `refused`: the signature is missing, wrong or stale. */
  readCallback(request: CallbackRequest): CallbackReading
  /** The answer to the question with which a provider checks the address; null when the question is not its own. */
  answerChallenge?(query: URLSearchParams): string | null
}
