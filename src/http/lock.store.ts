import { statement } from '../db/statement.ts'

/** Rules that read several rows of an organization serialize on its row; it is always the first lock taken (decision 8). */
export const lockOrganization = statement<object>(
  'lock_organization',
  'select organization_id from organizations where organization_id = $1 for update',
)
