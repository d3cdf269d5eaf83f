import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { fill, operations } from '../../harness/traffic/contract.mjs'
import { send, sendRaw, statusesIn } from '../../harness/traffic/http.mjs'
import { aBrand } from '../../harness/traffic/request-bodies.mjs'

function residentMiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
}

/** @type {import('../../harness/run.mjs').Goal} */
const limits = {
  id: 'IN-1',
  tier: 1,
  title:
    'Body, depth, members, target and path over their limits each get an exact refusal, and memory stays bounded under 200 large bodies',
  injectedBugs: [
    {
      name: 'depth is not limited',
      code: [{ file: 'http/pipeline/json.js', find: 'DEPTH_MAX = 32', put: 'DEPTH_MAX = 1e9' }],
    },
  ],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const [instance] = environment.instances
    const id = await environment.profile()
    const patch = (body, headers = {}) =>
      send(instance.url, 'PATCH', `/v3/profiles/${id}`, { key: environment.acme.admin, body, headers })
    const deep = (levels) => `{"description":"x","extra":${'['.repeat(levels)}${']'.repeat(levels)}}`
    const many = (count) => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, at])))
    const cases = [
      ['a body of 128 KiB and more', 413, () => patch(JSON.stringify({ description: 'x'.repeat(132_000) }))],
      ['gzip', 415, () => patch(gzipSync('{"name":"x"}'), { 'content-encoding': 'gzip' })],
      ['40 levels', 400, () => patch(deep(40))],
      ['100,000 levels', 413, () => patch(deep(100_000))],
      ['1,001 members', 400, () => patch(many(1_001))],
      [
        'a target over 2 KiB',
        414,
        () => send(instance.url, 'GET', `/v3/profiles?search=${'a'.repeat(2_100)}`, { key: environment.acme.admin }),
      ],
      [
        'a path that is no id',
        404,
        () => send(instance.url, 'GET', '/v3/profiles/abc', { key: environment.acme.admin }),
      ],
      ['headers over 16 KiB', 431, () => patch('{}', { 'x-large': 'a'.repeat(17_000) })],
    ]
    for (const [what, status, ask] of cases) t.equal((await ask()).status, status, what)
    t.equal((await patch(deep(20))).status, 200, '20 levels (the positive control)')
    const port = Number(new URL(instance.url).port)
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`
    const chunked = `PATCH /v3/profiles/${id} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${environment.acme.admin}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(6)}0\r\n\r\n`
    t.equal(
      statusesIn((await sendRaw(port, chunked, { quietMs: 3_000 })).text)[0],
      413,
      'a chunked body over the limit',
    )
    const before = residentMiB(instance.pid)
    const large = JSON.stringify({ description: 'x'.repeat(1_000_000) })
    await Promise.all(Array.from({ length: 200 }, () => patch(large)))
    const grown = residentMiB(instance.pid) - before
    t.figure('cases', cases.length + 1)
    t.figure('grown_mib', grown)
    t.atMost(grown, 50, 'MiB of growth under 200 large bodies')
  },
}

const text = JSON.stringify

/** Bodies that are no JSON, or that two parsers read in two ways. */
const hostileJson = [
  '',
  ' ',
  'null',
  'true',
  '1',
  '"text"',
  '[]',
  '[1]',
  '{',
  '}',
  '{]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '{"a":1 "b":2}',
  "{'a':1}",
  '{a:1}',
  '{"a":01}',
  '{"a":+1}',
  '{"a":.5}',
  '{"a":1.}',
  '{"a":0x1}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":-}',
  '{"a":1e}',
  '{"a":"\t"}',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  '{"a":"\\u12"}',
  '{"a":"\\ud800"}',
  '{"name":"\\ud800"}',
  '{"name":"\\udc00\\ud800"}',
  '{"name":"a\\u0000b"}',
  '{"a":1}{"b":2}',
  '{"a":1} x',
  '/* c */{}',
  '{"a":1}//',
  '{"name":"x","name":"y"}',
  '{"a":{"b":1,"b":2}}',
  '{"a":1e400}',
  '{"a":-1e400}',
  '{"a":12345678901234567890}',
  '{"__proto__":{"polluted":1}}',
  '{"brand":{"__proto__":{"polluted":1}}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"prototype":1}',
  '{"a":[{"__proto__":1}]}',
  '{"name":{"toString":1}}',
  '{"name":["x"]}',
  '{"name":null,"brand":[]}',
  '{"billing_contact":"x"}',
  '{"brand":{"business":[]}}',
  `{"description":"${'\\u202e'}x"}`,
  '{"description":"\\u200b"}',
  '{"sandbox":"true"}',
  '{"Sandbox":true}',
  '{"test_mode":true}',
  '{"allow_contact_sharing":1}',
  '{"allow_contact_sharing":"false"}',
  '{"inherit_contacts":null}',
  '{"billing_model":["profile"]}',
  '{"a":tru}',
  '{"a":nul}',
  '\u00a0{}',
]

const hostileBytes = [
  Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
  Buffer.from('{"name":"x"}', 'utf16le'),
  Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]),
  Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xf4, 0x90, 0x80, 0x80]), Buffer.from('"}')]),
  Buffer.from([0]),
]

/** @type {import('../../harness/run.mjs').Goal} */
const jsonCorpus = {
  id: 'IN-3',
  tier: 1,
  title:
    'Every changing operation gets hostile JSON: no 5xx, no polluted prototype, and a refused request writes nothing',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const counts = new Map()
    for (const operation of operations.filter(({ isChange }) => isChange)) {
      for (const body of [...hostileJson.map((text) => Buffer.from(text)), ...hostileBytes]) {
        const path = fill(operation.path, {
          profileId: operation.method === 'DELETE' ? randomUUID() : id,
          keyId: randomUUID(),
        })
        const reply = await send(environment.url, operation.method, path, {
          key: environment.acme.admin,
          body,
          headers: { 'content-type': 'application/json' },
        })
        counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1)
        t.check(
          reply.status >= 200 && reply.status < 500,
          `${operation.id} ${text(body.toString().slice(0, 40))}: ${reply.status}`,
        )
        if (reply.status >= 300) checkEnvelope(t, reply, operation.id)
      }
    }
    const polluted = await send(environment.url, 'GET', `/v3/profiles/${id}`, { key: environment.acme.admin })
    t.check(polluted.status === 200 && !polluted.text.includes('polluted'), 'a prototype is polluted')
    t.figure('bodies', hostileJson.length + hostileBytes.length)
    t.figure(
      'statuses',
      [...counts]
        .sort()
        .map(([status, count]) => `${status}:${count}`)
        .join(','),
    )
    t.check((counts.get(400) ?? 0) > 100, 'hardly a body was refused')
  },
}

function checkEnvelope(t, { status, json, text: body }, what) {
  const isWhole =
    json?.success === false && typeof json.error?.code === 'string' && typeof json.meta?.request_id === 'string'
  t.check(isWhole, `${what}: ${status} without the envelope: ${body.slice(0, 80)}`)
  t.check(
    !/\bat [\w.]+ \(|node_modules|select |insert into|\/build\//.test(body),
    `${what}: ${status} shows its inside`,
  )
}

/** @type {import('../../harness/run.mjs').Goal} */
const mediaTypes = {
  id: 'IN-4',
  tier: 1,
  title:
    'The two JSON media types in UTF-8 pass, and every other type gets 415; an Accept header without JSON gets 406',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const patch = (headers) =>
      send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        body: '{"description":"x"}',
        headers,
      })
    const good = [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/json;charset="UTF-8"',
      'application/json; charset=utf8; version=1',
      'application/merge-patch+json',
    ]
    const bad = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=a',
      'application/json; charset=latin1',
      'application/jsonx',
      'application/xml',
      'json',
      'application/json, text/plain',
      'application/vnd.api+json',
    ]
    for (const type of good) t.equal((await patch({ 'content-type': type })).status, 200, type)
    for (const type of bad) t.equal((await patch({ 'content-type': type })).status, 415, type)
    for (const accept of ['text/html', 'application/xml'])
      t.equal((await patch({ accept })).status, 406, `Accept: ${accept}`)
    for (const accept of ['*/*', 'application/*', 'application/json', 'text/html, application/json;q=0.1'])
      t.equal((await patch({ accept })).status, 200, `Accept: ${accept}`)
    t.figure('types', good.length + bad.length)
  },
}

/** @type {import('../../harness/run.mjs').Goal} */
const addresses = {
  id: 'IN-5',
  tier: 1,
  title: 'icon and business.url take http and https addresses without credentials; everything else gets 400',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const id = await environment.profile()
    const bad = [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'ftp://example.com/a',
      'https://user:pw@example.com/',
      'https://exa mple.com',
      'https://example.com/\n',
      'https://',
      '//example.com',
      'example.com',
      'https:example.com',
      `https://example.com/${'a'.repeat(5_000)}`,
      'https://example.com/\u0000',
    ]
    const good = ['https://example.com/icon.png', 'http://example.com', 'https://example.com:8443/a?b=c#d']
    for (const [at, list] of [bad, good].entries()) {
      for (const url of list) {
        for (const body of [{ icon: url }, { brand: aBrand({ url }) }]) {
          const { status } = await send(environment.url, 'PATCH', `/v3/profiles/${id}`, {
            key: environment.acme.admin,
            body,
          })
          t.equal(status, at === 0 ? 400 : 200, `${Object.keys(body)[0]} ${JSON.stringify(url.slice(0, 40))}`)
        }
      }
    }
    t.figure('addresses', bad.length + good.length)
  },
}

