import { flag, instant, line, lines, oneOf, optional, text, uuid, webAddress } from '../../contract/fields/field.ts'
import {
  answerSchemas,
  computed,
  namesOf,
  requestSchemas,
  requiredSetting,
  setting,
  stored,
  storedLater,
  type ValuesOf,
} from '../../contract/fields/field-table.ts'
import { Type } from '../../contract/fields/schema.ts'

/**
 * A campaign (10DLC): what is sent, to whom and how consent is given, as The Campaign Registry reviews it. Source:
 * contract 9. Members are camelCase both ways. The contract bounds samples and keywords; the other bounds are ours, twice
 * what reviewers take or more.
 */

/** What a path with an id that is no UUID is told (contract 9.4 and 17-13). */
export const MALFORMED_ID = 'Invalid profile or campaign ID format'

export const MESSAGING_USE_CASES = [
  'MARKETING',
  'ACCOUNT_NOTIFICATION',
  'CUSTOMER_CARE',
  'FRAUD_ALERT',
  'TWO_FA',
  'DELIVERY_NOTIFICATION',
  'SECURITY_ALERT',
  'M2M',
  'MIXED',
  'HIGHER_EDUCATION',
  'POLLING_VOTING',
  'PUBLIC_SERVICE_ANNOUNCEMENT',
  'LOW_VOLUME',
] as const
export type MessagingUseCase = (typeof MESSAGING_USE_CASES)[number]

const SAMPLES_MAX = 5
const USE_CASES_MAX = 50

function required(of: typeof line, max: number, description: string, example: string) {
  return of(
    { min: 1, max, pattern: '\\S' },
    {
      description,
      example,
      humanText: true,
      says: {
        minLength: '{path} is required',
        pattern: '{path} is required',
        any: `{path} must be text of at most ${max} characters`,
      },
    },
  )
}

function removable(max: number, description: string, example: string) {
  return setting(
    lines({ min: 1, max }, { description, example, humanText: true, says: `{path} must be 1 to ${max} characters` }),
    null,
  )
}

function link(description: string, example: string) {
  return setting(webAddress({ description: `${description} Never fetched.`, example }), null)
}

const messagingUseCase = oneOf(MESSAGING_USE_CASES, {
  description: 'What the messages are for, in TCR terms.',
  example: 'ACCOUNT_NOTIFICATION',
})

const sampleMessages = Type.Array(
  required(
    lines,
    1024,
    'A message as it will be sent.',
    'Hi {name}, your appointment is confirmed for {date} at {time}.',
  ),
  {
    minItems: 1,
    maxItems: SAMPLES_MAX,
    description: 'Messages as they will be sent, 1 to 5.',
    example: [
      'Hi {name}, your appointment is confirmed for {date} at {time}.',
      'Your order #{order_id} has been shipped. Track at {url}',
    ],
    says: `{path} must be a list of 1 to ${SAMPLES_MAX} messages`,
  },
)

const useCases = Type.Array(Type.Object({ messagingUseCaseUs: messagingUseCase, sampleMessages }), {
  minItems: 1,
  maxItems: USE_CASES_MAX,
  description: 'What the messages are for, at least one use case. A list that is sent replaces the stored one.',
  says: {
    minItems: '{path} must have at least one use case',
    maxItems: `{path} must have at most ${USE_CASES_MAX} use cases`,
    any: '{path} must be a list of use cases',
  },
})

const attribute = (description: string, example: boolean) => optional(flag({ description, example, nullable: true }))

/** What a campaign says of itself for the registry. The published API does not have these members. */
const attributes = {
  embeddedLink: attribute('Whether messages hold links. Left out, the samples are looked through.', true),
  embeddedPhone: attribute('Whether messages hold telephone numbers. Left out, the samples are looked through.', false),
  numberPool: attribute('Whether more than 49 numbers send the messages.', false),
  ageGated: attribute('Whether the content is for adults only.', false),
  directLending: attribute('Whether the messages are about loans.', false),
  affiliateMarketing: attribute('Whether the messages advertise for others.', false),
}

