import type { NewEvent } from '../../contract/events.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { statement } from '../../db/statement.ts'
import { tellEvent } from '../../events/event.store.ts'
import { type StoredResponse, storeResponse } from '../../http/idempotency/idempotency.store.ts'
import type { Template } from './template.fields.ts'

/**
 * Changes of templates, each in a transaction that holds the organization's row: a plain statement changes the template, and what
 * follows it (job, event, stored response) is written only where it did.
 */

/** The job that brings a template through its review. Its id is the submission, its subject the template. */
export const REVIEW_TEMPLATE = 'review_template'

/** What one change carries beside the template. */
export interface TemplateWriting {
  template: Template
  /** It was handed in for review by this change. */
  isSubmitted: boolean
  /** What webhooks hear of it, where it needs no review. */
  event: NewEvent | null
  kept: StoredResponse | null
}

const inserted = statement<{ id: string }>(
  'insert_template',
  `insert into templates (organization_id, owner_id, id, name, category, language, status, definition, creation_source,
      submission, whatsapp_template_id, review_reason, reviewed_at, version, created_at, updated_at)
   select $1::uuid, o.owner_id, $3::uuid, $4, $5, $6, $7, $8, $9, $10::uuid, null, null, $11::timestamptz, 1, $12::timestamptz, $12::timestamptz
     from (select $1::uuid as owner_id where $2::uuid = $1
           union all
           select held.id from (
             select p.id from profiles p where p.organization_id = $1 and p.id = $2 and ${isNotDeleted('p.deleted_at')} for key share) held) o
   returning id`,
)

/** Writes a new template. False when the profile that it would belong to is gone. */
export async function insertTemplate(tx: Executor, organizationId: string, writing: TemplateWriting): Promise<boolean> {
  const { template } = writing
  const { ownerId, id, name, category, language, status, definition, creationSource, submission } = template
  const content = [name, category, language, status, JSON.stringify(definition), creationSource, submission]
  const params = [organizationId, ownerId, id, ...content, template.reviewedAt, template.createdAt]
  if ((await tx.run(organizationId, inserted, params)).length === 0) return false
  await follow(tx, organizationId, writing)
  return true
}

const updated = statement<{ id: string }>(
  'update_template',
  `update templates
      set name = $4, category = $5, language = $6, status = $7, definition = $8, submission = $9::uuid, review_reason = $10,
          reviewed_at = $11::timestamptz, updated_at = $12::timestamptz, version = version + 1
    where organization_id = $1 and id = $2 and version = $3
   returning id`,
)

/** Writes a template over the version before its own. False when that is gone. */
export async function updateTemplate(tx: Executor, organizationId: string, writing: TemplateWriting): Promise<boolean> {
  const { template } = writing
  const { id, version, name, category, language, status, definition, submission, reviewReason } = template
  const content = [name, category, language, status, JSON.stringify(definition), submission, reviewReason]
  const params = [organizationId, id, version - 1, ...content, template.reviewedAt, template.updatedAt]
  if ((await tx.run(organizationId, updated, params)).length === 0) return false
  await follow(tx, organizationId, writing)
  return true
}

const queued = statement<object>(
  'queue_template_review',
  `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
   values ($1, $2, '${REVIEW_TEMPLATE}', $3, now(), now())`,
)

/** What a template that was handed in needs: a review, or the news that it needs none. Then the answer that is kept. */
async function follow(
  tx: Executor,
  organizationId: string,
  { template, isSubmitted, event, kept }: TemplateWriting,
): Promise<void> {
  if (isSubmitted && template.status === 'PENDING')
    await tx.run(organizationId, queued, [organizationId, template.submission, template.id])
  if (event !== null) await tellEvent(tx, organizationId, profileOf(organizationId, template), event)
  if (kept !== null) await storeResponse(tx, organizationId, kept)
}

/** The profile that a template belongs to; null for one of the organization itself. */
function profileOf(organizationId: string, { ownerId }: Template): string | null {
  return ownerId === organizationId ? null : ownerId
}

const removed = statement<{ id: string }>(
  'delete_template',
  'delete from templates where organization_id = $1 and id = $2 and version = $3 returning id',
)

/** Deletes a template; messages keep the name that it had. False when it is no longer what was read. */
export async function deleteTemplate(
  tx: Executor,
  organizationId: string,
  { id, version }: Pick<Template, 'id' | 'version'>,
  kept: StoredResponse | null,
): Promise<boolean> {
  if ((await tx.run(organizationId, removed, [organizationId, id, version])).length === 0) return false
  if (kept !== null) await storeResponse(tx, organizationId, kept)
  return true
}

const reviewed = statement<{ id: string }>(
  'settle_template_review',
  `update templates
      set status = $4, whatsapp_template_id = $5, review_reason = $6, reviewed_at = now(), updated_at = now(), version = version + 1
    where organization_id = $1 and id = $2 and submission = $3 and status = 'PENDING'
   returning id`,
)

/** Writes down how a review ended, and tells it, once. False when the template is not waiting for this review any more. */
export async function settleReview(
  tx: Executor,
  organizationId: string,
  template: Template,
  event: NewEvent,
): Promise<boolean> {
  const { id, submission, status, whatsappTemplateId, reviewReason } = template
  const params = [organizationId, id, submission, status, whatsappTemplateId, reviewReason]
  if ((await tx.run(organizationId, reviewed, params)).length === 0) return false
  await tellEvent(tx, organizationId, profileOf(organizationId, template), event)
  return true
}
