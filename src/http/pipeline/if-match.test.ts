import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Details, Failure } from '../../contract/failure.ts'
import type { Executor } from '../../db/database.ts'
import type { Call, WriteEndpoint } from '../endpoint.ts'
import { checkIfMatch } from './if-match.ts'

const db: Executor = { run: () => Promise.reject(new Error('nothing is to be read')) }
const CURRENT = '"770e8400-e29b-41d4-a716-446655440002.7"'

function endpoint(changed: Details | null = null, asked: string[] = []): WriteEndpoint<string> {
  return {
    etagOf: (target: string) => target,
    changedSince: async (_db: Executor, _call: Call<string>, etag: string) => {
      asked.push(etag)
      return changed
    },
  } as unknown as WriteEndpoint<string>
}

const call = { target: CURRENT } as Call<string>

async function failureOf(work: Promise<void>): Promise<Failure | null> {
  try {
    await work
    return null
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error
  }
}

const GZIPPED = CURRENT.replace(/"$/, '-gzip"')
const MATCHING = [
  ...[undefined, '*', ' * ', CURRENT, `"other.1", ${CURRENT}`, `W/"a",${CURRENT} `],
  ...[`W/${CURRENT}`, GZIPPED, `W/${GZIPPED}`, `"a,b", ${CURRENT}`, `, ${CURRENT} ,`, `${CURRENT},`],
]
for (const header of MATCHING) {
  test(`goes on: If-Match ${header ?? 'absent'}`, async () => {
    assert.equal(await failureOf(checkIfMatch(db, endpoint(), call, header)), null)
  })
}

const STALE = [
  ...['"770e8400-e29b-41d4-a716-446655440002.6"', 'W/"770e8400-e29b-41d4-a716-446655440002.6"', '""', '"a", "b"'],
  CURRENT.replace(/"$/, '-identity"'),
]
for (const header of STALE) {
  test(`412: If-Match ${header}`, async () => {
    const failure = await failureOf(checkIfMatch(db, endpoint(), call, header))
    assert.deepEqual([failure?.code, failure?.status, failure?.details], ['PRECONDITION_001', 412, null])
  })
}

const MALFORMED = ['', 'abc', '770e8400.7', '"unclosed', ',', `*, ${CURRENT}`, "'single'", '"a b"']
for (const header of MALFORMED) {
  test(`400: If-Match ${JSON.stringify(header)} is no list of entity tags`, async () => {
    const failure = await failureOf(checkIfMatch(db, endpoint(), call, header))
    assert.deepEqual([failure?.code, failure?.status], ['REQUEST_400', 400])
  })
}

test('a 412 names the members that changed since, asked for with the one tag that was sent, as it was made', async () => {
  const asked: string[] = []
  const details = { name: ['changed by request req_7X9zKp2jDw'] }
  const failure = await failureOf(checkIfMatch(db, endpoint(details, asked), call, '"stale.1"'))
  assert.deepEqual([failure?.details, asked], [details, ['"stale.1"']])
  await failureOf(checkIfMatch(db, endpoint(details, asked), call, 'W/"stale.1-gzip"'))
  assert.deepEqual(asked, ['"stale.1"', '"stale.1"'])
})

test('of several stale tags none is singled out', async () => {
  const asked: string[] = []
  await failureOf(checkIfMatch(db, endpoint(null, asked), call, '"stale.1", "stale.2"'))
  assert.deepEqual(asked, [''])
})

test('an endpoint without an ETag ignores If-Match', async () => {
  const without = { changedSince: undefined } as unknown as WriteEndpoint<string>
  assert.equal(await failureOf(checkIfMatch(db, without, call, '"stale.1"')), null)
})