export type Attribute = keyof typeof attributes
export const ATTRIBUTES = Object.keys(attributes) as Attribute[]

const sandbox = optional(
  flag({ description: 'Run every check and answer what would be, without doing it.', example: false }),
)

/** The body of `DELETE /v3/profiles/{profileId}/campaigns/{campaignId}`. */
export const deleteCampaignRequest = Type.Object({ sandbox })

const CAMPAIGN_ID = 'b2c3d4e5-f6a7-8901-bcde-f12345678901'
const CUSTOMER_ID = '770e8400-e29b-41d4-a716-446655440002'
const AT = '2026-03-25T10:43:34.589113+00:00'

const times = {
  createdAt: stored(instant({ description: 'When it was created.', example: AT })),
  updatedAt: storedLater(instant({ description: 'When it was last changed.', example: AT })),
}
const customerId = uuid({
  description: 'The profile that the campaign belongs to; the organization for an inherited one.',
  example: CUSTOMER_ID,
})
const registryText = (description: string, example: string, max = 64) =>
  storedLater(text({ max }, { description, example }))

const useCaseResponse = Type.Object({
  campaignId: uuid({ description: 'The campaign.', example: CAMPAIGN_ID }),
  customerId,
  messagingUseCaseUs: messagingUseCase,
  sampleMessages,
  id: uuid({ description: 'Identifies the use case.', example: 'c3d4e5f6-a7b8-9012-cdef-123456789012' }),
  ...answerSchemas(times),
})

/**
 * The field table of a campaign, in the published order of answers (contract 9.3). Every setting and stored member is a column
 * of its name in snake_case. Use cases are stored in a form of their own, attributes together in one column.
 */
export const campaignTable = {
  useCases: computed(Type.Array(useCaseResponse, { description: 'What the messages are for.' })),
  tcrSyncError: registryText('What the registry said when it refused the campaign.', 'Opt-in is not described', 4096),
  kycSubmissionFormId: computed(
    text({ max: 64 }, { description: 'Always null: KYC data is part of the brand.', example: null, nullable: true }),
  ),
  type: requiredSetting(required(line, 64, 'Kind of the campaign, in words of your own.', 'App')),
  customerId: computed(customerId),
  name: requiredSetting(required(line, 255, 'Name of the campaign.', 'Customer Notifications')),
  description: requiredSetting(
    required(lines, 5000, 'Who sends what to whom, and why.', 'Appointment reminders and account notifications'),
  ),
  submittedToTCR: computed(
    flag({
      description: 'Whether the registry has the campaign. A submitted campaign is locked.',
      example: false,
    }),
  ),
  submittedAt: storedLater(instant({ description: 'When the campaign was submitted.', example: AT })),
  billedDate: storedLater(instant({ description: 'When the registry last charged for it.', example: AT })),
  cost: storedLater(Type.Number({ description: 'What it costs a month, in US dollars.', example: 10 })),
  telnyxCampaignId: registryText('Id that Telnyx gave the campaign.', '4b30019e-1c2a-41f2-8d4b-2f2a8c1f0a11'),
  tcrCampaignId: registryText('Id that the registry gave the campaign.', 'CABC123'),
  cspId: registryText('Id of the campaign service provider that registered the campaign.', 'SABC123'),
  status: storedLater(
    oneOf(['SENT_CREATED', 'ACTIVE', 'EXPIRED'], {
      description: 'State at the registry; null before it was submitted.',
      example: 'ACTIVE',
    }),
  ),
  brandId: computed(
    uuid({
      description: 'The brand that the campaign is for.',
      example: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
      nullable: true,
    }),
  ),
  resellerId: registryText('Id of the reseller at the registry.', 'R000000'),
  messageFlow: removable(
    5000,
    'How recipients agree to be messaged.',
    'Customers opt in at checkout on https://acmecorp.com',
  ),
  privacyPolicyLink: link('Address of the privacy policy.', 'https://acmecorp.com/privacy'),
  termsAndConditionsLink: link('Address of the terms and conditions.', 'https://acmecorp.com/terms'),
  optinMessage: removable(
    1024,
    'Answer to an opt-in keyword.',
    'Acme Corp: you are subscribed. Reply HELP for help, STOP to end.',
  ),
  optoutMessage: removable(
    1024,
    'Answer to an opt-out keyword.',
    'Acme Corp: you are unsubscribed and get no more messages.',
  ),
  helpMessage: removable(
    1024,
    'Answer to a help keyword.',
    'Acme Corp: write to help@acmecorp.com. Reply STOP to end.',
  ),
  optinKeywords: removable(255, 'Keywords that opt in, separated by commas.', 'YES, START, SUBSCRIBE'),
  optoutKeywords: removable(255, 'Keywords that opt out, separated by commas.', 'STOP, UNSUBSCRIBE, END'),
  helpKeywords: removable(255, 'Keywords that ask for help, separated by commas.', 'HELP, INFO, SUPPORT'),
  upstreamCnpId: registryText('Id of the connectivity partner that the campaign is shared with.', 'CNP123'),
  sharingStatus: storedLater(
    oneOf(['PENDING', 'ACCEPTED', 'DECLINED'], {
      description: 'What the connectivity partner says to the campaign.',
      example: 'ACCEPTED',
    }),
  ),
  id: stored(uuid({ description: 'Identifies the campaign.', example: CAMPAIGN_ID })),
  ...times,
}

