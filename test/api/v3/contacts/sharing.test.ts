import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newId } from '../../../../src/contract/new-id.ts'
import { numberDigest } from '../../../../src/encryption/number-digest.ts'
import {
  addContacts,
  loadConsent,
  nationalDigits,
  noteOptOut,
  numberPlace,
} from '../../../../src/resources/contacts/index.ts'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { aNumber } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../../kit/servers/client.ts'

/** Whose contacts an account sees: P reads, S is another profile of the organization O. */

interface Row {
  reader: 'O' | 'P'
  owner: 'O' | 'P' | 'S' | 'deleted S'
  /** inherit_contacts of P. */
  inherits: boolean
  /** allow_contact_sharing of S. */
  shares: boolean
  sees: 'as its own' | 'inherited' | 'not at all'
}

const BOOLEANS = [true, false]

/** The truth table, with "any" written out. */
const TABLE: readonly Row[] = [
  ...BOOLEANS.flatMap((inherits) =>
    BOOLEANS.flatMap((shares): Row[] => [
      { reader: 'P', owner: 'P', inherits, shares, sees: 'as its own' },
      { reader: 'P', owner: 'O', inherits, shares, sees: inherits ? 'inherited' : 'not at all' },
      { reader: 'P', owner: 'S', inherits, shares, sees: inherits && shares ? 'inherited' : 'not at all' },
      { reader: 'P', owner: 'deleted S', inherits, shares, sees: 'not at all' },
      { reader: 'O', owner: 'O', inherits, shares, sees: 'as its own' },
      { reader: 'O', owner: 'P', inherits, shares, sees: 'inherited' },
      { reader: 'O', owner: 'S', inherits, shares, sees: 'inherited' },
      { reader: 'O', owner: 'deleted S', inherits, shares, sees: 'not at all' },
    ]),
  ),
]

const contactsOf = (reply: Reply) => reply.data.contacts as Json[]
const totalOf = (reply: Reply) => (reply.data.pagination as { total_count: number }).total_count

