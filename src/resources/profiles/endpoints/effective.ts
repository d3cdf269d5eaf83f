import { instant, oneOf, text, uuid } from '../../../contract/fields/field.ts'
import { Type } from '../../../contract/fields/schema.ts'
import type { ReadEndpoint } from '../../../http/endpoint.ts'
import { shown } from '../change.rules.ts'
import { effectiveMembers, effectiveValues, ORIGINS } from '../effective.rules.ts'
import { findHistories, findSurroundings } from '../effective.store.ts'
import type { Profile } from '../profile.fields.ts'
import { profileTarget } from '../profile.store.ts'

const member = Type.Object({
  member: text(
    { max: 100 },
    { description: 'Dotted path of the member, as in the history.', example: 'brand.business.legal_name' },
  ),
  value: Type.Unknown({
    description: 'The value that holds, masked as in the profile itself; for campaigns their ids and names.',
    example: 'Acme Corporation LLC',
  }),
  origin: oneOf(ORIGINS, {
    description:
      'Where the value comes from: own (set on this profile), organization (inherited), profile (the number of another profile), default (nobody set it).',
    example: 'organization',
  }),
  profile_id: uuid({
    description: 'The profile that the value comes from, where that is another one.',
    example: null,
    nullable: true,
  }),
  since: instant({
    description: 'Since when the value holds; null where that is not recorded.',
    example: '2026-03-25T10:43:34.58912+00:00',
    nullable: true,
  }),
})

const answer = Type.Object({
  id: uuid({ description: 'The profile.', example: '770e8400-e29b-41d4-a716-446655440002' }),
  members: Type.Array(member, { description: 'Every setting, in the order of the profile; the campaigns last.' }),
})

/** `GET /v3/profiles/{profileId}/effective`: ours; the published API shows values and not where they come from. */
export const getEffectiveSettings: ReadEndpoint<Profile> = {
  kind: 'read',
  operation: 'getEffectiveSettings',
  method: 'GET',
  path: '/v3/profiles/:profileId/effective',
  rateClass: 'standard',
  status: 200,
  errors: ['RESOURCE_014'],
  failPhrase: 'retrieve the effective settings',
  document: {
    tag: 'Profiles',
    summary: 'Get the settings in effect, with their origin',
    description:
      'Every setting that holds for the profile: its value, where that comes from and since when it holds. What is inherited from the organization or borrowed from another profile is shown as it is used. An inherited value holds since the profile began to inherit, or since the organization changed it, whichever was later. The newest 2,000 changes of the profile are looked through; `since` is null for what is older.',
    answer,
  },
  targetParam: 'profileId',
  target: profileTarget,
  read: async (db, { target: profile, caller }) => {
    const around = await findSurroundings(db, caller, profile)
    const histories = await findHistories(db, caller, [profile.id, ...around.reached.map(({ id }) => id)])
    const values = effectiveValues(profile, shown(profile, caller), around)
    const members = effectiveMembers(profile, values, { ...around, histories })
    return { data: { id: profile.id, members: members.map((each) => ({ ...each })) } }
  },
}
