/**
 * Compares a Node version with the minimum of package.json's `engines.node`, which is always of the form `>=20.19`.
 *
 * @param {string} version as in `process.versions.node`
 * @param {string} range
 * @returns {string | null} what is wrong and what to do, or null
 */
export function nodeVersionProblem(version, range) {
  const [minimumMajor, minimumMinor = 0] = range.replace('>=', '').split('.').map(Number)
  const [major, minor] = version.split('.').map(Number)
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return null
  return `Letterhead needs Node ${minimumMajor}.${minimumMinor} or newer; this is Node ${version}. Install a newer one and run the command again.`
}
