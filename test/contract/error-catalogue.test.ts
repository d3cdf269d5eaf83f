import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ENDPOINTS, OPEN_ENDPOINTS } from '../../src/app/app.ts'
import { CATALOGUE, type CatalogueEntry, defaultHint, docUrl, type ErrorCode } from '../../src/contract/errors.ts'
import { Failure } from '../../src/contract/failure.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { codesOf } from '../../src/http/openapi/failures.ts'
import { failureResponse } from '../../src/http/response.ts'
import { packageRoot } from '../../src/package-root.ts'

/** The catalogue, the code that raises from it and what each endpoint declares are one and the same. */

const CODES = Object.keys(CATALOGUE) as ErrorCode[]
const RAISED = /(?:new Failure\(\s*|\?\s*|:\s*|\?\?\s*)'([A-Z]+_\d{3})'/g

interface Source {
  path: string
  text: string
}

/** The program without the catalogue itself and without the API document, which name codes but raise none. */
const sources: Source[] = readdirSync(join(packageRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .filter((path) => path !== 'contract/errors.ts' && !path.startsWith('http/openapi'))
  .map((path) => ({ path, text: readFileSync(join(packageRoot, 'src', path), 'utf8') }))

function raisedIn({ text }: Source): ErrorCode[] {
  const withoutDeclarations = text.replace(/^\s*(?:errors: \[[^\]]*\],|notFound: '[A-Z]+_\d{3}',)$/gm, '')
  return [...withoutDeclarations.matchAll(RAISED)].map(([, code]) => code as ErrorCode)
}

/** What no endpoint answers: the request has not reached one. */
const BEFORE_ANY_ENDPOINT: readonly ErrorCode[] = ['REQUEST_404', 'REQUEST_405', 'ROUTE_001']

/** What any endpoint of its kind answers, so that none declares it by itself. */
const EVERY_ENDPOINT: readonly ErrorCode[] = [
  'VALIDATION_001',
  'AUTH_001',
  'AUTH_002',
  'AUTH_004',
  'BUSINESS_002',
  'VALIDATION_003',
  'RESOURCE_014',
  'REQUEST_400',
  'REQUEST_406',
  'REQUEST_408',
  'REQUEST_414',
  'REQUEST_415',
  'REQUEST_417',
  'REQUEST_431',
  'INTERNAL_001',
  'INTERNAL_004',
  'INTERNAL_005',
]
const EVERY_ENDPOINT_BUT_ME: readonly ErrorCode[] = ['AUTH_005', 'AUTH_006', 'AUTH_007', 'BUSINESS_014']
const EVERY_CHANGE: readonly ErrorCode[] = [
  'VALIDATION_007',
  'CONFLICT_001',
  'CONFLICT_002',
  'STRICT_001',
  'STRICT_002',
  'REQUEST_413',
  'SERVICE_001',
]
/** Of the callbacks of providers, which are no endpoints. */
const OF_CALLBACKS: readonly ErrorCode[] = ['CALLBACK_001']
const COMMON = [...EVERY_ENDPOINT, ...EVERY_ENDPOINT_BUT_ME, ...EVERY_CHANGE]

function commonTo(endpoint: Endpoint): readonly ErrorCode[] {
  return [
    ...EVERY_ENDPOINT,
    ...(endpoint.operation === 'getMe' ? [] : EVERY_ENDPOINT_BUT_ME),
    ...(endpoint.kind === 'write' ? EVERY_CHANGE : []),
  ]
}

test('every code of the catalogue is raised somewhere, and only codes of the catalogue are', () => {
  const raised = new Set(sources.flatMap(raisedIn))
  assert.deepEqual(
    CODES.filter((code) => !raised.has(code) && !isNotFoundOfAnEndpoint(code)),
    [],
  )
  assert.deepEqual(
    [...raised].filter((code) => !CODES.includes(code)),
    [],
  )
})

/** Raised by the pipeline in the endpoint's name. */
function isNotFoundOfAnEndpoint(code: ErrorCode): boolean {
  return [...ENDPOINTS, ...OPEN_ENDPOINTS].some(({ notFound }) => notFound === code)
}

test('what an endpoint raises by itself it declares, unless every endpoint of its kind can answer it', () => {
  const files = sources.filter(({ path }) => path.includes('/endpoints/'))
  assert.equal(files.length, ENDPOINTS.length + OPEN_ENDPOINTS.length)
  for (const file of files) {
    const operation = /operation: '(\w+)'/.exec(file.text)?.[1]
    if (OPEN_ENDPOINTS.some((one) => one.operation === operation)) {
      assert.deepEqual(raisedIn(file), [], file.path)
      continue
    }
    const endpoint = ENDPOINTS.find((one) => one.operation === operation)
    assert.ok(endpoint !== undefined, file.path)
    const declared = [...endpoint.errors, ...commonTo(endpoint)]
    assert.deepEqual(
      raisedIn(file).filter((code) => !declared.includes(code)),
      [],
      file.path,
    )
    const { notFound } = endpoint
    assert.ok(notFound === undefined || declared.includes(notFound), `${file.path}: ${notFound}`)
  }
})

test('what is raised for all of them is on one of the lists, and every listed or declared code is raised', () => {
  const shared = sources.filter(({ path }) => !path.includes('/endpoints/')).flatMap(raisedIn)
  const declared = [...ENDPOINTS.flatMap(({ errors }) => errors), ...OPEN_ENDPOINTS.map(({ notFound }) => notFound)]
  const known = [...COMMON, ...BEFORE_ANY_ENDPOINT, ...OF_CALLBACKS, ...declared]
  assert.deepEqual(
    [...new Set(shared)].filter((code) => !known.includes(code)),
    [],
  )
  const raised = new Set(sources.flatMap(raisedIn))
  assert.deepEqual(
    known.filter((code) => !raised.has(code) && !isNotFoundOfAnEndpoint(code)),
    [],
  )
})

test('the API document names for each endpoint what the lists say, and nothing that is not in the catalogue', () => {
  for (const endpoint of ENDPOINTS) {
    const documented = codesOf(endpoint)
    for (const code of endpoint.errors) assert.ok(documented.includes(code), `${endpoint.operation}: ${code}`)
    const expected = new Set<ErrorCode>([...endpoint.errors, ...commonTo(endpoint)])
    assert.deepEqual(
      documented.filter((code) => !expected.has(code)),
      [],
      endpoint.operation,
    )
  }
})

test('each code answers its status, its page and the headers that tell a client whether to come again', () => {
  for (const code of CODES) {
    const entry: CatalogueEntry = CATALOGUE[code]
    const { status, headers, body } = failureResponse('req_0123456789', new Failure(code))
    const { error } = JSON.parse(body ?? '') as { error: Record<string, unknown> }
    assert.equal(status, entry.status, code)
    const hint = defaultHint(code, false)
    assert.deepEqual(error, { code, message: entry.says, details: null, doc_url: docUrl(code, ''), hint })
    const isRetried = [408, 409, 429].includes(status) || status >= 500
    assert.equal(headers['x-should-retry'], isRetried && entry.retry === 'never' ? 'false' : undefined, code)
    const saysWhen = [409, 429, 503].includes(status) && entry.retry === 'later'
    assert.equal(headers['retry-after'], saysWhen ? '1' : undefined, code)
  }
})

test('what a client can never repeat with success is never left to its own judgement', () => {
  const never = CODES.filter((code) => CATALOGUE[code].retry === 'never')
  const repeatedByClients = never.filter((code) => {
    const { status } = CATALOGUE[code]
    return status === 408 || status === 409 || status === 429 || status >= 500
  })
  assert.deepEqual(repeatedByClients.sort(), [
    'CONFLICT_002',
    'PROVIDER_001',
    'RESOURCE_007',
    'ROUTE_001',
    'STRICT_002',
  ])
})

test('a status means what HTTP says it means, and a sentence ends no half', () => {
  for (const [code, { status, says, fix }] of Object.entries<CatalogueEntry>(CATALOGUE)) {
    assert.ok(status >= 400 && status < 600, code)
    assert.match(says, /^[A-Z].*[a-z.)]$/, code)
    assert.match(fix, /^[A-Z].*\.$/, code)
    if (code.startsWith('REQUEST_')) assert.equal(code, `REQUEST_${status}`)
  }
})

test('names that a client made up are repeated cut, and without a card number', () => {
  const long = 'x'.repeat(500)
  const details = {
    [long]: [`${long} is not a known member`],
    'card 4111111111111111': ['card 4111111111111111 is wrong'],
  }
  const { body } = failureResponse('req_0123456789', new Failure('VALIDATION_001', { details }))
  const { error } = JSON.parse(body ?? '') as { error: { details: Record<string, string[]> } }
  const cut = `${'x'.repeat(64)}…`
  assert.deepEqual(error.details, { [cut]: [`${cut} is not a known member`], 'card [card]': ['card [card] is wrong'] })
})
