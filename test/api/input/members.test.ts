import assert from 'node:assert/strict'
import { test } from 'node:test'
import { campaignBody } from '../../../src/resources/campaigns/campaign.fields.ts'
import { createRequest, updateRequest } from '../../../src/resources/profiles/profile-request.fields.ts'
import { withOwnCampaigns } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Client, Json } from '../../kit/servers/client.ts'
import { assertRefusal } from './refusal.ts'

/** Every member of the field tables with every kind of wrong value: refused under its own path, and nothing is written. */

interface Aim {
  admin: Client
  path: string
}

async function aimAt(app: TestApp, members: Json = {}): Promise<Aim> {
  const org = await app.organization()
  return { admin: org.admin, path: `/v3/profiles/${(await org.profile(members)).id}` }
}

interface Schema {
  type?: string
  properties?: Record<string, Schema>
  items?: Schema
  maxLength?: number
}

interface Member {
  steps: readonly string[]
  schema: Schema
}

function membersOf(schema: Schema, steps: readonly string[] = []): Member[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    { steps: [...steps, name], schema: member },
    ...membersOf(member, [...steps, name]),
  ])
}

const WRONG: [string, unknown][] = [
  ['string', 'x'],
  ['number', 42],
  ['number', -0.5],
  ['boolean', true],
  ['array', []],
  ['array', ['x']],
  ['array', [[{ a: 1 }]]],
  ['object', {}],
  ['object', { x: { y: 'z' } }],
]

function bodyWith(steps: readonly string[], value: unknown): Json {
  const [name = '', ...rest] = steps
  return { [name]: rest.length === 0 ? value : bodyWith(rest, value) }
}

const wrongBodies = (schema: Schema) =>
  membersOf(schema).flatMap(({ steps, schema: member }) => [
    ...WRONG.filter(([type]) => type !== member.type).map(([, value]) => ({ at: steps.join('.'), steps, value })),
    ...(member.maxLength === undefined
      ? []
      : [{ at: steps.join('.'), steps, value: 'x'.repeat(member.maxLength + 1) }]),
  ])

async function assertEachRefused(
  { admin, path }: Aim,
  bodies: ReturnType<typeof wrongBodies>,
  send: (body: Json) => ReturnType<Client['patch']>,
): Promise<void> {
  const before = (await admin.get(path)).headers.etag
  for (let at = 0; at < bodies.length; at += 8) {
    await Promise.all(
      bodies.slice(at, at + 8).map(async ({ at: member, steps, value }) => {
        const about = `${member} = ${JSON.stringify(value).slice(0, 60)}`
        const body = bodyWith(steps, value)
        const reply = await send(body)
        assert.equal(reply.status, 400, `${about}: ${reply.text}`)
        assert.equal(assertRefusal(reply, JSON.stringify(body), about), 'VALIDATION_001')
        assert.ok(Object.keys(reply.error.details ?? {}).includes(member), `${about}: ${reply.text}`)
      }),
    )
  }
  const after = await admin.get(path)
  assert.equal(after.headers.etag, before, 'nothing was written')
}

test('PATCH refuses every member with every wrong type, and text that is too long', async () => {
  await using app = await testApp()
  const aim = await aimAt(app)
  const bodies = wrongBodies(updateRequest as Schema)
  assert.ok(bodies.length >= 300)
  await assertEachRefused(aim, bodies, (body) => aim.admin.patch(aim.path, body))
})

test('a merge patch refuses them too', async () => {
  await using app = await testApp()
  const aim = await aimAt(app)
  await assertEachRefused(aim, wrongBodies(updateRequest as Schema), (body) => aim.admin.mergePatch(aim.path, body))
})

test('POST refuses them too', async () => {
  await using app = await testApp()
  const aim = await aimAt(app)
  await assertEachRefused(aim, wrongBodies(createRequest as Schema), (body) =>
    aim.admin.post('/v3/profiles', { name: 'Never made', ...body }),
  )
  const { data } = await aim.admin.get('/v3/profiles?search=Never')
  assert.deepEqual(data.profiles, [])
})

test('POST of a campaign refuses them too', async () => {
  await using app = await testApp()
  const { admin, path } = await aimAt(app, withOwnCampaigns())
  const campaigns = `${path}/campaigns`
  const bodies = wrongBodies(campaignBody as Schema)
  assert.ok(bodies.length >= 80)
  await assertEachRefused({ admin, path }, bodies, (body) => admin.post(campaigns, body))
  assert.deepEqual((await admin.get(campaigns)).data, [])
})

test('the entries of a list are judged one by one', async () => {
  await using app = await testApp()
  const { admin, path } = await aimAt(app)
  const list = (...entries: unknown[]) => ({ brand: { compliance: { destinationCountries: entries } } })
  for (const [body, member] of [
    [list('US'), 'brand.compliance.destinationCountries[0]'],
    [list({ id: 'US' }, { id: 1 }), 'brand.compliance.destinationCountries[1].id'],
    [list({ id: 'XX' }), 'brand.compliance.destinationCountries[0].id'],
    [list({ isMain: 'yes' }), 'brand.compliance.destinationCountries[0].isMain'],
    [list(...Array.from({ length: 251 }, () => ({ id: 'US' }))), 'brand.compliance.destinationCountries'],
  ] as const) {
    const reply = await admin.patch(path, body)
    assertRefusal(reply, JSON.stringify(body), member)
    assert.ok(Object.keys(reply.error.details ?? {}).includes(member), reply.text)
  }
})
