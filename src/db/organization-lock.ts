import { statement } from './statement.ts'

/**
 * Rules that read several rows of an organization serialize on its row; it is always the first lock taken (decision 8).
 * `no key`, because what is inserted beside a change may take the key lock of the row for its foreign key, as the first brand
 * of a profile does: against a full lock a change that holds its profile and inserts its brand would be one half of a deadlock.
 */
export const lockOrganization = statement<object>(
  'lock_organization',
  'select organization_id from organizations where organization_id = $1 for no key update',
)
