import { createHash, randomBytes } from 'node:crypto'
import type { Executor } from '../../../db/database.ts'
import { statement } from '../../../db/statement.ts'
import type { OrganizationCipher } from '../../../encryption/key-ring.ts'
import type { Feedback, SnapshotMark } from '../registration.fields.ts'
import type { Taken } from './unchanged.rules.ts'

/** What was frozen to be submitted: encrypted, with its digest and time, kept for good (decision 21). */

function place(id: string) {
  return { table: 'registration_snapshots', column: 'body', row: id }
}

const inserted = statement<{ at_ms: number }>(
  'insert_snapshot',
  `insert into registration_snapshots (organization_id, id, profile_id, subject_id, kind, generation, body, sha256, frozen_at)
   values ($1, $2, $3, $4, $5, $6::integer, $7, $8, now())
   returning extract(epoch from frozen_at)::double precision * 1000 as at_ms`,
)

/**
 * The text to keep of what will be submitted, and its digest. Random bytes go in with it: the digest is shown to every role,
 * and whoever knows the rest of a brand could else try tax ids until one fits.
 */
function frozenText(request: object): { body: string; sha256: string } {
  const body = JSON.stringify({ salt: randomBytes(16).toString('base64url'), request })
  return { body, sha256: createHash('sha256').update(body).digest('hex') }
}

export interface Frozen {
  id: string
  profileId: string
  /** The brand or campaign. */
  subjectId: string
  kind: 'brand' | 'campaign'
  /** How often the registry gets the subject as something new: 1 at the first. */
  generation: number
  request: object
}

/** Freezes what will be submitted, in the transaction that takes the lock. */
export async function freeze(
  tx: Executor,
  organizationId: string,
  { frozen, cipher }: { frozen: Frozen; cipher: OrganizationCipher },
): Promise<SnapshotMark> {
  const { id, profileId, subjectId, kind, generation, request } = frozen
  const { body, sha256 } = frozenText(request)
  const encrypted = cipher.encrypt(body, place(id))
  const params = [organizationId, id, profileId, subjectId, kind, generation, encrypted, sha256]
  const [row] = await tx.run(organizationId, inserted, params)
  return { id, sha256, at: Math.floor(row?.at_ms ?? 0) }
}

const found = statement<{ body: string; sha256: string }>(
  'find_snapshot',
  'select body, sha256 from registration_snapshots where organization_id = $1 and id = $2',
)

/**
 * What was frozen, as it is to be submitted.
 *
 * @throws DecryptionFailed when it was tampered with, Error when it is not there or is not what the mark names.
 */
export async function readFrozen<Request>(
  db: Executor,
  organizationId: string,
  { mark, cipher }: { mark: SnapshotMark | null; cipher: OrganizationCipher },
): Promise<Request> {
  const id = mark?.id ?? ''
  const [row] = mark === null ? [] : await db.run(organizationId, found, [organizationId, id])
  if (row === undefined) throw new Error('nothing was frozen to be submitted')
  const body = cipher.decrypt(row.body, place(id))
  if (row.sha256 !== mark?.sha256 || createHash('sha256').update(body).digest('hex') !== row.sha256)
    throw new Error('what was frozen is not what is to be submitted')
  return (JSON.parse(body) as { request: Request }).request
}

const generations = statement<{ subject_id: string; generation: number }>(
  'find_generations',
  `select subject_id, max(generation) as generation from registration_snapshots
    where organization_id = $1 and subject_id in (select jsonb_array_elements_text($2::jsonb)::uuid)
    group by subject_id`,
)

/** The highest generation of each subject that was ever frozen. */
export async function findGenerations(
  db: Executor,
  organizationId: string,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.run(organizationId, generations, [organizationId, subjectIds])
  return new Map(rows.map((row) => [row.subject_id, Number(row.generation)]))
}

const taken = statement<{ id: string }>(
  'note_snapshot_taken',
  'update registration_snapshots set taken_at = now() where organization_id = $1 and id = $2 returning id',
)

/** Notes that the registry has taken what was frozen. */
export async function noteTaken(tx: Executor, organizationId: string, id: string): Promise<void> {
  await tx.run(organizationId, taken, [organizationId, id])
}

const judged = statement<{ id: string }>(
  'note_snapshot_verdict',
  'update registration_snapshots set verdict = $3::jsonb where organization_id = $1 and id = $2 returning id',
)

/** Notes why what the registry has taken was not approved. */
export async function noteVerdict(
  tx: Executor,
  organizationId: string,
  { id, feedback }: { id: string; feedback: readonly Feedback[] },
): Promise<void> {
  await tx.run(organizationId, judged, [organizationId, id, feedback])
}

const brandJudged = statement<{ id: string }>(
  'note_brand_verdict',
  `update registration_snapshots s set verdict = $3::jsonb
     from brands b
    where b.organization_id = $1 and b.owner_id = $2 and b.id = $4 and b.lock = 'submitted'
      and s.organization_id = $1 and s.id = b.locked_by
   returning s.id`,
)

/** The same for a brand, which several profiles may share: its lock names what the registry has taken last. */
export async function noteBrandVerdict(
  tx: Executor,
  organizationId: string,
  { ownerId, brandId, feedback }: { ownerId: string; brandId: string; feedback: readonly Feedback[] },
): Promise<void> {
  await tx.run(organizationId, brandJudged, [organizationId, ownerId, feedback, brandId])
}

/** As far back as what was taken is compared. */
const COMPARED_MAX = 20

const takenOf = statement<{ id: string; subject_id: string; body: string; verdict: Feedback[] | null }>(
  'find_taken_snapshots',
  `select id, subject_id, body, verdict
     from (select id, subject_id, body, verdict, taken_at,
                  row_number() over (partition by subject_id order by taken_at desc) as n
             from registration_snapshots
            where organization_id = $1 and taken_at is not null
              and subject_id in (select jsonb_array_elements_text($2::jsonb)::uuid)) as s
    where n <= ${COMPARED_MAX}
    order by taken_at desc`,
)

/** What the registry has taken of each subject, whichever profile's run sent it, the newest first. */
export async function findTaken(
  db: Executor,
  organizationId: string,
  { subjectIds, cipher }: { subjectIds: readonly string[]; cipher: OrganizationCipher },
): Promise<ReadonlyMap<string, readonly Taken[]>> {
  const found = new Map<string, Taken[]>()
  if (subjectIds.length === 0) return found
  for (const { id, subject_id: subjectId, body, verdict } of await db.run(organizationId, takenOf, [
    organizationId,
    subjectIds,
  ])) {
    const { request } = JSON.parse(cipher.decrypt(body, place(id))) as { request: object }
    found.set(subjectId, [...(found.get(subjectId) ?? []), { request, verdict }])
  }
  return found
}
