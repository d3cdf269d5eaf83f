import { wakes } from '../../jobs/wake.store.ts'

/** The job that brings the registration of a profile callProviders. Its id is the registration's, so there is one. */
export const ADVANCE_JOB = 'advance_registration'

/**
 * A cte of the statement that deletes a profile: its run is looked at now, also one that is parked, since it must not
 * keep what others need. `source` has the columns organization_id and owner_id.
 */
export function wakeRunCte(source: string): string {
  return `woken as (
    update jobs j set ${wakes('j')}, attempts = 0
      from ${source} s
      join registrations r on r.organization_id = s.organization_id and r.profile_id = s.owner_id
     where j.organization_id = r.organization_id and j.id = r.id and j.kind = '${ADVANCE_JOB}')`
}
