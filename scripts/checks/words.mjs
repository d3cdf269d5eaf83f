/** What does not belong in finished code. Patterns are written so that this file does not match itself. */
import ts from 'typescript'
import { lineOf, nodesOf } from './syntax.mjs'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./source-files.mjs').Problem} Problem */

const unfinished = /\b(TO[D]O|FI[X]ME|HA[C]K|X[X]X)\b/
const silenced = /@ts-(ignore|nocheck|expect-error)\b|\bbiome-ignore\b|\beslint-disable\b|\bknip-ignore\b/

/**
 * No unfinished work, and no complaint of a tool that is silenced where it arises.
 *
 * @param {SourceFile[]} files
 * @returns {Problem[]}
 */
export function checkWords(files) {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((words, at) => {
      const found = unfinished.exec(words) ?? (isPatternFile(path) ? null : silenced.exec(words))
      return found === null ? [] : [{ path, line: at + 1, message: `"${found[0]}" does not belong in finished code` }]
    }),
  )
}

function isPatternFile(path) {
  return path === 'scripts/checks/words.mjs'
}

const testFunctions = new Set(['test', 'it', 'describe', 'suite', 't'])
const switches = new Set(['skip', 'only', 'todo'])
/** Biome's noSkippedTests and noFocusedTests find `test.skip` and `test.only`; these are left. */
const names = new Set(['todo'])

/**
 * Every test runs: none is skipped, set apart or postponed. `skip` with a condition, for a test that needs what a
 * machine may not have, is allowed.
 *
 * @param {SourceFile[]} files
 * @returns {Problem[]}
 */
export function checkTestsRun(files) {
  return files.flatMap((file) =>
    [...nodesOf(file)]
      .filter((node) => ts.isCallExpression(node) && (isSwitchedByName(node) || isSwitchedByOption(node)))
      .map((node) => ({
        path: file.path,
        line: lineOf(file, node),
        message: 'a test that does not run, or runs alone',
      })),
  )
}

function isSwitchedByName({ expression }) {
  if (!ts.isPropertyAccessExpression(expression) || !ts.isIdentifier(expression.expression)) return false
  const [on, name] = [expression.expression.text, expression.name.text]
  return testFunctions.has(on) && (on === 't' ? switches : names).has(name)
}

function isSwitchedByOption({ expression, arguments: given }) {
  const callee = ts.isPropertyAccessExpression(expression) ? expression.name : expression
  if (!ts.isIdentifier(callee) || !testFunctions.has(callee.text)) return false
  return given
    .filter(ts.isObjectLiteralExpression)
    .some(({ properties }) =>
      properties.some(
        (property) =>
          ts.isPropertyAssignment(property) &&
          switches.has(property.name.getText()) &&
          isConstant(property.initializer),
      ),
    )
}

function isConstant(node) {
  return node.kind === ts.SyntaxKind.TrueKeyword || ts.isStringLiteralLike(node)
}
