#!/usr/bin/env bash
# Expected: the option "timeout" of a provider's client is the longest that a request takes; the READMEs say so.
# So: to stripe it is the longest silence between two bytes, to the two SDKs the time until the headers. An answer whose
#   headers come at once and whose body comes slowly takes as long as the server likes and resolves in the end.
# Versions: stripe 23.1.0, @sentdm/sentdm 0.32.0, telnyx 7.24.0.
# Matters: callers build on it: the lease of a job, the limit of a request, the length of a graceful stop. A gateway that
#   writes blanks to keep a connection open, or a stalled body, breaks all three, and two workers do one job.
# Instead: a deadline of one's own around each call, and for what changes something an outcome "unknown" behind it.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages stripe@23.1.0 @sentdm/sentdm@0.32.0 telnyx@7.24.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import Sent from '@sentdm/sentdm'
import Stripe from 'stripe'
import Telnyx from 'telnyx'

/** Headers at once, a blank every 100 ms, the end after 4 s. */
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json' })
  const blanks = setInterval(() => response.write(' '), 100)
  setTimeout(() => {
    clearInterval(blanks)
    response.end('{}')
  }, 4_000)
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const { port } = server.address()

const timeout = 1_000
const sdk = { apiKey: 'invented', baseURL: `http://127.0.0.1:${port}`, timeout, maxRetries: 0 }
const host = { host: '127.0.0.1', port, protocol: 'http', telemetry: false }
const calls = {
  stripe: () => new Stripe('sk_test_invented', { ...host, timeout, maxNetworkRetries: 0 }).customers.create({}),
  sentdm: () => new Sent(sdk).get('/anything'),
  telnyx: () => new Telnyx(sdk).get('/anything'),
}

const seen = {}
for (const [name, call] of Object.entries(calls)) {
  const start = performance.now()
  const outcome = await call().then(
    () => 'resolved',
    (reason) => reason.constructor.name,
  )
  const ms = performance.now() - start
  console.log(`${name}: timeout ${timeout} ms, ${outcome} after ${ms.toFixed(0)} ms`)
  seen[name] = `${outcome} ${ms > 3_900 ? 'at the end of the answer' : 'before'}`
}
server.close()
const late = 'resolved at the end of the answer'
assert.deepEqual(seen, { stripe: late, sentdm: late, telnyx: late })
EOF
