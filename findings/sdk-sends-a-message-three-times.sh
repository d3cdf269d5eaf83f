#!/usr/bin/env bash
# Expected: a client of a messaging API repeats a request by itself only where that is safe: reads, or with an
#   Idempotency-Key that it makes once and sends with each try (as stripe does).
# So: messages.send() is repeated twice after a timeout, a lost connection and any 5xx, without a key: in one call the
#   recipients get the message three times, and the caller is told of an error. The code has the place where a key would
#   be made; it is not switched on, though one of the two APIs has the header and the method takes one.
# Versions: @sentdm/sentdm 0.32.0, telnyx 7.24.0, for comparison stripe 23.1.0.
# Matters: the README tells of the retries, not that they cover what must not happen twice. A provider that answers
#   slowly for a minute multiplies what it bills and what people receive; carriers filter senders that repeat.
# Instead: give 'Idempotency-Key' to each send where the API knows it; maxRetries: 0 where it does not.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages @sentdm/sentdm@0.32.0 telnyx@7.24.0 stripe@23.1.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import Sent from '@sentdm/sentdm'
import Stripe from 'stripe'
import Telnyx from 'telnyx'

/** The key of each request taken; every one is taken, and answered later than the client waits. */
let keys = []
const server = createServer((request, response) => {
  keys.push(request.headers['idempotency-key'])
  request.resume()
  setTimeout(() => response.end('{}'), 1_500).unref()
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const { port } = server.address()
const patience = { timeout: 300 }

const to = '+14165550123'
const sent = new Sent({ apiKey: 'invented', baseURL: `http://127.0.0.1:${port}`, ...patience })
const telnyx = new Telnyx({ apiKey: 'invented', baseURL: `http://127.0.0.1:${port}`, ...patience })
const stripe = new Stripe('sk_test_invented', { host: '127.0.0.1', port, protocol: 'http', telemetry: false, ...patience })

const seen = {}
for (const [name, send] of [
  ['sentdm', () => sent.messages.send({ to: [to], channel: ['sms'], template: { name: 'order_shipped' } })],
  ['telnyx', () => telnyx.messages.send({ to, from: '+14165550124', text: 'Your order is on its way.' })],
  ['stripe', () => stripe.customers.create({ name: 'Example Ltd' })],
]) {
  keys = []
  const error = await send().then(
    () => 'none',
    (reason) => reason.constructor.name,
  )
  const distinct = new Set(keys.filter((key) => key !== undefined)).size
  seen[name] = { 'requests taken': keys.length, 'keys, distinct': distinct, error }
}
server.close()
server.closeAllConnections()
console.table(seen)

const unguarded = { 'requests taken': 3, 'keys, distinct': 0, error: 'APIConnectionTimeoutError' }
assert.deepEqual(seen.sentdm, unguarded)
assert.deepEqual(seen.telnyx, unguarded)
assert.deepEqual([seen.stripe['requests taken'] > 1, seen.stripe['keys, distinct']], [true, 1])
EOF
