import { minVersion, satisfies, validRange } from 'semver'

/** @typedef {import('./source-files.mjs').Problem} Problem */

/**
 * The lock file names every package that any platform needs. npm leaves out optional packages that the registry it asked
 * did not have, and then refuses the lock file on a clean clone.
 *
 * @param {{ packages: Record<string, { optionalDependencies?: Record<string, string> }> }} lock
 * @returns {Problem[]}
 */
export function checkLockfile({ packages }) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !placesOf(path, name).some((place) => packages[place] !== undefined))
      .map((name) => problem(`${name}, optional for ${path || 'us'}, has no entry`)),
  )
}

/**
 * Every package that an operator installs runs on the oldest Node.js that we promise. A package that asks for more is only a
 * warning of npm, so nobody would see it.
 *
 * @param {{ packages: Record<string, { version?: string, dev?: boolean, engines?: { node?: string } }> }} lock
 * @param {{ engines: { node: string } }} manifest our package.json
 * @returns {Problem[]}
 */
export function checkEngines({ packages }, { engines }) {
  const oldest = minVersion(engines.node)
  return Object.entries(packages).flatMap(([path, { version, dev, engines: { node } = {} }]) => {
    if (path === '' || dev === true || node === undefined) return []
    const name = `${path.split('node_modules/').at(-1)} ${version}`
    if (validRange(node) === null) return [problem(`${name} wants a Node.js that cannot be read: ${node}`)]
    if (satisfies(oldest, node)) return []
    return [
      problem(`${name} wants Node.js ${node}, we promise ${oldest}: take another version, with "overrides" if need be`),
    ]
  })
}

/** @returns {Problem} */
function problem(message) {
  return { path: 'package-lock.json', line: 1, message }
}

/** Where Node looks for a package from inside another: in that one's own folder, then in each one around it. */
function placesOf(path, name) {
  const folders = path.split('/node_modules/')
  return ['', ...folders.map((_, at) => `${folders.slice(0, at + 1).join('/node_modules/')}/`)].map(
    (folder) => `${folder}node_modules/${name}`,
  )
}
