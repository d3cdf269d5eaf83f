import { toWireTimestamp } from '../../contract/timestamp.ts'
import { contains } from '../../db/contains.ts'
import type { Executor } from '../../db/database.ts'
import { isNotDeleted } from '../../db/soft-delete.ts'
import { type Param, statement } from '../../db/statement.ts'
import type { Caller } from '../../http/caller.ts'
import type { TargetRead } from '../../http/endpoint.ts'
import type { Definition } from './definition.fields.ts'
import type { TemplateFilter } from './query.rules.ts'
import type { FoundTemplate, Template } from './template.fields.ts'

/** Templates as an account finds them: its own, and those of others that it shares. */

const COLUMNS = [
  'id',
  'owner_id',
  'name',
  'category',
  'language',
  'status',
  'definition',
  'creation_source',
  'submission',
  'whatsapp_template_id',
  'review_reason',
  'reviewed_at',
  'version',
  'created_at',
  'updated_at',
] as const

const columns = (prefix: string) => COLUMNS.map((column) => `t.${column} as ${prefix}${column}`).join(', ')

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)

/** A template of a row with COLUMNS behind `prefix`. */
function decode(row: Record<string, unknown>, prefix: string): Template {
  const at = (column: (typeof COLUMNS)[number]) => row[`${prefix}${column}`]
  const reviewedAt = textOrNull(at('reviewed_at'))
  return {
    id: String(at('id')),
    ownerId: String(at('owner_id')),
    name: String(at('name')),
    category: String(at('category')),
    language: String(at('language')),
    status: at('status') as Template['status'],
    definition: JSON.parse(String(at('definition'))) as Definition,
    creationSource: String(at('creation_source')),
    submission: textOrNull(at('submission')),
    whatsappTemplateId: textOrNull(at('whatsapp_template_id')),
    reviewReason: textOrNull(at('review_reason')),
    reviewedAt: reviewedAt === null ? null : toWireTimestamp(reviewedAt),
    version: Number(at('version')),
    createdAt: toWireTimestamp(String(at('created_at'))),
    updatedAt: toWireTimestamp(String(at('updated_at'))),
  }
}

/** The account that asks; the organization itself where it acts as no profile. */
export function ownerOf(caller: Caller): string {
  return caller.actingProfileId ?? caller.organization.organization_id
}

/**
 * Joins the owner of a template `t` and the profile that reads, and says whether the reader may see it: the flags are read as they
 * stand now. What somebody merely inherits is nobody else's. The templates of a deleted profile are seen by nobody.
 *
 * @param reader the profile that reads, or null for the organization itself.
 */
const owners = (reader: string) => `
    left join lateral (
      select w.id, w.allow_template_sharing from profiles w
       where w.organization_id = $1 and w.id = t.owner_id and ${isNotDeleted('w.deleted_at')} offset 0) w on true
    left join lateral (
      select r.inherit_templates from profiles r where r.organization_id = $1 and r.id = ${reader} offset 0) r on true`
const isVisible = (reader: string) => `
      (t.owner_id = coalesce(${reader}, $1)
       or (${reader} is null and w.id is not null)
       or (coalesce(r.inherit_templates, false) and (t.owner_id = $1 or coalesce(w.allow_template_sharing, false))))`

/** The template that the path names, if the account that asks can see it. */
export const templateTarget: TargetRead<FoundTemplate> = {
  sql: `select ${columns('t_')}, t.owner_id <> coalesce(s.id, $1) as t_is_inherited
      from templates t ${owners('s.id')}
     where t.organization_id = $1 and t.id = $6::uuid and ${isVisible('s.id')}`,
  lock: statement<object>(
    'lock_template',
    'select version from templates where organization_id = $1 and id = $2 for update',
  ),
  decode: (row) =>
    typeof row.t_id === 'string' ? { ...decode(row, 't_'), isInherited: row.t_is_inherited === true } : null,
}

const MATCHES = `($3::text is null or ${contains(['t.name'], '$3::text')})
      and ($4::text is null or t.status = $4) and ($5::text is null or t.category = $5)`

const listed = statement<Record<string, unknown>>(
  'list_templates',
  `select ${columns('')} from templates t ${owners('$2::uuid')}
    where t.organization_id = $1 and ${isVisible('$2::uuid')} and ${MATCHES}
    order by t.created_at desc, t.id desc limit $6::integer offset $7::integer`,
)

const counted = statement<{ total: number }>(
  'count_templates',
  `select count(*) as total from templates t ${owners('$2::uuid')}
    where t.organization_id = $1 and ${isVisible('$2::uuid')} and ${MATCHES}`,
)

function filterParams(caller: Caller, { search, status, category }: TemplateFilter): Param[] {
  return [caller.organization.organization_id, caller.actingProfileId, search, status, category]
}

/** Templates that the account can see, newest first. */
export async function listTemplates(
  db: Executor,
  caller: Caller,
  filter: TemplateFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<Template[]> {
  const params = [...filterParams(caller, filter), limit, offset]
  const rows = await db.run(caller.organization.organization_id, listed, params)
  return rows.map((row) => decode(row, ''))
}

export async function countTemplates(db: Executor, caller: Caller, filter: TemplateFilter): Promise<number> {
  const [row] = await db.run(caller.organization.organization_id, counted, filterParams(caller, filter))
  return row?.total ?? 0
}

const namesLike = statement<{ name: string }>(
  'find_template_names',
  `select t.name from templates t
    where t.organization_id = $1 and t.owner_id = $2 and (t.name = $3 or left(t.name, length($3) + 1) = $3 || ' ')`,
)

/** The names of the account's own templates that are this one, or begin with it. */
export async function findTemplateNames(db: Executor, caller: Caller, name: string): Promise<string[]> {
  const { organization_id: organizationId } = caller.organization
  const rows = await db.run(organizationId, namesLike, [organizationId, ownerOf(caller), name])
  return rows.map((row) => row.name)
}

const submittedRead = statement<Record<string, unknown>>(
  'find_submitted_template',
  `select ${columns('')} from templates t
    where t.organization_id = $1 and t.id = $2 and t.submission = $3 and t.status = 'PENDING'`,
)

/** The template while its review under this submission has no end; null when there is none. */
export async function findSubmitted(
  db: Executor,
  organizationId: string,
  id: string,
  submission: string,
): Promise<Template | null> {
  const [row] = await db.run(organizationId, submittedRead, [organizationId, id, submission])
  return row === undefined ? null : decode(row, '')
}
