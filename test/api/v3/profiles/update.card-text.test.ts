import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { updateRequest } from '../../../../src/resources/profiles/profile-request.fields.ts'
import { membersOf, replaced } from '../../../contract/request-members.ts'
import { aBillingContact, aBrand } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'
import type { Json } from '../../../kit/servers/client.ts'

const CARD = '4111 1111 1111 1111'

/** A request whose member at the path has the value, with what must stand beside it. */
function bodyWith(path: string, value: string): Json {
  const steps = path.split('.')
  const around: Json =
    steps[0] === 'brand' ? { brand: aBrand() } : steps.length > 1 ? { billing_contact: aBillingContact() } : {}
  return replaced(around, steps, value)
}

describe('PATCH /v3/profiles/{profileId}: card numbers in other members', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('text that people write is refused when it holds a card number, without quoting it', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const members = membersOf(updateRequest).filter(({ notes }) => notes.humanText === true)
    const paths = members.map(({ path }) => path)
    assert.ok(paths.includes('name') && paths.includes('brand.compliance.notes') && paths.length >= 12)
    for (const path of paths) {
      const reply = await org.admin.patch(`/v3/profiles/${id}`, bodyWith(path, `Card ${CARD} 09/27`))
      assert.equal(reply.status, 400, path)
      assert.deepEqual(reply.error.details, { [path]: [`${path} must not contain a card number`] })
      const fine = await org.admin.patch(`/v3/profiles/${id}`, bodyWith(path, 'Order 4111 1111 1111 1112'))
      assert.equal(fine.status, 200, path)
    }
    assert.equal(
      app.lines.some((line) => line.includes(CARD) || line.includes(CARD.replaceAll(' ', ''))),
      false,
    )
  })

  test('web addresses, tax ids and phone numbers may look like one', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const digits = '4111111111111111'
    for (const [path, value] of [
      ['icon', `https://example.com/${digits}.png`],
      ['sending_phone_number', '+4917612345678'],
      ['brand.business.url', `https://example.com/${digits}`],
    ] as const) {
      const reply = await org.admin.patch(`/v3/profiles/${id}`, bodyWith(path, value))
      assert.equal(reply.status, 200, `${path} ${reply.text}`)
    }
    const brand = aBrand()
    const business = { ...brand.business, taxId: digits, taxIdType: 'de_hrb' }
    const reply = await org.admin.patch(`/v3/profiles/${id}`, { brand: { ...brand, business } })
    assert.equal(reply.status, 200, reply.text)
  })
})
