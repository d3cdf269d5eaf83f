import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import { brandWithTaxId, completableProfile, complete } from '../../kit/completion.ts'
import { scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { type TestApp, testApp } from '../../kit/servers/app.ts'

const ROUNDS = 200
const AT_ONCE = 5

/**
 * Changes the brand at one server while the other accepts the completion, `headStartMs` after it was asked for.
 * @returns the stored brand and who was first.
 */
async function race(app: TestApp, org: TestOrganization, round: number, headStartMs: number) {
  const { id } = await completableProfile(org)
  const path = `/v3/profiles/${id}`
  const [first = '', second = ''] = app.urls
  const taxId = `98-${String(1_000_000 + round)}`
  const [patched, accepted] = await Promise.all([
    sleep(headStartMs).then(() => org.admin.at(first).patch(path, { brand: brandWithTaxId(taxId) })),
    complete(org.admin.at(second), id),
  ])
  assert.equal(accepted.status, 202, accepted.text)
  assert.ok(patched.status === 200 || patched.status === 400, patched.text)
  if (patched.status === 400) assert.deepEqual(Object.keys(patched.error.details ?? {}), ['brand'])
  const later = await org.admin.patch(path, { brand: brandWithTaxId('11-1111111') })
  assert.equal(later.status, 400, 'the lock holds')
  const { brand } = (await org.admin.get(path)).data as { brand: { id: string; business: { tax_id: string } } }
  assert.equal(brand.business.tax_id, patched.status === 200 ? taxId : '12-3456789')
  return { brand, isChanged: patched.status === 200 }
}

/**
 * A change of the brand against its submission (CONC-3): what the registry has is the stored brand; no change is accepted
 * after the lock was taken; each brand is submitted once.
 */
test(`${ROUNDS} races of PATCH brand against complete`, { timeout: 500_000 }, async () => {
  const registry = scriptedRegistry()
  const env = { POOL_WAIT_MS: '4000', ROW_LOCK_MS: '4500' }
  await using app = await testApp({ instances: 2, env, ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  let changed = 0
  // Where one side has won, the other is helped, so that the two meet at their commits on any machine.
  let headStartMs = 0
  for (let round = 0; round < ROUNDS; round += AT_ONCE) {
    const races = Array.from({ length: AT_ONCE }, (_, queue) => race(app, org, round + queue, headStartMs))
    const results = await Promise.all(races)
    await Promise.all(app.apps.map((instance) => instance.jobs.runDue()))
    for (const { brand, isChanged } of results) {
      if (isChanged) changed += 1
      headStartMs = Math.max(0, headStartMs + (isChanged ? 1 : -1))
      assert.equal(registry.brands.get(brand.id)?.taxId, brand.business.tax_id.replace('-', ''))
    }
  }
  assert.equal(registry.log.filter((call) => call === 'submitBrand').length, ROUNDS)
  assert.equal(registry.brands.size, ROUNDS)
  assert.ok(changed > 0 && changed < ROUNDS, `both orders occur: ${changed} of ${ROUNDS} changes came first`)
})
