import { statement } from '../db/statement.ts'

/**
 * Rules that read several rows of an organization serialize on its row; it is always the first lock taken (decision 8).
 * `no key`, because every insert beside a change takes the key lock of the row for its foreign key: against a full lock
 * a change that holds its profile and inserts its kept answer would be one half of a deadlock.
 */
export const lockOrganization = statement<object>(
  'lock_organization',
  'select organization_id from organizations where organization_id = $1 for no key update',
)
