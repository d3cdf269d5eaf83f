import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../kit/app.ts'
import { brandWithTaxId, completableProfile, complete, settle } from '../../kit/completion.ts'
import { scriptedRegistry } from '../../kit/scripted-registry.ts'

const ROUNDS = 120

/**
 * A change of the brand against its submission (CONC-3): what the registry has is the stored brand, byte for byte; no change
 * is accepted after the lock was taken; each brand is submitted once.
 */
test(`${ROUNDS} races of PATCH brand against complete`, { timeout: 240_000 }, async () => {
  const registry = scriptedRegistry()
  await using app = await testApp({ instances: 2, ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  const [first = '', second = ''] = app.urls
  let late = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id } = await completableProfile(org)
    const path = `/v3/profiles/${id}`
    const taxId = `98-${String(1_000_000 + round)}`
    const [patched, accepted] = await Promise.all([
      org.admin.at(first).patch(path, { brand: brandWithTaxId(taxId) }),
      complete(org.admin.at(second), id),
    ])
    assert.equal(accepted.status, 202, accepted.text)
    assert.ok(patched.status === 200 || patched.status === 400, patched.text)
    if (patched.status === 400) {
      late += 1
      assert.deepEqual(Object.keys(patched.error.details ?? {}), ['brand'])
    }
    const after = await org.admin.patch(path, { brand: brandWithTaxId('11-1111111') })
    assert.equal(after.status, 400, 'the lock holds')
    const stored = (await org.admin.get(path)).data.brand as { id: string; business: { tax_id: string } }
    assert.equal(stored.business.tax_id, patched.status === 200 ? taxId : '12-3456789')
    if (round % 20 === 0) assert.equal((await settle(app, org.admin, id)).state, 'completed')
    else await app.app.jobs.runDue()
    const sent = registry.brands.get(stored.id)
    assert.equal(sent?.taxId, stored.business.tax_id.replace('-', ''))
  }
  assert.equal(registry.log.filter((call) => call === 'submitBrand').length, ROUNDS)
  assert.equal(registry.brands.size, ROUNDS)
  assert.ok(late < ROUNDS, 'some changes came before the lock')
})
