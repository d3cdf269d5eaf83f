import { profileEtag } from '../../../contract/etag.ts'
import { Failure } from '../../../contract/failure.ts'
import { compileCheck } from '../../../contract/fields/validator.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { cardStep } from '../../../http/pipeline/provider-steps.ts'
import { type BrandChange, brandAfter, historyEntry, shown } from '../change.rules.ts'
import { eventsOf } from '../event.rules.ts'
import { changesSince } from '../history.store.ts'
import { problemsOf } from '../problems.rules.ts'
import type { Profile, StoredPaymentMethod } from '../profile.fields.ts'
import { applySettings, valuesToCheck } from '../profile.rules.ts'
import { profileTarget } from '../profile.store.ts'
import { profileResponse } from '../profile-answer.fields.ts'
import { updateDocument, updateRequest } from '../profile-request.fields.ts'
import { saveProfile } from '../profile-write.store.ts'
import { type Reference, referenceProblems } from '../reference.rules.ts'
import { findReferences } from '../reference.store.ts'

const check = compileCheck(updateRequest)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The two references as the request would change them, null where it does not. One that is stored already is not judged anew: the
 * profile that it names may have been deleted meanwhile.
 */
export function wantedReferences(
  body: Call['body'],
  current: Profile,
): { sms: string | null; whatsapp: string | null } {
  const changed = (member: 'sending_phone_number_profile_id' | 'sending_whatsapp_number_profile_id') => {
    const value = body[member]
    const id = typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null
    return id === current[member] ? null : id
  }
  return { sms: changed('sending_phone_number_profile_id'), whatsapp: changed('sending_whatsapp_number_profile_id') }
}

function isNothing({ reading, card }: Call<Profile>): boolean {
  const { sandbox, ...members } = reading.values
  return Object.keys(members).length === 0 && reading.clears.size === 0 && card === null
}

/** A valid change: the profile as it would be, and what is to be stored of its own brand. */
export interface JudgedChange {
  after: Profile
  brand: BrandChange | null
}

/**
 * What the request makes of the profile; null where it asks for nothing.
 *
 * @throws Failure VALIDATION_001 with every problem of the request.
 */
export function judgeChange(call: Call<Profile>, reached: readonly Reference[]): JudgedChange | null {
  const { target: current, merge, reading } = call
  const details = problemsOf({
    early: call.earlyProblems,
    reading,
    checked: valuesToCheck(reading, current, merge),
    check,
    isStrict: call.isStrict,
    change: {
      current,
      reading,
      brandLock: current.brand?.lock ?? null,
      hasCard: call.card !== null,
      storedBusiness: current.brand?.business ?? null,
      references: referenceProblems(current.id, wantedReferences(reading.values, current), reached),
    },
  })
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  if (isNothing(call)) return null
  const brand = brandAfter(current.brand, reading, call)
  const after: Profile = {
    ...applySettings(current, reading),
    brand: brand?.shown ?? current.brand,
    version: current.version + 1,
    updated_at: call.now,
  }
  return { after, brand }
}

function decide(call: Call<Profile>, reached: readonly Reference[]): Plan {
  const { target: current } = call
  const judged = judgeChange(call, reached)
  if (judged === null) {
    return {
      data: shown(current, call.caller),
      etag: profileEtag(current),
      write: null,
    }
  }
  const { after, brand } = judged
  const history = {
    ...historyEntry('updateProfile', call, current, after),
    registry_feedback: current.registry_feedback,
  }
  return {
    data: shown(after, call.caller),
    etag: profileEtag(after),
    callProviders: (ports) =>
      cardStep(ports, call, { profileId: current.id, customer: current.payment_method?.customer ?? null }),
    write: (db, providerResults, kept) =>
      saveProfile(
        db,
        { ...after, version: current.version },
        {
          caller: call.caller,
          history,
          at: call.now,
          brand: brand?.stored ?? null,
          payment_method: (providerResults.payment_method ?? null) as StoredPaymentMethod | null,
          events: eventsOf('updated', after, brand?.stored ?? null, providerResults.payment_method !== undefined),
          kept,
        },
      ),
  }
}

/** `PATCH /v3/profiles/{profileId}`: the primary document (contract 8.9). */
export const updateProfile: WriteEndpoint<Profile, readonly Reference[]> = {
  kind: 'write',
  operation: 'updateProfile',
  method: 'PATCH',
  path: '/v3/profiles/:profileId',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014', 'PRECONDITION_001', 'PROVIDER_001', 'INTERNAL_003', 'INTERNAL_004'],
  failPhrase: 'update profile',
  document: {
    tag: 'Profiles',
    summary: 'Update profile settings',
    description: [
      'Changes the members that are sent and keeps the others. In application/json a null means not provided; as application/merge-patch+json a null clears what can be cleared. All problems of a request are answered together.',
      '**Brand.** `brand` creates or changes the brand of this profile: who the business is, whom to ask, and what it sends. A brand that was submitted to TCR cannot be changed. `brand` is not allowed together with `"inherit_tcr_brand": true`.',
      '**Payment details.** `payment_details` (card number, expiry as MM/YY, CVC and billing ZIP code) is allowed where `billing_model` is `profile` or `profile_and_organization`, and not where it is `organization`. It goes on to the payment processor and is never stored on this server.',
      '**Dry run.** With `"sandbox": true` every check runs and nothing is changed.',
    ].join('\n\n'),
    body: updateDocument,
    mergePatch: true,
    answer: profileResponse,
  },
  takesBody: 'optional',
  takesCard: true,
  targetParam: 'profileId',
  target: profileTarget,
  etagOf: profileEtag,
  changedSince: (db, call, etag) => changesSince(db, call.caller, call.target.id, etag),
  facts: async (db, call) => {
    const wanted = wantedReferences(call.body, call.target)
    return wanted.sms === null && wanted.whatsapp === null ? [] : findReferences(db, call.caller, wanted)
  },
  locksOrganization: (call) => {
    const { sms, whatsapp } = wantedReferences(call.body, call.target)
    return sms !== null || whatsapp !== null
  },
  decide,
}