export const SETTINGS = namesOf(campaignTable, 'setting')

/** A campaign as a request gives it, whole: there is nothing that is kept from a stored one. */
export const campaignRequest = Type.Object(
  {
    name: campaignTable.name.schema,
    description: campaignTable.description.schema,
    type: campaignTable.type.schema,
    useCases,
    ...requestSchemas(campaignTable, 'create'),
    ...attributes,
  },
  { description: 'The campaign as a whole. What is left out, or null, is removed.', says: '{path} must be an object' },
)

/** The members of a campaign in the order of requests. */
export const REQUEST_ORDER = Object.keys(campaignRequest.properties)

/** The body of `POST /v3/profiles/{profileId}/campaigns` and of `PUT …/{campaignId}`. */
export const campaignBody = Type.Object({ campaign: campaignRequest, sandbox })

/** Ours are answered where they were given, so that a campaign without them reads as published. */
function answeredAttributes() {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, schema]) => [name, optional({ ...schema, nullable: false })]),
  )
}

/** A campaign in an answer, in the published order. */
export const campaignResponse = Type.Object(
  {
    ...answerSchemas(campaignTable),
    ...answeredAttributes(),
    warnings: optional(
      Type.Array(
        text(
          { max: 300 },
          { description: 'A sentence.', example: 'embeddedLink is false, but a sample holds: acme.com' },
        ),
        { description: 'Where an attribute that was given contradicts the samples. There only where one does.' },
      ),
    ),
  },
  { description: 'A campaign, with what the registry says of it.' },
)

/** A use case as it is stored, in the order of the request. */
export interface UseCase {
  id: string
  messagingUseCaseUs: MessagingUseCase
  sampleMessages: string[]
  createdAt: string
  updatedAt: string | null
}

/** What a request decides of a campaign. */
export interface CampaignContent extends ValuesOf<typeof campaignTable, 'setting'> {
  useCases: UseCase[]
  /** Those that were given; there only where one was. */
  attributes?: Partial<Record<Attribute, boolean>>
}

/** A campaign as it is stored. `lock` is taken when a submission is queued and stays when the registry has answered (decision 21). */
export interface Campaign extends CampaignContent, ValuesOf<typeof campaignTable, 'stored'> {
  /** A profile, or the organization itself for the campaigns that profiles inherit. */
  ownerId: string
  lock: 'submitting' | 'submitted' | null
  version: number
}
