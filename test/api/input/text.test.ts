import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBrand } from '../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import type { Json, Reply } from '../../kit/servers/client.ts'

const COMPOSED = 'Caf\u00e9'
const DECOMPOSED = 'Cafe\u0301'
const FAMILY = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}'

const names = (reply: Reply) => (reply.data.profiles as Json[]).map(({ name }) => name)
const notOneLine = (path: string) => ({
  [path]: [`${path} must be on one line, without control, invisible or blank characters`],
})

describe('text in requests', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('C5: members on one line refuse what nobody sees, wherever they are', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const at = `/v3/profiles/${id}`
    for (const sign of ['\n', '\t', '\u0001', '\u200b', '\u202e', '\u3164', '\u2800', '\u115f']) {
      const text = `Acme${sign}Corp`
      const brand = aBrand()
      const refused: [string, Promise<Reply>][] = [
        ['name', org.admin.patch(at, { name: text })],
        ['brand.business.legalName', org.admin.patch(at, { brand: { ...brand, business: { legalName: text } } })],
        ['brand.contact.role', org.admin.patch(at, { brand: { ...brand, contact: { name: 'x', role: text } } })],
        ['billing_contact.name', org.admin.patch(at, { billing_contact: { name: text, email: 'a@example.com' } })],
        ['name', org.admin.post(`${at}/keys`, { name: text })],
        [
          'display_name',
          org.admin.post('/v3/webhooks', { display_name: text, endpoint_url: 'https://a.example.com/' }),
        ],
      ]
      for (const [path, asked] of refused) {
        const reply = await asked
        assert.equal(reply.status, 400, `${path} ${JSON.stringify(text)}`)
        assert.deepEqual(reply.error.details, notOneLine(path))
      }
    }
    for (const blank of ['\u3164', '\u2800'])
      assert.deepEqual((await org.admin.patch(at, { name: blank })).error.details, notOneLine('name'))
    const kept = await org.admin.patch(at, { name: `Family ${FAMILY}` })
    assert.equal(kept.data.name, `Family ${FAMILY}`)
  })

  test('C5: members on several lines keep line feeds, and refuse other control characters', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const kept = await org.admin.patch(`/v3/profiles/${id}`, { description: `One\r\nTwo\rThree\tand ${DECOMPOSED}` })
    assert.equal(kept.data.description, `One\nTwo\nThree\tand ${COMPOSED}`)
    const refused = await org.admin.patch(`/v3/profiles/${id}`, { description: 'One\u0007' })
    assert.deepEqual(refused.error.details, {
      description: ['description must not contain control characters other than line feeds and tabs'],
    })
  })

  test('C6: text is kept composed, and found by either form', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ name: DECOMPOSED })
    assert.equal((await org.admin.get(`/v3/profiles/${id}`)).data.name, COMPOSED)
    for (const term of [COMPOSED, DECOMPOSED]) {
      const found = await org.admin.get(`/v3/profiles?search=${encodeURIComponent(term)}`)
      assert.deepEqual(names(found), [COMPOSED])
    }
    const same = await org.admin.patch(`/v3/profiles/${id}`, { name: DECOMPOSED })
    assert.equal(same.data.name, COMPOSED)
    await org.admin.post('/v3/webhooks', { display_name: DECOMPOSED, endpoint_url: 'https://a.example.com/' })
    const webhooks = await org.admin.get(`/v3/webhooks?search=${encodeURIComponent(DECOMPOSED)}`)
    assert.deepEqual(
      (webhooks.data.webhooks as Json[]).map(({ display_name }) => display_name),
      [COMPOSED],
    )
  })

  test('C1: a search for webhooks refuses a card number too', async () => {
    const org = await app.organization()
    const reply = await org.admin.get('/v3/webhooks?search=4111%201111%201111%201111')
    assert.equal(reply.status, 400)
    assert.deepEqual(reply.error.details, { search: ['search must not contain a card number'] })
  })

  test('C12: the domain of an e-mail address is taken in its ASCII form, in every member', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const address = 'Info@m\u00fcller.example'
    const brand = aBrand()
    const reply = await org.admin.patch(`/v3/profiles/${id}`, {
      billing_contact: { name: 'Acme', email: address },
      brand: { ...brand, contact: { ...brand.contact, email: address, businessContactEmail: address } },
    })
    assert.equal(reply.status, 200, reply.text)
    const ascii = 'Info@xn--mller-kva.example'
    const { contact } = reply.data.brand as { contact: Json }
    assert.deepEqual(
      [(reply.data.billing_contact as Json).email, contact.email, contact.business_contact_email],
      [ascii, ascii, ascii],
    )
    const user = await org.admin.post('/v3/users', { email: address, name: 'Jane', role: 'developer' })
    assert.equal(user.data.email, ascii.toLowerCase())
  })

  test('C4: a masked tax id that is written back, and a text that holds no number, are refused; the stored one is not judged', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const brand = aBrand()
    const put = (business: Json) => org.admin.patch(`/v3/profiles/${id}`, { brand: { ...brand, business } })
    assert.equal((await put(brand.business)).status, 200)
    const says = (end: string) => ({ 'brand.business.taxId': [`brand.business.taxId ${end}`] })
    const masked = 'must be the whole tax number: this one is masked'
    for (const [taxId, end] of [
      ['******6789', masked],
      ['XX-XXXXXX789', masked],
      ['N/A', 'must be a tax number: leave it out until there is one'],
      ['12-34567', "must be nine digits for the US (e.g. '12-3456789')"],
    ] as const) {
      const reply = await put({ taxId })
      assert.equal(reply.status, 400, taxId)
      assert.deepEqual(reply.error.details, says(end))
    }
    assert.equal((await put({ taxId: 'A-1', taxIdType: 'de_hrb' })).status, 200)
    assert.equal((await put({ taxIdType: 'us_ein' })).status, 200)
    assert.equal((await put({ taxId: 'A-1', city: 'Boston' })).status, 200, 'as it is stored')
    assert.deepEqual(
      (await put({ taxId: 'A-2' })).error.details,
      says("must be nine digits for the US (e.g. '12-3456789')"),
    )
  })

  test('C11: a Mexican number is taken without its old 1 for WhatsApp; elsewhere the refusal says what is wrong', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const kept = await org.admin.patch(`/v3/profiles/${id}`, { whatsapp_phone_number: '+5215541637145' })
    assert.equal(kept.data.whatsapp_phone_number, '+525541637145')
    const refused = await org.admin.patch(`/v3/profiles/${id}`, { sending_phone_number: '+5215541637145' })
    assert.deepEqual(refused.error.details, {
      sending_phone_number: [
        "sending_phone_number must be in E.164 format (e.g. '+12025551234')",
        'sending_phone_number: Mexican numbers have no 1 behind +52 any more',
      ],
    })
  })
})
