import ts from 'typescript'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/** @type {WeakMap<SourceFile, ts.SourceFile>} */
const parsed = new WeakMap()

/**
 * The file's syntax tree, parsed once per file object.
 *
 * @param {SourceFile} file
 */
export function parse(file) {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const kind = file.path.endsWith('.mjs') || file.path.endsWith('.cjs') ? ts.ScriptKind.JS : ts.ScriptKind.TS
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true, kind)
  parsed.set(file, tree)
  return tree
}

/**
 * Every node of the file, parents first.
 *
 * @param {SourceFile} file
 * @returns {Generator<ts.Node>}
 */
export function* nodesOf(file) {
  const pending = [/** @type {ts.Node} */ (parse(file))]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node
    pending.push(...node.getChildren().reverse())
  }
}

/** @param {SourceFile} file @param {ts.Node} node @returns {number} the line on which the node begins, from 1 */
export function lineOf(file, node) {
  return parse(file).getLineAndCharacterOfPosition(node.getStart()).line + 1
}

/**
 * Texts written in the file: string literals and templates, the latter with `${...}` left as `$`, without the names in
 * import and export declarations.
 *
 * @param {SourceFile} file
 * @returns {{ text: string, line: number }[]}
 */
export function textsOf(file) {
  const texts = []
  for (const node of nodesOf(file)) {
    if (ts.isStringLiteralLike(node) && !isModuleName(node)) texts.push({ text: node.text, line: lineOf(file, node) })
    if (ts.isTemplateExpression(node)) {
      const text = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('$')
      texts.push({ text, line: lineOf(file, node) })
    }
  }
  return texts
}

function isModuleName(node) {
  return ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)
}
