import { Failure } from '../../../contract/failure.ts'
import type { JsonObject, JsonValue } from '../../../contract/fields/json-value.ts'
import { isJsonObject } from '../../../contract/fields/json-value.ts'
import type { Call, Plan, WriteEndpoint } from '../../../http/endpoint.ts'
import { lint, readPacket } from '../../../lint/index.ts'
import { brandInEffect, mergedRequest } from '../../brands/index.ts'
import { type Campaign, campaignAsRequest, campaignsOf } from '../../campaigns/index.ts'
import { lintRequest, lintResponse } from '../lint.fields.ts'
import type { Profile } from '../profile.fields.ts'
import { profileTarget } from '../profile.store.ts'

const NO_SECTIONS = { contact: {}, business: {}, compliance: {} }

/** The brand in effect with the members of the body laid over it; null where there is neither. */
function brandOf(profile: Profile, given: JsonValue | undefined): JsonValue {
  const stored = brandInEffect(profile)?.brand ?? null
  if (stored === null && !isJsonObject(given)) return null
  return mergedRequest(stored ?? NO_SECTIONS, isJsonObject(given) ? given : {})
}

/** What of the profile the rules look at. */
function profileOf({ name, sending_phone_number, inherit_tcr_brand }: Profile): JsonObject {
  return { name, sending_phone_number, inherit_tcr_brand }
}

/** What keeps the body's own members from being read. */
function problemsOf({ body }: Call<Profile>): Record<string, string[]> {
  const { brand, campaigns, acknowledged } = body
  const read = readPacket({
    brand: brand ?? {},
    ...(campaigns === undefined ? {} : { campaigns }),
    acknowledged: acknowledged ?? [],
  })
  return 'problems' in read ? read.problems : {}
}

function decide(call: Call<Profile>, stored: readonly Campaign[]): Plan {
  const { target: profile, body } = call
  const details = { ...call.earlyProblems, ...problemsOf(call) }
  if (Object.keys(details).length > 0) throw new Failure('VALIDATION_001', { details })
  const read = readPacket({
    brand: brandOf(profile, body.brand),
    campaigns: Array.isArray(body.campaigns) ? body.campaigns : stored.map(campaignAsRequest),
    profile: profileOf(profile),
    acknowledged: body.acknowledged ?? [],
  })
  if ('problems' in read) {
    const says = 'brand is required: the profile has neither a brand nor campaigns'
    throw new Failure('VALIDATION_001', { details: { brand: [says] } })
  }
  return { data: lint(read.packet) as unknown as JsonObject, etag: null, write: null }
}

/** `POST /v3/profiles/{profileId}/lint`, ours: what a registry would refuse, before anything is paid for. */
export const lintProfile: WriteEndpoint<Profile, readonly Campaign[]> = {
  kind: 'write',
  operation: 'lintProfile',
  method: 'POST',
  path: '/v3/profiles/:profileId/lint',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014'],
  failPhrase: 'lint profile',
  document: {
    tag: 'Profiles',
    summary: 'Lint a profile',
    description:
      'Holds the brand and the campaigns in effect against the documented reasons of registries, reviewers and carriers, and answers what would be refused, what it would cost and how to mend it. Members in the body are laid over the stored ones; nothing is changed and nobody is asked. No finding quotes a tax number.',
    body: lintRequest,
    answer: lintResponse,
  },
  takesBody: 'optional',
  writesNothing: true,
  targetParam: 'profileId',
  target: profileTarget,
  facts: (db, { caller, target }) => {
    const { organization_id: organizationId } = caller.organization
    return campaignsOf(db, organizationId, target.inherit_tcr_campaign ? organizationId : target.id)
  },
  decide,
}
