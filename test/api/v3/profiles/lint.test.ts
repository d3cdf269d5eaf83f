import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aPacket } from '../../../kit/builders/packet.ts'
import { aCampaign, aCard, withOwnCampaigns } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json, Reply } from '../../../kit/servers/client.ts'

interface Finding {
  rule: string
  pointer: string
  fix: Json | null
}

describe('POST /v3/profiles/{profileId}/lint', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  const findingsOf = (reply: Reply) => reply.data.findings as unknown as Finding[]
  const rulesOf = (reply: Reply) => findingsOf(reply).map(({ rule }) => rule)
  const { brand, campaigns } = aPacket() as { brand: Json; campaigns: Json[] }

  async function profile() {
    const org = await app.organization()
    const { id } = await org.profile({ ...withOwnCampaigns(), brand })
    const path = `/v3/profiles/${id}`
    await org.admin.post(`${path}/campaigns`, { campaign: campaigns[0] })
    return { org, path }
  }

  test('the stored brand and campaigns, without a finding', async () => {
    const { org, path } = await profile()
    const reply = await org.admin.post(`${path}/lint`, {})
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(reply.data, {
      findings: [],
      summary: { block: 0, reject: 0, warn: 0, note: 0, at_risk_usd: 0, cost_usd: 19.5 },
    })
  })

  test('members of the body are laid over the stored ones, and nothing is changed', async () => {
    const { org, path } = await profile()
    const before = await org.admin.get(path)
    const reply = await org.admin.post(`${path}/lint`, {
      brand: { business: { state: 'Oregon', url: null } },
      campaigns: [{ ...campaigns[0], privacyPolicyLink: null }],
    })
    assert.deepEqual(rulesOf(reply), ['B27', 'B33', 'L01'])
    assert.deepEqual(findingsOf(reply)[0]?.fix, { brand: { business: { state: 'OR' } } })
    const after = await org.admin.get(path)
    assert.deepEqual([after.data, after.headers.etag], [before.data, before.headers.etag])
    assert.deepEqual(rulesOf(await org.admin.post(`${path}/lint`, {})), [])
  })

  test('a wrong shape is refused under its member, and a profile with nothing to lint too', async () => {
    const { org, path } = await profile()
    for (const [body, member] of [
      [{ brand: 7 }, 'brand'],
      [{ brand: { business: [] } }, 'brand.business'],
      [{ brand: { business: { taxId: 842917365 } } }, 'brand.business.taxId'],
      [{ campaigns: {} }, 'campaigns'],
      [{ campaigns: [null] }, 'campaigns[0]'],
      [{ campaigns: [{ useCases: [{ sampleMessages: [1] }] }] }, 'campaigns[0].useCases[0].sampleMessages[0]'],
      [{ acknowledged: 'C19' }, 'acknowledged'],
    ] as const) {
      const reply = await org.admin.post(`${path}/lint`, body as Json)
      assert.equal(reply.status, 400, reply.text)
      assert.deepEqual(Object.keys(reply.error.details ?? {}), [member])
    }
    const bare = await org.profile({ name: 'Bare' })
    const reply = await org.admin.post(`/v3/profiles/${bare.id}/lint`, {})
    assert.deepEqual([reply.status, Object.keys(reply.error.details ?? {})], [400, ['brand']])
  })

  test('everybody of the organization may ask, nobody sees a tax number, and nobody else finds the profile', async () => {
    const { org, path } = await profile()
    const body = { brand: { business: { taxId: '512-84-3307' } } }
    for (const role of ['owner', 'admin', 'developer', 'billing'] as const) {
      const reply = await org[role].post(`${path}/lint`, body)
      assert.deepEqual(rulesOf(reply), ['B05'], role)
      assert.ok(!reply.text.includes('512-84-3307') && !reply.text.includes('84-2917365'), role)
    }
    const stranger = await app.organization()
    assert.equal((await stranger.admin.post(`${path}/lint`, {})).status, 404)
  })

  test('a card in the body is looked at by nobody and shown to nobody', async () => {
    const { org, path } = await profile()
    const reply = await org.admin.post(`${path}/lint`, { payment_details: aCard() })
    assert.equal(reply.status, 200)
    assert.ok(!reply.text.includes(aCard().card_number))
  })

  test('the campaigns of the organization are linted while they are inherited', async () => {
    const { org, path } = await profile()
    await org.admin.post(`${path}/campaigns`, { campaign: aCampaign() })
    assert.ok(rulesOf(await org.admin.post(`${path}/lint`, {})).length > 0)
    await org.admin.patch(path, { inherit_tcr_campaign: true })
    assert.deepEqual(rulesOf(await org.admin.post(`${path}/lint`, {})), [])
  })
})
