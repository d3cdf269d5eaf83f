import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CORPUS } from '../../kit/corpus.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client } from '../../kit/servers/client.ts'
import { assertRefusal } from './refusal.ts'

/** Bodies that mean harm, over HTTP (IN-1, IN-3, IN-8): refused in the envelope, never a 5xx, and nothing is written. */

const prototypeBefore = Object.getOwnPropertyNames(Object.prototype)

interface Aim {
  admin: Client
  path: string
  etagNow(): Promise<string | undefined>
}

async function aimAt(app: TestApp): Promise<Aim> {
  const { admin, ...org } = await app.organization().then((made) => ({ admin: made.admin, profile: made.profile() }))
  const path = `/v3/profiles/${(await org.profile).id}`
  return { admin, path, etagNow: async () => (await admin.get(path)).headers.etag }
}

async function assertRefused({ admin, path, etagNow }: Aim, body: string | Buffer, about: string): Promise<void> {
  const before = await etagNow()
  const sent = body.toString('latin1')
  for (const contentType of ['application/json', 'application/merge-patch+json']) {
    const reply = await admin.patch(path, body, { 'content-type': contentType })
    assert.equal(assertRefusal(reply, sent, about), 'REQUEST_400')
  }
  for (const [method, target] of [
    ['POST', '/v3/profiles'],
    ['DELETE', path],
    ['POST', `${path}/keys`],
  ] as const) {
    const reply = await admin.request(method, target, { body })
    assert.equal(assertRefusal(reply, sent, `${method} with ${about}`), 'REQUEST_400')
  }
  assert.equal(await etagNow(), before, `${about}: something was written`)
  assertPrototype(about)
}

function assertPrototype(about: string): void {
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), prototypeBefore, about)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined, about)
}

