import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { aCard } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

describe('what an Idempotency-Key may give away', () => {
  let app: TestApp
  let org: TestOrganization
  let path: string

  before(async () => {
    app = await testApp()
    org = await app.organization()
    path = `/v3/profiles/${(await org.profile()).id}`
  })
  after(() => app[Symbol.asyncDispose]())

  const fingerprintOf = async (key: string) => {
    const [row] = await app.sql<{ fingerprint: string }>('select fingerprint from idempotency_keys where key = $1', [
      key,
    ])
    return row?.fingerprint
  }

  test('an API key that was made for the owner is replayed to the owner only', async () => {
    const ask = { user_id: org.owner.userId }
    const made = await org.owner.post(`${path}/keys`, ask, { 'idempotency-key': 'owner-key' })
    assert.equal(made.status, 201)
    const other = await org.admin.post(`${path}/keys`, {}, { 'idempotency-key': 'owner-key' })
    assert.deepEqual([other.status, other.error.code], [409, 'CONFLICT_002'])
    assert.ok(!other.text.includes(String(made.data.api_key)))
    const again = await org.owner.post(`${path}/keys`, ask, { 'idempotency-key': 'owner-key' })
    assert.equal(again.data.api_key, made.data.api_key, 'control: the owner sees it again')
  })

  test('a card leaves no trace in the fingerprint, wherever in the body it stands', async () => {
    const cards = [aCard(), { ...aCard(), card_number: '5555555555554444', cvc: '999' }]
    for (const [place, body] of [
      ['payment_details where none belongs', (card: object) => ({ payment_details: card })],
      ['a member nobody knows', (card: object) => ({ paymentDetails: card })],
    ] as const) {
      const prints: (string | undefined)[] = []
      for (const [index, card] of cards.entries()) {
        const key = `${place.replaceAll(/\W/g, '-')}-${index}`
        assert.equal((await org.admin.post(`${path}/keys`, body(card), { 'idempotency-key': key })).status, 201)
        prints.push(await fingerprintOf(key))
      }
      assert.ok(prints[0] !== undefined && prints[0] === prints[1], place)
    }
    for (const [index, name] of ['A', 'B'].entries()) {
      await org.admin.post(`${path}/keys`, { name }, { 'idempotency-key': `control-${index}` })
    }
    assert.notEqual(await fingerprintOf('control-0'), await fingerprintOf('control-1'), 'control: another body differs')
  })
})
