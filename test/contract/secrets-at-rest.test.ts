import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { aBrand } from '../kit/builders/requests.ts'
import { CanaryScanner, databaseFiles, dumpDatabase, hasDatabaseFiles } from '../kit/canary.ts'
import { tokenIn } from '../kit/fakes/recorded-mail.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import type { Client, Json, Reply } from '../kit/servers/client.ts'

/** What is secret lies encrypted, and what lies encrypted cannot be changed, moved or exchanged (PII-1, PII-2, PII-5). */

const word = () => randomBytes(8).toString('hex')
const phone = () => `+1202555${String(randomInt(10_000)).padStart(4, '0')}`

/** A set of secrets, and the request members that carry them. */
function secrets() {
  const values = {
    billingName: `Billing ${word()}`,
    billingEmail: `billing-${word()}@example.com`,
    billingPhone: phone(),
    billingAddress: `Street ${word()}`,
    contactName: `Contact ${word()}`,
    contactBusiness: `Business ${word()}`,
    contactRole: `Role ${word()}`,
    contactPhone: phone(),
    contactEmail: `contact-${word()}@example.com`,
    taxId: `TAX-1${word()}`,
  }
  const brand = aBrand()
  const members: Json = {
    billing_model: 'profile',
    billing_contact: {
      name: values.billingName,
      email: values.billingEmail,
      phone: values.billingPhone,
      address: values.billingAddress,
    },
    inherit_tcr_brand: false,
    brand: {
      ...brand,
      contact: {
        name: values.contactName,
        businessName: values.contactBusiness,
        role: values.contactRole,
        phone: values.contactPhone,
        email: values.contactEmail,
      },
      business: { ...brand.business, taxId: values.taxId, taxIdType: 'de_hrb' },
    },
  }
  return { values: Object.values(values), members }
}

test('tax ids, contacts, tokens and keys are in no table, log, history or file in plain text, whichever way they came', async () => {
  const startedMs = Date.now() - 1_000
  await using app = await testApp()
  const org = await app.organization()
  const { admin } = org
  const sets = Array.from({ length: 4 }, secrets)
  const [created, changed, merged, dry] = sets as [
    (typeof sets)[0],
    (typeof sets)[0],
    (typeof sets)[0],
    (typeof sets)[0],
  ]
  const token = `EAA${word()}${word()}`
  const whatsapp_business_account = { waba_id: '123456789012345', access_token: token }
  const key = (name: string) => ({ 'idempotency-key': name })
  const expectStatus = (reply: Reply, status: number) => assert.equal(reply.status, status, reply.text)

  const made = await admin.post(
    '/v3/profiles',
    { name: 'KYC', whatsapp_business_account, ...created.members },
    key('a'),
  )
  expectStatus(made, 201)
  const path = `/v3/profiles/${String(made.data.id)}`
  expectStatus(await admin.patch(path, changed.members, key('b')), 200)
  expectStatus(await admin.patch(path, changed.members, key('b')), 200)
  expectStatus(await admin.mergePatch(path, merged.members), 200)
  expectStatus(await admin.patch(path, { sandbox: true, ...dry.members }, key('c')), 200)
  expectStatus(await admin.patch(path, { ...dry.members, name: '' }, key('d')), 400)
  expectStatus(await admin.patch(path, { ...dry.members, whatsapp_business_account }, key('e')), 200)
  const credential = await admin.post(`${path}/keys`, { name: 'KYC' }, key('f'))
  expectStatus(credential, 201)
  const apiKey = String(credential.data.api_key)
  const history = await admin.get(`${path}/history`)
  expectStatus(history, 200)

  const values = [...sets.flatMap((set) => set.values), token, apiKey, org.admin.apiKey ?? '']
  assert.ok(values.length >= 40)
  const scanner = new CanaryScanner(values)
  const dump = await dumpDatabase(app)
  const isOpened = ({ where }: { where: string }) => where.endsWith(', opened')
  const inPlain = [
    ...dump.filter((place) => !isOpened(place)),
    ...app.lines.map((content) => ({ where: 'the log', content })),
    { where: 'the metrics', content: await app.app.context.metrics.render() },
    { where: 'the history', content: history.text },
  ]
  assert.deepEqual(scanner.find(inPlain), [])
  if (hasDatabaseFiles(app)) assert.deepEqual(scanner.find(await databaseFiles(app, startedMs)), [])

  // Control: the same search finds what is kept as soon as it is opened.
  const opened = new Set(scanner.find(dump.filter(isOpened)).map(({ value }) => value))
  const kept = [...created.values, ...changed.values, ...dry.values, token, apiKey]
  assert.deepEqual(
    kept.filter((value) => !opened.has(value)),
    [],
  )
})

