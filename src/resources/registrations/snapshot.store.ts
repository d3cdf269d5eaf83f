import { createHash, randomBytes } from 'node:crypto'
import type { Executor } from '../../db/database.ts'
import { statement } from '../../db/statement.ts'
import type { OrganizationSeal } from '../../seal/key-ring.ts'
import type { SnapshotMark } from './registration.fields.ts'

/** What was frozen to be submitted: sealed, with its digest and time, kept for good (decision 21). */

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
  { frozen, seal }: { frozen: Frozen; seal: OrganizationSeal },
): Promise<SnapshotMark> {
  const { id, profileId, subjectId, kind, generation, request } = frozen
  const { body, sha256 } = frozenText(request)
  const sealed = seal.seal(body, place(id))
  const params = [organizationId, id, profileId, subjectId, kind, generation, sealed, sha256]
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
 * @throws SealBroken when it was tampered with, Error when it is not there or is not what the mark names.
 */
export async function readFrozen<Request>(
  db: Executor,
  organizationId: string,
  { mark, seal }: { mark: SnapshotMark | null; seal: OrganizationSeal },
): Promise<Request> {
  const id = mark?.id ?? ''
  const [row] = mark === null ? [] : await db.run(organizationId, found, [organizationId, id])
  if (row === undefined) throw new Error('nothing was frozen to be submitted')
  const body = seal.unseal(row.body, place(id))
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
