import { flag, oneOf, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'
import { ORIGINS } from '../profiles/index.ts'

/** The answer of a preview: what a change of a profile would change, lock, call and cost. */

/** `ready`: would begin; `incomplete`: would be refused or end in a correction; `running`: one is under way; `complete`: nothing is left. */
const OUTLOOK_STATES = ['ready', 'incomplete', 'running', 'complete'] as const
export type OutlookState = (typeof OUTLOOK_STATES)[number]

/** What a registry charges for. */
const CHARGED = ['brand', 'brand_check', 'vetting', 'campaign_review'] as const
export type Charged = (typeof CHARGED)[number]

const WHEN = ['change', 'completion'] as const
const PROVIDERS = ['payments', 'brand_registry', 'carrier', 'whatsapp'] as const

const path = text(
  { max: 100 },
  { description: 'Dotted path of the member, as in the history.', example: 'brand.business.legal_name' },
)
const before = Type.Unknown({ description: 'The value now.', example: 'Acme Corporation LLC' })
const after = Type.Unknown({ description: 'The value after the change.', example: 'Acme Holdings LLC' })
const when = oneOf(WHEN, {
  description: 'Whether the change itself does it, or a completion after it.',
  example: 'completion',
})

const effective = Type.Object({
  profile_id: uuid({
    description: 'This profile, or one that uses its number.',
    example: '770e8400-e29b-41d4-a716-446655440002',
  }),
  member: path,
  from: before,
  to: after,
  origin: oneOf(ORIGINS, { description: 'Where the value comes from after the change.', example: 'own' }),
})

const lock = Type.Object({
  what: oneOf(['brand', 'campaign'], { description: 'What can no longer be changed then.', example: 'brand' }),
  id: uuid({ description: 'The brand or the campaign.', example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890' }),
  when: oneOf(['now', 'completion'], {
    description: 'Whether it is locked already, or from a completion on.',
    example: 'completion',
  }),
})

const provider = Type.Object({
  provider: oneOf(PROVIDERS, { description: 'Who would be called.', example: 'payments' }),
  when,
  is_configured: flag({
    description:
      'Whether this server has it; without it the call is refused with PROVIDER_001, or its step is left out.',
    example: true,
  }),
})

const amount = Type.Object(
  {
    amount: Type.Number({ description: 'The price.', example: 4.5 }),
    currency: oneOf(['USD'], { description: 'Its currency.', example: 'USD' }),
  },
  { description: 'What is charged, on failure too; null where this server does not know the price.', nullable: true },
)

const fee = Type.Object({
  for: oneOf(CHARGED, {
    description:
      'What is ordered: a registration of the brand, a further check of its identity, a vetting, a review of a campaign.',
    example: 'brand',
  }),
  subject: uuid({
    description: 'The brand or the campaign.',
    example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    nullable: true,
  }),
  when,
  price: amount,
})

const completion = Type.Object(
  {
    state: oneOf(OUTLOOK_STATES, {
      description:
        'What it would meet. ready: a run begins; incomplete: something is to be corrected first; running: a run is under way; complete: nothing is left to do.',
      example: 'ready',
    }),
    problems: Type.Unknown({
      description: 'What is to be corrected first: member to sentences. Empty where nothing is.',
      example: {},
    }),
  },
  { description: 'What POST …/complete would do with the profile after the change.' },
)

export const previewResponse = Type.Object({
  id: uuid({ description: 'The profile.', example: '770e8400-e29b-41d4-a716-446655440002' }),
  members: Type.Array(Type.Object({ member: path, from: before, to: after }), {
    description: 'The members of the profile that the change sets to another value.',
  }),
  effective: Type.Array(effective, {
    description: 'The values in effect that change, of this profile and of those that use its numbers.',
  }),
  profiles_left_out: flag({
    description: 'Whether more than 100 other profiles are affected; the first 100 are shown.',
    example: false,
  }),
  locks: Type.Array(lock, { description: 'What is locked, or would be by a completion.' }),
  providers: Type.Array(provider, { description: 'Whom the change would call, and a completion after it.' }),
  fees: Type.Array(fee, { description: 'What would be charged. A change charges nothing by itself.' }),
  completion,
})
