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
      .map((name) => ({
        path: 'package-lock.json',
        line: 1,
        message: `${name}, optional for ${path || 'us'}, has no entry`,
      })),
  )
}

/** Where Node looks for a package from inside another: in that one's own folder, then in each one around it. */
function placesOf(path, name) {
  const folders = path.split('/node_modules/')
  return ['', ...folders.map((_, at) => `${folders.slice(0, at + 1).join('/node_modules/')}/`)].map(
    (folder) => `${folder}node_modules/${name}`,
  )
}
