import { Failure } from '../contract/failure.ts'
import type { Executor } from '../db/database.ts'
import type { Call, WriteEndpoint } from './endpoint.ts'

const ENTITY_TAG = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/

/**
 * If-Match (RFC 9110 section 13.1.1, decision 26). Weak tags never match; a list matches when one of it does.
 *
 * @throws Failure REQUEST_400 for a malformed header, PRECONDITION_001 with the members that changed since.
 */
export async function checkIfMatch<Target>(
  db: Executor,
  endpoint: WriteEndpoint<Target>,
  call: Call<Target>,
  ifMatch: string | undefined,
): Promise<void> {
  if (ifMatch === undefined || endpoint.etagOf === undefined || ifMatch.trim() === '*') return
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (!tags.every((tag) => ENTITY_TAG.test(tag))) {
    throw new Failure('REQUEST_400', {
      message: 'The If-Match header must be * or a list of entity tags in double quotes',
    })
  }
  if (tags.includes(endpoint.etagOf(call.target))) return
  const stale = tags.length === 1 ? (tags[0] ?? '') : ''
  const details = (await endpoint.changedSince?.(db, call, stale)) ?? null
  throw new Failure('PRECONDITION_001', details === null ? {} : { details })
}
