/** `npm run bench`, from a fresh clone too: what the groups import is installed before they are loaded (`bench/main.mjs`). */
import { exitWith } from './setup/failure.mjs'
import { prepareDependencies } from './setup/prepare.mjs'

try {
  await prepareDependencies()
  await import('./bench/main.mjs')
} catch (error) {
  exitWith(error)
}
