import { profileEtag } from '../../../contract/etag.ts'
import { Failure } from '../../../contract/failure.ts'
import type { JsonObject } from '../../../contract/fields/json-value.ts'
import type { Call, Plan, Providers, WriteEndpoint } from '../../../http/endpoint.ts'
import {
  findReferences,
  judgeChange,
  type Profile,
  profileTarget,
  type Reference,
  shown,
  updateDocument,
  wantedReferences,
} from '../../profiles/index.ts'
import type { CompletionInput } from '../accept/intent.rules.ts'
import { type Outlook, outlookOf } from '../accept/outlook.rules.ts'
import {
  changedChannels,
  changesOfBorrowers,
  effectiveChanges,
  locksOf,
  memberChanges,
  type Seen,
} from '../accept/preview.rules.ts'
import { readAround, readBorrowers } from '../accept/preview.store.ts'
import { previewResponse } from '../preview.fields.ts'

/** What the change leads to, read for the profile as it would be. */
interface Preview {
  completion: CompletionInput
  before: Seen
  after: Seen
  borrowers: Awaited<ReturnType<typeof readBorrowers>>
}

interface PreviewFacts {
  references: readonly Reference[]
  /** Null where the request is refused, which the decision says. */
  preview: Preview | null
}

/** The change, or null where it is refused: by the rules of the change itself, whose refusal is told in the decision. */
function judgedOrNull(call: Call<Profile>, references: PreviewFacts['references']): Profile | null {
  try {
    return judgeChange(call, references)?.after ?? call.target
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

/** A profile as it is seen by whoever asks. */
function seen(call: Call<Profile>, profile: Profile, around: Seen['around']): Seen {
  return { profile, view: shown(profile, call.caller), around }
}

/** The profile with its own brand alone, so that what it inherits is no member of it. */
function ownSettings(profile: Profile, call: Call<Profile>): JsonObject {
  const own = shown({ ...profile, inherit_tcr_brand: false }, call.caller)
  return { ...own, inherit_tcr_brand: profile.inherit_tcr_brand }
}

function providersOf(call: Call<Profile>, outlook: Outlook): JsonObject[] {
  const { providers: has, card } = call
  const configured: Record<Outlook['providers'][number], keyof Providers> = {
    brand_registry: 'brandRegistry',
    carrier: 'carrier',
    whatsapp: 'whatsapp',
  }
  return [
    ...(card === null ? [] : [{ provider: 'payments', when: 'change', is_configured: has.payments }]),
    ...outlook.providers.map((provider) => ({
      provider,
      when: 'completion',
      is_configured: has[configured[provider]] === true,
    })),
  ]
}

function feesOf({ orders }: Outlook): JsonObject[] {
  return orders.map(({ for: what, subject, dollars }) => ({
    for: what,
    subject,
    when: 'completion',
    price: dollars === null ? null : { amount: dollars, currency: 'USD' },
  }))
}

function decide(call: Call<Profile>, { references, preview }: PreviewFacts): Plan {
  const { target: current } = call
  // Refuses what the change would refuse.
  judgeChange(call, references)
  if (preview === null) throw new Error('a change that is not refused has a preview')
  const { after, before, completion } = preview
  const outlook = outlookOf(after.profile, completion, call.providers)
  return {
    data: {
      id: current.id,
      members: memberChanges(ownSettings(current, call), ownSettings(after.profile, call)),
      effective: [
        ...effectiveChanges(before, after),
        ...changesOfBorrowers(before, after, preview.borrowers.byChannel),
      ],
      profiles_left_out: preview.borrowers.isCut,
      locks: locksOf(after.profile, completion, outlook),
      providers: providersOf(call, outlook),
      fees: feesOf(outlook),
      completion: { state: outlook.state, problems: outlook.problems },
    },
    etag: profileEtag(current),
    write: null,
  }
}

/** `POST /v3/profiles/{profileId}/preview`: ours; what a PATCH with the same body would do, by the PATCH's own decision. */
export const previewProfile: WriteEndpoint<Profile, PreviewFacts> = {
  kind: 'write',
  operation: 'previewProfile',
  method: 'POST',
  path: '/v3/profiles/:profileId/preview',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014', 'PRECONDITION_001'],
  failPhrase: 'preview the change',
  document: {
    tag: 'Profiles',
    summary: 'Preview a change of a profile',
    description:
      'Takes the body of a PATCH, in either of its media types, and answers what it would do: the members and the values in effect that would change, what is locked, whom the change and a completion after it would call, and what that would cost. It refuses what the PATCH would refuse. Nothing is written and nobody is called. `payment_details` are checked, and never sent on or shown. An Idempotency-Key is ignored.',
    body: updateDocument,
    mergePatch: true,
    answer: previewResponse,
  },
  takesBody: 'optional',
  takesCard: true,
  writesNothing: true,
  targetParam: 'profileId',
  target: profileTarget,
  etagOf: profileEtag,
  facts: async (db, call) => {
    const wanted = wantedReferences(call.body, call.target)
    const isWanted = wanted.sms !== null || wanted.whatsapp !== null
    const references = isWanted ? await findReferences(db, call.caller, wanted) : []
    const profile = judgedOrNull(call, references)
    if (profile === null) return { references, preview: null }
    const { completion, reachedBefore } = await readAround(db, call.caller, { current: call.target, after: profile })
    const { campaigns, organizationCampaigns, reached } = completion
    const before = seen(call, call.target, { reached: reachedBefore, campaigns, organizationCampaigns })
    const after = seen(call, profile, { reached, campaigns, organizationCampaigns })
    const borrowers = await readBorrowers(db, call.caller, call.target.id, changedChannels(before, after))
    return { references, preview: { completion, before, after, borrowers } }
  },
  decide,
}
