/** Runs the test files of its arguments in this process; exit code 1 when one fails or does not load. */
import { pathToFileURL } from 'node:url'
import { inOrder, runTests } from './recorder.mjs'

for (const path of process.argv.slice(2)) await import(pathToFileURL(path).href)
const { failure } = await runTests(inOrder())
if (failure !== null) console.error(`${failure.id}: ${failure.message}`)
process.exit(failure === null ? 0 : 1)
