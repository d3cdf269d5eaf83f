/** `npm run bench`, from a fresh clone too: what the groups import is installed before they are loaded (`bench/main.mjs`). */
import { exitWith } from '../scripts/setup/failure.mjs'
import { prepareDependencies } from '../scripts/setup/prepare.mjs'

try {
  await prepareDependencies()
  await import('./main.mjs')
} catch (error) {
  exitWith(error)
}
