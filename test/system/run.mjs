/** `npm run prove`, from a fresh clone too: what the goals import is installed before they are loaded (`test/system/main.mjs`). */
import { exitWith } from '../../scripts/setup/failure.mjs'
import { prepareDependencies } from '../../scripts/setup/prepare.mjs'

try {
  await prepareDependencies()
  await import('./main.mjs')
} catch (error) {
  exitWith(error)
}
