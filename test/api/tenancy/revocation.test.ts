import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setOrganizationState } from '../../../src/resources/organizations/index.ts'
import { setUserRole, setUserStatus } from '../../../src/resources/users/index.ts'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'
import { Client, type Reply } from '../../kit/servers/client.ts'
import { kindOf, tally } from '../../kit/tally.ts'

describe('a right that is withdrawn on one instance', () => {
  let app: TestApp
  let org: TestOrganization
  let id: string
  let key: Client

  before(async () => {
    app = await testApp({ instances: 2 })
  })
  beforeEach(async () => {
    org = await app.organization()
    id = (await org.profile()).id
    key = (await org.key(org.admin.userId ?? '')).at(app.urls[1] ?? '')
    assert.equal((await write(0)).status, 200)
  })
  after(() => app[Symbol.asyncDispose]())

  const write = (round: number): Promise<Reply> => key.patch(`/v3/profiles/${id}`, { name: `Round ${round}` })

  const WITHDRAWN: [string, string, () => Promise<unknown>][] = [
    ['key', '401 AUTH_002', () => app.sql('update api_keys set revoked_at = now() where id = $1', [key.keyId])],
    ['role', '403 AUTH_004', () => setUserRole(app.app.db, org.id, key.userId ?? '', 'billing')],
    ['user', '403 AUTH_004', () => setUserStatus(app.app.db, org.id, key.userId ?? '', 'suspended')],
    ['account', '403 BUSINESS_014', () => setOrganizationState(app.app.db, org.id, 'SUSPENDED')],
  ]
  for (const [what, refusal, withdraw] of WITHDRAWN) {
    test(`is gone on the other with its very next request: the ${what}`, async () => {
      await withdraw()
      assert.equal(kindOf(await write(1)), refusal)
    })
  }

  test('is gone on the other for every request that begins after the withdrawal was answered', async () => {
    const path = `/v3/profiles/${id}/keys`
    const made = await org.admin.post(path, {})
    const profileKey = new Client(app.urls[1] ?? '', {
      apiKey: String(made.data.api_key),
      keyId: String(made.data.id),
      userId: '',
    })
    let isRevoked = false
    const before: Reply[] = []
    const afterwards: Reply[] = []
    const asking = Array.from({ length: 4 }, async () => {
      while (afterwards.length < 20) {
        const into = isRevoked ? afterwards : before
        into.push(await profileKey.get(`/v3/profiles/${id}`))
      }
    })
    while (before.length < 10) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal((await org.admin.delete(`${path}/${made.data.id}`)).status, 204)
    isRevoked = true
    await Promise.all(asking)
    assert.ok((tally(before)[200] ?? 0) >= 1)
    assert.equal(tally(afterwards)[200], undefined)
  })

  test('and given back works again with the very next request', async () => {
    await setUserStatus(app.app.db, org.id, key.userId ?? '', 'suspended')
    assert.equal(kindOf(await write(1)), '403 AUTH_004')
    await setUserStatus(app.app.db, org.id, key.userId ?? '', 'active')
    assert.equal((await write(2)).status, 200)
  })
})
