import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formHint, keyTextHint, methodHint, misplacedKeyHint, pathIdHint, routeHint } from './hints.ts'

const ID = '770e8400-e29b-41d4-a716-446655440002'
const ROUTES = [
  '/v3/profiles',
  '/v3/profiles/:profileId',
  '/v3/profiles/:profileId/complete',
  '/v3/webhooks/event-types',
]

const misplaced = (headers: Record<string, string>, query = '') => misplacedKeyHint(headers, new URLSearchParams(query))

test('E9: a key that went elsewhere is sent to x-api-key, without being repeated', () => {
  assert.match(
    misplaced({ authorization: 'Bearer sk_live_x' }) ?? '',
    /Send the key in the x-api-key header, without Bearer/,
  )
  assert.match(misplaced({ authorization: 'bearer' }) ?? '', /without Bearer/)
  assert.match(misplaced({ authorization: 'Basic eA==' }) ?? '', /^The Authorization header is not read/)
  for (const name of ['api-key', 'apikey', 'x-apikey', 'x-api-token', 'x-auth-token', 'x-access-token']) {
    assert.match(
      misplaced({ [name]: 'sk_live_x' }) ?? '',
      new RegExp(`^The ${name} header is not read here. .*x-api-key`),
    )
  }
  assert.match(misplaced({ 'x-api-key': '' }) ?? '', /is empty/)
  assert.match(misplaced({}, 'api_key=sk_live_x') ?? '', /ends up in logs/)
  assert.equal(misplaced({}), undefined)
  assert.equal(misplaced({ host: 'x' }, 'page=1'), undefined)
})

test('E9: the form of a text that is no key says why', () => {
  for (const [text, says] of [
    ['Bearer sk_live_x', /without Bearer/],
    ['"sk_live_x"', /without quotation marks/],
    ["'sk_live_x'", /without quotation marks/],
    ['$API_KEY', /placeholder/],
    ['<key>', /placeholder/],
    ['{key}', /placeholder/],
    ['YOUR_API_KEY', /placeholder/],
    ['sk_live_...', /placeholder/],
    ['whsec_abc', /signing secret/],
    ['sk_live_abc', /not whole/],
    ['sk_test_', /not whole/],
    ['abc', /begins with sk_live_ or sk_test_/],
  ] as const) {
    assert.match(keyTextHint(text), says, text)
  }
})

test('E9: what stands for an id in a path is told apart from an id that is unknown', () => {
  for (const value of [
    '{profileId}',
    ':profileId',
    '<id>',
    '$ID',
    'undefined',
    'null',
    'NaN',
    '[object Object]',
    'profileId',
    '%7BprofileId%7D',
  ]) {
    assert.match(pathIdHint({ profileId: value }) ?? '', /^The path holds a placeholder where profileId belongs/, value)
  }
  assert.match(pathIdHint({ profileId: '' }) ?? '', /leave the slash at the end out/)
  assert.match(pathIdHint({ profileId: ID, campaignId: ID.slice(1) }) ?? '', /holds as campaignId is no UUID/)
  assert.equal(pathIdHint({ profileId: ID, campaignId: ID.toUpperCase() }), undefined)
  assert.equal(pathIdHint({ token: 'inv_x' }), undefined)
  assert.equal(pathIdHint({}), undefined)
})

test('E9: a method that is not taken is answered with those that are, and a browser with what to do', () => {
  assert.equal(methodHint('PUT', ['DELETE', 'GET', 'PATCH']), 'Use DELETE, GET, or PATCH here.')
  assert.equal(methodHint('POST', ['GET']), 'Use GET here.')
  assert.match(methodHint('OPTIONS', ['GET', 'POST']), /^Use GET or POST here\. A page of another origin cannot/)
})

test('E9: a path that is no route leads to the route that was meant', () => {
  for (const [path, meant] of [
    ['/v2/profiles', '/v3/profiles'],
    ['/profiles', '/v3/profiles'],
    ['/api/v3/profiles', '/v3/profiles'],
    ['/v3/profiles/', '/v3/profiles'],
    ['//v3//profiles', '/v3/profiles'],
    ['/V3/Profiles', '/v3/profiles'],
    ['/v3/profile', '/v3/profiles'],
    [`/v3/profile/${ID}`, '/v3/profiles/{profileId}'],
    [`/v1/profiles/${ID}/complet`, '/v3/profiles/{profileId}/complete'],
    ['/v3/webhooks/event_types', '/v3/webhooks/event-types'],
  ] as const) {
    const hint = routeHint(path, ROUTES)
    assert.ok(hint.startsWith(`Did you mean ${meant}? `), `${path}: ${hint}`)
    assert.equal(/Paths of the API begin with \/v3/.test(hint), !path.startsWith('/v3'), path)
  }
  for (const path of ['/', '/v3', '/v3/nothing/like/it', `/${'a/'.repeat(500)}`, '/4242424242424242']) {
    assert.doesNotMatch(routeHint(path, ROUTES), /Did you mean|4242/, path)
    assert.match(routeHint(path, ROUTES), /\/docs/)
  }
})

test('E9: a form is told to be one', () => {
  assert.match(
    formHint('application/x-www-form-urlencoded; charset=utf-8') ?? '',
    /-H 'Content-Type: application\/json'/,
  )
  for (const type of [undefined, '', 'text/plain', 'application/json']) assert.equal(formHint(type), undefined)
})
