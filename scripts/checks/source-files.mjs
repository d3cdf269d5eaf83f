import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ path: string, text: string }} SourceFile path from the root, with forward slashes */
/** @typedef {{ path: string, line: number, message: string }} Problem */

/**
 * Every file below the folders whose name ends in one of the endings, in a fixed order.
 *
 * @param {string} root
 * @param {string[]} folders
 * @param {string[]} endings
 * @returns {SourceFile[]}
 */
export function readSources(root, folders, endings) {
  return folders
    .flatMap((folder) => pathsBelow(root, folder))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]} every file below the folder, as paths from the root
 */
export function pathsBelow(root, folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => statSync(join(root, path)).isFile())
}
