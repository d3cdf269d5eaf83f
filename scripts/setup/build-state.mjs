import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Written into the output folder, so that program and stamp change places in one rename. */
export const stampPath = join('build', 'src', '.stamp.json')

/** The API reference page's script, served by us because nothing is loaded from outside. */
export const referenceScript = {
  from: 'node_modules/@scalar/fastify-api-reference/dist/js/standalone.js',
  to: 'build/assets/scalar.js',
}

/**
 * What no setting of the page changes, and how often it stands in the script: it shows the first 12 members of a body only, and has
 * a text in the field of the key that looks like a key.
 */
const CHANGES = [
  { from: 'if(t.length<=12)return null;', to: 'if(true)return null;', count: 1 },
  { from: 'placeholder:"QUxMIFlPVVIgQkFTRSBBUkUgQkVMT05HIFRPIFVT"', to: 'placeholder:"sk_live_…"', count: 2 },
]

/**
 * The script as this server sends it.
 *
 * @param {string} script as it was published
 * @throws {Error} for another script than the changes were made for
 */
export function changedReferenceScript(script) {
  return CHANGES.reduce((text, { from, to, count }) => {
    const parts = text.split(from)
    if (parts.length !== count + 1)
      throw new Error(`the script of the reference holds ${from} other than ${count} times`)
    return parts.join(to)
  }, script)
}

/** @typedef {{ program: string, tests: string | null }} Stamp digests of what was compiled; tests null when left out */

/**
 * Digests of everything the build is made from. By content, not time: a checkout, a copy into an image and a restored
 * backup change times without changing the program.
 *
 * @param {string} root
 * @returns {{ program: string, tests: string }}
 */
export function currentSources(root) {
  const all = sourcePaths(root)
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const base = [
    readFileSync(join(root, 'tsconfig.json'), 'utf8'),
    lock['node_modules/typescript-native'].version,
    lock['node_modules/@scalar/fastify-api-reference'].version,
    JSON.stringify(CHANGES),
  ]
  return {
    program: digest(root, all.filter(isProgram), base),
    tests: digest(
      root,
      all.filter((path) => !isProgram(path)),
      base,
    ),
  }
}

/** @param {string} path relative to the root, with forward slashes */
export function isProgram(path) {
  return path.startsWith('src/') && !path.endsWith('.test.ts')
}

/**
 * @param {string} root
 * @param {{ withTests: boolean }} options
 */
export function isBuildCurrent(root, { withTests }) {
  const stamp = readStamp(root)
  if (stamp === null || !existsSync(join(root, referenceScript.to))) return false
  const sources = currentSources(root)
  return stamp.program === sources.program && (!withTests || stamp.tests === sources.tests)
}

/** @returns {Stamp | null} */
function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, stampPath), 'utf8'))
  } catch {
    return null
  }
}

/** @returns {string[]} every .ts file of the program, its tests and the renderers of the documents, relative to the root, with forward slashes, in order */
export function sourcePaths(root) {
  return ['src', 'test', 'scripts/docs'].flatMap((folder) => sourcesBelow(root, folder)).sort()
}

function sourcesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
}

function digest(root, paths, base) {
  const hash = createHash('sha256')
  for (const part of base) hash.update(part).update('\0')
  for (const path of paths)
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0')
  return hash.digest('hex')
}
