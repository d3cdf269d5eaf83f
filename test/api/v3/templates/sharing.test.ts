import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../../kit/builders/organization.ts'
import { aTextTemplate } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../../kit/servers/client.ts'

type Account = 'profile' | 'sibling' | 'organization'

/** Who sees whose templates. A flag that is undefined may have either value. */
interface Row {
  reader: Account
  owner: Account | 'deleted sibling'
  inherit?: boolean
  allow?: boolean
  isVisible: boolean
  isInherited: boolean
}

const TRUTH_TABLE: readonly Row[] = [
  { reader: 'profile', owner: 'profile', isVisible: true, isInherited: false },
  { reader: 'profile', owner: 'organization', inherit: true, isVisible: true, isInherited: true },
  { reader: 'profile', owner: 'organization', inherit: false, isVisible: false, isInherited: false },
  { reader: 'profile', owner: 'sibling', inherit: true, allow: true, isVisible: true, isInherited: true },
  { reader: 'profile', owner: 'sibling', inherit: true, allow: false, isVisible: false, isInherited: false },
  { reader: 'profile', owner: 'sibling', inherit: false, allow: true, isVisible: false, isInherited: false },
  { reader: 'profile', owner: 'sibling', inherit: false, allow: false, isVisible: false, isInherited: false },
  { reader: 'profile', owner: 'deleted sibling', inherit: true, allow: true, isVisible: false, isInherited: false },
  { reader: 'organization', owner: 'organization', isVisible: true, isInherited: false },
  { reader: 'organization', owner: 'sibling', isVisible: true, isInherited: true },
  { reader: 'organization', owner: 'deleted sibling', isVisible: false, isInherited: false },
]

/** Every row for both values of a flag that it leaves open. */
const ROWS = TRUTH_TABLE.flatMap((row) =>
  [true, false].flatMap((inherit) =>
    [true, false].map((allow) => ({ ...row, inherit: row.inherit ?? inherit, allow: row.allow ?? allow })),
  ),
).filter((row, at, all) => all.findIndex((one) => JSON.stringify(one) === JSON.stringify(row)) === at)

const idsOf = ({ data }: Reply) => (data.templates as Json[]).map(({ id }) => String(id))

describe('templates of other accounts, on two instances', () => {
  let app: TestApp
  let org: TestOrganization
  const profiles = {} as Record<'profile' | 'sibling' | 'deleted sibling', string>
  const templates = {} as Record<Row['owner'], string>

  before(async () => {
    app = await testApp({ instances: 2 })
    org = await app.organization()
    for (const name of ['profile', 'sibling', 'deleted sibling'] as const) {
      profiles[name] = (await org.profile({ allow_template_sharing: true })).id
      const made = await (await org.profileKey(profiles[name])).post('/v3/templates', aTextTemplate('Hi', { name }))
      templates[name] = String(made.data.id)
    }
    templates.organization = String((await org.admin.post('/v3/templates', aTextTemplate('Hi'))).data.id)
    assert.equal((await org.admin.delete(`/v3/profiles/${profiles['deleted sibling']}`)).status, 204)
  })
  after(() => app[Symbol.asyncDispose]())

  const asProfile = (id: string) => ({ 'x-profile-id': id })

  /** Switches the flags at one instance; whoever reads asks the other. */
  async function switchTo({ inherit, allow }: Row): Promise<void> {
    const first = await org.admin.patch(`/v3/profiles/${profiles.profile}`, { inherit_templates: inherit })
    const second = await org.admin.patch(`/v3/profiles/${profiles.sibling}`, { allow_template_sharing: allow })
    assert.deepEqual([first.status, second.status], [200, 200])
  }

  async function readers({ reader }: Row): Promise<[Client, Record<string, string>][]> {
    const other = org.admin.at(app.urls[1] ?? '')
    if (reader === 'organization') return [[other, {}]]
    const key = (await org.profileKey(profiles.profile)).at(app.urls[1] ?? '')
    return [
      [other, asProfile(profiles.profile)],
      [key, {}],
    ]
  }

  async function assertSeen(row: Row, caller: Client, headers: Record<string, string>): Promise<void> {
    const id = templates[row.owner]
    const path = `/v3/templates/${id}`
    const listed = idsOf(await caller.get('/v3/templates?page_size=100', headers))
    assert.equal(listed.includes(id), row.isVisible, 'in the list')
    assert.equal((await caller.get(path, headers)).status, row.isVisible ? 200 : 404)
    const changed = await caller.put(path, { name: 'x', sandbox: true }, headers)
    const removed = await caller.delete(path, { sandbox: true }, headers)
    if (!row.isVisible) assert.deepEqual([changed.status, removed.status], [404, 404])
    else if (!row.isInherited) assert.deepEqual([changed.status, removed.status], [200, 204])
    else
      assert.deepEqual(
        [changed, removed].map(({ status, error }) => [status, error.code, error.message]),
        [
          [400, 'VALIDATION_001', 'This template is read-only and cannot be updated.'],
          [400, 'VALIDATION_001', 'This template is read-only and cannot be deleted.'],
        ],
      )
  }

  for (const row of ROWS) {
    const sees = row.isVisible ? `sees${row.isInherited ? ' and cannot change' : ''}` : 'does not see'
    test(`the ${row.reader} ${sees} what the ${row.owner} owns, with inherit ${row.inherit} and allow ${row.allow}`, async () => {
      await switchTo(row)
      for (const [caller, headers] of await readers(row)) await assertSeen(row, caller, headers)
    })
  }

  test('after a flag is switched off and on again the same templates are there, with the same ids and count', async () => {
    const at = asProfile(profiles.profile)
    const row = { reader: 'profile', owner: 'sibling', isVisible: true, isInherited: true } as const
    const look = async (inherit: boolean) => {
      await switchTo({ ...row, inherit, allow: true })
      const reply = await org.admin.at(app.urls[1] ?? '').get('/v3/templates', at)
      return [idsOf(reply), (reply.data.pagination as Json).total_count]
    }
    const before = await look(true)
    assert.deepEqual(await look(false), [[templates.profile], 1])
    assert.deepEqual(await look(true), before)
    assert.deepEqual(before, [[templates.organization, templates.sibling, templates.profile], 3])
  })

  test('what a sibling merely inherits is not passed on', async () => {
    await switchTo({
      reader: 'profile',
      owner: 'sibling',
      inherit: true,
      allow: false,
      isVisible: false,
      isInherited: false,
    })
    const third = await org.profile({ allow_template_sharing: true, inherit_templates: true })
    const own = await (await org.profileKey(third.id)).post('/v3/templates', aTextTemplate('Third'))
    const sibling = idsOf(await org.admin.get('/v3/templates', asProfile(profiles.sibling)))
    assert.ok(sibling.includes(String(own.data.id)), 'the sibling inherits it')
    await org.admin.patch(`/v3/profiles/${third.id}`, { allow_template_sharing: false })
    await switchTo({
      reader: 'profile',
      owner: 'sibling',
      inherit: true,
      allow: true,
      isVisible: true,
      isInherited: true,
    })
    const seen = idsOf(await org.admin.get('/v3/templates', asProfile(profiles.profile)))
    assert.ok(seen.includes(templates.sibling))
    assert.ok(!seen.includes(String(own.data.id)))
  })

  test('a standalone account sees its own', async () => {
    const alone = await app.organization({ kind: 'user' })
    const made = await alone.admin.post('/v3/templates', aTextTemplate('Hi'))
    assert.deepEqual(idsOf(await alone.admin.get('/v3/templates')), [made.data.id])
  })
})
