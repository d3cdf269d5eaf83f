import type { JsonObject } from '../../contract/fields/json-value.ts'
import type { Profile } from '../profiles/index.ts'
import type { Registration, Step } from './registration.fields.ts'

/** The registration as an answer shows it. */

/** Milliseconds since 1970 as the API writes an instant (contract 1.7). */
function toInstant(ms: number | null): string | null {
  if (ms === null) return null
  const iso = new Date(ms).toISOString()
  const fraction = iso.slice(20, 23).replace(/0{1,3}$/, '')
  return `${iso.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}+00:00`
}

function presentStep(step: Step): JsonObject {
  const { snapshot } = step
  const isAtRest = step.state === 'done' || step.state === 'skipped' || step.state === 'correction_needed'
  return {
    step: step.step,
    subject_id: step.subject,
    state: step.state,
    attempts: step.attempts,
    says: step.says,
    feedback: step.feedback.map(({ category, fields, says }) => ({ category, fields, says })),
    next_try_at: isAtRest ? null : toInstant(step.next_try_at),
    fee: step.fee,
    snapshot:
      snapshot === null ? null : { id: snapshot.id, sha256: snapshot.sha256, frozen_at: toInstant(snapshot.at) },
  }
}

/** @param isGivenUp the job has failed so often that a person has to look. */
export function presentRegistration(
  profile: Pick<Profile, 'id' | 'status'>,
  registration: Registration | null,
  { isGivenUp }: { isGivenUp: boolean },
): JsonObject {
  if (registration === null) {
    return {
      profile_id: profile.id,
      state: 'not_started',
      profile_status: profile.status,
      run: 0,
      started_at: null,
      finished_at: null,
      next_try_at: null,
      fees_total: null,
      steps: [],
    }
  }
  const open = registration.steps.find(({ state }) => state !== 'done' && state !== 'skipped')
  const isGoing = registration.state === 'running' || registration.state === 'waiting'
  return {
    profile_id: profile.id,
    state: isGivenUp && isGoing ? 'parked' : registration.state,
    profile_status: profile.status,
    run: registration.run,
    started_at: registration.startedAt,
    finished_at: registration.finishedAt,
    next_try_at: isGoing ? toInstant(open?.next_try_at ?? null) : null,
    fees_total: registration.feesTotal,
    steps: registration.steps.map(presentStep),
  }
}
