import { flag, instant, oneOf, optional, text, uuid, webAddress } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'
import type { ProfileStatus } from '../profiles/index.ts'

/** The registration of a profile with its providers: steps in order, what came of each, and what is tried next. Ours. */

export const STEPS = [
  'copy_numbers',
  'brand',
  'identity',
  'vetting',
  'campaign',
  'campaign_review',
  'carrier',
  'whatsapp',
  'status',
] as const
export type StepName = (typeof STEPS)[number]

/**
 * - `pending`: to be done next, at once or at `next_try_at`.
 * - `calling`: a provider is being asked.
 * - `unknown`: what was asked may have happened; the provider's records are looked up before anything is sent again.
 * - `waiting`: the provider, or somebody there, decides.
 * - `correction_needed`: refused; correct what the feedback names and complete again.
 * - `parked`: a person of the operator has to look.
 */
export const STEP_STATES = [
  'pending',
  'calling',
  'unknown',
  'waiting',
  'done',
  'skipped',
  'correction_needed',
  'parked',
] as const
export type StepState = (typeof STEP_STATES)[number]

export const REGISTRATION_STATES = [
  'not_started',
  'running',
  'waiting',
  'correction_needed',
  'parked',
  'submitted',
  'completed',
  'withdrawn',
] as const
export type RegistrationState = (typeof REGISTRATION_STATES)[number]

/** Every question to a provider, and every command. */
export const CALLS = [
  'submit_brand',
  'complete_brand',
  'update_brand',
  'revet_brand',
  'read_brand',
  'read_feedback',
  'order_vetting',
  'read_vetting',
  'read_authentication',
  'resend_authentication',
  'submit_campaign',
  'update_campaign',
  'deactivate_campaign',
  'share_campaign',
  'read_campaign',
  'find_messaging_profile',
  'create_messaging_profile',
  'connect_number',
  'assign_campaign',
  'read_assignment',
  'subscribe_app',
  'register_number',
] as const
export type CallName = (typeof CALLS)[number]

/** Something to correct, found before a provider is asked: a path of our own request and why. */
export interface Problem {
  field: string
  says: string
}

/** Why a provider refused: its category, the members of our request to correct, its words. */
export interface Feedback {
  category: string
  fields: string[]
  says: string
}

/** What was frozen for a submission. */
export interface SnapshotMark {
  id: string
  sha256: string
  /** Milliseconds since 1970, like every time of a step. */
  at: number
}

export interface Step {
  step: StepName
  /** The brand or campaign that the step is about. */
  subject: string | null
  state: StepState
  /** The call that is made, or made next. Null where the step has not chosen one. */
  call: CallName | null
  /** How often a provider was asked to change something. */
  attempts: number
  /** How often in a row the step has waited or looked up: the waits grow with it. */
  looks: number
  /** How often the same call was sent after its outcome stayed unknown. */
  rounds: number
  says: string | null
  feedback: Feedback[]
  /** In US dollars, what the registry has charged for the step so far. Null where nothing is charged. */
  fee: number | null
  called_at: number | null
  next_try_at: number | null
  waiting_since: number | null
  snapshot: SnapshotMark | null
}

/** One per profile. A later `complete` starts a further run on the same row. */
export interface Registration {
  id: string
  profileId: string
  state: RegistrationState
  /** Counts the runs. */
  run: number
  steps: Step[]
  /** Raised by every write: whoever read an older one writes nothing. */
  fence: number
  /** The profile's status before the run, which a failed run brings back. */
  statusBefore: ProfileStatus
  messagingProfileId: string | null
  /** In US dollars, of all runs. */
  feesTotal: number
  startedAt: string
  finishedAt: string | null
}

