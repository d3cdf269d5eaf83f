import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CATALOGUE, type CatalogueEntry, defaultHint, docUrl, type ErrorCode } from './errors.ts'

/** Status and retry of each code, written down a second time: both are public and permanent. */
const PUBLISHED: Record<string, string> = {
  '400 never': 'VALIDATION_001 VALIDATION_002 VALIDATION_003 VALIDATION_005 VALIDATION_007 REQUEST_400',
  '401 never': 'AUTH_001 AUTH_002 CALLBACK_001',
  '403 later': 'AUTH_005 AUTH_006 AUTH_007',
  '403 never': 'AUTH_004 BUSINESS_014',
  '404 never':
    'RESOURCE_001 RESOURCE_002 RESOURCE_005 RESOURCE_006 RESOURCE_008 RESOURCE_009 RESOURCE_010 RESOURCE_013 RESOURCE_014 RESOURCE_015 RESOURCE_016 REQUEST_404',
  '405 never': 'REQUEST_405',
  '406 never': 'REQUEST_406',
  '408 later': 'REQUEST_408',
  '409 later': 'CONFLICT_001',
  '409 never': 'RESOURCE_007 CONFLICT_002 STRICT_002',
  '412 never': 'PRECONDITION_001',
  '413 never': 'REQUEST_413',
  '414 never': 'REQUEST_414',
  '415 never': 'REQUEST_415',
  '417 never': 'REQUEST_417',
  '422 never': 'BUSINESS_009 STRICT_001',
  '429 later': 'BUSINESS_002',
  '431 never': 'REQUEST_431',
  '500 later': 'INTERNAL_001',
  '501 never': 'ROUTE_001',
  '502 later': 'INTERNAL_003',
  '503 later': 'SERVICE_001 INTERNAL_005',
  '503 never': 'PROVIDER_001',
  '504 later': 'INTERNAL_004',
}

test('every code has its published status and says whether a retry can help', () => {
  const found: Record<string, string[]> = {}
  for (const [code, { status, retry }] of Object.entries<CatalogueEntry>(CATALOGUE)) {
    const cell = `${status} ${retry}`
    found[cell] = [...(found[cell] ?? []), code]
  }
  const published = Object.entries(PUBLISHED).map(([cell, codes]) => [cell, codes.split(' ').sort()])
  assert.deepEqual(
    Object.fromEntries(Object.entries(found).map(([cell, codes]) => [cell, codes.sort()])),
    Object.fromEntries(published),
  )
})

test('every code says what is wrong and, in whole sentences, what to do', () => {
  for (const [code, { says, fix }] of Object.entries<CatalogueEntry>(CATALOGUE)) {
    assert.match(says, /^[A-Z].+/, code)
    assert.match(fix, /^[A-Z].+\.$/, code)
  }
})

/** The codes that the published API documents, a second time. */
const OF_THE_PUBLISHED_API =
  /^(AUTH_00[124567]|VALIDATION_00[12357]|RESOURCE_0(0[125-9]|10|13|14)|BUSINESS_0(02|14)|CONFLICT_001|SERVICE_001|INTERNAL_00[1345])$/

test('E9: a published code leads to its published page, and every other to a page of this server', () => {
  for (const code of Object.keys(CATALOGUE) as ErrorCode[]) {
    const page = /^AUTH_/.test(code) ? 'authentication' : 'error-catalog'
    const isPublished = OF_THE_PUBLISHED_API.test(code)
    for (const origin of ['', 'https://api.example.com']) {
      const own = `${origin}/docs/errors/${code}`
      assert.equal(docUrl(code, origin), isPublished ? `https://docs.sent.dm/docs/reference/api/${page}` : own)
    }
  }
})

test('E9: what to do is the remedy of the code, and follows the message where no member is named', () => {
  for (const code of Object.keys(CATALOGUE) as ErrorCode[]) {
    assert.equal(defaultHint(code, true), CATALOGUE[code].fix)
    if (code !== 'VALIDATION_001') assert.equal(defaultHint(code, false), CATALOGUE[code].fix)
  }
  assert.match(defaultHint('VALIDATION_001', false), /error\.message/)
})
