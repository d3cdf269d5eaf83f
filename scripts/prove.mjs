/** `npm run prove`, from a fresh clone too: what the goals import is installed before they are loaded (`prove/main.mjs`). */
import { exitWith } from './setup/failure.mjs'
import { prepareDependencies } from './setup/prepare.mjs'

try {
  await prepareDependencies()
  await import('../prove/main.mjs')
} catch (error) {
  exitWith(error)
}
