import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aBillingContact, aBrand } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../kit/servers/client.ts'
import { ownerSession, untilBlocked } from '../../kit/servers/owner.ts'
import { kindOf } from '../../kit/tally.ts'

/** On a busy machine a row's queue may be longer than the default wait; a refusal for that is another test's matter. */
const PATIENT = { ROW_LOCK_MS: '4500' }

const ROUNDS = 20

function brandOf(legalName: string): Json {
  const brand = aBrand()
  return { ...brand, business: { ...brand.business, legalName } }
}

describe('rules over several members under simultaneous changes', () => {
  let app: TestApp
  let org: TestOrganization
  let id: string
  let path: string

  before(async () => {
    app = await testApp({ instances: 2, env: PATIENT })
    org = await app.organization()
  })
  beforeEach(() => fresh({ brand: brandOf('Before') }))
  after(() => app[Symbol.asyncDispose]())

  async function fresh(members: Json): Promise<void> {
    id = (await org.profile(members)).id
    path = `/v3/profiles/${id}`
  }

  const at = (index: number): Client => org.admin.at(app.urls[index % 2] ?? app.url)

  interface Submission {
    submitted: string
    reply: Reply
  }

  /**
   * What a submission does in its transaction: it takes the profile's row, notes the brand and locks it, while a change of
   * the brand waits. `bumps` is the version, by which the change learns of it.
   */
  async function submitDuring(change: () => Promise<Reply>, bumps: boolean): Promise<Submission> {
    await using session = await ownerSession(app)
    await session.query('begin')
    await session.query('select version from profiles where id = $1 for update', [id])
    const changing = change()
    await untilBlocked(app, 1)
    if (bumps) await session.query('update profiles set version = version + 1 where id = $1', [id])
    const { rows } = await session.query<{ submitted: string }>(
      "update brands set lock = 'submitting' where owner_id = $1 returning business ->> 'legal_name' as submitted",
      [id],
    )
    await session.query('commit')
    return { submitted: rows[0]?.submitted ?? '', reply: await changing }
  }

  async function brandNow(): Promise<string | undefined> {
    const [row] = await app.sql<{ name: string }>(
      "select business ->> 'legal_name' as name from brands where owner_id = $1",
      [id],
    )
    return row?.name
  }

  test('a brand that is submitted while a change of it waits stays what was submitted', async () => {
    const { submitted, reply } = await submitDuring(() => at(0).patch(path, { brand: brandOf('After') }), true)
    assert.equal(kindOf(reply), '400 VALIDATION_001')
    assert.deepEqual(reply.error.details, { brand: ['Brand is being submitted to TCR and cannot be modified.'] })
    assert.deepEqual([submitted, await brandNow()], ['Before', 'Before'])
  })

  test('control: a submission that does not count as a change of the profile would be overwritten, and that is seen', async () => {
    const { submitted, reply } = await submitDuring(() => at(0).patch(path, { brand: brandOf('After') }), false)
    assert.deepEqual([reply.status, submitted, await brandNow()], [200, 'Before', 'After'])
  })

  test('a change of other members that waits for a submission goes through', async () => {
    const { reply } = await submitDuring(() => at(0).patch(path, { name: 'Other member' }), true)
    assert.deepEqual([reply.status, reply.data.name, await brandNow()], [200, 'Other member', 'Before'])
  })

  test('changes of the brand against submissions, round after round: the brand is what was submitted', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await fresh({ brand: brandOf('Before') })
      const [reply, submitted] = await Promise.all([
        at(round).patch(path, { brand: brandOf('After') }),
        app.sql<{ name: string }>(
          `with bumped as (update profiles set version = version + 1 where id = $1 returning id)
           update brands set lock = 'submitted' from bumped where owner_id = bumped.id
           returning business ->> 'legal_name' as name`,
          [id],
        ),
      ])
      assert.ok(['200', '400 VALIDATION_001'].includes(kindOf(reply)), kindOf(reply))
      assert.equal(await brandNow(), submitted[0]?.name)
      assert.equal(await brandNow(), reply.status === 200 ? 'After' : 'Before')
    }
  })

  test('a billing contact is never cleared while the model that needs it is being chosen', async () => {
    const outcomes = new Set<string>()
    for (let round = 0; round < ROUNDS; round += 1) {
      await fresh({ billing_model: 'organization', billing_contact: aBillingContact() })
      const replies = await Promise.all([
        at(round).patch(path, { billing_model: 'profile' }),
        at(round + 1).mergePatch(path, { billing_contact: null }),
      ])
      outcomes.add(replies.map(kindOf).join())
      const now = (await org.admin.get(path)).data
      assert.ok(now.billing_model === 'organization' || now.billing_contact !== null, 'a model without its contact')
      assert.equal(replies.filter(({ status }) => status === 200).length, 1)
    }
    assert.ok([...outcomes].every((outcome) => outcome.includes('400 VALIDATION_001')))
  })

  test('control: judged on a state that was read before, both changes would happen', async () => {
    await fresh({ billing_model: 'organization', billing_contact: aBillingContact() })
    await app.sql("update profiles set billing_model = 'profile' where id = $1", [id])
    await app.sql('update profiles set billing_contact = null where id = $1', [id])
    const now = (await org.admin.get(path)).data
    assert.deepEqual([now.billing_model, now.billing_contact], ['profile', null])
  })

  test('a brand and the wish to inherit one: the flag is that of the later change', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await fresh({})
      const replies = await Promise.all([
        at(round).patch(path, { brand: brandOf('Own') }),
        at(round + 1).patch(path, { inherit_tcr_brand: true, name: 'Inheriting' }),
      ])
      const tags = replies.map((reply) => Number(/\.(\d+)"$/.exec(reply.headers.etag ?? '')?.[1]))
      assert.deepEqual([...tags].sort(), [2, 3])
      const now = (await org.admin.get(path)).data
      assert.equal(now.inherit_tcr_brand, tags[1] === 3)
      assert.notEqual(now.brand, null)
    }
  })
})
