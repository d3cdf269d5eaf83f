#!/usr/bin/env bash
# Expected: a call ends when its AbortSignal fires, and a client that asks for a timeout of 200 ms waits for an
#   answer no longer than that, with a pause between tries that the library bounds (its own pauses end at 8 s).
# So: the pause that a Retry-After asks for is taken whole, however long, and neither the signal nor the timeout ends
#   it: the call is told of its abort when the pause is over. Two SDKs of messaging providers do the same, line by line:
#   they come out of one generator.
# Versions: @sentdm/sentdm 0.32.0, telnyx 7.24.0.
# Matters: with "Retry-After: 3600" of a provider in maintenance, a request, a job or a graceful stop hangs for an hour
#   behind code that looks bounded three times over (timeout, signal, maxRetries).
# Instead: maxRetries: 0, and a retry of one's own; or a race between the call and the signal.

. "$(dirname "${BASH_SOURCE[0]}")/kit/workspace.sh"
packages @sentdm/sentdm@0.32.0 telnyx@7.24.0

run <<'EOF'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import Sent from '@sentdm/sentdm'
import Telnyx from 'telnyx'

let requests = 0
const server = createServer((request, response) => {
  requests += 1
  request.resume().on('end', () => {
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '3' })
    response.end('{}')
  })
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const baseURL = `http://127.0.0.1:${server.address().port}`

const seen = []
for (const Client of [Sent, Telnyx]) {
  requests = 0
  const client = new Client({ apiKey: 'invented', baseURL, timeout: 200, maxRetries: 1 })
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 300)
  const start = performance.now()
  const error = await client.get('/anything', { signal: abort.signal }).then(
    () => 'resolved',
    (reason) => reason.constructor.name,
  )
  const ms = performance.now() - start
  console.log(`${Client.name}: timeout 200 ms, aborted after 300 ms: ${error} after ${ms.toFixed(0)} ms, ${requests} request`)
  seen.push({ error, requests, whole: ms > 2_900 })
}
server.close()
assert.deepEqual(seen, Array(2).fill({ error: 'APIUserAbortError', requests: 1, whole: true }))
EOF
