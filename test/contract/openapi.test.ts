import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENDPOINTS, OPEN_ENDPOINTS } from '../../src/app/app.ts'
import { CATALOGUE, type ErrorCode } from '../../src/contract/errors.ts'
import { NOTE_KEYWORDS, text } from '../../src/contract/fields/field.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/contract/fields/json-value.ts'
import { readBody } from '../../src/contract/fields/patch.ts'
import { Type } from '../../src/contract/fields/schema.ts'
import { compileCheck } from '../../src/contract/fields/validator.ts'
import type { AppContext } from '../../src/http/app-context.ts'
import { documentPath } from '../../src/http/openapi/about.ts'
import { buildOpenApi } from '../../src/http/openapi/document.ts'
import { codesOf, openCodesOf } from '../../src/http/openapi/failures.ts'
import { toJsonSchema } from '../../src/http/openapi/schema.ts'
import { UNSERVED } from '../../src/http/transport/not-implemented.ts'
import { addPages, PAGES } from '../../src/http/transport/pages.ts'
import { PAGE_POLICY, type ReferenceScript } from '../../src/http/transport/reference-page.ts'
import { createServer } from '../../src/http/transport/server.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { addCallbacks, CALLBACK_ROUTES } from '../../src/provider-events/routes.ts'
import { recordedLog } from '../kit/fakes/recorded-log.ts'

const document = buildOpenApi(ENDPOINTS, OPEN_ENDPOINTS, null)
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const
const object = (value: JsonValue | undefined): JsonObject => {
  assert.ok(isJsonObject(value))
  return value
}
const schemas = object(object(document.components).schemas)
const operations = Object.entries(object(document.paths)).flatMap(([path, methods]) =>
  Object.entries(object(methods)).map(([method, operation]) => ({ path, method, operation: object(operation) })),
)
const operationOf = (id: string): JsonObject => {
  const found = operations.find(({ operation }) => operation.operationId === id)
  assert.ok(found !== undefined, id)
  return found.operation
}

function resolve(value: JsonObject): JsonObject {
  if (typeof value.$ref !== 'string') return value
  return object(
    value.$ref
      .slice(2)
      .split('/')
      .reduce<JsonValue | undefined>((at, step) => object(at)[step], document),
  )
}

/** A server that routes and serves pages; nothing behind it is asked. */
function newServer(script: ReferenceScript | null, publicUrl: string | null = null) {
  const metrics = createMetrics({ version: '0', withProcess: false })
  const log = { ...recordedLog().log, access: () => {}, flush: () => {} }
  return createServer({
    context: { metrics, log, docsOrigin: () => 'https://api.example.com' } as unknown as AppContext,
    endpoints: ENDPOINTS,
    openEndpoints: OPEN_ENDPOINTS,
    log,
    metrics,
    allowedHosts: [],
    trustedHops: [],
    tls: null,
    requestTimeoutMs: 5_000,
    requestDeadlineMs: 5_000,
    requestsMax: 256,
    unauthenticated: { requestsMax: 256, connectionsMax: 256, connectionsPerAddress: 256 },
    bodyBytesMax: 1_048_576,
    isDraining: () => false,
    pages: (instance, bodies) => {
      addPages(instance, { keyed: ENDPOINTS, open: OPEN_ENDPOINTS }, publicUrl, undefined, async () => script)
      addCallbacks(instance, bodies, {
        receivers: (['tcr', 'telnyx', 'meta'] as const).map((provider) => ({
          provider,
          signatureHeader: 'x-signature',
          readCallback: () => ({ kind: 'refused' }),
        })),
        accept: async () => {},
        onRefused: () => {},
      })
    },
  })
}

const script: ReferenceScript = { plain: Buffer.from('plain'), gzipped: Buffer.from('gzipped'), etag: '"tag"' }

