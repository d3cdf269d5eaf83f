import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../scripts/setup/package-root.mjs'

/** A module of the built program, by its path below src/ without ending. */
export function built(path) {
  return import(pathToFileURL(join(packageRoot, 'build', 'src', `${path}.js`)).href)
}
