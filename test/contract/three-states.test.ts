import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ADDED_MEMBERS } from '../../src/resources/brands/added.fields.ts'
import { updateRequest } from '../../src/resources/profiles/profile-request.fields.ts'
import type { TestOrganization } from '../kit/builders/organization.ts'
import { aBillingContact, aBrand, aCard } from '../kit/builders/requests.ts'
import { PROFILE_MEMBERS } from '../kit/published-members.ts'
import { type TestApp, testApp } from '../kit/servers/app.ts'
import type { Json, Reply } from '../kit/servers/client.ts'
import { baseSample, type Member, membersOf, otherSample, replaced, shownAt, valueAt } from './request-members.ts'

/**
 * Decision 13 for every member of the field tables, at every depth: absent, null, "" and a value, in both media types,
 * over HTTP. The members, what can be cleared and the sentences come from the tables, so a new member is covered at once.
 */

type Media = 'application/json' | 'application/merge-patch+json'
const MEDIA: readonly Media[] = ['application/json', 'application/merge-patch+json']

const MEMBERS = membersOf(updateRequest).filter(({ path }) => path !== 'sandbox')

describe('every member x {absent, null, "", value} x both media types', () => {
  let app: TestApp
  let org: TestOrganization
  /** Two profiles to refer to. */
  let referred: [string, string]
  before(async () => {
    app = await testApp()
    org = await app.organization()
    referred = [(await org.profile()).id, (await org.profile()).id]
  })
  after(() => app[Symbol.asyncDispose]())

  function sample(member: Member, which: 'base' | 'other'): unknown {
    if ((member.schema as { format?: string }).format === 'uuid') return referred[which === 'base' ? 0 : 1]
    return which === 'base' ? baseSample(member) : otherSample(member)
  }

  /** A request with a value for every leaf. */
  function everything(): Json {
    const leaves = MEMBERS.filter(({ isLeaf }) => isLeaf)
    return leaves.reduce((body, leaf) => replaced(body, leaf.path.split('.'), sample(leaf, 'base')), {} as Json)
  }

  /** Gives every member of the profile a value, a new profile's unless told. */
  async function filled(path?: string): Promise<{ path: string; view: Json }> {
    const target = path ?? `/v3/profiles/${(await org.profile()).id}`
    const reply = await org.admin.patch(target, everything())
    assert.equal(reply.status, 200, reply.text)
    return { path: target, view: reply.data }
  }

  /** The smallest request that names the member: in plain JSON with the required members of the objects around it. */
  function bodyFor(member: Member, value: unknown, media: Media): Json {
    const steps = member.path.split('.')
    let body: Json = {}
    if (media === 'application/json') {
      for (const { path, isRequired, isLeaf } of MEMBERS) {
        const isBeside = isRequired && isLeaf && path.startsWith(`${steps[0]}.`)
        if (isBeside && steps.length > 1) body = replaced(body, path.split('.'), valueAt(everything(), path.split('.')))
      }
    }
    // An absent member of an object is tried beside an object that is there.
    if (value === undefined && steps.length > 1) body = replaced(body, [...steps.slice(0, -1), 'absent'], null)
    return replaced(body, steps, value)
  }

  const send = (path: string, body: Json, media: Media): Promise<Reply> =>
    org.admin.request('PATCH', path, { body, headers: { 'content-type': media } })

  /** The view without the instants of the change, whose presence follows from the change. */
  function timeless(view: Json): Json {
    const brand = view.brand === null ? null : { ...(view.brand as Json), updated_at: null }
    return { ...view, updated_at: null, brand }
  }

  async function assertStored(reply: Reply, path: string, expected: Json, label: string): Promise<void> {
    assert.equal(reply.status, 200, `${label}: ${reply.text}`)
    assert.deepEqual(timeless(reply.data), timeless(expected), label)
    assert.deepEqual((await org.admin.get(path)).data, reply.data, label)
  }

  async function assertRefused(
    reply: Reply,
    at: { path: string; view: Json },
    details: Record<string, string[]>,
    label: string,
  ): Promise<void> {
    assert.equal(reply.status, 400, `${label}: ${reply.text}`)
    assert.equal(reply.error.code, 'VALIDATION_001', label)
    assert.deepEqual(reply.error.details, details, label)
    assert.deepEqual((await org.admin.get(at.path)).data, at.view, label)
  }

  const isAdded = (name: string) => [...ADDED_MEMBERS].map((added) => shownAt(`brand.${added}`)[1]).includes(name)

  /**
   * What stands in the answer once the member is cleared: null, and null for every member of an object of the brand. Members
   * of ours are then left out.
   */
  function cleared(member: Member, view: Json): Json {
    const at = shownAt(member.path)
    const inside = valueAt(view, at)
    const isSection = !member.isLeaf && member.path.startsWith('brand.')
    if (member.path.startsWith('brand.') && isAdded(at.at(-1) ?? '')) return replaced(view, at, undefined)
    const published = Object.keys((inside ?? {}) as Json).filter((name) => !isAdded(name))
    const nothing = isSection ? Object.fromEntries(published.map((name) => [name, null])) : null
    return replaced(view, at, nothing)
  }

  const required = (path: string) => ({ [path]: [`${path} is required`] })

  for (const media of MEDIA) {
    const isMerge = media !== 'application/json'

    test(`absent, in ${media}: what is stored stays; what a brand or contact must name is asked for in JSON`, async () => {
      const at = await filled()
      for (const member of MEMBERS) {
        const label = `${member.path} absent`
        const reply = await send(at.path, bodyFor(member, undefined, media), media)
        const mustBeNamed = member.isRequired && !isMerge
        if (mustBeNamed)
          await assertRefused(reply, { ...at, view: (await org.admin.get(at.path)).data }, required(member.path), label)
        else await assertStored(reply, at.path, at.view, label)
      }
    })

    test(`null, in ${media}: ${isMerge ? 'what can be cleared is cleared, and nothing else' : 'not provided'}`, async () => {
      let at = await filled()
      for (const member of MEMBERS) {
        const label = `${member.path} null`
        const reply = await send(at.path, bodyFor(member, null, media), media)
        if (isMerge && member.notes.clears === undefined)
          await assertRefused(reply, at, { [member.path]: [`${member.path} cannot be cleared`] }, label)
        else if (isMerge) await assertStored(reply, at.path, cleared(member, at.view), label)
        else if (member.isRequired) await assertRefused(reply, at, required(member.path), label)
        else await assertStored(reply, at.path, at.view, label)
        if (reply.status === 200) at = await filled(at.path)
      }
    })

    test(`"", in ${media}: clears icon and description, and is a value that must fit elsewhere`, async () => {
      const clearing: string[] = []
      let at = await filled()
      for (const member of MEMBERS) {
        const label = `${member.path} ""`
        const reply = await send(at.path, bodyFor(member, '', media), media)
        if (member.notes.clears === 'null-or-empty') {
          clearing.push(member.path)
          await assertStored(reply, at.path, cleared(member, at.view), label)
          at = await filled(at.path)
          continue
        }
        assert.equal(reply.status, 400, `${label}: ${reply.text}`)
        assert.deepEqual(Object.keys(reply.error.details ?? {}), [member.path], label)
        const { says = [] } = member.notes
        const own = Object.values(typeof says === 'string' ? [says] : says).map((text) =>
          text.replaceAll('{path}', member.path),
        )
        for (const sentence of reply.error.details?.[member.path] ?? []) assert.ok(own.includes(sentence), sentence)
        assert.deepEqual((await org.admin.get(at.path)).data, at.view, label)
      }
      assert.deepEqual(clearing, ['icon', 'description'])
    })

    test(`a value, in ${media}: it replaces what is stored, and nothing else changes`, async () => {
      let at = await filled()
      for (const member of MEMBERS.filter(({ isLeaf }) => isLeaf)) {
        const label = `${member.path} value`
        const value = sample(member, 'other')
        const shown = shownAt(member.path)
        assert.notDeepEqual(valueAt(at.view, shown), value, label)
        const reply = await send(at.path, bodyFor(member, value, media), media)
        await assertStored(reply, at.path, replaced(at.view, shown, value), label)
        at = await filled(at.path)
      }
    })
  }

  test('the loop covers every member of the published request, at every depth', () => {
    const paths = MEMBERS.map(({ path }) => path)
    for (const [section, members] of Object.entries(aBrand()))
      for (const name of Object.keys(members)) assert.ok(paths.includes(`brand.${section}.${name}`), name)
    for (const name of Object.keys(aBillingContact())) assert.ok(paths.includes(`billing_contact.${name}`), name)
    assert.deepEqual(
      paths.filter((path) => !path.includes('.')).toSorted(),
      [...PROFILE_MEMBERS.flatMap(([name, kind]) => (kind === 'setting' ? [name] : [])), 'brand'].toSorted(),
    )
  })

  test('what a merge patch clears is the list of decision 13, and brand and contact members that are optional', () => {
    const clearable = MEMBERS.filter(({ notes }) => notes.clears !== undefined).map(({ path }) => path)
    assert.deepEqual(
      clearable.filter((path) => !path.includes('.')).toSorted(),
      PROFILE_MEMBERS.flatMap(([name, , , clears]) => (clears === undefined ? [] : [name])).toSorted(),
    )
    for (const { path, isRequired, notes } of MEMBERS) {
      if (path.includes('.')) assert.equal(notes.clears === undefined, isRequired, path)
    }
  })

  test('payment_details: null is not provided in both media types, "" and {} are values', async () => {
    for (const media of MEDIA) {
      const { id } = await org.profile()
      const path = `/v3/profiles/${id}`
      const calls = app.payments.calls.length
      const none = await send(path, { payment_details: null }, media)
      assert.deepEqual([none.status, none.headers.etag], [200, `"${id}.1"`])
      const empty = await send(path, { payment_details: '' }, media)
      assert.deepEqual(empty.error.details, { payment_details: ['payment_details must be an object'] })
      for (const member of Object.keys(aCard())) {
        for (const value of [null, undefined]) {
          const reply = await send(path, { payment_details: { ...aCard(), [member]: value } }, media)
          assert.deepEqual(reply.error.details, required(`payment_details.${member}`))
        }
      }
      assert.equal(app.payments.calls.length, calls)
      const card = await send(path, { payment_details: aCard() }, media)
      assert.deepEqual([card.status, card.headers.etag], [200, `"${id}.2"`])
      assert.equal(app.payments.calls.length, calls + 1)
    }
  })

  test('sandbox: null and false are a live call in both media types, true a dry one, "" no value', async () => {
    for (const media of MEDIA) {
      const { id } = await org.profile()
      const path = `/v3/profiles/${id}`
      const dry = await send(path, { name: 'Dry', sandbox: true }, media)
      assert.deepEqual([dry.status, dry.headers['x-sandbox']], [200, 'true'])
      const odd = await send(path, { name: 'Odd', sandbox: '' }, media)
      assert.deepEqual(odd.error.details, { sandbox: ['sandbox must be true or false'] })
      assert.equal((await org.admin.get(path)).headers.etag, `"${id}.1"`)
      for (const sandbox of [null, false]) {
        const live = await send(path, { name: `Live ${sandbox}`, sandbox }, media)
        assert.deepEqual([live.status, live.headers['x-sandbox']], [200, undefined])
        assert.equal((await org.admin.get(path)).data.name, `Live ${sandbox}`)
      }
    }
  })
})
