import { type Details, Failure } from '../../contract/failure.ts'
import type { JsonObject } from '../../contract/fields/json-value.ts'
import { addUnknown, type ParsedBody } from '../../contract/fields/patch.ts'
import type { Check } from '../../contract/fields/validator.ts'
import type { Definition } from './definition.fields.ts'
import { categoryFrom, definitionProblems, withIds } from './definition.rules.ts'
import {
  DEFAULT_LANGUAGE,
  DEFAULT_SOURCE,
  type FoundTemplate,
  type Template,
  type TemplateStatus,
} from './template.fields.ts'
import { isEditable, submittedStatus, templateRefusal } from './template.rules.ts'

/** What a change of a template is judged by, beside what is stored. */
interface Judged {
  reading: ParsedBody
  /** Problems that were found before the fields. */
  earlyProblems: Details
  isStrict: boolean
}

/** The members of a body that was checked. */
interface Sent {
  name?: string
  category?: string
  language?: string
  definition?: Definition
  creation_source?: string
  submit_for_review?: boolean
}

export const READ_ONLY = 'This template is read-only and cannot be'
const NOT_EDITABLE = 'Template (except display name) cannot be updated unless it is in draft or rejected status'

/**
 * The members of a body, its definition numbered.
 *
 * @param stored what holds where the body says nothing.
 * @throws Failure VALIDATION_001 with every problem of fields and rules together.
 */
export function readTemplate(
  { reading, earlyProblems, isStrict }: Judged,
  check: Check,
  stored: Pick<Template, 'category' | 'definition'> | null,
): Sent {
  const invalid = check(reading.values)
  const given = isObject(reading.values.definition) ? withIds(reading.values.definition) : undefined
  const definition = given ?? stored?.definition
  const sent = { ...(reading.values as Sent), ...(given === undefined ? {} : { definition: given }) }
  const category = sent.category ?? stored?.category ?? categoryFrom(definition ?? {})
  const broken = definition === undefined ? {} : definitionProblems(definition, category, invalid)
  const details = { ...invalid, ...broken, ...earlyProblems, ...addUnknown(reading, isStrict) }
  if (Object.keys(details).length > 0) throw templateRefusal(details)
  return sent
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A new template of a checked body. */
export function newTemplate(sent: Sent, made: { id: string; ownerId: string; name: string; now: string }): Template {
  const definition = sent.definition as Definition
  const draft: Template = {
    id: made.id,
    ownerId: made.ownerId,
    name: made.name,
    category: sent.category ?? categoryFrom(definition),
    language: sent.language ?? DEFAULT_LANGUAGE,
    status: 'DRAFT',
    definition,
    creationSource: sent.creation_source ?? DEFAULT_SOURCE,
    submission: null,
    whatsappTemplateId: null,
    reviewReason: null,
    reviewedAt: null,
    version: 1,
    createdAt: made.now,
    updatedAt: made.now,
  }
  return draft
}

/** The template once it is handed in for review under this name. */
export function submitted(template: Template, submission: string, now: string): Template {
  const status: TemplateStatus = submittedStatus(template.definition)
  const reviewed = { reviewReason: null, reviewedAt: status === 'APPROVED' ? now : null }
  return { ...template, ...reviewed, status, submission }
}

/** Whether the body says anything else than what is stored. */
function changesContent(sent: Sent, stored: Template): boolean {
  const { category = stored.category, language = stored.language, definition = stored.definition } = sent
  const isSame = category === stored.category && language === stored.language
  return !isSame || JSON.stringify(definition) !== JSON.stringify(stored.definition)
}

/**
 * The template after an update; the very same where nothing changes. A changed text is a draft again, whatever was said of the
 * earlier one.
 *
 * @throws Failure VALIDATION_001 for a template that the account does not own, or whose content may not change now.
 */
export function updatedTemplate(
  stored: FoundTemplate,
  sent: Sent,
  { newId, now }: { newId: string; now: string },
): Template {
  if (stored.isInherited) throw new Failure('VALIDATION_001', { message: `${READ_ONLY} updated.` })
  const isChanged = changesContent(sent, stored)
  const isSubmitted = sent.submit_for_review === true
  if ((isChanged || isSubmitted) && !isEditable(stored)) throw new Failure('VALIDATION_001', { message: NOT_EDITABLE })
  const { name = stored.name } = sent
  if (!isChanged && !isSubmitted && name === stored.name) return stored
  const edited: Template = {
    ...stored,
    name,
    category: sent.category ?? stored.category,
    language: sent.language ?? stored.language,
    definition: sent.definition ?? stored.definition,
    ...(isChanged ? { status: 'DRAFT' as const, reviewReason: null, reviewedAt: null } : {}),
    version: stored.version + 1,
    updatedAt: now,
  }
  return isSubmitted ? submitted(edited, newId, now) : edited
}
