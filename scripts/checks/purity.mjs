/** Where the outside world may be touched: environment, clock, randomness, network. */
import ts from 'typescript'
import { lineOf, nodesOf } from './syntax.mjs'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./source-files.mjs').Problem} Problem */

const isRules = (path) => path.endsWith('.rules.ts')
const mayUseNetwork = (path) => /^src\/(egress|db|cli)\/|^src\/adapters\/http-client\/bounded-fetch[.]ts$/.test(path)

/**
 * Only src/config/index.ts reads the environment.
 *
 * @param {SourceFile[]} files program files
 * @returns {Problem[]}
 */
export function checkEnvironment(files) {
  return files
    .filter(({ path }) => path !== 'src/config/index.ts')
    .flatMap((file) =>
      findNodes(file, (node) => isMember(node, 'process', 'env') || isImportOf(node, 'process', 'env')).map((node) =>
        problem(file, node, 'the environment is read outside src/config/index.ts'),
      ),
    )
}

const impureNames = new Set([
  'fetch',
  'crypto',
  'performance',
  'process',
  'globalThis',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
])

/**
 * Rules decide from their arguments alone: no clock, randomness, environment, timers or network.
 *
 * @param {SourceFile[]} files program files
 * @returns {Problem[]}
 */
export function checkRulesPurity(files) {
  return files
    .filter(({ path }) => isRules(path))
    .flatMap((file) =>
      findNodes(file, (node) => isClock(node) || isMember(node, 'Math', 'random') || isUseOf(node, impureNames)).map(
        (node) => problem(file, node, `a rule is not pure: ${node.getText()}`),
      ),
    )
}

/**
 * Connections to the outside are opened by egress, the adapters' bounded fetch, the database layer and the CLI's client
 * only (SSRF-3).
 *
 * @param {SourceFile[]} files program files
 * @returns {Problem[]}
 */
export function checkNetwork(files) {
  return files
    .filter(({ path }) => !mayUseNetwork(path))
    .flatMap((file) =>
      findNodes(file, isOutboundCall).map((node) =>
        problem(file, node, `outbound network: ${node.getText().split('(')[0]}`),
      ),
    )
}

function isOutboundCall(node) {
  if (ts.isNewExpression(node)) return isNamed(node.expression, 'WebSocket')
  if (!ts.isCallExpression(node)) return false
  const callee = node.expression
  if (isNamed(callee, 'fetch') || isMember(callee, 'globalThis', 'fetch')) return true
  const methods = {
    http: ['request', 'get'],
    https: ['request', 'get'],
    net: ['connect', 'createConnection'],
    tls: ['connect'],
  }
  return Object.entries(methods).some(([module, names]) => names.some((name) => isMember(callee, module, name)))
}

/** `Date.now`, `Date()` and `new Date()`; a date made from a value is no clock. */
function isClock(node) {
  if (isMember(node, 'Date', 'now')) return true
  if (ts.isCallExpression(node)) return isNamed(node.expression, 'Date')
  return ts.isNewExpression(node) && isNamed(node.expression, 'Date') && (node.arguments?.length ?? 0) === 0
}

function isUseOf(node, names) {
  if (!ts.isIdentifier(node) || !names.has(node.text)) return false
  const { parent } = node
  const isMemberName = ts.isPropertyAccessExpression(parent) && parent.name === node
  const isKey = (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node
  return !isMemberName && !isKey
}

function isMember(node, object, name) {
  if (ts.isPropertyAccessExpression(node)) return isNamed(node.expression, object) && node.name.text === name
  return (
    ts.isElementAccessExpression(node) &&
    isNamed(node.expression, object) &&
    ts.isStringLiteralLike(node.argumentExpression) &&
    node.argumentExpression.text === name
  )
}

function isNamed(node, name) {
  return ts.isIdentifier(node) && node.text === name
}

function isImportOf(node, module, name) {
  if (!ts.isImportDeclaration(node) || node.moduleSpecifier.text.replace('node:', '') !== module) return false
  const named = node.importClause?.namedBindings
  return (
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.some((element) => (element.propertyName ?? element.name).text === name)
  )
}

function findNodes(file, test) {
  return [...nodesOf(file)].filter(test)
}

function problem(file, node, message) {
  return { path: file.path, line: lineOf(file, node), message }
}
