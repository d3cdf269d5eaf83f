import type { Vetting } from '../../../../ports/brand-registry.ts'
import type { Step } from '../../registration.fields.ts'
import { type Circumstances, finished, waiting } from './step.rules.ts'

/**
 * A registry gives a listed company no campaign before somebody there has answered its mail (Authentication+). The mail holds
 * a code that is good for seven days, and the whole of it lasts 30.
 */

const HOUR = 3_600_000
const ANSWERED_WITHIN_MS = 30 * 24 * HOUR
/** A registry that shows nothing of it for so long does not ask, and the campaign says whether it should have. */
const SHOWN_WITHIN_MS = 24 * HOUR
/** The mail is sent again at most as often. */
const AGAIN_AFTER_MS = HOUR

const MEMBER = 'brand.contact.businessContactEmail'
const ASKED =
  'The registry has sent a mail to brand.contact.businessContactEmail. Somebody there has to answer it with its code, which is good for 7 days, within 30 days. Complete again to have it sent again, once an hour at most.'

/** The wait goes on, however often the mail was sent. */
export function awaitAuthentication(step: Step, says: string, at: Circumstances): Step {
  const next = waiting(step, 'read_authentication', `${says} ${ASKED}`.trim().slice(0, 500), 'review', at)
  return { ...next, waiting_since: step.waiting_since ?? next.waiting_since }
}

/** What follows from how far the company's answer is. */
export function onAuthentication(step: Step, found: Vetting | null, at: Circumstances): Step {
  const waitedMs = at.now - (step.waiting_since ?? at.now)
  if (found?.status === 'active') return finished(step, 'The company has answered the mail of the registry.')
  if (found === null && waitedMs > SHOWN_WITHIN_MS)
    return finished(step, 'The registry has verified the company and shows no mail to it.')
  if (found?.status === 'failed' || found?.status === 'expired') {
    const word = found.status === 'failed' ? 'failed' : 'was not made in time'
    return toCorrect(step, [`The authentication of the company ${word}.`, ...found.reasons].join(' '))
  }
  if (waitedMs > ANSWERED_WITHIN_MS)
    return toCorrect(step, 'Nobody has answered the mail of the registry within 30 days.')
  return awaitAuthentication(step, '', at)
}

function toCorrect(step: Step, why: string): Step {
  const says = `${why} Give the address of a person at the company’s own domain, and complete again. At the registry an appeal is possible for 45 days.`
  return {
    ...step,
    state: 'correction_needed',
    says: why,
    feedback: [{ category: 'AUTHENTICATION', fields: [MEMBER], says }],
  }
}

/** The steps with the mail to be sent again; null where none waits for its answer, or it was sent less than an hour ago. */
export function withMailAgain(steps: readonly Step[], now: number): Step[] | null {
  const waits = (step: Step) =>
    step.step === 'identity' &&
    step.state === 'waiting' &&
    step.call === 'read_authentication' &&
    now - Math.max(step.called_at ?? 0, step.waiting_since ?? 0) >= AGAIN_AFTER_MS
  if (!steps.some(waits)) return null
  return steps.map((step) =>
    waits(step) ? { ...step, state: 'pending', call: 'resend_authentication', looks: 0, next_try_at: null } : step,
  )
}
