/** @typedef {import('./source-files.mjs').Problem} Problem */

const sliceFiles = [
  /^[a-z0-9-]+[.](fields|rules|store|jobs)([.]test)?[.]ts$/,
  /^index[.]ts$/,
  /^accept\/[a-z0-9-]+[.](rules|store)([.]test)?[.]ts$/,
  /^workflow\/[a-z0-9-]+([.](job|store))?([.]test)?[.]ts$/,
  /^workflow\/rules\/[a-z0-9-]+[.]rules([.]test)?[.]ts$/,
  /^endpoints\/[a-z]+(-[a-z]+)*([.]test)?[.]ts$/,
]

/**
 * A slice holds files of the agreed kinds and no others.
 *
 * @param {string[]} paths
 * @returns {Problem[]}
 */
export function checkSliceFiles(paths) {
  return paths.flatMap((path) => {
    const [, slice, inside] = /^src\/resources\/([^/]+)\/(.+)$/.exec(path) ?? []
    if (slice === undefined) {
      return path.startsWith('src/resources/') ? [{ path, line: 1, message: 'a file beside the slices' }] : []
    }
    return sliceFiles.some((kind) => kind.test(inside))
      ? []
      : [{ path, line: 1, message: 'a slice has no files of this kind' }]
  })
}

const emptyWords = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'managers'])

/**
 * A file is named for what it holds; some words say nothing.
 *
 * @param {string[]} paths
 * @returns {Problem[]}
 */
export function checkFileNames(paths) {
  return paths.flatMap((path) => {
    const empty = path.split(/[/.-]/).find((word) => emptyWords.has(word))
    return empty === undefined ? [] : [{ path, line: 1, message: `"${empty}" says nothing about what is inside` }]
  })
}

const rootEntries = new Set([
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'LICENSE',
  'docs',
  'findings',
  'bench',
  'deploy',
  'src',
  'test',
  'scripts',
  'openapi.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'biome.json',
  'knip.json',
  '.ci',
  '.dependency-cruiser.cjs',
  '.editorconfig',
  '.env.example',
  '.gitattributes',
  '.gitignore',
])

/** What .gitignore leaves out of the repository, and git's own folder. */
const notInTheRepository = [
  /^[.]git$/,
  /^node_modules$/,
  /^build(-.*)?$/,
  /^data$/,
  /[.]log$/,
  /[.]cpuprofile$/,
  /^[.]DS_Store$/,
]

/**
 * The root holds the documents, the folders and configuration, nothing else (decision 29).
 *
 * @param {string[]} names entries of the root folder
 * @returns {Problem[]}
 */
export function checkRootEntries(names) {
  return names
    .filter((name) => !rootEntries.has(name) && !notInTheRepository.some((pattern) => pattern.test(name)))
    .map((name) => ({ path: name, line: 1, message: 'nothing of this name belongs at the root of the repository' }))
}
