import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { ENDPOINTS, OPEN_ENDPOINTS } from '../../src/app/app.ts'
import { firstStart } from '../../src/app/first-start.ts'
import type { JsonObject } from '../../src/contract/fields/json-value.ts'
import { findFirstProfile } from '../../src/db/installation.store.ts'
import { buildOpenApi } from '../../src/http/openapi/document.ts'
import { addPages } from '../../src/http/transport/pages.ts'
import { packageRoot } from '../../src/package-root.ts'
import { testApp } from '../kit/servers/app.ts'
import { loadScript } from './structure/script.ts'

/** What the reference at /docs shows beyond the published document. */

const SERVED = { keyed: ENDPOINTS, open: OPEN_ENDPOINTS }

test('E10: the reference shows every member of a body, and what a key looks like', async () => {
  const changed = await readFile(join(packageRoot, 'build', 'assets', 'scalar.js'), 'utf8')
  const published = await readFile(
    join(packageRoot, 'node_modules', '@scalar', 'fastify-api-reference', 'dist', 'js', 'standalone.js'),
    'utf8',
  )
  const { changedReferenceScript } = await loadScript<{ changedReferenceScript: (script: string) => string }>(
    'setup/build-state.mjs',
  )
  assert.equal(changed, changedReferenceScript(published))
  assert.match(published, /t\.length<=12\)return null;const\{properties:/, 'what hides members from the thirteenth on')
  assert.match(changed, /if\(true\)return null;const\{properties:/)
  assert.equal(changed.split('placeholder:"sk_live_…"').length, 3)
  assert.doesNotMatch(changed, /QUxMIFlPVVIg/)
  assert.throws(() => changedReferenceScript(changed), /other than 1 times/)
})

test('E10: the document has the profile of the first start as its example, once there is one', async () => {
  const seeded = '0190a0b0-0000-7000-8000-0000000000aa'
  let answer: () => Promise<string | null> = async () => null
  const server = fastify()
  addPages(server as unknown as Parameters<typeof addPages>[0], SERVED, null, () => answer())
  const read = async () => (await server.inject({ url: '/openapi.json' })).json()
  const plain = buildOpenApi(ENDPOINTS, OPEN_ENDPOINTS, null)
  assert.deepEqual(await read(), plain)
  answer = () => Promise.reject(new Error('the database is away'))
  assert.deepEqual(await read(), plain)
  answer = async () => seeded
  const shown = await read()
  const [ofPath] = shown.paths['/v3/profiles/{profileId}'].patch.parameters
  assert.deepEqual([ofPath.name, ofPath.schema.examples], ['profileId', [seeded]])
  assert.deepEqual(shown.components.parameters.ProfileScope.schema.examples, [seeded])
  const differing = JSON.stringify(shown).replaceAll(seeded, ofPublished(plain))
  assert.deepEqual(JSON.parse(differing), plain, 'nothing else differs')
  await server.close()
})

function ofPublished(document: JsonObject): string {
  const { parameters } = document.components as unknown as {
    parameters: { ProfileScope: { schema: { examples: [string] } } }
  }
  return parameters.ProfileScope.schema.examples[0]
}

test('E10: the update of a profile says the rules of brand and payment details', () => {
  const { paths } = buildOpenApi(ENDPOINTS, OPEN_ENDPOINTS, null) as unknown as {
    paths: Record<string, Record<string, { description: string }>>
  }
  const says = paths['/v3/profiles/{profileId}']?.patch?.description ?? ''
  for (const rule of [
    /submitted to TCR cannot be changed/,
    /`brand` is not allowed together with `"inherit_tcr_brand": true`/,
    /`payment_details` .* is allowed where `billing_model` is `profile` or `profile_and_organization`/,
    /never stored on this server/,
    /"sandbox": true/,
  ])
    assert.match(says, rule)
})

test('E10: a server in development shows the profile that its first start made, and one in production does not', async () => {
  for (const [environment, isShown] of [
    ['development', true],
    ['production', false],
  ] as const) {
    await using app = await testApp({ env: { NODE_ENV: environment } })
    assert.equal(await findFirstProfile(app.app.db), null)
    const first = await firstStart(app.app.db, app.keys)
    assert.equal(await findFirstProfile(app.app.db), first?.profileId)
    const { text } = await app.nobody.get('/openapi.json')
    assert.equal(text.includes(first?.profileId ?? 'none'), isShown, environment)
  }
})
