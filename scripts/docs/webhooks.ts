import { DESCRIBED_EVENTS } from '../../src/contract/events.ts'
import { FAILURES_MAX, RETRY_SCHEDULE_MS } from '../../src/resources/webhooks/attempt.rules.ts'
import { REPLAY_MAX } from '../../src/resources/webhooks/replay.rules.ts'
import { GENERATED, markdownTable } from './markdown.ts'

/** A receiver's check of one delivery, as the page shows it; a test runs it. */
const VERIFIER = `import { createHmac, timingSafeEqual } from 'node:crypto'

/** headers: of Node (an object, names in lower case) or of fetch (Headers). rawBody: text or bytes as they arrived, before any JSON parser. secret: whsec_… */
export function isGenuine(headers, rawBody, secret) {
  const header = (name) => String((typeof headers.get === 'function' ? headers.get(name) : headers[name]) ?? '')
  const seconds = Number(header('webhook-timestamp'))
  if (!(Math.abs(Date.now() / 1000 - seconds) <= 300)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const hmac = createHmac('sha256', key)
    .update(\`\${header('webhook-id')}.\${seconds}.\`)
    .update(rawBody)
  const expected = Buffer.from(hmac.digest('base64'))
  const signatures = header('webhook-signature').split(' ')
  return signatures.some((entry) => {
    const given = Buffer.from(entry.replace(/^v1,/, ''))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
`

const HEADERS: [name: string, says: string][] = [
  ['`x-webhook-id`', 'the webhook, the same on every delivery; never use it to tell events apart'],
  ['`x-webhook-timestamp`', 'Unix seconds of the attempt'],
  [
    '`x-webhook-signature`',
    '`v1,` and the base64 of HMAC-SHA256 over `{x-webhook-id}.{x-webhook-timestamp}.{raw body}`',
  ],
  ['`x-webhook-event-type`', '`field` of the body'],
  ['`webhook-id`', 'the event, the same on every attempt and replay: tell events apart by it'],
  ['`webhook-timestamp`', 'Unix seconds of the attempt'],
  [
    '`webhook-signature`',
    'the same over `{webhook-id}.{webhook-timestamp}.{raw body}`; for 24 hours after a rotation a second one by the old secret, after a space',
  ],
]

function wait(ms: number): string {
  return `${ms / 60_000} min`
}

/** `docs/WEBHOOKS.md`: what a receiver has to know. */
export function renderWebhooks(): string {
  const events = DESCRIBED_EVENTS.filter(({ isEmitted }) => isEmitted).map(({ parent, type, says }) => [
    `\`${parent}\``,
    `\`${type}\``,
    says,
  ])
  const retries = RETRY_SCHEDULE_MS.map((ms, at) => [String(at + 1), wait(ms)])
  return `${GENERATED}

# Webhooks

A webhook is an address of yours that the server calls when something happens. \`POST /v3/webhooks\` creates one and shows its signing secret, once. A webhook of an organization gets the events of all its profiles; a webhook that a profile's key creates gets the events of that profile. [Receive webhooks](guides/receive-webhooks.md) has complete receivers; the operations are in the [reference](API.md).

## Events

\`event_types\` holds names of the left column; \`event_filters\` selects some of their events, for example \`{"profile": ["deleted"]}\`. \`message\` and \`messages\` are accepted too and never emitted: this server sends no messages.

${markdownTable(['event_types', 'sub_type', 'When'], events)}

## What arrives

\`\`\`json
{
  "field": "profile",
  "sub_type": "profile.updated",
  "timestamp": "2026-03-25T10:43:34Z",
  "payload": {
    "account_id": "770e8400-e29b-41d4-a716-446655440002",
    "organization_id": "550e8400-e29b-41d4-a716-446655440000",
    "profile_id": "770e8400-e29b-41d4-a716-446655440002",
    "status": "incomplete",
    "sequence": 7
  }
}
\`\`\`

The body holds ids and a status, and no secret: read the resource for more. \`account_id\` is the profile, or the organization if the event concerns no profile. \`sequence\` counts the events of a profile from 1. Events arrive at least once and in any order: store the \`webhook-id\` of each handled event, and the highest \`sequence\` of each profile. Every attempt for an event sends the same bytes.

${markdownTable(['Header', 'Holds'], HEADERS)}

Both signatures use the same secret: the key is the decoded base64 after \`whsec_\`. Refuse a time more than 300 seconds away. The second set of headers follows [Standard Webhooks](https://www.standardwebhooks.com), whose libraries verify it. Without a library:

\`\`\`js run-by: test/contract/webhook-document.test.ts
${VERIFIER}\`\`\`

The libraries expect a plain object. For a fetch \`Request\` pass \`Object.fromEntries(request.headers)\`.

## On a laptop

An address must be https, on port 443, and public; any other is refused. To receive events on the machine of the server, start it with \`WEBHOOKS_ALLOW_PRIVATE=on npm start\`, which production refuses. Then \`http://127.0.0.1:9000/hook\` is accepted, also as the \`webHookUrl\` of a completion. \`WEBHOOK_PORTS=443,8443\` allows further https ports.

## Attempts

An attempt succeeds with a 2xx within \`timeout_seconds\`, counted from the name resolution to the end of the response. A redirect is a failure. A failed delivery is tried again \`retry_count\` times:

${markdownTable(['Retry', 'After the failure, about'], retries)}

Each wait varies by ten percent. \`Retry-After\` makes it longer, up to 24 hours. A 410 switches the webhook off at once, and so do ${FAILURES_MAX} failed attempts in a row. Then \`is_active\` is false, \`disabled_at\` is the time, and the other webhooks of the account get \`webhook.disabled\`. A success resets the count. Switch the webhook on again with \`PATCH …/toggle-status\`.

One webhook has at most 5 attempts in flight, an organization 20. While an organization is suspended, nothing is delivered.

## Look and replay

\`GET …/events\` is the log of the last 7 days: status, timing, and the reason of the last failure. \`response_body\` is always null: the server reads at most 16 KiB of a response and drops it.

\`POST …/replay\` delivers events of the webhook again: one by \`event_id\`, or those of a time range (\`from\`, \`to\`). It reaches back 7 days and includes events that came while the webhook was off. One call replays at most ${REPLAY_MAX}; \`next_from\` is the \`from\` of the next call. \`POST …/test\` sends one invented event, once.

## When a profile is deleted

The webhooks of the profile still get \`profile.deleted\` and the events before it, with all retries. Later events are not delivered, and the key that created the webhooks is revoked. For a week the organization can see them: \`GET /v3/webhooks?is_ended=true\` lists them with \`is_active\` false, \`disabled_at\` and \`profile_id\`. The organization can read one and its log, and delete it. After that week they are deleted, with address and secret.

## Callback of a completion

The \`webHookUrl\` of \`POST /v3/profiles/{profileId}/complete\` gets one body: \`{"profileId", "success", "status", "timestamp"}\`, and on failure \`message\`. It has the same headers, is signed with the \`callback_signing_secret\` of the call's response, and is tried again five times, by the table above.
`
}
