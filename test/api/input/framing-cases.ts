/** Requests as bytes, each with what it is answered. `{…}` is filled in by the test. */
export interface FramingCase {
  name: string
  /** Of each answer, in order; the canary that follows every request would be one more. */
  statuses: number[]
  /** After it, nothing on the connection is served: the canary is not answered, and the connection is closed. */
  ends: boolean
  bytes: string
  allow?: string
}

const HOST = 'Host: localhost\r\n'
const KEY = 'x-api-key: {key}\r\n'
const JSON_TYPE = 'Content-Type: application/json\r\n'

function refused(name: string, bytes: string, status = 400): FramingCase {
  return { name, bytes, statuses: [status], ends: true }
}

function answered(name: string, status: number, bytes: string, allow?: string): FramingCase {
  return { name, bytes, statuses: [status], ends: false, ...(allow === undefined ? {} : { allow }) }
}

/** A PATCH with these headers and this body. */
function patch(headers: string, body = '{}', version = '1.1'): string {
  return `PATCH {path} HTTP/${version}\r\n${HOST}${KEY}${JSON_TYPE}${headers}\r\n${body}`
}

function get(headers: string, { target = '{path}', version = 'HTTP/1.1', host = HOST } = {}): string {
  return `GET ${target} ${version}\r\n${host}${KEY}${headers}\r\n`
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CHUNKS = '2\r\n{}\r\n0\r\n\r\n'
const big = 'a'.repeat(200_000)

const BODY_BOUNDS: FramingCase[] = [
  refused('Content-Length with Transfer-Encoding', patch(`Content-Length: 2\r\n${CHUNKED}`, CHUNKS)),
  refused('Transfer-Encoding with Content-Length', patch(`${CHUNKED}Content-Length: 2\r\n`, CHUNKS)),
  refused('two Content-Length', patch('Content-Length: 2\r\nContent-Length: 3\r\n')),
  refused('the same Content-Length twice', patch('Content-Length: 2\r\nContent-Length: 2\r\n')),
  refused('a list as Content-Length', patch('Content-Length: 2, 2\r\n')),
  refused('a signed Content-Length', patch('Content-Length: +2\r\n')),
  refused('a negative Content-Length', patch('Content-Length: -2\r\n')),
  refused('a hexadecimal Content-Length', patch('Content-Length: 0x2\r\n')),
  refused('an empty Content-Length', patch('Content-Length: \r\n')),
  refused('a Content-Length beyond 64 bits', patch('Content-Length: 99999999999999999999999\r\n')),
  refused('Transfer-Encoding: xchunked', patch('Transfer-Encoding: xchunked\r\n', CHUNKS)),
  refused('Transfer-Encoding: identity', patch('Transfer-Encoding: identity\r\n')),
  refused('Transfer-Encoding: chunked, identity', patch('Transfer-Encoding: chunked, identity\r\n', CHUNKS)),
  refused('Transfer-Encoding: gzip, chunked', patch('Transfer-Encoding: gzip, chunked\r\n', CHUNKS)),
  refused('two Transfer-Encoding', patch(`${CHUNKED}Transfer-Encoding: identity\r\n`, CHUNKS)),
  refused('chunked twice', patch(`${CHUNKED}${CHUNKED}`, CHUNKS)),
  refused('a vertical tab before chunked', patch('Transfer-Encoding: \x0bchunked\r\n', CHUNKS)),
  refused('a space before the colon of Transfer-Encoding', patch('Transfer-Encoding : chunked\r\n', CHUNKS)),
  refused('Transfer-Encoding in HTTP/1.0', patch(CHUNKED, CHUNKS, '1.0')),
  refused('a negative chunk size', patch(CHUNKED, '-2\r\n{}\r\n0\r\n\r\n')),
  refused('a chunk size that is no number', patch(CHUNKED, 'zz\r\n{}\r\n0\r\n\r\n')),
  refused('a chunk size with 0x', patch(CHUNKED, '0x2\r\n{}\r\n0\r\n\r\n')),
  refused('a chunk size beyond 64 bits', patch(CHUNKED, 'ffffffffffffffffff\r\n{}\r\n0\r\n\r\n')),
  refused('a bare line feed after a chunk size', patch(CHUNKED, '2\n{}\r\n0\r\n\r\n')),
  refused('a chunk longer than its size', patch(CHUNKED, '2\r\n{}xx\r\n0\r\n\r\n')),
  refused('Content-Length as a trailer', patch(CHUNKED, '2\r\n{}\r\n0\r\nContent-Length: 10\r\n\r\n')),
  refused('a chunk extension of 20 kB', patch(CHUNKED, `2;a=${'b'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`), 413),
  answered('a chunked body', 200, patch(CHUNKED, CHUNKS)),
  answered('a short chunk extension', 200, patch(CHUNKED, '2;a=b\r\n{}\r\n0\r\n\r\n')),
  answered('an empty chunked body', 200, patch(CHUNKED, '0\r\n\r\n')),
  answered('an empty body with a JSON type', 200, patch('', '')),
  answered('an empty body of length 0', 200, patch('Content-Length: 0\r\n', '')),
  refused('a body of 200 kB', patch('Content-Length: 200000\r\n', big), 413),
  refused('a length of 1 GB and nothing behind it', patch('Content-Length: 1000000000\r\n', ''), 413),
  refused('200 kB in chunks', patch(CHUNKED, `30d40\r\n${big}\r\n0\r\n\r\n`), 413),
  refused('200 kB in chunks that break off', patch(CHUNKED, `30d40\r\n${big}\r\nzz\r\n\r\n`), 413),
  refused('200 kB to no route', `POST /none HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 200000\r\n\r\n${big}`, 413),
  answered('a gzip body', 415, patch('Content-Encoding: gzip\r\nContent-Length: 2\r\n')),
  answered('two codings', 415, patch('Content-Encoding: identity\r\nContent-Encoding: br\r\nContent-Length: 2\r\n')),
  answered('the coding identity', 200, patch('Content-Encoding: identity\r\nContent-Length: 2\r\n')),
  refused('a GET with a body', get(`${JSON_TYPE}Content-Length: 2\r\n`).concat('{}')),
  refused('a GET with a chunked body', get(`${JSON_TYPE}${CHUNKED}`).concat(CHUNKS)),
  answered('a GET of length 0', 200, get('Content-Length: 0\r\n')),
  {
    name: 'a body longer than its length: its rest is no request',
    bytes: patch('Content-Length: 2\r\n', '{}{"name":"x"}'),
    statuses: [200, 400],
    ends: true,
  },
  {
    name: 'a body without a length: it is no request',
    bytes: patch('', '{"name":"x"}'),
    statuses: [200, 400],
    ends: true,
  },
]

const HEADERS: FramingCase[] = [
  refused('a folded header', get('x-a: b\r\n c\r\n')),
  refused('a folded first header', `GET {path} HTTP/1.1\r\n ${HOST}${KEY}\r\n`),
  refused('a space before the colon', get('x-a : b\r\n')),
  refused('a bare line feed after the request line', `GET {path} HTTP/1.1\n${HOST}${KEY}\r\n`),
  refused('a bare line feed after a header', get('x-a: b\nx-b: c\r\n')),
  refused('bare line feeds at the end', `GET {path} HTTP/1.1\r\n${HOST}x-a: b\n\n`),
  refused('a bare carriage return', get('x-a: b\rx-b: c\r\n')),
  refused('U+0000 in a value', get('x-a: b\0c\r\n')),
  refused('U+0000 in a name', get('x\0a: b\r\n')),
  refused('a control character in a value', get('x-a: b\x01c\r\n')),
  refused('a header without a name', get(': b\r\n')),
  refused('a header without a colon', get('nonsense\r\n')),
  refused('a bracket in a name', get('x(a): b\r\n')),
  refused('17 kB of headers', get(`x-a: ${'a'.repeat(17_000)}\r\n`), 431),
  answered('bytes beyond ASCII in a header nobody reads', 200, get('x-a: \xff\xfe\r\n')),
  answered(
    '2,050 headers, all of them read',
    200,
    `GET {path} HTTP/1.1\r\n${HOST}${'x: y\r\n'.repeat(2_050)}${KEY}\r\n`,
  ),
  refused('a second Host behind 2,050 headers', get(`${'x: y\r\n'.repeat(2_050)}Host: other\r\n`)),
  refused('no Host', get('', { host: '' })),
  refused('an empty Host', get('', { host: 'Host: \r\n' })),
  refused('two Hosts', get('', { host: `${HOST}Host: other\r\n` })),
  refused('the same Host twice', get('', { host: HOST + HOST })),
  refused('a Host with a path', get('', { host: 'Host: a/b\r\n' })),
  refused('a Host with a user', get('', { host: 'Host: a@b\r\n' })),
  refused('a Host with a strange port', get('', { host: 'Host: a:999999\r\n' })),
  refused('two Content-Types', patch(`${JSON_TYPE}Content-Length: 2\r\n`)),
  refused('two different Content-Types', patch('Content-Type: text/plain\r\nContent-Length: 2\r\n')),
  answered('two API keys', 401, get(KEY)),
  answered('two Idempotency-Keys', 400, patch('Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n')),
  answered('two x-profile-ids', 400, get('x-profile-id: {id}\r\nx-profile-id: {id}\r\n')),
  answered(
    'headers that name another method and path',
    200,
    get('X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /\r\n'),
  ),
]

const TARGETS: FramingCase[] = [
  refused('an absolute target', get('', { target: 'http://other{path}' })),
  refused('an absolute target of this host', get('', { target: 'http://localhost{path}' })),
  refused('an authority as target', get('', { target: 'localhost:80' })),
  refused('OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`),
  refused('GET *', get('', { target: '*' })),
  refused('no target', `GET HTTP/1.1\r\n${HOST}\r\n`),
  refused('a space in the target', get('', { target: '/v3/pro files' })),
  refused('a fragment', get('', { target: '{path}#a' })),
  refused('U+0000 in the target', get('', { target: '/v3/\0' })),
  refused('a control character in the target', get('', { target: '/v3/\x01' })),
  refused('a byte beyond ASCII in the target', get('', { target: '/v3/\xff' })),
  answered('a broken percent sign', 400, get('', { target: '/v3/profiles/%zz' })),
  answered('percent signs that are no UTF-8', 400, get('', { target: '/v3/profiles/%ff' })),
  answered('U+0000 percent-encoded', 404, get('', { target: '/v3/profiles/%00' })),
  answered('two slashes', 404, get('', { target: '//v3/profiles' })),
  answered('dots', 404, get('', { target: '/v3/../v3/profiles' })),
  answered('encoded slashes', 404, get('', { target: '/v3%2fprofiles' })),
  answered('a path in capitals', 404, get('', { target: '/V3/profiles' })),
  answered('a path parameter', 404, get('', { target: '/v3/profiles;a=b' })),
  answered('an id of 2,000 characters', 404, get('', { target: `/v3/profiles/${'a'.repeat(2_000)}` })),
  answered('2 kB of target', 414, get('', { target: `{path}?a=${'a'.repeat(2_048)}` })),
  refused('20 kB of target', get('', { target: `{path}?a=${'a'.repeat(20_000)}` }), 431),
  answered('no such route', 404, get('', { target: '/v3/nothing' })),
]

const OF_A_PROFILE = 'DELETE, GET, PATCH'

const METHODS_AND_VERSIONS: FramingCase[] = [
  ...['PUT', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'SOURCE', 'PURGE'].map((method) =>
    answered(method, 405, get('').replace('GET', method), OF_A_PROFILE),
  ),
  answered('PUT with a body', 405, patch('Content-Length: 2\r\n').replace('PATCH', 'PUT'), OF_A_PROFILE),
  answered('OPTIONS on the list', 405, get('', { target: '/v3/profiles' }).replace('GET', 'OPTIONS'), 'GET, POST'),
  ...['get', 'FOO', 'GETX', 'G ET'].map((method) => refused(`the method ${method}`, get('').replace('GET', method))),
  {
    name: 'CONNECT',
    bytes: `CONNECT localhost:80 HTTP/1.1\r\n${HOST}\r\n`,
    statuses: [405],
    ends: true,
    allow: 'DELETE, GET, PATCH, POST, PUT',
  },
  refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  refused('control characters', '\x00\x01\x02\x03\r\n\r\n'),
  refused('HTTP/0.9', 'GET {path}\r\n\r\n'),
  ...['HTTP/0.9', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'ICE/1.0', 'HTTP/1'].map((version) =>
    refused(`the version ${version}`, get('', { version })),
  ),
  { name: 'HTTP/1.0', bytes: get('', { version: 'HTTP/1.0' }), statuses: [200], ends: true },
  refused('HTTP/1.0 without Host', get('', { version: 'HTTP/1.0', host: '' })),
  { name: 'Connection: close', bytes: get('Connection: close\r\n'), statuses: [200], ends: true },
  answered('empty lines before a request', 200, `\r\n\r\n${get('')}`),
  {
    name: 'Expect: 100-continue',
    bytes: patch('Expect: 100-continue\r\nContent-Length: 2\r\n'),
    statuses: [100, 200],
    ends: false,
  },
  {
    name: 'Expect: 100-continue for 200 kB',
    bytes: patch('Expect: 100-continue\r\nContent-Length: 200000\r\n', ''),
    statuses: [100, 413],
    ends: true,
  },
  refused('Expect: something else', patch('Expect: 200-ok\r\nContent-Length: 2\r\n'), 417),
]

export const FRAMING_CASES: readonly FramingCase[] = [...BODY_BOUNDS, ...HEADERS, ...TARGETS, ...METHODS_AND_VERSIONS]
