import { type Details, Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { smsSize } from '../../contract/text/sms-segments.ts'
import type { Definition } from './definition.fields.ts'
import { channelsOf, contentFor, fillIn, variableNames } from './placeholder.rules.ts'
import type { Includable, Template } from './template.fields.ts'
import { reviewWarnings } from './warning.rules.ts'

/** A template as answered, members in the published order; what is included stands behind them. */
export function presentTemplate(template: Template, include: ReadonlySet<Includable>): JsonObject {
  const { id, name, category, language, status, definition, createdAt, updatedAt } = template
  return {
    id,
    name,
    category,
    language,
    status,
    channels: channelsOf(definition),
    variables: variableNames(definition),
    created_at: createdAt,
    updated_at: updatedAt,
    is_published: status === 'APPROVED',
    ...(include.has('definition') ? { definition: presentDefinition(definition) } : {}),
    ...(include.has('sms') ? sampleSize(definition) : {}),
    ...(include.has('warnings') ? { warnings: reviewWarnings(definition) } : {}),
    ...(include.has('review') ? { review: presentReview(template) } : {}),
  }
}

function presentReview({ reviewReason, reviewedAt, whatsappTemplateId }: Template): JsonObject {
  return { reason: reviewReason, reviewed_at: reviewedAt, whatsapp_template_id: whatsappTemplateId }
}

/** The size of the text message with the samples in it, as the member `sms`; nothing where the template has no text for it. */
function sampleSize(definition: Definition): JsonObject {
  const content = contentFor(definition, 'sms')
  return content === null ? {} : { sms: { ...smsSize(fillIn(content, ({ props }) => props.sample)) } }
}

/** A definition in the published order. */
function presentDefinition({
  header,
  body,
  footer,
  buttons,
  definitionVersion,
  authenticationConfig,
}: Definition): JsonObject {
  const { multiChannel, sms, whatsapp } = body
  const texts = given({ multiChannel, sms, whatsapp })
  return given({ header, body: texts, footer, buttons, definitionVersion, authenticationConfig })
}

/** The members that there are. */
function given(members: Record<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)) as JsonObject
}

/** The refusal of a body: the message of one problem alone is its sentence. */
export function templateRefusal(details: Details): Failure {
  const sentences = Object.values(details).flat()
  const [only] = sentences
  return new Failure('VALIDATION_001', {
    details,
    ...(sentences.length === 1 && only !== undefined ? { message: only } : {}),
  })
}

/** The status that handing in leads to: a text message needs no review. */
export function submittedStatus(definition: Definition): 'PENDING' | 'APPROVED' {
  return contentFor(definition, 'whatsapp') === null ? 'APPROVED' : 'PENDING'
}

/** Whether the content may be changed. The name always may. */
export function isEditable({ status }: Pick<Template, 'status'>): boolean {
  return status === 'DRAFT' || status === 'REJECTED'
}

/** The end of a review as webhooks hear of it: `templates.approved` or `templates.rejected`. */
export function reviewEvent(template: Template): {
  type: 'templates.approved' | 'templates.rejected'
  payload: JsonObject
} {
  const { id, name, status, language, category, whatsappTemplateId, reviewReason, definition } = template
  return {
    type: status === 'APPROVED' ? 'templates.approved' : 'templates.rejected',
    payload: {
      template_id: id,
      template_name: name,
      whatsapp_template_id: whatsappTemplateId,
      status,
      language,
      category,
      channel: contentFor(definition, 'whatsapp') === null ? 'sms' : 'whatsapp',
      reason: status === 'REJECTED' ? reviewReason : null,
    },
  }
}