test('the number of a contact is in no table, log line, metric or file in plain text, in none of its forms', async () => {
  const startedMs = Date.now() - 1_000
  await using app = await testApp()
  const { admin } = await app.organization()
  const numbers = Array.from({ length: 3 }, () => `+1202${String(randomInt(2_000_000, 9_999_999))}`)
  const [kept, dissociated, searched] = numbers as [string, string, string]
  const made = await admin.post('/v3/contacts', { phone_number: kept }, { 'idempotency-key': 'kept' })
  assert.equal(made.status, 201, made.text)
  await admin.patch(`/v3/contacts/${made.data.id}`, { opt_out: true }, { 'idempotency-key': 'changed' })
  const gone = await admin.post('/v3/contacts', { phone_number: dissociated })
  assert.equal((await admin.delete(`/v3/contacts/${gone.data.id}`)).status, 204)
  for (const number of numbers.map(encodeURIComponent)) {
    await admin.get(`/v3/contacts?search=${number}`)
    await admin.get(`/v3/contacts?phone=${number}`)
    await admin.get(`/v3/numbers/lookup/${number}`)
  }
  const forms = (number: string) => {
    const [area, middle, line] = [number.slice(2, 5), number.slice(5, 8), number.slice(8)]
    return [number.slice(1), number.slice(2), `(${area}) ${middle}-${line}`, `${area}-${middle}-${line}`]
  }
  const scanner = new CanaryScanner([kept, dissociated, searched].flatMap(forms))
  const dump = await dumpDatabase(app)
  const isOpened = ({ where }: { where: string }) => where.endsWith(', opened')
  const inPlain = [
    ...dump.filter((place) => !isOpened(place)),
    ...app.lines.map((content) => ({ where: 'the log', content })),
    { where: 'the metrics', content: await app.app.context.metrics.render() },
  ]
  assert.deepEqual(scanner.find(inPlain), [])
  if (hasDatabaseFiles(app)) assert.deepEqual(scanner.find(await databaseFiles(app, startedMs)), [])

  // Control: the same search finds what is kept as soon as it is opened, and nothing of what was dissociated.
  const opened = new Set(scanner.find(dump.filter(isOpened)).map(({ value }) => value))
  assert.deepEqual(opened, new Set(forms(kept)))
})

test('the token of an invitation lies sealed until its mail is sent, then nowhere, and is never logged', async () => {
  const startedMs = Date.now() - 1_000
  await using app = await testApp()
  const org = await app.organization()
  const invite = async (email: string, name: string) => {
    const body = { email, name: 'Jane', role: 'developer' }
    const reply = await org.admin.post('/v3/users', body, { 'idempotency-key': name })
    assert.equal(reply.status, 201, reply.text)
  }
  await invite('a@example.com', 'first')
  await invite('a@example.com', 'first')
  await invite('b@example.com', 'second')
  const unsent = await dumpDatabase(app)
  await app.app.jobs.runDue()
  const sentTo = (address: string) => app.mail.sent.filter(({ to }) => to.address === address).map(tokenIn)
  const [first = ''] = sentTo('a@example.com')
  const [second = ''] = sentTo('b@example.com')
  await invite('b@example.com', 'third')
  await app.app.jobs.runDue()
  const [, third = ''] = sentTo('b@example.com')
  assert.equal((await app.nobody.post(`/v3/users/invitations/${first}/accept`, {})).status, 200)
  assert.equal((await app.nobody.get(`/v3/users/invitations/${third}`)).status, 200)

  const scanner = new CanaryScanner([first, second, third])
  const isOpened = ({ where }: { where: string }) => where.endsWith(', opened')
  assert.deepEqual(scanner.find(unsent.filter((place) => !isOpened(place))), [])
  // Control: the same search finds what waits to be sent as soon as it is opened.
  const waiting = new Set(scanner.find(unsent.filter(isOpened)).map(({ value }) => value))
  assert.deepEqual(waiting, new Set([first, second]))
  assert.deepEqual(scanner.find(await dumpDatabase(app)), [], 'what was sent is kept nowhere, not even sealed')
  const said = [
    ...app.lines.map((content) => ({ where: 'the log', content })),
    { where: 'the metrics', content: await app.app.context.metrics.render() },
  ]
  assert.deepEqual(scanner.find(said), [])
  if (hasDatabaseFiles(app)) assert.deepEqual(scanner.find(await databaseFiles(app, startedMs)), [])
})

