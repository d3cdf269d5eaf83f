import type { Executor } from '../../../db/database.ts'
import { statement } from '../../../db/statement.ts'
import type { OrganizationCipher } from '../../../encryption/key-ring.ts'
import type { Feedback, SnapshotMark } from '../registration.fields.ts'
import { readFrozen } from './snapshot.store.ts'

/** Why a registry refused what another run has submitted of a brand that several profiles share. */

export interface BrandRefusal {
  says: string | null
  feedback: Feedback[]
}

const refused = statement<BrandRefusal & { mark: SnapshotMark }>(
  'find_brand_refusal',
  `select s->'snapshot' as mark, s->>'says' as says, s->'feedback' as feedback
     from registrations mine
     join registrations r
       on r.organization_id = mine.organization_id and r.profile_id <> mine.profile_id and r.finished_at >= mine.started_at
    cross join jsonb_array_elements(r.steps) as s
    where mine.organization_id = $1 and mine.profile_id = $2
      and s->>'step' = 'brand' and s->>'subject' = $3::text and s->>'state' = 'correction_needed'
      and s->>'call' is not null and jsonb_typeof(s->'snapshot') = 'object'
    order by r.finished_at desc
    limit 1`,
)

/**
 * The last refusal since the profile's run began, where what was refused is, to the letter, what would be submitted now.
 * The frozen texts are compared and not their digests: each is salted.
 */
export async function findRefusalOf(
  tx: Executor,
  organizationId: string,
  {
    profileId,
    brandId,
    request,
    cipher,
  }: { profileId: string; brandId: string; request: object; cipher: OrganizationCipher },
): Promise<BrandRefusal | null> {
  const [row] = await tx.run(organizationId, refused, [organizationId, profileId, brandId])
  if (row === undefined) return null
  const { mark, says, feedback } = row
  const before = await readFrozen<object>(tx, organizationId, { mark, cipher })
  return JSON.stringify(before) === JSON.stringify(request) ? { says, feedback } : null
}