/** Every route of a server, read off its own drawing of its tree. */
function routesOf(server: ReturnType<typeof newServer>): Set<string> {
  const routes = new Set<string>()
  const above: string[] = []
  for (const line of server.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', path = '', methods] = /^([│ ]*)[└├]── (\S+)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? []
    if (path === '') continue
    const depth = indent.length / 4
    above.length = depth
    above[depth] = path
    const whole = above.join('').replace(/^\/(?=\/)/, '')
    for (const method of methods?.split(', ') ?? []) routes.add(`${method} ${whole}`)
  }
  return routes
}

test('the routes that are served are those of the document, the operations not served yet, the callbacks of providers and the pages', async () => {
  const server = newServer(script)
  await server.ready()
  const documented = operations.map(
    ({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
  )
  const others = [
    ...UNSERVED.map(([method, path]) => `${method} ${path}`),
    ...CALLBACK_ROUTES.map(([method, path]) => `${method} ${path}`),
    ...PAGES.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
  ]
  const expected = new Set([...documented, ...others])
  assert.equal(expected.size, documented.length + others.length, 'no route is in two lists')
  assert.deepEqual([...routesOf(server)].sort(), [...expected].sort())
  const paths = new Set([...expected].map((route) => route.split(' ')[1] ?? ''))
  for (const url of paths) {
    for (const method of METHODS) assert.equal(server.hasRoute({ method, url }), expected.has(`${method} ${url}`), url)
  }
  await server.close()
})

test('a route that is not in the document would be found', async () => {
  const server = newServer(script)
  server.delete('/v3/profiles/:profileId/forgotten', async () => 'x')
  await server.ready()
  assert.ok(routesOf(server).has('DELETE /v3/profiles/:profileId/forgotten'))
  await server.close()
})

test('every endpoint is one operation under its own name', () => {
  assert.deepEqual(
    operations.map(({ path, method, operation }) => `${method} ${path} ${operation.operationId}`).sort(),
    [...ENDPOINTS, ...OPEN_ENDPOINTS]
      .map(({ path, method, operation }) => `${method.toLowerCase()} ${documentPath(path)} ${operation}`)
      .sort(),
  )
})

test('every code of the catalogue is in the document, but those of callbacks, of no route and of routes not served', () => {
  const shown = new Set(
    operations.flatMap(({ operation }) =>
      Object.values(object(operation.responses)).flatMap((response) => {
        const { content } = resolve(object(response))
        if (content === undefined) return []
        return Object.keys(object(object(object(content)['application/json']).examples ?? {}))
      }),
    ),
  )
  const missing = (Object.keys(CATALOGUE) as ErrorCode[]).filter((code) => !shown.has(code))
  assert.deepEqual(missing, ['REQUEST_404', 'REQUEST_405', 'CALLBACK_001', 'ROUTE_001'])
})

test('every code is shown under its own status, as it is answered', () => {
  const all = [
    ...ENDPOINTS.map((endpoint) => ({ operation: endpoint.operation, codes: codesOf(endpoint) })),
    ...OPEN_ENDPOINTS.map((endpoint) => ({ operation: endpoint.operation, codes: openCodesOf(endpoint) })),
  ]
  for (const { operation, codes } of all) {
    const responses = object(operationOf(operation).responses)
    for (const code of codes) {
      const { content } = resolve(object(responses[CATALOGUE[code].status]))
      const example = resolve(object(object(object(object(content)['application/json']).examples)[code]))
      const { success, data, error } = object(example.value)
      assert.deepEqual([success, data, object(error).code], [false, null, code])
    }
  }
})

/** Every member below a schema: dotted path and schema. */
function membersOf(schema: JsonObject, above: string): [string, JsonObject][] {
  const here = resolve(schema)
  const members = isJsonObject(here.properties) ? Object.entries(here.properties) : []
  const items = isJsonObject(here.items) ? membersOf(here.items, `${above}[]`) : []
  return [
    ...items,
    ...members.flatMap(([name, member]): [string, JsonObject][] => {
      const path = `${above}.${name}`
      return [[path, object(member)], ...membersOf(object(member), path)]
    }),
  ]
}

/** What is missing in the words of a schema's members. */
function unexplained(schema: JsonObject, name: string): string[] {
  return membersOf(schema, name).flatMap(([path, member]) => {
    const { description, examples, properties, items } = resolve(member)
    const hasDescription = typeof description === 'string' && /[A-Z].*\.$/s.test(description)
    const hasExample = Array.isArray(examples) || properties !== undefined || items !== undefined
    return [...(hasDescription ? [] : [`${path} description`]), ...(hasExample ? [] : [`${path} example`])]
  })
}

test('every member of every request and answer has a description and an example', () => {
  const missing = Object.entries(schemas).flatMap(([name, schema]) => unexplained(object(schema), name))
  assert.deepEqual(missing, [])
  const bare = toJsonSchema(Type.Object({ member: Type.String() }), 'request')
  assert.deepEqual(unexplained(bare, 'Bare'), ['Bare.member description', 'Bare.member example'])
})

test('every parameter, header, response and body is described, and every body has examples', () => {
  for (const { operation } of operations) {
    const parameters = operation.parameters as JsonObject[]
    for (const parameter of parameters.map(resolve)) {
      assert.equal(typeof parameter.description, 'string')
      assert.ok(Array.isArray(object(parameter.schema).examples), String(parameter.name))
    }
    for (const response of Object.values(object(operation.responses)).map((found) => resolve(object(found)))) {
      assert.equal(typeof response.description, 'string')
      for (const header of Object.values(object(response.headers))) {
        const { description, schema } = resolve(object(header))
        assert.equal(typeof description, 'string')
        assert.ok(Array.isArray(object(schema).examples))
      }
      for (const media of Object.values(object(response.content ?? {}))) {
        assert.ok(object(media).example !== undefined || object(media).examples !== undefined)
      }
    }
    for (const media of Object.values(object(object(operation.requestBody ?? {}).content ?? {}))) {
      assert.ok(object(media).example !== undefined || object(media).examples !== undefined)
    }
  }
})

test('keywords of ours stay out of the document', () => {
  const ours = new Set<string>([...NOTE_KEYWORDS, 'humanText', 'oneLine', 'manyLines', 'e164', 'webAddress', 'country'])
  const found: string[] = []
  const walk = (schema: JsonObject, path: string): void => {
    found.push(
      ...Object.keys(schema)
        .filter((keyword) => ours.has(keyword))
        .map((keyword) => `${path} ${keyword}`),
    )
    for (const [name, member] of Object.entries(object(schema.properties ?? {})))
      walk(object(member), `${path}.${name}`)
    if (isJsonObject(schema.items)) walk(schema.items, `${path}[]`)
  }
  for (const [name, schema] of Object.entries(schemas)) walk(object(schema), name)
  assert.deepEqual(found, [])
  const marked = Type.Object({ a: text({ max: 3 }, { description: 'A.', clears: 'null', humanText: true, says: 'x' }) })
  walk(marked as unknown as JsonObject, 'Marked')
  assert.deepEqual(found.sort(), ['Marked.a clears', 'Marked.a humanText', 'Marked.a says'])
})

test('every example of a request body is a body that the server accepts', () => {
  for (const { operation, document: described } of [...ENDPOINTS, ...OPEN_ENDPOINTS]) {
    if (described.body === undefined) continue
    const check = compileCheck(described.body)
    const content = object(object(operationOf(operation).requestBody).content)
    const { examples, example } = object(content['application/json'])
    const bodies = isJsonObject(examples) ? Object.values(examples).map((one) => object(one).value) : [example]
    for (const body of bodies) {
      const reading = readBody(described.body, object(body), false)
      assert.deepEqual(reading.unknown, [], operation)
      assert.deepEqual(check(reading.values), {}, operation)
    }
  }
})

test('PATCH takes both media types: null is not provided in one and removes in the other', () => {
  const content = object(object(operationOf('updateProfile').requestBody).content)
  assert.deepEqual(Object.keys(content), ['application/json', 'application/merge-patch+json'])
  const [plain, merge] = Object.values(content).map((media) => object(resolve(object(object(media).schema)).properties))
  const typeOf = (members: JsonObject | undefined, name: string) => object(members?.[name]).type
  assert.deepEqual(typeOf(plain, 'name'), ['string', 'null'])
  assert.deepEqual(typeOf(merge, 'name'), 'string')
  assert.deepEqual(typeOf(plain, 'icon'), ['string', 'null'])
  assert.deepEqual(typeOf(merge, 'icon'), ['string', 'null'])
  assert.deepEqual(typeOf(plain, 'brand'), ['object', 'null'])
  assert.deepEqual(typeOf(merge, 'brand'), 'object')
})

test('what is forwarded or sealed and never returned is write-only', () => {
  const members = new Map(membersOf(object(schemas.CreateProfileRequest), ''))
  const writeOnly = [...members].filter(([, member]) => member.writeOnly === true).map(([path]) => path)
  assert.deepEqual(writeOnly, [
    '.whatsapp_business_account.access_token',
    '.payment_details',
    '.payment_details.card_number',
    '.payment_details.expiry',
    '.payment_details.cvc',
    '.payment_details.zip_code',
  ])
})

test('an answer always has every member, null where there is no value', () => {
  const profile = object(schemas.Profile)
  assert.deepEqual(profile.required, Object.keys(object(profile.properties)))
  assert.deepEqual(object(object(profile.properties).icon).type, ['string', 'null'])
  const envelope = object(
    object(resolve(object(object(operationOf('getProfile').responses)['200'])).content)['application/json'],
  )
  assert.deepEqual(Object.keys(object(object(envelope.schema).properties)), ['success', 'data', 'error', 'meta'])
  assert.deepEqual(Object.keys(object(envelope.example)), ['success', 'data', 'error', 'meta'])
})

test('an ETag is answered, and If-Match taken, where a profile, a template or a contact can be changed', () => {
  const hasEtag = ENDPOINTS.filter(({ operation, status }) => {
    const { headers } = resolve(object(object(operationOf(operation).responses)[status]))
    return object(headers).ETag !== undefined
  })
  assert.deepEqual(
    hasEtag.map(({ operation }) => operation),
    [
      'createProfile',
      'getProfile',
      'updateProfile',
      'previewProfile',
      'createTemplate',
      'getTemplate',
      'updateTemplate',
      'createContact',
      'getContact',
      'updateContact',
    ],
  )
  const takesIfMatch = operations.filter(({ operation }) =>
    (operation.parameters as JsonObject[]).some(({ $ref }) => $ref === '#/components/parameters/IfMatch'),
  )
  assert.deepEqual(
    takesIfMatch.map(({ operation }) => operation.operationId),
    [
      'updateProfile',
      'deleteProfile',
      'previewProfile',
      'updateTemplate',
      'deleteTemplate',
      'updateContact',
      'deleteContact',
    ],
  )
})

test('the document is served as it is described, with the configured URL as its server', async () => {
  for (const [publicUrl, expected] of [
    [null, '/'],
    ['https://api.example.com', 'https://api.example.com'],
  ] as const) {
    const server = newServer(script, publicUrl)
    const answer = await server.inject({ url: '/openapi.json' })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    assert.deepEqual(answer.json(), buildOpenApi(ENDPOINTS, OPEN_ENDPOINTS, publicUrl))
    assert.equal(answer.json().servers[0].url, expected)
    await server.close()
  }
})

test('the reference page loads nothing from outside and says so to the browser', async () => {
  const server = newServer(script)
  const root = await server.inject({ url: '/' })
  assert.deepEqual([root.statusCode, root.headers.location], [302, '/docs'])
  const page = await server.inject({ url: '/docs' })
  assert.equal(page.headers['content-security-policy'], PAGE_POLICY)
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.match(PAGE_POLICY, /default-src 'none'; script-src 'self';/)
  assert.match(PAGE_POLICY, /connect-src 'self'/)
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url)
  assert.ok(loaded.includes('/docs/scalar.js'))
  for (const url of loaded) assert.match(url, /^(\/(?!\/)|data:,$)/)
  const start = (await server.inject({ url: '/docs/start.js' })).body
  assert.doesNotMatch(start, /https?:/)
  for (const off of ['"proxyUrl": ""', '"withDefaultFonts": false', '"telemetry": false'])
    assert.ok(start.includes(off))
  await server.close()
})

test('HEAD of a page answers as GET does, without the body', async () => {
  const server = newServer(script)
  for (const url of PAGES) {
    const ask = async (method: 'GET' | 'HEAD') => {
      const reply = await server.inject({ method, url })
      const {
        date,
        'content-length': _length,
        'x-request-id': _id,
        'x-response-time': _time,
        ...headers
      } = reply.headers
      return { body: reply.body, told: { status: reply.statusCode, headers } }
    }
    const [get, head] = await Promise.all([ask('GET'), ask('HEAD')])
    assert.deepEqual(head.told, get.told, url)
    assert.equal(get.told.status, url.includes(':') ? 404 : url === '/' ? 302 : 200, url)
    assert.equal(head.body, '')
  }
  await server.close()
})

test('the reference script is served compressed to whoever takes it, and not again to whoever has it', async () => {
  const server = newServer(script)
  const url = '/docs/scalar.js'
  const gzipped = await server.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
  assert.deepEqual([gzipped.headers['content-encoding'], gzipped.body], ['gzip', 'gzipped'])
  const plain = await server.inject({ url })
  assert.deepEqual([plain.headers['content-encoding'], plain.body], [undefined, 'plain'])
  for (const held of ['"tag"', 'W/"tag"', '"tag-gzip"', '"other", "tag"', '*']) {
    const known = await server.inject({ url, headers: { 'if-none-match': held } })
    assert.deepEqual([known.statusCode, known.body], [304, ''], held)
  }
  for (const held of ['"other"', 'tag', '']) {
    assert.equal((await server.inject({ url, headers: { 'if-none-match': held } })).statusCode, 200, held)
  }
  await server.close()
})

test('E9: every code has its page, with its remedy, and loads nothing from elsewhere', async () => {
  const server = newServer(null)
  const index = (await server.inject({ url: '/docs/errors' })).body
  for (const [code, { fix, status }] of Object.entries(CATALOGUE)) {
    const url = `/docs/errors/${code}`
    assert.ok(index.includes(`href="${url}"`), code)
    const page = await server.inject({ url })
    assert.equal(page.statusCode, 200, code)
    assert.match(String(page.headers['content-type']), /^text\/html/)
    assert.equal(page.headers['content-security-policy'], PAGE_POLICY)
    for (const said of [`<h1>${code}</h1>`, `HTTP ${status}. `, fix.replaceAll('"', '&quot;')])
      assert.ok(page.body.includes(said), `${code}: ${said}`)
    for (const [, link = ''] of page.body.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(link, /^(\/docs|data:,$)/)
  }
  for (const url of [
    '/docs/errors/NONE_001',
    '/docs/errors/auth_001',
    '/docs/errors/<script>',
    '/docs/errors/constructor',
  ]) {
    const missing = await server.inject({ url })
    assert.deepEqual([missing.statusCode, missing.json().error.code], [404, 'REQUEST_404'], url)
  }
  await server.close()
})

test('an installation without the reference script shows a plain page that leads to the document', async () => {
  const server = newServer(null)
  const page = await server.inject({ url: '/docs' })
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /href="\/openapi\.json"/)
  assert.doesNotMatch(page.body, /<script/)
  const missing = await server.inject({ url: '/docs/scalar.js' })
  assert.equal(missing.statusCode, 404)
  assert.equal(missing.json().error.code, 'REQUEST_404')
  await server.close()
})