test('tax_id is whole for owner and admin, and its last four for developer and billing, wherever a brand is shown', async () => {
  await using app = await testApp()
  const org = await app.organization()
  const { id } = await org.profile({ inherit_tcr_brand: false, brand: aBrand() })
  const taxIdIn = (profile: unknown) => (profile as { brand: { business: Json } }).brand.business.tax_id
  const seen = async (client: Client) => {
    const one = await client.get(`/v3/profiles/${id}`)
    const list = await client.get('/v3/profiles')
    return [taxIdIn(one.data), taxIdIn((list.data.profiles as unknown[])[0])]
  }
  for (const client of [org.owner, org.admin]) assert.deepEqual(await seen(client), ['12-3456789', '12-3456789'])
  for (const client of [org.developer, org.billing]) {
    assert.deepEqual(await seen(client), ['******6789', '******6789'])
    const texts = [(await client.get(`/v3/profiles/${id}`)).text, (await client.get('/v3/profiles')).text]
    assert.equal(
      texts.some((text) => text.includes('12-3456789')),
      false,
    )
  }
  const asProfile = await org.key(org.developer.userId ?? '', { profileId: id })
  assert.equal(taxIdIn((await asProfile.get(`/v3/profiles/${id}`)).data), '******6789')
})

interface Encrypted {
  table: string
  column: string
  where: string
  /** A request that has to open it. */
  read(): Promise<Reply>
}

/** The bytes of an envelope's nonce or encrypted part with one bit changed, and everything else that a forger might try. */
function forgeries(envelope: string): string[] {
  const parts = envelope.split('.')
  const flipped = (part: number, at: number) => {
    const bytes = Buffer.from(parts[part] ?? '', 'base64url')
    const byte = at < 0 ? bytes.length + at : at
    bytes[byte] = (bytes[byte] ?? 0) ^ (1 << randomInt(8))
    return parts.with(part, bytes.toString('base64url')).join('.')
  }
  const encrypted = Buffer.from(parts[4] ?? '', 'base64url')
  const cut = (length: number) => parts.with(4, encrypted.subarray(0, length).toString('base64url')).join('.')
  return [
    ...[0, 5, 11].map((at) => flipped(3, at)),
    ...[0, 1, 7, -1, -8, -16, -17].map((at) => flipped(4, at)),
    ...Array.from({ length: 6 }, () => flipped(4, randomInt(encrypted.length))),
    cut(encrypted.length - 1),
    cut(encrypted.length - 4),
    cut(encrypted.length - 12),
    cut(0),
    parts.with(0, 'v2').join('.'),
    parts.with(1, 'other').join('.'),
    parts.with(2, 'AAAAAAAA').join('.'),
    parts
      .with(2, parts[1] ?? '')
      .with(1, parts[2] ?? '')
      .join('.'),
    `${envelope}A`,
    `${envelope}=`,
    ` ${envelope}`,
    envelope.slice(0, -1),
    '',
    'Acme Corp',
    '{"name":"Acme Corp","email":"a@example.com"}',
  ]
}

const FAILED = /^Failed to [a-z ]+\. Please contact support with request ID: req_[A-Za-z0-9]{10}$/

function assertFailedClosed(reply: Reply, about: string): void {
  assert.equal(reply.status, 500, `${about}: ${reply.text}`)
  assert.equal(reply.error.code, 'INTERNAL_001', about)
  assert.equal(reply.error.details, null, about)
  assert.match(reply.error.message, FAILED, about)
}

/** Error lines of the log, which must name the class and nothing that was encrypted. */
function brokenEnvelopes(app: TestApp): string[] {
  return app.lines.filter(
    (line) => line.includes('"event":"request_failed"') && line.includes('"error_name":"SealBroken"'),
  )
}

