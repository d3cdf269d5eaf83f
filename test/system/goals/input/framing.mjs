import { sendRaw, statusesIn } from '../../harness/traffic/http.mjs'

/** Requests that two servers might read in two ways. */
function framings(id, key) {
  const line = `PATCH /v3/profiles/${id} HTTP/1.1\r\n`
  const host = 'Host: localhost\r\n'
  const rest = `X-Api-Key: ${key}\r\nContent-Type: application/json\r\n`
  const body = '{"name":"Raw"}'
  const length = `Content-Length: ${body.length}\r\n`
  const good = `${line}${host}${rest}${length}\r\n${body}`
  const get = (target, extra = '') => `GET ${target} HTTP/1.1\r\n${host}X-Api-Key: ${key}\r\n${extra}\r\n`
  const withLines = (extra) => `${line}${host}${rest}${extra}\r\n${body}`
  const bad = [
    ...[
      'chunked',
      'xchunked',
      'identity',
      'chunked, identity',
      'chunked, chunked',
      '\tchunked',
      'chunked\x0b',
      '"chunked"',
    ].map((te) => `${line}${host}${rest}Transfer-Encoding: ${te}\r\n${length}\r\n${body}`),
    ...['+14', '-1', '0x0e', '14, 14', '14 14', '1e1', '14a', '', '99999999999999999999'].map((value) =>
      withLines(`Content-Length: ${value}\r\n`),
    ),
    withLines(`${length}Content-Length: 3\r\n`),
    withLines(`${length}${length}`),
    withLines(`Content-Length : ${body.length}\r\n`),
    withLines(`${length} folded: yes\r\n`),
    withLines(`X-Fold: a\r\n b\r\n${length}`),
    withLines(`X-Nul: a\0b\r\n${length}`),
    withLines(`X-Cr: a\rb\r\n${length}`),
    withLines(`Bad Name: a\r\n${length}`),
    withLines(`: empty\r\n${length}`),
    withLines(`X-No-Colon\r\n${length}`),
    withLines(`Content-Type: text/plain\r\n${length}`),
    `${line}${rest}${length}\r\n${body}`,
    `${line}Host: a\r\nHost: b\r\n${rest}${length}\r\n${body}`,
    `${line}Host: a, b\r\n${rest}${length}\r\n${body}`,
    `${line}Host: a b\r\n${rest}${length}\r\n${body}`,
    `${line}Host: a/b\r\n${rest}${length}\r\n${body}`,
    `${line}Host: user@a\r\n${rest}${length}\r\n${body}`,
    `PATCH /v3/profiles/${id} HTTP/1.1\n${host}${rest}${length}\n${body}`.replaceAll('\r', ''),
    get('http://evil.example/v3/profiles'),
    get('v3/profiles'),
    get('*'),
    get('/v3/profiles\0'),
    get('/v3/pro files'),
    get('/v3/profiles#fragment'),
    get('/v3/profiles', 'Content-Length: 2\r\n\r\n{}'.slice(0, -4)).replace(/\r\n$/, '\r\n{}'),
    `GET /v3/profiles HTTP/1.1\r\n${host}X-Api-Key: ${key}\r\nExpect: 200-maybe\r\n\r\n`,
    `GET /v3/profiles HTTP/3.0\r\n${host}\r\n`,
    `GET /v3/profiles HTTP/1.2\r\n${host}\r\n`,
    `GET /v3/profiles\r\n\r\n`,
    `get /v3/profiles HTTP/1.1\r\n${host}\r\n`,
    `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
    `FOO /v3/profiles HTTP/1.1\r\n${host}\r\n`,
    withLines(`Content-Length: 14\t14\r\n`),
    withLines(`Transfer-Encoding: gzip\r\n`),
    withLines(`Transfer_Encoding: chunked\r\nContent-Length: x\r\n`),
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    `${line}${host}${rest}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
    `${line}${host}${rest}Transfer-Encoding: chunked\r\n\r\n-1\r\n${body}\r\n0\r\n\r\n`,
    `${line}${host}${rest}Transfer-Encoding: chunked\r\n\r\ne;x\n${body}\r\n0\r\n\r\n`,
    `${line}${host}${rest}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}\r\n0\r\n\r\n`,
    `${line}${host}${rest}Upgrade: websocket\r\nConnection: Upgrade\r\nTransfer-Encoding: x\r\n\r\n`,
    `${line}${host}X-Api-Key: ${key}\r\nContent-Type: application/json\r\nContent-Type: application/json\r\n${length}\r\n${body}`,
  ]
  // Framed well and meant badly: refused, and the connection may go on.
  const odd = [
    `TRACE /v3/profiles HTTP/1.1\r\n${host}\r\n`,
    get('//evil.example/v3/profiles'),
    get('/v3/profiles/%'),
    get('/v3/profiles/%zz'),
    `GET /v3/profiles HTTP/1.1\r\n${host}X-Api-Key: ${key}\r\nX-Api-Key: ${key}\r\n\r\n`,
    `GET  /v3/profiles HTTP/1.1\r\n${host}\r\n`,
  ]
  return { good, bad, odd }
}

/** @type {import('../../harness/run.mjs').Goal} */
const rawFraming = {
  id: 'IN-2',
  tier: 1,
  title:
    'More than 60 raw requests with wrong framing each get a 4xx, the connection ends, and a smuggled request is not answered',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const port = Number(new URL(environment.instances[0].url).port)
    const id = await environment.profile()
    const { good, bad, odd } = framings(id, environment.acme.admin)
    const smuggled = `GET /v3/profiles/${id}/history HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${environment.acme.admin}\r\nConnection: close\r\n\r\n`
    const control = statusesIn((await sendRaw(port, good + smuggled, { quietMs: 4_000 })).text)
    t.equal(control.join(), '200,200', 'two good requests on one connection (the positive control)')
    const versionBefore = await environment.count('select version from profiles where id = $1', [id])
    for (const [at, request] of bad.entries()) {
      const { text, isClosed } = await sendRaw(port, Buffer.from(request + smuggled, 'latin1'), { quietMs: 1_500 })
      const statuses = statusesIn(text)
      const what = `case ${at}, ${JSON.stringify(request.replaceAll('\r\n', ' ').slice(0, 60))}`
      t.check(statuses.length <= 1, `${what}: answers ${statuses}`)
      t.check(
        statuses.every((status) => (status >= 400 && status < 500) || status === 501 || status === 505),
        `${what}: ${statuses}`,
      )
      t.check(isClosed, `${what}: the connection stays open after ${statuses}`)
    }
    for (const request of odd) {
      const [status] = statusesIn((await sendRaw(port, request)).text)
      t.check(status >= 400 && status < 500, `${JSON.stringify(request.slice(0, 40))}: ${status}`)
    }
    t.figure('cases', bad.length + odd.length)
    t.equal(await environment.count('select version from profiles where id = $1', [id]), versionBefore, 'version')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const framingGoals = [rawFraming]
