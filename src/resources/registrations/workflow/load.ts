import type { Database, Executor } from '../../../db/database.ts'
import type { KeyRing, OrganizationCipher } from '../../../encryption/key-ring.ts'
import type { Ports } from '../../../http/endpoint.ts'
import type { Job } from '../../../jobs/queue.store.ts'
import type { Log } from '../../../observability/log.ts'
import type { Metrics } from '../../../observability/metrics.ts'
import { type Brand, brandInEffect } from '../../brands/index.ts'
import { campaignsOf } from '../../campaigns/index.ts'
import { type Profile, readProfile } from '../../profiles/index.ts'
import type { Registration } from '../registration.fields.ts'
import { findRun, type RegistrationOrganization } from '../registration.store.ts'
import type { Subject } from './rules/effects.rules.ts'

/** What the work on a registration needs, given once, and what it reads anew for every action. */

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
export interface RunState extends Subject {
  organizationId: string
  organization: RegistrationOrganization
  cipher: OrganizationCipher
  now: number
  registration: Registration
  profile: Profile
  isDeleted: boolean
  /** Who owns the brand that the run is about. */
  brandOwnerId: string
}

/** Reads what the job is about; null when there is nothing left. */
export async function loadRun(db: Executor, keys: KeyRing, job: Job): Promise<RunState | null> {
  const { organization_id: organizationId, subject_id: profileId } = job
  const found = await findRun(db, organizationId, profileId)
  if (found === null) return null
  const { organization, registration } = found
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
    isOwnBrand: about?.isInherited !== true,
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
