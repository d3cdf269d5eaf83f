import ts from 'typescript'
import { lineOf, nodesOf, parse } from './syntax.mjs'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./source-files.mjs').Problem} Problem */

/** The first that fits counts. */
const fileLimits = [
  [/[.](test|suite)[.]ts$/, Number.POSITIVE_INFINITY],
  [/^src\/http\/pipeline\/pipeline[.]ts$/, 150],
  [/\/endpoints\//, 200],
  [/[.](rules|store)[.]ts$/, 300],
  [/./, 400],
]

const functionLinesMax = 80

/**
 * No file is longer than its kind allows. Test files may be as long as their tables.
 *
 * @param {SourceFile[]} files
 * @returns {Problem[]}
 */
export function checkFileSizes(files) {
  return files.flatMap(({ path, text }) => {
    const [, limit] = fileLimits.find(([kind]) => kind.test(path))
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    return lines > limit ? [{ path, line: limit + 1, message: `${lines} lines, at most ${limit}` }] : []
  })
}

/**
 * No function is longer than 80 lines, outside test files, whose suites are functions too.
 *
 * @param {SourceFile[]} files
 * @returns {Problem[]}
 */
export function checkFunctionSizes(files) {
  return files
    .filter(({ path }) => !/[.](test|suite)[.]ts$/.test(path))
    .flatMap((file) =>
      [...nodesOf(file)].filter(ts.isFunctionLike).flatMap((node) => {
        const first = lineOf(file, node)
        const lines = parse(file).getLineAndCharacterOfPosition(node.getEnd()).line + 2 - first
        if (lines <= functionLinesMax) return []
        return [{ path: file.path, line: first, message: `a function of ${lines} lines, at most ${functionLinesMax}` }]
      }),
    )
}
