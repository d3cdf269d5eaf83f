import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aBrand, aCard } from '../../../kit/builders/requests.ts'
import { type TestApp, testApp } from '../../../kit/servers/app.ts'

describe('PATCH /v3/profiles/{profileId} with If-Match', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app[Symbol.asyncDispose]())

  test('the tag of the last answer lets the change through, alone, in a list, and as *', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    let tag = `"${id}.1"`
    for (const header of [(own: string) => own, (own: string) => `"other" , ${own}`, () => '*', () => ' * ']) {
      const reply = await org.admin.patch(path, { name: `After ${tag.length}` }, { 'if-match': header(tag) })
      assert.equal(reply.status, 200, header(tag))
      tag = reply.headers.etag ?? ''
    }
    assert.equal(tag, `"${id}.5"`)
  })

  test('a stale tag changes nothing and says, by member, which requests changed what', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    const first = await org.admin.patch(path, { name: 'One', icon: 'https://example.com/a.png' })
    const second = await org.owner.patch(path, { name: 'Two', brand: { ...aBrand(), business: null } })
    const third = await org.admin.patch(path, { payment_details: aCard() })
    const stale = await org.admin.patch(path, { name: 'Mine' }, { 'if-match': `"${id}.1"` })
    assert.equal(stale.status, 412)
    assert.equal(stale.error.code, 'PRECONDITION_001')
    assert.equal(stale.error.message, 'The profile was changed since you read it')
    const by = (...replies: (typeof first)[]) => replies.map(({ json }) => `changed by request ${json.meta.request_id}`)
    const { details } = stale.error
    assert.deepEqual(details?.name, by(first, second))
    assert.deepEqual(details?.icon, by(first))
    assert.deepEqual(details?.inherit_tcr_brand, by(second))
    assert.deepEqual(details?.['brand.contact.name'], by(second))
    assert.deepEqual(details?.payment_details, by(third))
    const later = await org.admin.patch(path, { name: 'Mine' }, { 'if-match': `"${id}.3"` })
    assert.deepEqual(later.error.details, { payment_details: by(third) })
    assert.equal((await org.admin.get(path)).data.name, 'Two')
  })

  test('C13: a tag as a compressing proxy hands it on, and a list as RFC 9110 has it, is the tag; a stale one still names its changes', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const path = `/v3/profiles/${id}`
    let version = 1
    const forms = [
      (tag: string) => `W/${tag}`,
      ...['-gzip', '--gzip', '-br', '-zstd', '-deflate'].map((end) => (tag: string) => tag.replace(/"$/, `${end}"`)),
      (tag: string) => `W/${tag.replace(/"$/, '-gzip"')}`,
      (tag: string) => `"a,b", ${tag}`,
      (tag: string) => `, ${tag} ,`,
    ]
    for (const form of forms) {
      const tag = form(`"${id}.${version}"`)
      const reply = await org.admin.patch(path, { description: `Version ${version}` }, { 'if-match': tag })
      assert.equal(reply.status, 200, tag)
      version += 1
      assert.equal(reply.headers.etag, `"${id}.${version}"`)
      const again = await org.admin.patch(path, { name: 'Mine' }, { 'if-match': tag })
      assert.equal(again.status, 412, tag)
      // What changed can be told where one tag was sent.
      assert.equal(again.error.details === null, tag.startsWith('"a,b"'), tag)
    }
    assert.equal((await org.admin.delete(path, undefined, { 'if-match': `W/"${id}.1-gzip"` })).status, 412)
    assert.equal((await org.admin.delete(path, undefined, { 'if-match': `W/"${id}.${version}-gzip"` })).status, 204)
  })

  test('an unknown, foreign or future tag, or a list of stale ones, is refused without details', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const other = await org.profile()
    const path = `/v3/profiles/${id}`
    assert.equal((await org.admin.patch(path, { name: 'Two' })).status, 200)
    for (const tag of [
      '"unheard-of"',
      `"${id}.2-identity"`,
      `"${other.id}.1"`,
      `"${id}.99"`,
      `"${id}.0"`,
      '""',
      `"${id}.1", "b"`,
    ]) {
      const reply = await org.admin.patch(path, { name: 'Mine' }, { 'if-match': tag })
      assert.equal(reply.status, 412, tag)
      assert.equal(reply.error.details, null, tag)
    }
    assert.equal((await org.admin.get(path)).data.name, 'Two')
  })

  test('a change that changed no member leaves no details', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ name: 'Same' })
    const path = `/v3/profiles/${id}`
    assert.equal((await org.admin.patch(path, { name: 'Same' })).headers.etag, `"${id}.2"`)
    const reply = await org.admin.patch(path, { name: 'Mine' }, { 'if-match': `"${id}.1"` })
    assert.equal(reply.status, 412)
    assert.equal(reply.error.details, null)
  })

  test('a malformed header is 400', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    for (const tag of ['', id, `"${id}.1`, `"a" "b"`, ',', `"a", b`, 'W/*']) {
      const reply = await org.admin.patch(`/v3/profiles/${id}`, { name: 'Mine' }, { 'if-match': tag })
      assert.equal(reply.status, 400, tag)
      assert.equal(reply.error.code, 'REQUEST_400')
    }
  })

  test('it is judged before the fields, after the profile, and in sandbox too', async () => {
    const org = await app.organization()
    const { id } = await org.profile()
    const stale = { 'if-match': '"old"' }
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, { name: '' }, stale)).status, 412)
    assert.equal((await org.admin.patch(`/v3/profiles/${id}`, { name: 'A', sandbox: true }, stale)).status, 412)
    assert.equal((await org.admin.patch(`/v3/profiles/${org.id}`, { name: 'A' }, stale)).status, 404)
    assert.equal((await org.admin.patch(`/v3/profiles/${org.id}`, { name: 'A' }, { 'if-match': '*' })).status, 404)
  })

  test('a change of the brand alone, and a card alone, make a new tag', async () => {
    const org = await app.organization()
    const { id } = await org.profile({ brand: aBrand() })
    const path = `/v3/profiles/${id}`
    const brand = await org.admin.mergePatch(path, { brand: { contact: { role: 'CFO' } } })
    assert.equal(brand.headers.etag, `"${id}.2"`)
    const card = await org.admin.patch(path, { payment_details: aCard() })
    assert.equal(card.headers.etag, `"${id}.3"`)
    assert.equal((await org.admin.get(path)).headers.etag, `"${id}.3"`)
  })
})
