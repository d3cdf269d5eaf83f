import type { Role } from '../contract/permissions.ts'
import type { OrganizationCipher } from '../encryption/key-ring.ts'

/** The organization that a key names, as every request needs it. */
export interface CallerOrganization {
  organization_id: string
  kind: 'organization' | 'user'
  name: string
  email: string
  icon: string | null
  description: string | null
  state: string
  waba_id: string | null
  waba_name: string | null
  created_at: string
}

/**
 * Who is asking, and for whom. Only `firstRead.ts` makes one; every store takes the organization from it, so a statement
 * on tenant data cannot be written for an organization that nobody authenticated for.
 */
export interface Caller {
  keyId: string
  userId: string
  userEmail: string
  role: Role
  mode: 'live' | 'test'
  organization: CallerOrganization
  /** Opens and encrypts this organization's envelopes. */
  cipher: OrganizationCipher
  /** The profile that the request acts as: that of x-profile-id or of a profile key. Null for the organization itself. */
  actingProfileId: string | null
  /** x-profile-id was sent and accepted, so the answer echoes it. */
  isScopedByHeader: boolean
  /** Whether the organization had a webhook when the request was read: without one no event is written. */
  hasWebhooks: boolean
  /** The account that idempotency keys and rate limits belong to (contract 3, decision 16). */
  customerId: string
}
