import { toWireTimestamp } from '../../contract/timestamp.ts'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'

/** Organizations, as the operator's commands write them. Requests read theirs in the firstRead statement. */

export const ORGANIZATION_KINDS = ['organization', 'user'] as const

/** Account states in the order of onboarding (contract 6.3); ACTIVATION_PENDING, ACTIVE and SUSPENDED are ours. */
export const ORGANIZATION_STATES = [
  'SIGNED_UP',
  'KYC_STARTED',
  'WHITELISTED',
  'KYC_RESUBMISSION_REQUESTED',
  'ONBOARDING_STARTED',
  'KYC_COMPLETED',
  'MESSAGE_COMPLIANCE_COMPLETED',
  'ACTIVATION_PENDING',
  'ACTIVE',
  'SUSPENDED',
] as const
export type OrganizationState = (typeof ORGANIZATION_STATES)[number]

export interface NewOrganization {
  id: string
  kind: (typeof ORGANIZATION_KINDS)[number]
  name: string
  email: string
  state: OrganizationState
  waba: { id: string; name: string | null } | null
  /** The wrapped data key (decision 19). */
  dataKey: string
}

const inserted = statement<{ created_at: string }>(
  'insert_organization',
  `insert into organizations (organization_id, kind, name, email, state, waba_id, waba_name, data_key, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, now()) returning created_at`,
)

/** Writes a new organization. */
export async function insertOrganization(db: Executor, organization: NewOrganization): Promise<void> {
  const { id, kind, name, email, state, waba, dataKey } = organization
  await db.run(id, inserted, [id, kind, name, email, state, waba?.id ?? null, waba?.name ?? null, dataKey])
}

export interface Organization {
  organization_id: string
  kind: 'organization' | 'user'
  name: string
  email: string
  state: OrganizationState
  waba_id: string | null
  waba_name: string | null
  data_key: string
  created_at: string
}

const found = statement<Organization>(
  'find_organization',
  `select organization_id, kind, name, email, state, waba_id, waba_name, data_key, created_at
     from organizations where organization_id = $1`,
)

/** The organization, or null. */
export async function findOrganization(db: Executor, organizationId: string): Promise<Organization | null> {
  const [row] = await db.run(organizationId, found, [organizationId])
  return row === undefined ? null : { ...row, created_at: toWireTimestamp(row.created_at) }
}

const stateSet = statement<{ organization_id: string }>(
  'set_organization_state',
  'update organizations set state = $2, updated_at = now() where organization_id = $1 returning organization_id',
)

/** Sets the account state. False for an unknown organization. */
export async function setOrganizationState(
  db: Executor,
  organizationId: string,
  state: OrganizationState,
): Promise<boolean> {
  return (await db.run(organizationId, stateSet, [organizationId, state])).length === 1
}

const wabaSet = statement<{ organization_id: string }>(
  'set_organization_waba',
  'update organizations set waba_id = $2, waba_name = $3, updated_at = now() where organization_id = $1 returning organization_id',
)

/** Sets or, with null, removes the WhatsApp Business Account that profiles share. False for an unknown organization. */
export async function setOrganizationWaba(
  db: Executor,
  organizationId: string,
  waba: { id: string; name: string | null } | null,
): Promise<boolean> {
  return (await db.run(organizationId, wabaSet, [organizationId, waba?.id ?? null, waba?.name ?? null])).length === 1
}
