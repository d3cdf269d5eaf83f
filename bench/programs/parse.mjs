/** Parse Server from the folder it was installed in, with one class of profiles. Its order comes as JSON from standard input. */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { seedMembers } from '../seed-request.mjs'

const { folder, url, prefix, first, count } = JSON.parse(await text(process.stdin))
const installed = createRequire(join(folder, 'package.json'))
const { ParseServer } = installed('parse-server')
const express = installed('express')

const applicationId = 'bench'
const masterKey = 'bench-master'

const application = express()
const server = createServer(application)
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const { port } = server.address()
const serverURL = `http://127.0.0.1:${port}/parse`
const parse = new ParseServer({
  databaseURI: url,
  appId: applicationId,
  masterKey,
  serverURL,
  allowCustomObjectId: true,
  allowClientClassCreation: true,
  idempotencyOptions: { paths: ['classes/.*'], ttl: 300 },
  logLevel: 'error',
  silent: true,
  logsFolder: null,
})
await parse.start()
application.use('/parse', parse.app)

const headers = {
  'x-parse-application-id': applicationId,
  'x-parse-master-key': masterKey,
  'content-type': 'application/json',
}

/** The class with its members' types: objects that arrive together would race to add them. */
async function makeClass() {
  const fields = Object.fromEntries(
    Object.entries(seedMembers).map(([name, value]) => [name, { type: columnType(name, value) }]),
  )
  await call('/schemas/Profile', { className: 'Profile', fields })
}

function columnType(name, value) {
  if (name === 'brand' || name === 'billing_contact' || name === 'payment_details') return 'Object'
  const isFlag = typeof value === 'boolean' || /^(allow|inherit)_/.test(name)
  return isFlag ? 'Boolean' : 'String'
}

async function call(path, body) {
  const response = await fetch(serverURL + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

await makeClass()
for (let at = 0; at < count; at += 1) {
  await call('/classes/Profile', { objectId: prefix + String(first + at).padStart(12, '0'), ...seedMembers })
}
process.stdout.write(`${JSON.stringify({ port, applicationId })}\n`)
process.on('SIGTERM', () => process.exit(0))
