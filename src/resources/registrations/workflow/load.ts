import type { Database, Executor } from '../../../db/database.ts'
import type { KeyRing, OrganizationCipher } from '../../../encryption/key-ring.ts'
import type { Ports } from '../../../http/endpoint.ts'
import type { Job } from '../../../jobs/queue.store.ts'
import type { Log } from '../../../observability/log.ts'
import type { Metrics } from '../../../observability/metrics.ts'
import { type Brand, brandInEffect } from '../../brands/index.ts'
import { type Campaign, campaignsOf } from '../../campaigns/index.ts'
import { type Profile, readProfile } from '../../profiles/index.ts'
import type { Registration } from '../registration.fields.ts'
import { findRegistration } from '../registration.store.ts'
import { findOrganization, type RegistrationOrganization } from './facts.store.ts'
import type { Subject } from './rules/effects.rules.ts'

/** What the work on a registration needs, given once and read anew for every move. */

export interface RegistrationOptions {
  db: Database
  keys: KeyRing
  ports: Pick<Ports, 'brandRegistry' | 'carrier' | 'whatsapp'>
  log: Log
  metrics: Pick<Metrics, 'registrationParked'>
  /** How long a call may be under way before its worker is taken for dead: the lease of a job. */
  leaseMs: number
  providerMs: number
  /** How long after a call without an answer its absence at the provider becomes definite. */
  settleMs: number
  /** How many orders of a kind an organization may make at the registry in 24 hours. */
  ordersPerDay: number
}

/** One reading of everything. */
export interface RunState {
  organizationId: string
  organization: RegistrationOrganization
  cipher: OrganizationCipher
  now: number
  registration: Registration
  profile: Profile
  isDeleted: boolean
  /** The brand that the run is about, and who owns it. */
  brand: Brand | null
  brandOwnerId: string
  campaigns: Campaign[]
}

/** Reads what the job is about; null when there is nothing left. */
export async function loadRun(db: Executor, keys: KeyRing, job: Job): Promise<RunState | null> {
  const { organization_id: organizationId, subject_id: profileId } = job
  const organization = await findOrganization(db, organizationId)
  const registration = await findRegistration(db, organizationId, profileId)
  if (organization === null || registration === null) return null
  const cipher = keys.open(organization.data_key, organizationId)
  const read = await readProfile(db, organizationId, { id: profileId, cipher })
  if (read === null) return null
  const { profile, isDeleted } = read
  const campaigns = await campaignsOf(db, organizationId, profileId)
  const about = brandOf(profile, registration)
  return {
    organizationId,
    organization,
    cipher,
    now: Math.floor(organization.now_ms),
    registration,
    profile,
    isDeleted,
    brand: about?.brand ?? null,
    brandOwnerId: about?.isInherited === true ? organizationId : profileId,
    campaigns,
  }
}

/** The brand that the run began with, also when the profile inherits another by now. */
function brandOf(profile: Profile, { steps }: Registration): { brand: Brand; isInherited: boolean } | null {
  const id = steps.find(({ step }) => step === 'brand')?.subject ?? null
  if (profile.brand !== null && profile.brand.id === id) return { brand: profile.brand, isInherited: false }
  if (profile.organizationBrand !== null && profile.organizationBrand.id === id)
    return { brand: profile.organizationBrand, isInherited: true }
  return brandInEffect(profile)
}

/** The same for the rules that decide what follows. */
export function subjectOf({ registration, profile, brand, brandOwnerId, campaigns }: RunState): Subject {
  return {
    profile: { id: registration.profileId, status: profile.status },
    brand,
    isOwnBrand: brandOwnerId === registration.profileId,
    campaigns,
  }
}
