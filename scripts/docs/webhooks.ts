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

A webhook is an address that is told of events. \`POST /v3/webhooks\` makes one and shows its signing secret, once. An organization hears of all its profiles; a key that acts as a profile makes webhooks of that profile. Operations are in the [reference](API.md).

## Events

Name the left column in \`event_types\`; \`event_filters\` picks some of them, as \`{"profile": ["deleted"]}\`. \`message\`, \`messages\` and \`templates\` can be named too and are never emitted: this server sends no messages.

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

Ids and a status, nothing that is secret: read the resource for more. \`account_id\` is the profile, or the organization where none is concerned. \`sequence\` counts a profile's events from 1. Events arrive at least once and in any order: keep \`webhook-id\` of what was handled, and the highest \`sequence\` of a profile. The bytes of an event are the same on every attempt.

${markdownTable(['Header', 'Holds'], HEADERS)}

Both signatures are made with the same secret: decode the base64 after \`whsec_\`. Refuse times more than 300 seconds away. The second set is that of [Standard Webhooks](https://www.standardwebhooks.com), whose libraries verify it as it is. Without one (complete receivers for Node.js, Python and Java are in [Receive webhooks](guides/receive-webhooks.md)):

\`\`\`js run-by: test/contract/webhook-document.test.ts
${VERIFIER}\`\`\`

The libraries want an object: give them \`Object.fromEntries(request.headers)\` of a fetch \`Request\`, whose \`Headers\` have no members to read.

## On a laptop

An address must be https, on port 443, and lead out of this machine and its networks, or it is refused. To receive events on the machine that the server runs on, start that with \`WEBHOOKS_ALLOW_PRIVATE=on npm start\`, which production refuses; then \`http://127.0.0.1:9000/hook\` will do, also as the \`webHookUrl\` of a completion. \`WEBHOOK_PORTS=443,8443\` allows further ports of https.

## Attempts

An attempt succeeds by a 2xx within \`timeout_seconds\`, which cover everything from the name's resolution to the end of the answer. A redirect is a failure. Failures are tried again \`retry_count\` times:

${markdownTable(['Retry', 'After the failure, about'], retries)}

Each wait varies by ten percent. \`Retry-After\` makes it longer, 24 hours at most. 410 switches the webhook off at once, ${FAILURES_MAX} failed attempts in a row do too; then \`is_active\` is false, \`disabled_at\` says since when, and the other webhooks of the account get \`webhook.disabled\`. A success resets the count. Switch it on again with \`PATCH …/toggle-status\`.

One webhook has at most 5 attempts in flight, an organization 20. While an organization is suspended nothing is delivered.

## Look and replay

\`GET …/events\` is the log of the last 7 days: status, timing, the sentence of the last failure. \`response_body\` is always null: what an endpoint answers is read, 16 KiB at most, and dropped.

\`POST …/replay\` delivers again what the webhook hears of, by \`event_id\` or from an instant on (\`from\`, \`to\`), also events that came while it was off, for 7 days. One call replays at most ${REPLAY_MAX}; \`next_from\` says where to go on. \`POST …/test\` sends one made-up event, once.

## When a profile is deleted

Its webhooks are told of \`profile.deleted\` and of what was before it, with every retry, and then end: nothing later is delivered, and the key that made them is dead. For a week the organization sees them: \`GET /v3/webhooks?is_ended=true\` lists them with \`is_active\` false, \`disabled_at\` and \`profile_id\`; one can be read, its log too, and deleted. Then they go, with address and secret.

## Callback of a completion

The \`webHookUrl\` of \`POST /v3/profiles/{profileId}/complete\` gets one body, \`{"profileId", "success", "status", "timestamp"}\` and on failure \`message\`, with the same headers. It is signed with the secret that the call answered, and tried again five times by the table above.
`
}