test('an envelope with any bit changed, cut or exchanged is refused with a 500 that tells nothing, and each is logged', async () => {
  await using app = await testApp()
  app.expectErrors('request_failed')
  const org = await app.organization()
  const { values, members } = secrets()
  const body = { name: 'Sealed', ...members }
  const made = await org.admin.post('/v3/profiles', body, { 'idempotency-key': 'sealed' })
  const id = String(made.data.id)
  const read = () => org.admin.get(`/v3/profiles/${id}`)
  const replay = () => org.admin.post('/v3/profiles', body, { 'idempotency-key': 'sealed' })
  const columns: Encrypted[] = [
    { table: 'profiles', column: 'billing_contact', where: `id = '${id}'`, read },
    { table: 'brands', column: 'contact', where: `owner_id = '${id}'`, read: () => org.admin.get('/v3/profiles') },
    {
      table: 'brands',
      column: 'tax_id',
      where: `owner_id = '${id}'`,
      read: () => org.developer.get(`/v3/profiles/${id}`),
    },
    { table: 'idempotency_keys', column: 'answer', where: `key = 'sealed'`, read: replay },
    { table: 'organizations', column: 'data_key', where: `organization_id = '${org.id}'`, read },
  ]
  let refusals = 0
  for (const { table, column, where, read: readIt } of columns) {
    const [row] = await app.sql<{ value: string }>(`select ${column} as value from ${table} where ${where}`)
    const envelope = row?.value ?? ''
    const put = (value: string) => app.sql(`update ${table} set ${column} = $1 where ${where}`, [value])
    for (const forgery of forgeries(envelope)) {
      await put(forgery)
      assertFailedClosed(await readIt(), `${table}.${column} = ${forgery.slice(0, 60)}`)
      refusals += 1
    }
    await put(envelope)
    assert.ok((await readIt()).status < 300, `${table}.${column} opens again`)
  }
  await sleep(20)
  assert.equal(brokenEnvelopes(app).length, refusals)
  assert.deepEqual(new CanaryScanner(values).find(app.lines.map((content) => ({ where: 'the log', content }))), [])
})

test('an envelope opens only in its own column, row and organization', async () => {
  await using app = await testApp()
  app.expectErrors('request_failed')
  const [org, other] = [await app.organization(), await app.organization()]
  const [mine, sibling] = [await org.profile(secrets().members), await org.profile(secrets().members)]
  const foreign = await other.profile(secrets().members)
  const envelopeOf = async (table: string, column: string, owner: string, id: string) => {
    const [row] = await app.sql<{ value: string }>(`select ${column} as value from ${table} where ${owner} = $1`, [id])
    return row?.value ?? ''
  }
  const put = (table: string, column: string, owner: string, value: string) =>
    app.sql(`update ${table} set ${column} = $1 where ${owner} = $2`, [value, mine.id])
  const columns = [
    ['profiles', 'billing_contact', 'id'],
    ['brands', 'contact', 'owner_id'],
    ['brands', 'tax_id', 'owner_id'],
  ] as const
  for (const [table, column, owner] of columns) {
    const own = await envelopeOf(table, column, owner, mine.id)
    const strangers = [
      await envelopeOf(table, column, owner, sibling.id),
      await envelopeOf(table, column, owner, foreign.id),
      ...(await Promise.all(
        columns.filter(([, at]) => at !== column).map(([from, at, by]) => envelopeOf(from, at, by, mine.id)),
      )),
    ]
    for (const stranger of strangers) {
      await put(table, column, owner, stranger)
      assertFailedClosed(await org.admin.get(`/v3/profiles/${mine.id}`), `${table}.${column}`)
    }
    await put(table, column, owner, own)
  }
  assert.equal((await org.admin.get(`/v3/profiles/${mine.id}`)).status, 200)

  const [theirs] = await app.sql<{ data_key: string }>(
    'select data_key from organizations where organization_id = $1',
    [other.id],
  )
  await other.admin.get('/v3/me')
  await app.sql('update organizations set data_key = $1 where organization_id = $2', [theirs?.data_key, org.id])
  assertFailedClosed(await org.admin.get(`/v3/profiles/${mine.id}`), 'the data key of another organization')
})
