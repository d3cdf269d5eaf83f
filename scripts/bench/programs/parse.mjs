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
const itemsPerBatch = 50

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

const ids = Array.from({ length: count }, (_, at) => prefix + String(first + at).padStart(12, '0'))
for (let at = 0; at < ids.length; at += itemsPerBatch) {
  const requests = ids.slice(at, at + itemsPerBatch).map((objectId) => ({
    method: 'POST',
    path: '/parse/classes/Profile',
    body: { objectId, ...seedMembers },
  }))
  const response = await fetch(`${serverURL}/batch`, {
    method: 'POST',
    headers: {
      'x-parse-application-id': applicationId,
      'x-parse-master-key': masterKey,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ requests }),
  })
  const answers = await response.json()
  if (!response.ok || answers.some(({ error }) => error !== undefined)) throw new Error(JSON.stringify(answers))
}
process.stdout.write(`${JSON.stringify({ port, applicationId })}\n`)
process.on('SIGTERM', () => process.exit(0))
