import { newId } from '../../../contract/new-id.ts'
import { lockOrganization } from '../../../db/organization-lock.ts'
import { lockBrand } from '../../brands/index.ts'
import { readProfile } from '../../profiles/index.ts'
import { toRegistryBrand } from '../accept/brand-mapping.rules.ts'
import { incomplete } from '../accept/plan.rules.ts'
import { findRefusalOf } from '../accept/refusal.store.ts'
import { freeze } from '../accept/snapshot.store.ts'
import type { Step } from '../registration.fields.ts'
import { saveRegistration } from '../registration.store.ts'
import type { RegistrationOptions, RunState } from './load.ts'

/**
 * Registers the organization's brand in place of the completion that was at it and gave it up: frozen and locked in one
 * transaction, so that of two that wait one does it. Where another was faster nothing is written, and the step waits on. What
 * the registry has refused that completion is not submitted again unchanged: this one is told the same.
 */
export async function takeBrandOver(options: RegistrationOptions, run: RunState, index: number): Promise<void> {
  const { organizationId, cipher, registration } = run
  const { profileId } = registration
  await options.db.transaction(organizationId, async (tx) => {
    await tx.run(organizationId, lockOrganization, [organizationId])
    const read = await readProfile(tx, organizationId, { id: profileId, cipher })
    const brand = read?.profile.organizationBrand ?? null
    const before = registration.steps[index]
    if (read === null || brand === null || before === undefined || brand.id !== before.subject) return
    const isMock = options.ports.brandRegistry?.takesMocks === true
    const { brand: request, problems } = toRegistryBrand(brand, { profileName: read.profile.name, isMock })
    const about = { profileId, brandId: brand.id, request, cipher }
    const refusal = problems.length > 0 ? null : await findRefusalOf(tx, organizationId, about)
    let step: Step
    if (refusal !== null) step = { ...before, state: 'correction_needed', ...refusal }
    else if (problems.length > 0) step = { ...before, state: 'correction_needed', feedback: incomplete(problems) }
    else {
      const key = { organizationId, ownerId: organizationId, id: brand.id }
      const id = newId()
      if (!(await lockBrand(tx, key, id))) return
      const frozen = { id, profileId, subjectId: brand.id, kind: 'brand' as const, generation: 1, request }
      const snapshot = await freeze(tx, organizationId, { frozen, cipher })
      const call = brand.tcr_brand_id === null ? ('submit_brand' as const) : ('update_brand' as const)
      step = { ...before, state: 'pending', call, next_try_at: null, waiting_since: null, says: null, snapshot }
    }
    const steps = registration.steps.map((known, at) => (at === index ? step : known))
    if (!(await saveRegistration(tx, organizationId, { ...registration, steps })))
      throw new Error('a registration was moved by somebody else')
  })
}
