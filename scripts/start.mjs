/**
 * `npm start`: everything a clean clone needs, then the server in this same process, so that signals reach it once and
 * its exit code is the command's.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitWith } from './setup/failure.mjs'
import { packageRoot } from './setup/package-root.mjs'
import { prepare } from './setup/prepare.mjs'

const parent = process.ppid
const stopSignals = ['SIGINT', 'SIGTERM']

/**
 * npm runs this through a shell, which dies of a SIGTERM without passing it on. Without this the server would go on
 * alone, holding its port. A server that already heard a signal is left to finish.
 */
function stopWhenOrphaned() {
  let isStopping = false
  const note = () => {
    isStopping = true
  }
  process.on('newListener', (event, listener) => {
    // Only beside the server's own listener: alone, this one would keep the signal from ending the process.
    if (stopSignals.includes(event) && listener !== note && !process.listeners(event).includes(note))
      process.on(event, note)
  })
  const watch = () => {
    if (process.ppid !== parent && !isStopping) process.kill(process.pid, 'SIGTERM')
  }
  watch()
  setInterval(watch, 500).unref()
}

try {
  await prepare({ withTests: false })
} catch (error) {
  exitWith(error)
}
if (process.env.npm_lifecycle_event !== undefined) stopWhenOrphaned()
await import(pathToFileURL(join(packageRoot, 'build', 'src', 'main.js')).href)
