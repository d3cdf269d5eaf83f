// A process that opens the embedded database of a directory, says so on standard output, and closes it when told to:
// node embedded-child.js <data directory> <server|command> [auto|never]
// SIGINT is ignored, as in a server that is still finishing its requests.
import { createInterface } from 'node:readline'
import { EmbeddedError, openEmbedded } from '../../../src/db/embedded/index.ts'

const [dataDir = '', purpose, namespaces] = process.argv.slice(2)
const say = (words: object) => process.stdout.write(`${JSON.stringify(words)}\n`)
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

process.on('SIGINT', () => undefined)
try {
  const database = await openEmbedded({
    dataDir,
    purpose: purpose === 'command' ? 'command' : 'server',
    log: quiet,
    namespaces: namespaces === 'never' ? 'never' : 'auto',
  })
  say({ opened: database.origin, owner: database.owner, server: database.server })
  for await (const line of createInterface({ input: process.stdin })) if (line === 'close') break
  await database.close()
  say({ closed: true })
} catch (error) {
  say({ refused: error instanceof EmbeddedError ? error.code : 'other', message: String(error) })
}
process.stdin.destroy()
