import type { Executor } from '../../../db/database.ts'
import { statement } from '../../../db/statement.ts'

/** What runs of one organization order at a registry, looked at under the lock of the organization's row. */

const vettingElsewhere = statement<{ id: string }>(
  'find_vetting_of_another_run',
  `select r.id from registrations r cross join jsonb_array_elements(r.steps) as s
    where r.organization_id = $1 and r.profile_id <> $2
      and s->>'step' = 'vetting' and s->>'subject' = $3::text and (s->>'attempts')::integer > 0
      and s->>'state' in ('calling', 'unknown', 'waiting')
    limit 1`,
)

const vettingDone = statement<{ id: string }>(
  'find_vetting_that_was_done',
  `select r.id from registrations r cross join jsonb_array_elements(r.steps) as s
    where r.organization_id = $1 and r.profile_id <> $2
      and s->>'step' = 'vetting' and s->>'subject' = $3::text and s->>'state' = 'done'
    limit 1`,
)

/** Whether the run of another profile has come to the end of the vetting of the brand that both share. */
async function isVettingDone(
  tx: Executor,
  organizationId: string,
  { profileId, brandId }: { profileId: string; brandId: string },
): Promise<boolean> {
  return (await tx.run(organizationId, vettingDone, [organizationId, profileId, brandId])).length > 0
}

/** Whether the run of another profile has ordered, or may have ordered, the vetting of the brand that both share. */
async function isVettingOrdered(
  tx: Executor,
  organizationId: string,
  { profileId, brandId }: { profileId: string; brandId: string },
): Promise<boolean> {
  return (await tx.run(organizationId, vettingElsewhere, [organizationId, profileId, brandId])).length > 0
}

export type OrderKind = 'brand' | 'check' | 'vetting' | 'campaign'

export interface Order {
  profileId: string
  /** The brand or campaign. */
  subjectId: string
  kind: OrderKind
  run: number
}

const placed = statement<{ is_placed: boolean; free_at_ms: number | null }>(
  'place_registry_order',
  `with known as (
    select run from registry_orders
     where organization_id = $1 and profile_id = $2 and subject_id = $3 and kind = $4 and run = $5::integer),
  day as (
    select count(*) as orders, min(ordered_at) + interval '24 hours' as free_at from registry_orders
     where organization_id = $1 and kind = $4 and ordered_at > now() - interval '24 hours'),
  placed as (
    insert into registry_orders (organization_id, profile_id, subject_id, kind, run, ordered_at)
    select $1, $2::uuid, $3::uuid, $4::text, $5::integer, now() from day d
     where d.orders < $6::integer and not exists (select from known)
    returning run)
  select exists (select from known) or exists (select from placed) as is_placed,
         extract(epoch from d.free_at)::double precision * 1000 as free_at_ms from day d`,
)

/**
 * Whether an order may be made.
 *
 * - `vetting_ordered`, `vetting_done`: the run of another profile has ordered the vetting of the brand that both share, or
 *   came to the end of it.
 * - `quota`: not before the oldest order of the day no longer counts, in milliseconds since 1970.
 */
export type Placing = { kind: 'placed' | 'vetting_ordered' | 'vetting_done' } | { kind: 'quota'; freeAtMs: number }

/**
 * Counts the order against the quota of the organization, whose row the caller holds. The same order sent once more, after
 * the registry was found not to have it, counts once.
 */
export async function placeOrder(
  tx: Executor,
  organizationId: string,
  { profileId, subjectId, kind, run }: Order,
  perDay: number,
): Promise<Placing> {
  const shared = { profileId, brandId: subjectId }
  if (kind === 'vetting' && (await isVettingOrdered(tx, organizationId, shared))) return { kind: 'vetting_ordered' }
  if (kind === 'vetting' && (await isVettingDone(tx, organizationId, shared))) return { kind: 'vetting_done' }
  const [row] = await tx.run(organizationId, placed, [organizationId, profileId, subjectId, kind, run, perDay])
  return row?.is_placed === true ? { kind: 'placed' } : { kind: 'quota', freeAtMs: Math.ceil(row?.free_at_ms ?? 0) }
}