/** The body of `POST /v3/profiles/{profileId}/complete`. */
export const completeRequest = Type.Object({
  webHookUrl: webAddress({
    description: 'Told once what came of it: by a POST of profileId, success, status and timestamp.',
    example: 'https://your-app.com/webhook/profile-complete',
    says: { required: 'webHookUrl is required', any: 'webHookUrl must be a valid HTTP or HTTPS URL' },
  }),
  check_again: optional(
    flag({
      description:
        'Order a check or a review once more though nothing was changed since the last one: for what was put right elsewhere, as on a web site. It is charged each time.',
      example: false,
    }),
  ),
  sandbox: optional(
    flag({ description: 'Run every check and answer what would be, without doing it.', example: false }),
  ),
})

/** `data` of the 202. */
export const completeResponse = Type.Object({
  message: text({ max: 100 }, { description: 'What happens now.', example: 'Profile completion in progress' }),
  callback_signing_secret: text(
    { max: 100 },
    {
      description: 'Signs the callback, as the secret of a webhook does. Shown here only.',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    },
  ),
})

/** `data` of the 200. */
export const completedResponse = Type.Object({
  status: oneOf(['completed'], { description: 'The profile is complete.', example: 'completed' }),
  message: text({ max: 100 }, { description: 'In words.', example: 'Profile is already completed' }),
})

const at = (description: string) =>
  instant({ description, example: '2026-03-25T10:43:34.589113+00:00', nullable: true })
const dollars = (description: string, example: number | null) => Type.Number({ description, example, nullable: true })

const feedbackResponse = Type.Object({
  category: text({ max: 100 }, { description: "The registry's category.", example: 'TAX_ID' }),
  fields: Type.Array(text({ max: 200 }, { description: 'A member of our request.', example: 'brand.business.taxId' }), {
    description: 'The members to correct.',
  }),
  says: text(
    { max: 500 },
    { description: "The provider's words.", example: 'The tax id does not belong to the legal name.' },
  ),
})

const stepResponse = Type.Object({
  step: oneOf(STEPS, { description: 'What is done.', example: 'identity' }),
  subject_id: uuid({
    description: 'The brand or campaign that it is about.',
    example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    nullable: true,
  }),
  state: oneOf(STEP_STATES, { description: 'How far it is.', example: 'correction_needed' }),
  attempts: Type.Integer({ description: 'How often a provider was asked to do it.', example: 1 }),
  says: text(
    { max: 500 },
    { description: 'Why it is so: what the provider said, or why the step is skipped.', example: null, nullable: true },
  ),
  feedback: Type.Array(feedbackResponse, { description: 'What to correct.' }),
  next_try_at: at('When it is tried or looked up again.'),
  fee: dollars('What the registry has charged for it, in US dollars.', 4.5),
  snapshot: Type.Object(
    {
      id: uuid({ description: 'Identifies it.', example: '0190a0b0-0000-7000-8000-000000000003' }),
      sha256: text(
        { max: 64 },
        {
          description: 'SHA-256 of what is submitted, in hexadecimal.',
          example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        },
      ),
      frozen_at: at('When it was frozen.'),
    },
    { description: 'What was frozen to be submitted.', nullable: true },
  ),
})

/** `data` of `GET /v3/profiles/{profileId}/registration`. */
export const registrationResponse = Type.Object(
  {
    profile_id: uuid({ description: 'The profile.', example: '770e8400-e29b-41d4-a716-446655440002' }),
    state: oneOf(REGISTRATION_STATES, {
      description:
        'Who is next: waiting is for a review by a registry, submitted for one by the operator, correction_needed for you.',
      example: 'correction_needed',
    }),
    profile_status: text({ max: 20 }, { description: "The profile's status now.", example: 'incomplete' }),
    run: Type.Integer({ description: 'How often a completion has started it.', example: 1 }),
    started_at: at('When the last run started.'),
    finished_at: at('When it came to its end.'),
    next_try_at: at('When something is tried or looked up again.'),
    fees_total: dollars('What the registry has charged in this run and those before it, in US dollars.', 4.5),
    steps: Type.Array(stepResponse, { description: 'The steps of the last run, in order.' }),
  },
  { description: 'How far the registration of a profile is.' },
)

/** The category of a campaign that is over without having ended: it is submitted anew, since no change brings it back. */
export const OVER = 'FAILED'
