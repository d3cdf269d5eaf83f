import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBrand } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../kit/servers/client.ts'
import { tally } from '../../kit/tally.ts'

/** On a busy machine a row's queue may be longer than the default wait; a refusal for that is another test's matter. */
const PATIENT = { ROW_LOCK_MS: '4500' }

const ROUNDS = 25

/** The members that the writers change, one each, and a value for every round. */
const MEMBERS: Record<string, (round: number) => unknown> = {
  name: (round) => `Name ${round}`,
  icon: (round) => `https://example.com/${round}.png`,
  description: (round) => `Description ${round}`,
  short_name: (round) => `SHORT ${round}`,
  sending_phone_number: (round) => `+120255512${10 + round}`,
  whatsapp_phone_number: (round) => `+120255513${10 + round}`,
  allow_contact_sharing: (round) => round % 2 === 1,
  brand: (round) => {
    const brand = aBrand()
    return { ...brand, business: { ...brand.business, legalName: `Acme ${round}` } }
  },
}

/** What a profile shows of a member, in the form in which it was sent. */
function shownOf(profile: Json, member: string): unknown {
  if (member !== 'brand') return profile[member]
  return (profile.brand as { business: { legal_name: string } }).business.legal_name
}

function sentOf(member: string, value: unknown): unknown {
  return member === 'brand' ? (value as { business: Json }).business.legalName : value
}

/** The members whose last acknowledged value is not there. */
function lost(acknowledged: ReadonlyMap<string, unknown>, profile: Json): string[] {
  return [...acknowledged].filter(([member, value]) => shownOf(profile, member) !== value).map(([member]) => member)
}

describe('changes of one profile at the same time on two instances', () => {
  let app: TestApp
  let org: TestOrganization
  let profile: Json & { id: string }
  let path: string

  before(async () => {
    app = await testApp({ instances: 2, env: PATIENT })
    org = await app.organization()
  })
  beforeEach(async () => {
    profile = await org.profile({ name: 'Start' })
    path = `/v3/profiles/${profile.id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const at = (index: number): Client => org.admin.at(app.urls[index % 2] ?? app.url)
  const versionOf = (reply: Reply) => Number(/\.(\d+)"$/.exec(reply.headers.etag ?? '')?.[1])

  test('of two changes of different members both survive, round after round', async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [name, icon] = [`Name ${round}`, `https://example.com/${round}.png`]
      const replies = await Promise.all([at(0).patch(path, { name }), at(1).patch(path, { icon })])
      assert.deepEqual(tally(replies), { 200: 2 })
      const now = await org.admin.get(path)
      assert.deepEqual([now.data.name, now.data.icon, versionOf(now)], [name, icon, 1 + 2 * round])
    }
  })

  test('eight writers of a member each: every last acknowledged value is there, the version counts every one, no 5xx', async () => {
    const acknowledged = new Map<string, unknown>()
    const versions: number[] = []
    const refusals: Reply[] = []
    const write = async ([member, valueAt]: [string, (round: number) => unknown], index: number) => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const value = valueAt(round)
        const reply = await at(index + round).patch(path, { [member]: value })
        if (reply.status !== 200) refusals.push(reply)
        else {
          acknowledged.set(member, sentOf(member, value))
          versions.push(versionOf(reply))
          assert.equal(shownOf(reply.data, member), sentOf(member, value))
        }
      }
    }
    await Promise.all(Object.entries(MEMBERS).map(write))
    const end = await org.admin.get(path)
    assert.deepEqual(tally(refusals), {})
    assert.deepEqual(lost(acknowledged, end.data), [])
    assert.equal(versionOf(end), 1 + versions.length)
    assert.deepEqual(
      versions.sort((a, b) => a - b),
      Array.from({ length: 8 * ROUNDS }, (_, index) => index + 2),
    )
    await assertHistoryIsAChain(end)
  })

  /** Each entry's `from` is the `to` of the entry before it, so the changes happened one after the other. */
  async function assertHistoryIsAChain(end: Reply): Promise<void> {
    const entries = await app.sql<{ version: number; changes: { member: string; from: unknown; to: unknown }[] }>(
      'select version::int, changes from profile_history where profile_id = $1 order by version',
      [profile.id],
    )
    assert.deepEqual(
      entries.map(({ version }) => version),
      Array.from({ length: versionOf(end) }, (_, index) => index + 1),
    )
    const state = new Map<string, unknown>()
    for (const { version, changes } of entries) {
      for (const { member, from, to } of changes) {
        if (version > 1 && state.has(member)) assert.deepEqual(from, state.get(member), `${member} at ${version}`)
        state.set(member, to)
      }
    }
    assert.equal(state.get('name'), end.data.name)
    assert.equal(state.get('icon'), end.data.icon)
  }

  test('control: the same detector finds the update that a read, change and write without a version loses', async () => {
    const acknowledged = new Map<string, unknown>()
    const read = () => app.sql<Json>('select name, icon from profiles where id = $1', [profile.id])
    const write = async (row: Json | undefined, change: Json) => {
      const next = { ...row, ...change }
      await app.sql('update profiles set name = $2, icon = $3 where id = $1', [profile.id, next.name, next.icon])
      for (const [member, value] of Object.entries(change)) acknowledged.set(member, value)
    }
    const [[one], [other]] = [await read(), await read()]
    await write(one, { name: 'Lost' })
    await write(other, { icon: 'https://example.com/kept.png' })
    assert.deepEqual(lost(acknowledged, (await org.admin.get(path)).data), ['name'])
  })

  test('of two changes under the same ETag exactly one happens, and the other is told what changed and by which request', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { etag = '' } = (await org.admin.get(path)).headers
      const replies = await Promise.all([
        at(round).patch(path, { name: `One ${round}` }, { 'if-match': etag }),
        at(round + 1).patch(path, { name: `Other ${round}` }, { 'if-match': etag }),
      ])
      assert.deepEqual(tally(replies), { '200': 1, '412 PRECONDITION_001': 1 })
      const winner = replies.find(({ status }) => status === 200)
      const loser = replies.find(({ status }) => status === 412)
      assert.deepEqual(loser?.error.details, { name: [`changed by request ${winner?.headers['x-request-id']}`] })
      assert.equal((await org.admin.get(path)).data.name, winner?.data.name)
    }
  })

  test('of eight deletions one is a 204 and the others find nothing', async () => {
    for (let round = 0; round < 5; round += 1) {
      const target = `/v3/profiles/${(await org.profile()).id}`
      const replies = await Promise.all(Array.from({ length: 8 }, (_, index) => at(index).delete(target)))
      assert.deepEqual(tally(replies), { '204': 1, '404 RESOURCE_014': 7 })
    }
  })

  test('a change and a deletion: the change happens before it or finds nothing, and the profile stays deleted', async () => {
    const seen = new Set<number>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id } = await org.profile()
      const target = `/v3/profiles/${id}`
      const [deleted, changed] = await Promise.all([at(0).delete(target), at(1).patch(target, { name: 'Late' })])
      seen.add(changed.status)
      assert.equal(deleted.status, 204)
      assert.ok(changed.status === 200 || changed.status === 404, changed.text)
      assert.equal((await org.admin.get(target)).status, 404)
      const operations = await app.sql<{ operation: string }>(
        'select operation from profile_history where profile_id = $1 order by version',
        [id],
      )
      assert.deepEqual(
        operations.map(({ operation }) => operation),
        ['createProfile', ...(changed.status === 200 ? ['updateProfile'] : []), 'deleteProfile'],
      )
    }
    assert.ok(seen.size > 0)
  })
})
