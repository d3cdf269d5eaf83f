#!/usr/bin/env bash
# Expected: a client library throws when the answer is 4xx or 5xx, and the error tells the status.
# So: stripe looks at the body alone. JSON without a truthy member "error" is the result of the call, whatever the
#   status: a 500 resolves as a payment method. A body that is no JSON throws StripeAPIError without a statusCode:
#   nothing in the error tells a 415 from a 503.
# Versions: stripe 23.1.0.
# Matters: Stripe's own errors have the member. Those of what lies between do not: an egress proxy, a gateway, a mock
#   of a test say {"message": ...} or HTML. Then a card counts as attached that is not, and for the error without a
#   status nobody can decide between "was refused" and "try again".
# Instead: result.lastResponse.statusCode below 300 is part of success; an error without statusCode has an open outcome.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages stripe@23.1.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import Stripe from 'stripe'

let answer
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(answer.status, { 'content-type': answer.type })
    response.end(answer.body)
  })
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const stripe = new Stripe('sk_test_invented', {
  host: '127.0.0.1',
  port: server.address().port,
  protocol: 'http',
  maxNetworkRetries: 0,
  telemetry: false,
})

async function outcome(status, type, body) {
  answer = { status, type, body }
  return stripe.paymentMethods.create({ type: 'card' }).then(
    (result) => `resolved: ${JSON.stringify(result)}`,
    (error) => `${error.type}, statusCode ${error.statusCode}: ${error.message}`,
  )
}

const json = 'application/json'
const seen = {
  '500 with a payment method': await outcome(500, json, '{"id":"pm_1","card":{}}'),
  '404 of a gateway': await outcome(404, json, '{"message":"no such route"}'),
  '402 as Stripe writes it': await outcome(402, json, '{"error":{"type":"card_error","message":"declined"}}'),
  '415 in HTML': await outcome(415, 'text/html', '<p>unsupported</p>'),
  '503 in HTML': await outcome(503, 'text/html', '<p>unavailable</p>'),
}
server.close()
console.log(seen)

const untold = 'StripeAPIError, statusCode undefined: Invalid JSON received from the Stripe API'
assert.deepEqual(seen, {
  '500 with a payment method': 'resolved: {"id":"pm_1","card":{}}',
  '404 of a gateway': 'resolved: {"message":"no such route"}',
  '402 as Stripe writes it': 'StripeCardError, statusCode 402: declined',
  '415 in HTML': untold,
  '503 in HTML': untold,
})
EOF
