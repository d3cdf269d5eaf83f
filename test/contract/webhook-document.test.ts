import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderWebhooks } from '../../scripts/docs/webhooks.ts'
import { ENDPOINTS } from '../../src/app/app.ts'
import { DESCRIBED_EVENTS } from '../../src/contract/events.ts'
import { isJsonObject, type JsonObject } from '../../src/contract/fields/json-value.ts'
import { newSigningSecret } from '../../src/contract/tokens/signing-secret.ts'
import { buildOpenApi } from '../../src/http/openapi/document.ts'
import { readWanted, wantedProblems } from '../../src/resources/webhooks/replay.rules.ts'
import { signedHeaders } from '../../src/resources/webhooks/signature.rules.ts'
import { settingProblems } from '../../src/resources/webhooks/webhook.rules.ts'

type IsGenuine = (headers: Record<string, string> | Headers, rawBody: string | Uint8Array, secret: string) => boolean

test('the verifier that WEBHOOKS.md shows accepts what is sent and refuses everything else', async () => {
  const [, code = ''] = /```js\b[^\n]*\n([\s\S]*?)```/.exec(renderWebhooks()) ?? []
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { isGenuine: IsGenuine }
  const [secret, previousSecret, other] = [newSigningSecret(), newSigningSecret(), newSigningSecret()]
  const body = '{"field":"profile","note":"ä"}'
  const signing = { endpointId: 'e', eventId: 'v', field: 'profile', body, secret, previousSecret, at: new Date() }
  const headers = signedHeaders(signing)
  assert.equal(isGenuine(headers, body, secret), true)
  assert.equal(isGenuine(headers, body, previousSecret), true)
  assert.equal(isGenuine(headers, body, other), false)
  assert.equal(isGenuine(headers, `${body} `, secret), false)
  for (const given of [headers, new Headers(headers), Object.fromEntries(new Headers(headers))]) {
    for (const raw of [body, Buffer.from(body), new TextEncoder().encode(body)]) {
      assert.equal(isGenuine(given, raw, secret), true, 'E11')
      assert.equal(isGenuine(given, raw, other), false)
    }
  }
  const { 'webhook-signature': _signature, ...unsigned } = headers
  for (const bare of [unsigned, new Headers(unsigned), {}, new Headers()])
    assert.equal(isGenuine(bare, body, secret), false, 'E11: without a signature')
  for (const away of [-302, 302]) {
    const moved = signedHeaders({ ...signing, at: new Date(Date.now() + away * 1000) })
    assert.equal(isGenuine(moved, body, secret), false)
  }
})

test('the page has a line for every event that is emitted', () => {
  const page = renderWebhooks()
  for (const { type, says, isEmitted } of DESCRIBED_EVENTS)
    assert.equal(
      page.split('\n').filter((line) => line.includes(`\`${type}\``) && line.includes(says)).length,
      isEmitted ? 1 : 0,
    )
})

const document = buildOpenApi(ENDPOINTS, [], null)

/** The bodies that the API document shows for an operation. */
function shownBodies(path: string, method: string): JsonObject[] {
  const inside = (value: unknown, ...names: string[]): JsonObject => {
    let found = value
    for (const name of names) found = isJsonObject(found as never) ? (found as JsonObject)[name] : undefined
    assert.ok(isJsonObject(found as never), names.join('.'))
    return found as JsonObject
  }
  const media = inside(document, 'paths', path, method, 'requestBody', 'content', 'application/json')
  if (!isJsonObject(media.examples)) return [inside(media, 'example')]
  return Object.keys(media.examples).map((name) => inside(media, 'examples', name, 'value'))
}

test('the filters of every webhook that the document shows are of its event types', () => {
  const bodies = [...shownBodies('/v3/webhooks', 'post'), ...shownBodies('/v3/webhooks/{webhookId}', 'put')]
  for (const body of bodies)
    assert.deepEqual(
      settingProblems(body, body, () => null, {}),
      {},
    )
})

test('the members of every replay that the document shows go together', () => {
  const atThatTime = Date.parse('2026-03-25T12:00:00Z')
  for (const body of shownBodies('/v3/webhooks/{webhookId}/replay', 'post'))
    assert.deepEqual(wantedProblems(readWanted(body), atThatTime), {})
})
