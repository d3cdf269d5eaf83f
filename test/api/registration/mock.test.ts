import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildPorts } from '../../../src/app/providers.ts'
import { loadConfig } from '../../../src/config/index.ts'
import { wake } from '../../../src/resources/registrations/index.ts'
import { giveBrandOf } from '../../kit/builders/organization-data.ts'
import { telnyxKeys } from '../../kit/builders/signed-events.ts'
import {
  anotherWaitsForBrand,
  brandWithTaxId,
  completableProfile,
  complete,
  inheritingProfile,
  letTimePass,
  settle,
  stepOf,
} from '../../kit/completion.ts'
import { recordedLog } from '../../kit/fakes/recorded-log.ts'
import { scriptedRegistry } from '../../kit/fakes/scripted-registry.ts'
import { startFakeTcr, TCR_KEY, TCR_SECRET } from '../../kit/fakes/tcr.ts'
import { startFakeTelnyx, TELNYX_KEY } from '../../kit/fakes/telnyx.ts'
import { testApp } from '../../kit/servers/app.ts'

test('a registry that takes mocks gets mocks, own and taken over, and nobody is asked to review them', async () => {
  const registry = scriptedRegistry({ takesMocks: true })
  registry.sharing = null
  await using app = await testApp({ ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  await giveBrandOf(app, org.id, brandWithTaxId('12-3456789'))
  const own = await completableProfile(org)
  await complete(org.admin, own.id)
  const done = await settle(app, org.admin, own.id)
  assert.deepEqual([done.state, stepOf(done, 'campaign_review').state], ['completed', 'skipped'])
  const first = await inheritingProfile(org)
  const second = await inheritingProfile(org)
  registry.plan('submitBrand', 'refuse')
  await complete(org.admin, first.id)
  await complete(org.admin, second.id)
  // One that finds the brand refused already is told so, and takes nothing over.
  registry.onCall = () => anotherWaitsForBrand(app)
  await app.app.jobs.runDue()
  registry.onCall = null
  await giveBrandOf(app, org.id, brandWithTaxId('12-3456788'))
  for (let turn = 0; turn < 4; turn += 1) await letTimePass(app)
  assert.equal((await settle(app, org.admin, second.id)).state, 'completed')
  assert.deepEqual(
    [...registry.brands.values()].map(({ isMock }) => isMock),
    [true, true],
  )
})

test('a registry that no longer says the number of a company does not take it from the brand', async () => {
  const registry = scriptedRegistry()
  await using app = await testApp({ ports: { brandRegistry: registry, carrier: null } })
  const org = await app.organization()
  const { id } = await completableProfile(org)
  await complete(org.admin, id)
  assert.equal((await settle(app, org.admin, id)).state, 'completed')
  registry.universalEin = null
  registry.identity = 'VETTED_VERIFIED'
  await wake(app.app.db, app.keys, { tcrBrandId: 'B000001' })
  await app.app.jobs.runDue()
  const { brand } = (await org.admin.get(`/v3/profiles/${id}`)).data as { brand: Record<string, unknown> }
  assert.deepEqual([brand.identity_status, brand.universal_ein], ['VETTED_VERIFIED', 'US_123456789'])
})

describe('REGISTRY_MOCKS', () => {
  const registries = [
    {
      name: 'tcr',
      start: startFakeTcr,
      envOf: (url: string) => ({ TCR_API_KEY: TCR_KEY, TCR_API_SECRET: TCR_SECRET, TCR_BASE_URL: `${url}/v2` }),
    },
    {
      name: 'telnyx',
      start: startFakeTelnyx,
      envOf: (url: string) => ({
        TELNYX_API_KEY: TELNYX_KEY,
        TELNYX_PUBLIC_KEY: telnyxKeys().publicKey,
        TELNYX_BASE_URL: `${url}/v2`,
        PUBLIC_URL: 'https://letterhead.example',
      }),
    },
  ]
  for (const { name, start, envOf } of registries) {
    for (const mocks of ['on', 'off', undefined]) {
      test(`${mocks ?? 'not said'}: what ${name} is sent`, async () => {
        const provider = await start()
        try {
          const env = { BRAND_REGISTRY: name, ...(mocks && { REGISTRY_MOCKS: mocks }), ...envOf(provider.url) }
          const loaded = loadConfig(env)
          assert.ok(loaded.ok, JSON.stringify(loaded))
          const { brandRegistry } = await buildPorts(loaded.config, recordedLog().log)
          await using app = await testApp({ ports: { brandRegistry, carrier: null } })
          const org = await app.organization()
          const { id } = await completableProfile(org)
          await complete(org.admin, id)
          await app.app.jobs.runDue()
          const sent = provider.requests.filter(({ step }) => step === 'submit_brand')
          assert.deepEqual(
            sent.map(({ body }) => body.mock),
            [mocks === 'on' ? true : undefined],
          )
        } finally {
          await provider.close()
        }
      })
    }
  }
})