const text = (inside: string) => `{"name":"${inside}"}`
const bytes = (...inside: number[]) => Buffer.concat([Buffer.from('{"name":"'), Buffer.from(inside), Buffer.from('"}')])
const nest = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`
const many = (count: number) => `{${Array.from({ length: count }, (_, at) => `"k${at}":0`).join(',')}}`

const UNREADABLE: [string, string | Buffer][] = [
  ['an open brace', '{'],
  ['a comma too many', '{"name":"x",}'],
  ['a single quote', "{'name':'x'}"],
  ['a comment', '{"name":/**/"x"}'],
  ['NaN', '{"name":NaN}'],
  ['two values', '{"name":"x"}{}'],
  ['a raw line break in text', text('a\nb')],
  ['a raw U+0000', text('a\0b')],
  ['an escaped U+0000', text('a\\u0000b')],
  ['an escaped U+0000 in a key', '{"na\\u0000me":"x"}'],
  ['an escaped U+0000 far inside', '{"brand":{"contact":{"name":"\\u0000"}}}'],
  ['a high surrogate alone', text('\\ud800')],
  ['a low surrogate alone', text('\\udc00')],
  ['surrogates in the wrong order', text('\\udc00\\ud800')],
  ['half a pair in a key', '{"\\ud83d":1}'],
  ['1e400', '{"name":1e400}'],
  ['-1e400', '{"x":-1e400}'],
  ['a 20-digit integer', '{"x":12345678901234567890}'],
  ['an integer beyond 2^53', '{"x":9007199254740993}'],
  ['a number of 100 digits', `{"x":0.${'1'.repeat(100)}}`],
  ['a key twice', '{"name":"a","name":"b"}'],
  ['a key twice, escaped', '{"name":"a","n\\u0061me":"b"}'],
  ['a key twice, inside', '{"brand":{"contact":{"name":"a","name":"b"}}}'],
  ['33 levels', nest(33)],
  ['10,000 levels', nest(10_000)],
  ['10,000 lists', `{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ['1,001 keys', many(1_001)],
  ['__proto__', '{"__proto__":{"polluted":1}}'],
  ['__proto__ escaped', '{"\\u005f_proto__":{"polluted":1}}'],
  ['__proto__ in a brand', '{"brand":{"__proto__":{"polluted":1}}}'],
  ['__proto__ in a list', '{"x":[{"__proto__":{"polluted":1}}]}'],
  ['constructor', '{"constructor":{"prototype":{"polluted":1}}}'],
  ['prototype in a contact', '{"billing_contact":{"prototype":{"polluted":1}}}'],
  ['a byte order mark', `\ufeff${text('x')}`],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${text('x')}`, 'utf16le')],
  ['UTF-16 without a mark', Buffer.from(text('x'), 'utf16le')],
  ['a Latin-1 letter', bytes(0xe9)],
  ['an overlong slash', bytes(0xc0, 0xaf)],
  ['an overlong U+0000', bytes(0xc0, 0x80)],
  ['an encoded surrogate', bytes(0xed, 0xa0, 0x80)],
  ['beyond U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80)],
  ['a sign cut off', bytes(0xe2, 0x82)],
  ['a list', '[{"name":"x"}]'],
  ['an empty list', '[]'],
  ['text', '"name"'],
  ['a number', '42'],
  ['true', 'true'],
  ['null', 'null'],
  ['a space', ' '],
]

test('a body that no parser may read in two ways, or PostgreSQL cannot store, is refused by every change, and nothing is written', async () => {
  await using app = await testApp()
  const aim = await aimAt(app)
  for (const [name, body] of UNREADABLE) await assertRefused(aim, body, name)
  assert.equal(await aim.etagNow(), `"${aim.path.slice(13)}.1"`)
})

test('what is strange but valid is taken as it is, and comes back unchanged', async () => {
  await using app = await testApp()
  const { admin, path } = await aimAt(app)
  for (const name of [
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{10ffff} \ufffe',
    'a\u0301 is not \u00e1',
    '__proto__',
    "Robert'); drop table profiles;--",
    '$\u007b7*7} {{7*7}} %s %n <script>',
    '\\u0000 written out',
  ]) {
    const reply = await admin.patch(path, { name })
    assert.equal(reply.status, 200, `${name}: ${reply.text}`)
    const stored = name.normalize('NFC')
    assert.equal(reply.data.name, stored)
    assert.equal((await admin.get(path)).data.name, stored)
  }
  const escaped = await admin.patch(path, '{"name":"\\ud83d\\ude00 \\u0041"}')
  assert.equal(escaped.data.name, '\u{1f600} A')
  for (const body of [many(1_000), nest(32), '{"x":[1e-400,-0,1.5e3]}']) {
    assert.equal((await admin.patch(path, body)).status, 200, body.slice(0, 40))
  }
})

const MEMBER_NAMES = [
  'name',
  'icon',
  'brand',
  'contact',
  'billing_contact',
  'payment_details',
  'sandbox',
  'taxId',
  'isMain',
]
const hostileKey = fc.oneof(
  fc.constantFrom(...MEMBER_NAMES, 'toString', 'hasOwnProperty', '__proto__', 'constructor', 'length', ''),
  fc.string({ unit: 'binary', maxLength: 80 }),
)
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('\0', '\ud800', '$1', "'", '\\', '%00', '../../etc/passwd', 'x'.repeat(20_000)),
)
const { value: hostileValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e300, 4111111111111111),
    hostileText,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(hostileKey, tie('value'), { maxKeys: 6 }),
  ),
}))
const hostileBody = fc.dictionary(hostileKey, hostileValue, { maxKeys: 8 }).map((body) => JSON.stringify(body))
/** A body with bytes put in, taken out and changed. */
const brokenBody = fc
  .tuple(hostileBody, fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.nat(4)), { maxLength: 6 }))
  .map(([body, changes]) =>
    changes.reduce((bytesNow, [at, put, drop]) => {
      const from = at % (bytesNow.length + 1)
      return Buffer.concat([bytesNow.subarray(0, from), put, bytesNow.subarray(from + drop)])
    }, Buffer.from(body)),
  )

test('500 random hostile bodies are taken or refused, never a failure of the server, and a refusal writes nothing', async () => {
  await using app = await testApp()
  const { admin, path, etagNow } = await aimAt(app)
  const statuses = new Map<number, number>()
  const judge = async (body: string | Buffer, merge: boolean): Promise<void> => {
    const before = await etagNow()
    const contentType = merge ? 'application/merge-patch+json' : 'application/json'
    const reply = await admin.patch(path, body, { 'content-type': contentType })
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
    assertPrototype('a random body')
    if (reply.status === 200) return
    assert.equal(reply.status, 400, reply.text)
    assertRefusal(reply, body.toString('latin1'), 'a random body')
    assert.equal(await etagNow(), before)
  }
  const anyBody = fc.oneof(hostileBody, brokenBody)
  const examples = CORPUS.bodies.map((body, at): [string, boolean] => [body, at % 2 === 0])
  const run = { numRuns: 500, seed: 20260325, endOnFailure: false, examples }
  await fc.assert(fc.asyncProperty(anyBody, fc.boolean(), judge), run)
  assert.ok((statuses.get(200) ?? 0) >= 10 && (statuses.get(400) ?? 0) >= 100, JSON.stringify([...statuses]))
})