describe('contacts between accounts of an organization', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ instances: 2 })
  })
  after(() => app[Symbol.asyncDispose]())

  /** An organization with three profiles, and a contact of each account. */
  async function company() {
    const org = await app.organization()
    const [p, s, gone] = [await org.profile(), await org.profile(), await org.profile({ allow_contact_sharing: true })]
    const clients = {
      O: org.admin,
      P: await org.profileKey(p.id),
      S: await org.profileKey(s.id),
      'deleted S': await org.profileKey(gone.id),
    }
    const made = {} as Record<Row['owner'], { id: string; number: string }>
    for (const [owner, client] of Object.entries(clients)) {
      const number = aNumber()
      made[owner as Row['owner']] = { id: await add(client, number), number }
    }
    await org.admin.delete(`/v3/profiles/${gone.id}`)
    const set = async (id: string, members: Json) =>
      assert.equal((await org.admin.patch(`/v3/profiles/${id}`, members)).status, 200)
    return { org, p: p.id, s: s.id, clients, made, set }
  }

  async function add(client: Client, phone_number: string): Promise<string> {
    const reply = await client.post('/v3/contacts', { phone_number })
    assert.equal(reply.status, 201, reply.text)
    return String(reply.data.id)
  }

  /** The sender's word on some numbers. */
  async function consentOf(org: TestOrganization, senderId: string, numbers: readonly string[]) {
    const digests = numbers.map((number) => numberDigest(app.keys, org.id, number))
    const found = await loadConsent(app.app.db, org.id, { senderId, digests })
    return digests.map((digest) => found.find((one) => one.digest === digest))
  }

  test('acceptance 5 and 6: every row of the truth table, after a PATCH of the flags, at another instance, with no wait between', async () => {
    const { org, p, s, clients, made, set } = await company()
    const other = app.urls[1] as string
    for (const { reader, owner, inherits, shares, sees } of TABLE) {
      const about = JSON.stringify({ reader, owner, inherits, shares })
      await set(p, { inherit_contacts: inherits })
      await set(s, { allow_contact_sharing: shares })
      const { id, number } = made[owner]
      const isSeen = sees !== 'not at all'
      for (const client of [clients[reader].at(other), ...(reader === 'P' ? [scoped(org.admin.at(other), p)] : [])]) {
        const listed = contactsOf(await client.get('/v3/contacts')).find((one) => one.id === id)
        const one = await client.get(`/v3/contacts/${id}`)
        const byPhone = await client.get(`/v3/contacts?phone=${encodeURIComponent(number)}`)
        const bySearch = contactsOf(await client.get(`/v3/contacts?search=${encodeURIComponent(number)}`))
        assert.deepEqual([one.status, byPhone.status], isSeen ? [200, 200] : [404, 404], about)
        assert.deepEqual(
          [listed?.is_inherited, bySearch.map(({ is_inherited }) => is_inherited)],
          isSeen ? [sees === 'inherited', [sees === 'inherited']] : [undefined, []],
          about,
        )
        const patched = await client.patch(`/v3/contacts/${id}`, { opt_out: false })
        const deleted = await client.request('DELETE', `/v3/contacts/${id}`, { body: { sandbox: true } })
        if (sees === 'as its own') assert.deepEqual([patched.status, deleted.status], [200, 204], about)
        else if (!isSeen) assert.deepEqual([patched.status, deleted.status], [404, 404], about)
        else {
          assert.deepEqual(
            [patched.status, patched.error.code, patched.error.message],
            [400, 'VALIDATION_001', 'This contact is read-only and cannot be updated.'],
            about,
          )
          assert.deepEqual(
            [deleted.status, deleted.error.code, deleted.error.message],
            [400, 'VALIDATION_001', 'This contact is read-only and cannot be deleted.'],
            about,
          )
        }
      }
      const [consent] = await consentOf(org, reader === 'O' ? org.id : p, [number])
      assert.deepEqual([consent?.contact?.id, consent?.isOptedOut], [isSeen ? id : undefined, false], about)
    }
  })

  test('a standalone account has its own contacts', async () => {
    const org = await app.organization({ kind: 'user' })
    const id = await add(org.admin, aNumber())
    assert.deepEqual(
      contactsOf(await org.admin.get('/v3/contacts')).map((one) => [one.id, one.is_inherited]),
      [[id, false]],
    )
  })

  test('what a profile merely inherits it does not pass on', async () => {
    const { clients, made, set, p, s, org } = await company()
    const third = await org.profile({ allow_contact_sharing: true })
    const thirds = await add(await org.profileKey(third.id), aNumber())
    await set(s, { allow_contact_sharing: true, inherit_contacts: true })
    await set(third.id, { allow_contact_sharing: false })
    await set(p, { inherit_contacts: true })
    const seen = contactsOf(await clients.P.get('/v3/contacts')).map(({ id }) => id)
    assert.ok(seen.includes(made.S.id))
    assert.ok(!seen.includes(thirds))
    assert.equal((await clients.P.get(`/v3/contacts/${thirds}`)).status, 404)
  })

  test('of one number the own contact counts, then the organization’s, then the oldest of other profiles; the total counts each number once', async () => {
    const org = await app.organization()
    const [p, older, younger] = [
      await org.profile(),
      await org.profile({ allow_contact_sharing: true }),
      await org.profile({ allow_contact_sharing: true }),
    ]
    const reader = await org.profileKey(p.id)
    const number = aNumber()
    const first = await add(await org.profileKey(older.id), number)
    const second = await add(await org.profileKey(younger.id), number)
    const single = await add(await org.profileKey(younger.id), aNumber())
    const seen = async (client: Client) => {
      const list = await client.get('/v3/contacts')
      const found = contactsOf(await client.get(`/v3/contacts?search=${encodeURIComponent(number)}`)).map(
        ({ id }) => id,
      )
      const ids = contactsOf(list).map(({ id }) => String(id))
      assert.equal(totalOf(list), ids.length)
      assert.deepEqual(
        found,
        ids.filter((id) => id !== single),
      )
      return ids
    }
    assert.deepEqual(await seen(reader), [single, first])
    assert.deepEqual(await seen(org.admin), [single, first])
    await org.admin.patch(`/v3/profiles/${older.id}`, { allow_contact_sharing: false })
    assert.deepEqual(await seen(reader), [single, second])
    assert.deepEqual(await seen(org.admin), [single, first], 'the organization sees all')
    const organizations = await add(org.admin, number)
    assert.deepEqual(await seen(reader), [organizations, single])
    assert.deepEqual(await seen(org.admin), [organizations, single])
    const own = await add(reader, number)
    assert.deepEqual(await seen(reader), [own, single])
    const [consent] = await consentOf(org, p.id, [number])
    assert.deepEqual([consent?.contact?.id, consent?.ownId], [own, own])
    const inherited = await reader.get(`/v3/contacts/${organizations}`)
    assert.deepEqual([inherited.status, inherited.data.is_inherited], [200, true])
    await reader.delete(`/v3/contacts/${own}`)
    assert.deepEqual(await seen(reader), [organizations, single])
    await org.admin.patch(`/v3/profiles/${p.id}`, { inherit_contacts: false })
    assert.deepEqual(await seen(reader), [])
  })

  test('pages of inherited contacts follow each other without gap or repetition, duplicates left out', async () => {
    const org = await app.organization()
    const readerId = (await org.profile()).id
    const clients = [org.admin, await org.profileKey(readerId)]
    for (let count = 0; count < 3; count += 1)
      clients.push(await org.profileKey((await org.profile({ allow_contact_sharing: true })).id))
    const numbers = Array.from({ length: 6 }, aNumber)
    for (const [at, number] of numbers.entries())
      for (const [of, client] of clients.entries()) if ((at + of) % 2 === 0 || of > 2) await add(client, number)
    for (const reader of [org.admin, clients[1] as Client]) {
      const whole = contactsOf(await reader.get('/v3/contacts?page_size=100'))
      assert.equal(new Set(whole.map(({ format_e164 }) => format_e164)).size, 6)
      const paged: Json[] = []
      for (let page = 1; page <= 3; page += 1) {
        const reply = await reader.get(`/v3/contacts?page=${page}&page_size=2`)
        assert.equal(totalOf(reply), 6)
        paged.push(...contactsOf(reply))
      }
      assert.deepEqual(paged, whole)
    }
  })

  test('an opt-out crosses the border: the strictest record that the sender sees counts, also a dissociated one', async () => {
    const { org, clients, made, set, p, s } = await company()
    const { number } = made.S
    await set(s, { allow_contact_sharing: true })
    const word = async () => (await consentOf(org, p, [number]))[0]?.isOptedOut
    await add(clients.P, number)
    assert.equal(await word(), false)
    await clients.S.patch(`/v3/contacts/${made.S.id}`, { opt_out: true })
    assert.equal(await word(), true, 'an own copy does not undo it')
    await set(p, { inherit_contacts: false })
    assert.equal(await word(), false)
    await set(p, { inherit_contacts: true })
    await clients.S.delete(`/v3/contacts/${made.S.id}`)
    assert.equal(await word(), true)
    await set(s, { allow_contact_sharing: false })
    assert.equal(await word(), false)
    const stranger = await app.organization()
    const foreign = numberDigest(app.keys, stranger.id, number)
    assert.notEqual(foreign, numberDigest(app.keys, org.id, number))
  })

  test('STOP is noted for each account that is named, also where the person was no contact, and START undoes it', async () => {
    const org = await app.organization()
    const { id: profileId } = await org.profile()
    const number = aNumber()
    const digest = numberDigest(app.keys, org.id, number)
    const contact = await add(org.admin, number)
    const owners = [org.id, profileId].map((ownerId) => ({ ownerId, id: newId() }))
    const at = new Date().toISOString()
    const note = (isOptedOut: boolean) => noteOptOut(app.app.db, org.id, { owners, digest, isOptedOut, at })
    const words = async () => {
      const found = [await consentOf(org, org.id, [number]), await consentOf(org, profileId, [number])]
      return found.map(([one]) => one?.isOptedOut)
    }
    assert.deepEqual([await note(true), await words()], [2, [true, true]])
    const { etag } = (await org.admin.get(`/v3/contacts/${contact}`)).headers
    assert.equal(etag, `"${contact}.2"`)
    assert.equal(await note(true), 0, 'said again it changes nothing')
    const reader = await org.profileKey(profileId)
    assert.equal(contactsOf(await reader.get('/v3/contacts')).length, 1, 'whoever was no contact is none')
    const made = await reader.post('/v3/contacts', { phone_number: number })
    assert.deepEqual([made.status, made.data.opt_out], [201, true])
    assert.deepEqual([await note(false), await words()], [2, [false, false]])
    assert.equal((await reader.get(`/v3/contacts/${made.data.id}`)).data.opt_out, false)
  })

  test('a send adds the numbers that its sender has no contact for; what was dissociated comes back', async () => {
    const org = await app.organization()
    const reader = org.admin
    const known = aNumber()
    const dissociated = await add(reader, known)
    await reader.patch(`/v3/contacts/${dissociated}`, { opt_out: true })
    const template = (await reader.get(`/v3/contacts/${dissociated}`)).data
    await reader.delete(`/v3/contacts/${dissociated}`)
    const fresh = aNumber()
    const [before] = await consentOf(org, org.id, [known])
    assert.deepEqual([before?.contact, before?.ownId, before?.isOptedOut], [null, dissociated, true])
    const [row] = await app.sql<{ data_key: string }>('select data_key from organizations where organization_id = $1', [
      org.id,
    ])
    const cipher = app.keys.open(String(row?.data_key), org.id)
    const adding = [
      { id: dissociated, e164: known },
      { id: newId(), e164: fresh },
    ].map(({ id, e164 }) => ({
      id,
      numberDigest: numberDigest(app.keys, org.id, e164),
      nationalDigest: numberDigest(app.keys, org.id, nationalDigits({ national: String(template.format_national) })),
      encryptedNumber: cipher.encrypt(
        JSON.stringify({ given: e164, e164, international: '', national: '', rfc: '', callingCode: '1', region: 'US' }),
        numberPlace(id),
      ),
    }))
    const write = () =>
      addContacts(app.app.db, org.id, { ownerId: org.id, at: new Date().toISOString(), contacts: adding })
    assert.deepEqual((await write()).map(({ id }) => id).sort(), adding.map(({ id }) => id).sort())
    assert.deepEqual(await write(), [], 'what is there is left as it is')
    const shown = contactsOf(await reader.get('/v3/contacts')).map((one) => [one.phone_number, one.opt_out])
    assert.deepEqual(
      new Map(shown as [string, boolean][]),
      new Map([
        [known, true],
        [fresh, false],
      ]),
    )
  })

  function scoped(client: Client, profileId: string): Client {
    const header = { 'x-profile-id': profileId }
    return Object.assign(Object.create(client) as Client, {
      request: (method: string, path: string, sending: { headers?: Record<string, string>; body?: unknown } = {}) =>
        client.request(method, path, { ...sending, headers: { ...sending.headers, ...header } }),
    })
  }
})
