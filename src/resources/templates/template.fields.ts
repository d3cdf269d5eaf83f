import { flag, instant, line, oneOf, optional, text, uuid } from '../../contract/fields/field.ts'
import { Type } from '../../contract/fields/schema.ts'
import { type Definition, definition } from './definition.fields.ts'

/** Templates: texts with variables that messages are made of. Members in the published order. */

export const CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const
export const STATUSES = ['DRAFT', 'PENDING', 'APPROVED', 'REJECTED'] as const
export type TemplateStatus = (typeof STATUSES)[number]

export const MALFORMED_ID = 'Invalid template ID format.'
const NAME_MAX = 255
/** Where a template is made that says nothing else of it. */
export const DEFAULT_SOURCE = 'from-api'
export const DEFAULT_LANGUAGE = 'en_US'

/** What `include` adds to an answer. */
export const INCLUDABLE = ['definition', 'sms', 'warnings', 'review'] as const
export type Includable = (typeof INCLUDABLE)[number]

const name = line(
  { min: 1, max: NAME_MAX, pattern: '^(?!sent_)' },
  {
    description: 'Display name; names that begin with sent_ are reserved.',
    example: 'Welcome Message',
    humanText: true,
    says: {
      pattern: 'Template names that begin with sent_ are reserved',
      any: `{path} must be 1 to ${NAME_MAX} characters`,
    },
  },
)
const category = oneOf(CATEGORIES, {
  description: 'What messages of it are for.',
  example: 'MARKETING',
  says: `Category must be one of: ${CATEGORIES.join(', ')}`,
})
const language = text(
  { max: 5, pattern: '^[a-z]{2}(_[A-Z]{2})?$' },
  {
    description: 'A language, or a language and a region.',
    example: 'en_US',
    humanText: true,
    says: 'Language must be a code such as en or en_US',
  },
)
const submitForReview = flag({
  description: 'Hand the template in: with a text for WhatsApp it is reviewed, otherwise it is approved at once.',
  example: false,
})
const sandbox = flag({ description: 'Run every check and answer what would be, without doing it.', example: false })

export const createTemplateRequest = Type.Object({
  name: optional(name),
  category: optional(category),
  language: optional(language),
  definition,
  creation_source: optional(
    line(
      { min: 1, max: 64 },
      {
        description: `Where the template is made; ${DEFAULT_SOURCE} unless told.`,
        example: DEFAULT_SOURCE,
        humanText: true,
        says: '{path} must be 1 to 64 characters',
      },
    ),
  ),
  submit_for_review: optional(submitForReview),
  sandbox: optional(sandbox),
})

export const updateTemplateRequest = Type.Object({
  name: optional(name),
  category: optional(category),
  language: optional(language),
  definition: optional(definition),
  submit_for_review: optional(submitForReview),
  sandbox: optional(sandbox),
})

export const deleteTemplateRequest = Type.Object({
  delete_from_meta: optional(
    flag({ description: 'Of a template that was imported from Meta; others are deleted here alone.', example: false }),
  ),
  sandbox: optional(sandbox),
})

const included = text(
  { max: 100 },
  {
    description: `Adds members to the answer: ${INCLUDABLE.join(', ')}, or several with commas between them.`,
    example: 'definition',
  },
)
export const includeQuery = Type.Object({ include: optional(included) })

const smsSizeResponse = Type.Object(
  {
    encoding: oneOf(['GSM-7', 'UCS-2'], { description: 'How its characters are sent.', example: 'GSM-7' }),
    segments: Type.Integer({ description: 'How many parts a message has.', example: 1 }),
  },
  { description: 'The text message with the samples in it, with include=sms, where the template has a text for it.' },
)
const reviewResponse = Type.Object(
  {
    reason: text(
      { max: 1024 },
      { description: 'Why it was rejected.', example: 'The text promises a prize.', nullable: true },
    ),
    reviewed_at: instant({
      description: 'When the review ended.',
      example: '2026-03-25T10:43:34.58912+00:00',
      nullable: true,
    }),
    whatsapp_template_id: text(
      { max: 255 },
      { description: 'Its id at WhatsApp.', example: '1627019861106475', nullable: true },
    ),
  },
  { description: 'What came of the last review, with include=review.' },
)
const listOfTexts = (description: string, example: string[]) =>
  Type.Array(text({ max: 1024 }, { description: 'One entry.', example: example[0] }), { description, example })

export const templateResponse = Type.Object(
  {
    id: uuid({ description: 'Identifies the template.', example: '0190a0b0-0000-7000-8000-00000000000a' }),
    name,
    category,
    language,
    status: oneOf(STATUSES, { description: 'Where the template stands in its review.', example: 'APPROVED' }),
    channels: listOfTexts('The channels that it has a text for.', ['sms', 'whatsapp']),
    variables: listOfTexts('The names of its variables, in order of first appearance.', ['name', 'company']),
    created_at: instant({ description: 'When the template was made.', example: '2026-03-25T10:43:34.58912+00:00' }),
    updated_at: instant({ description: 'When it last changed.', example: '2026-03-25T10:43:34.58912+00:00' }),
    is_published: flag({ description: 'Whether it is approved.', example: true }),
    definition: optional(definition),
    sms: optional(smsSizeResponse),
    warnings: optional(listOfTexts('What reviewers of WhatsApp will refuse, with include=warnings.', [])),
    review: optional(reviewResponse),
  },
  { description: 'A template.' },
)

/** A template as it is stored. */
export interface Template {
  id: string
  /** A profile, or the organization itself. */
  ownerId: string
  name: string
  category: string
  language: string
  status: TemplateStatus
  definition: Definition
  creationSource: string
  /** Names the last handing in for review. */
  submission: string | null
  whatsappTemplateId: string | null
  reviewReason: string | null
  reviewedAt: string | null
  version: number
  createdAt: string
  updatedAt: string
}

/** A template as somebody finds it. */
export interface FoundTemplate extends Template {
  /** It belongs to another account, and can only be read and used. */
  isInherited: boolean
}
