import { type About, type Outcome, type Refusal, unavailable } from '../../ports/outcome.ts'

/** What an HTTP status tells by itself, whatever the body looks like. */

/** Statuses of the 400s after which the same request may follow, or may have been executed (RFC 9110, RFC 4918, RFC 8470). */
const NOT_DEFINITE: ReadonlySet<number> = new Set([408, 409, 423, 425, 429])

/** Whether the request was answered and certainly not executed: the same request would be answered the same. */
export function isDefinite(status: number): boolean {
  return status >= 400 && status < 500 && !NOT_DEFINITE.has(status)
}

/** Whom an error of this status is about. 408, 425 and 429 come from the front of a service, before it looks at a request. */
export function aboutOf(status: number): About {
  return status >= 500 || status === 408 || status === 425 || status === 429 ? 'service' : 'subject'
}

/** A definite answer in a shape that cannot be read. Nothing of it is shown; the log names status and step. */
export function notAccepted(status: number): Refusal {
  const says = `The provider did not accept it (HTTP ${status}) and gave no reason that can be shown. The operator of this server finds it in the log.`
  return { member: '', says }
}

/**
 * Errors that are the operator's, at a provider where all customers share one account: nobody's data can mend them. Without
 * a right key nothing works. Credit and permissions are missing for some calls only, so those keep nobody else from asking.
 */
export function operatorMatter(
  status: number,
  retryAfterSeconds: number | null,
): { outcome: Outcome<never>; reason: string } | null {
  switch (status) {
    case 401:
      return { outcome: unavailable('service', 60), reason: 'key_not_accepted' }
    case 402:
      return { outcome: unavailable('subject', 60), reason: 'no_credit' }
    case 403:
      return { outcome: unavailable('subject', 60), reason: 'not_permitted' }
    case 429:
      return { outcome: unavailable('service', retryAfterSeconds ?? 10), reason: 'rate_limited' }
    default:
      return null
  }
}
