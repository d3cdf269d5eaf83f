import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CATALOGUE, type ErrorCode } from '../contract/errors.ts'
import { Failure } from '../contract/failure.ts'
import { failureResponse, responseHeaders, successBody, unexpectedSentence } from './response.ts'

const CARD = '4242424242424242'
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?\+00:00$/

/** The envelope without the only member that differs from one answer to the next. */
function read(body: string | null) {
  const { meta, ...rest } = JSON.parse(body ?? '')
  assert.match(meta.timestamp, TIME)
  assert.deepEqual(Object.keys(meta), ['request_id', 'timestamp', 'version'])
  return { ...rest, meta: { request_id: meta.request_id, version: meta.version } }
}

const META = { request_id: 'req_1', version: 'v3' }

test('every answer names its request and version, is kept by no cache, and is read as what it says it is', () => {
  const headers = {
    'x-request-id': 'req_1',
    'x-api-version': 'v3',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  assert.deepEqual(responseHeaders('req_1', null), headers, 'a 204 says nothing of a body')
  // A length in characters would end the answer before its last bytes.
  for (const [body, bytes] of [
    ['', 0],
    ['{}', 2],
    ['{"name":"Zürich 東京 🙂"}', 30],
  ] as const) {
    assert.deepEqual(responseHeaders('req_1', body), {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes,
    })
  }
})

test('a success is data without an error, in the order of the contract', () => {
  const body = successBody('req_1', { a: [1, null] })
  assert.deepEqual(read(body), { success: true, data: { a: [1, null] }, error: null, meta: META })
  assert.deepEqual(Object.keys(JSON.parse(body)), ['success', 'data', 'error', 'meta'])
})

test('a failure is an error without data, in the order of the contract', () => {
  const { status, headers, body } = failureResponse('req_1', new Failure('RESOURCE_014'))
  assert.deepEqual([status, headers], [404, {}])
  assert.deepEqual(read(body), {
    success: false,
    data: null,
    error: {
      code: 'RESOURCE_014',
      message: 'Profile not found',
      details: null,
      doc_url: 'https://docs.sent.dm/docs/reference/api/error-catalog',
      hint: CATALOGUE.RESOURCE_014.fix,
    },
    meta: META,
  })
  const { error, ...rest } = JSON.parse(body ?? '')
  assert.deepEqual(Object.keys(rest), ['success', 'data', 'meta'])
  assert.deepEqual(Object.keys(error), ['code', 'message', 'details', 'doc_url', 'hint'], 'what is ours stands last')
  const own = failureResponse('req_1', new Failure('ROUTE_001'), { docsOrigin: 'https://api.example.com' })
  assert.equal(read(own.body).error.doc_url, 'https://api.example.com/docs/errors/ROUTE_001')
})

test('what a failure says of itself goes before the catalogue, and what the caller says before both', () => {
  const failure = new Failure('RESOURCE_014', { message: 'Own', headers: { 'x-a': 'b' } })
  assert.equal(read(failureResponse('r', failure).body).error.message, 'Own')
  assert.deepEqual(failureResponse('r', failure).headers, { 'x-a': 'b' })
  assert.equal(read(failureResponse('r', failure, { message: 'Other' }).body).error.message, 'Other')
  const hinted = new Failure('RESOURCE_014', { hint: 'Look.' })
  assert.equal(read(failureResponse('r', hinted).body).error.hint, 'Look.')
  assert.equal(read(failureResponse('r', hinted, { hint: undefined }).body).error.hint, 'Look.')
  assert.equal(read(failureResponse('r', hinted, { hint: 'Ask.' }).body).error.hint, 'Ask.')
})

test('a failure carries its code, status, details and cause', () => {
  const failure = new Failure('VALIDATION_001', { details: { name: ['is required'] }, cause: 'c' })
  assert.deepEqual(
    [failure.name, failure.code, failure.status, failure.message, failure.details, failure.headers, failure.cause],
    ['Failure', 'VALIDATION_001', 400, 'Request validation failed', { name: ['is required'] }, {}, 'c'],
  )
  assert.equal(Object.hasOwn(new Failure('VALIDATION_001'), 'cause'), false)
})

test('a client is told when to come again, or not to, exactly where the status leaves it open', () => {
  for (const code of Object.keys(CATALOGUE) as ErrorCode[]) {
    const { status, retry } = CATALOGUE[code]
    const { headers } = failureResponse('r', new Failure(code))
    const comesAgain = retry === 'later' && [409, 429, 503].includes(status)
    const staysAway = retry === 'never' && (status === 409 || status >= 500)
    assert.equal(headers['retry-after'], comesAgain ? '1' : undefined, code)
    assert.equal(headers['x-should-retry'], staysAway ? 'false' : undefined, code)
  }
  const told = new Failure('BUSINESS_002', { headers: { 'retry-after': '60' } })
  assert.equal(failureResponse('r', told).headers['retry-after'], '60')
})

const details = (given: Record<string, string[]>) =>
  read(failureResponse('r', new Failure('VALIDATION_001', { details: given })).body).error.details

test('a name of the client is repeated as it is up to 64 characters, and cut behind them', () => {
  const longest = 'a'.repeat(64)
  assert.deepEqual(details({ name: ['name is required'], [longest]: [`${longest} is unknown`] }), {
    name: ['name is required'],
    [longest]: [`${longest} is unknown`],
  })
  const cut = `${longest}…`
  assert.deepEqual(details({ [`${longest}b`]: [`${longest}b is unknown, ${longest}b`] }), {
    [cut]: [`${cut} is unknown, ${cut}`],
  })
})

test('a name with a card number in it is repeated without it, in its sentence too', () => {
  assert.deepEqual(details({ [`x ${CARD}`]: [`x ${CARD} is unknown`] }), { 'x [card]': ['x [card] is unknown'] })
})

test('a 500 names the request to whoever asks support, unless the contract has it otherwise', () => {
  const support = 'Please contact support with request ID: req_1'
  assert.equal(unexpectedSentence('update the profile', 'req_1'), `Failed to update the profile. ${support}`)
  assert.equal(unexpectedSentence({ sentence: 'It broke' }, 'req_1'), `It broke. ${support}`)
  assert.equal(unexpectedSentence({ whole: 'It broke.' }, 'req_1'), 'It broke.')
})
