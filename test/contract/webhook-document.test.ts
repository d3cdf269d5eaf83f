import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DESCRIBED_EVENTS } from '../../src/contract/events.ts'
import { newSigningSecret } from '../../src/contract/signing-secret.ts'
import { renderWebhooks } from '../../src/documents/webhooks.ts'
import { signedHeaders } from '../../src/resources/webhooks/signature.rules.ts'

type IsGenuine = (headers: Record<string, string>, rawBody: string, secret: string) => boolean

test('the verifier that the page shows accepts what is sent and refuses everything else', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(renderWebhooks()) ?? []
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { isGenuine: IsGenuine }
  const [secret, previousSecret, other] = [newSigningSecret(), newSigningSecret(), newSigningSecret()]
  const body = '{"field":"profile","note":"ä"}'
  const signing = { endpointId: 'e', eventId: 'v', field: 'profile', body, secret, previousSecret, at: new Date() }
  const headers = signedHeaders(signing)
  assert.equal(isGenuine(headers, body, secret), true)
  assert.equal(isGenuine(headers, body, previousSecret), true)
  assert.equal(isGenuine(headers, body, other), false)
  assert.equal(isGenuine(headers, `${body} `, secret), false)
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
