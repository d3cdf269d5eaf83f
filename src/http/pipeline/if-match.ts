import { readEntityTags } from '../../contract/entity-tag.ts'
import { Failure, type FailureOptions } from '../../contract/failure.ts'
import type { Executor } from '../../db/database.ts'
import type { Call, WriteEndpoint } from '../endpoint.ts'

/**
 * If-Match (RFC 9110 section 13.1.1): a list matches when one of it does. The tag names a state and no bytes, so a tag that a
 * proxy has made weak, or marked with a coding, when it compressed the answer matches too.
 *
 * @throws Failure REQUEST_400 for a malformed header, PRECONDITION_001 with the members that changed since.
 */
export async function checkIfMatch<Target>(
  db: Executor,
  endpoint: WriteEndpoint<Target>,
  call: Call<Target>,
  ifMatch: string | undefined,
): Promise<void> {
  if (ifMatch === undefined || endpoint.etagOf === undefined) return
  const tags = readEntityTags(ifMatch)
  if (tags === null) {
    throw new Failure('REQUEST_400', {
      message: 'The If-Match header must be * or a list of entity tags in double quotes',
      hint: 'Send the ETag as it was answered, with its quotation marks.',
    })
  }
  if (tags === '*' || tags.includes(endpoint.etagOf(call.target))) return
  const stale = tags.length === 1 ? (tags[0] ?? '') : ''
  const details = (await endpoint.changedSince?.(db, call, stale)) ?? null
  throw new Failure('PRECONDITION_001', { ...(details === null ? {} : { details }), ...namedAs(endpoint.noun) })
}

/** The sentence and the remedy of a refusal, where the target is no profile. */
function namedAs(noun: string | undefined): FailureOptions {
  if (noun === undefined) return {}
  return {
    message: `The ${noun} was changed since you read it`,
    hint: `Read the ${noun} again, look at what changed, and send If-Match with the new ETag.`,
  }
}