/** What is served at an address: a word in it may also stand where other paths have an id. */
function methodsAt(address) {
  const fits = ({ path }) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(address)
  return [...new Set(operations.filter(fits).map(({ method }) => method))]
}

/** @type {import('../../harness/run.mjs').Goal} */
const crossOrigin = {
  id: 'IN-7',
  tier: 1,
  title:
    'No origin gets cross-origin rights; an unknown method gets 405 with Allow; the server has the documented operations and no others (TEN-5)',
  injectedBugs: [],
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    const names = operations.flatMap(({ members }) => members)
    const ids = {
      ...Object.fromEntries(names.map((name) => [name, randomUUID()])),
      profileId: await environment.profile(),
    }
    const paths = [...new Set(operations.map(({ path }) => path))]
    for (const path of paths) {
      const served = methodsAt(fill(path, ids))
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'LINK', 'PROPFIND']) {
        if (served.includes(method) || (method === 'HEAD' && served.includes('GET'))) continue
        const headers = { origin: 'https://evil.example', 'access-control-request-method': 'PATCH' }
        const reply = await send(environment.url, method, fill(path, ids), { headers })
        t.check([204, 400, 404, 405, 501].includes(reply.status), `${method} ${path}: ${reply.status}`)
        if (reply.status === 405) {
          const allowed = String(reply.headers.allow)
            .split(', ')
            .filter((name) => name !== 'HEAD' && name !== 'OPTIONS')
            .sort()
          t.equal(allowed.join(), [...served].sort().join(), `${method} ${path}: Allow`)
        }
        t.check(
          !Object.keys(reply.headers).some((name) => name.startsWith('access-control-allow')),
          `${method} ${path}: cross-origin rights`,
        )
      }
      const simple = await send(environment.url, 'GET', fill(path, ids), {
        key: environment.acme.admin,
        headers: { origin: 'https://evil.example' },
      })
      t.check(simple.headers['access-control-allow-origin'] === undefined, `GET ${path}: cross-origin rights`)
    }
    t.figure('paths', paths.length)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const inputGoals = [limits, jsonCorpus, mediaTypes, addresses, crossOrigin]
