import type { Database } from '../../db/database.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import { backoffMs, notAskedMs } from '../../jobs/backoff.rules.ts'
import type { Job } from '../../jobs/queue.store.ts'
import type { JobHandler, Next } from '../../jobs/worker.ts'
import type { Log } from '../../observability/log.ts'
import type { Mail } from '../../ports/mail.ts'
import { dropToken, findUnsent, type UnsentInvitation } from './invitation.store.ts'
import { type InvitationPlaces, invitationLetter } from './invitation-letter.rules.ts'
import { tokenPlace } from './user-write.store.ts'

export interface InvitationJobOptions {
  db: Database
  keys: KeyRing
  mail: Mail | null
  log: Log
  /** Asked when a mail is written: the server then knows where it listens. */
  places: () => InvitationPlaces
  /** For one mail. */
  mailMs: number
}

const FINISHED: Next = { kind: 'finished' }

/**
 * Mails an invitation, at least once, after the request that made it was committed. Its token lies encrypted in the row
 * until the mail has left the context, and is forgotten then. What a newer invitation, an answer or a removal has overtaken
 * is not mailed.
 */
export function sendInvitationJob(options: InvitationJobOptions): JobHandler {
  return async (job) => {
    const unsent = await findUnsent(options.db, job.organization_id, job.subject_id)
    if (unsent === null) return FINISHED
    if (unsent.is_expired) return forget(options, job, unsent)
    return send(options, job, unsent)
  }
}

async function send(options: InvitationJobOptions, job: Job, unsent: UnsentInvitation): Promise<Next> {
  const { mail, keys, log, places, mailMs } = options
  const again: Next = { kind: 'postponed', delayMs: backoffMs(job.attempts, Math.random()), isAttempt: true }
  if (mail === null) {
    log.warn('invitation_not_mailed', { user: job.subject_id, reason: 'provider_not_configured' })
    return again
  }
  const token = keys.open(unsent.data_key, job.organization_id).decrypt(unsent.token, tokenPlace(job.subject_id))
  const { name, email, role, organization_name: organizationName, expires_at: expiresAt } = unsent
  const letter = invitationLetter({ organizationName, name, role, token, expiresAt }, places())
  const outcome = await mail.send({
    // The same for every try, so that a mailbox can tell that it has the mail already. Says nothing of the token.
    message: { id: `${job.subject_id}.${unsent.digest.slice(0, 16)}`, to: { name, address: email }, ...letter },
    signal: AbortSignal.timeout(mailMs),
  })
  if (outcome.kind === 'done') return forget(options, job, unsent)
  if (outcome.kind === 'refused') {
    // The address does not take mail. An admin sees the user still invited, and can invite again or remove it.
    log.warn('invitation_not_mailed', { user: job.subject_id, reason: 'refused' })
    return forget(options, job, unsent)
  }
  if (outcome.kind === 'not_asked') {
    return { kind: 'postponed', delayMs: notAskedMs(outcome.retryAfterSeconds, Math.random()), isAttempt: false }
  }
  return again
}

async function forget({ db }: InvitationJobOptions, job: Job, { digest }: UnsentInvitation): Promise<Next> {
  await dropToken(db, job.organization_id, job.subject_id, digest)
  return FINISHED
}
