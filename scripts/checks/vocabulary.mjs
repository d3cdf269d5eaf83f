import ts from 'typescript'
import { lineOf, nodesOf, parse } from './syntax.mjs'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./source-files.mjs').Problem} Problem */

/**
 * Words of our own, and the field's term for each. Names are the terms that a trained engineer brings along, so these words
 * stand in no identifier and in no comment. Public words that look alike are texts, which are not read here.
 *
 * @public
 * @type {Readonly<Record<string, string>>}
 */
const VOCABULARY = {
  house: 'AppContext, or the server',
  trail: 'request context',
  wishes: 'request headers',
  arrival: 'incoming request',
  crowd: 'concurrency limit',
  waiters: 'duplicate wait limit',
  overdue: 'query timeouts',
  seal: 'encrypt, cipher',
  seals: 'encrypts, ciphers',
  sealed: 'encrypted',
  unseal: 'decrypt',
  beacon: 'presence socket',
  seats: 'connection quota',
  oracle: 'reference model',
  provocation: 'status trigger',
  provocations: 'status triggers',
  sabotage: 'injected bug',
  sabotages: 'injected bugs',
  storm: 'generated load',
  prover: 'system test',
  trial: 'goal run',
}

/**
 * No name and no comment holds a word of the list above.
 *
 * @param {SourceFile[]} files
 * @returns {Problem[]}
 */
export function checkVocabulary(files) {
  return files.flatMap((file) => [...inNames(file), ...inComments(file)])
}

function inNames(file) {
  return [...nodesOf(file)]
    .filter((node) => ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
    .flatMap((node) => wordsOf(node.text).map((word) => problem(file, lineOf(file, node), word, node.text)))
}

function inComments(file) {
  const found = []
  for (const { text, line } of commentsOf(file))
    for (const word of text.split(/[^A-Za-z]+/).flatMap(wordsOf)) found.push(problem(file, line, word, 'a comment'))
  return found
}

/** The listed words in a name: `sealedText` and `SEALED_TEXT` both hold `sealed`. */
function wordsOf(name) {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => Object.hasOwn(VOCABULARY, word))
}

function commentsOf(file) {
  const tree = parse(file)
  const comments = new Map()
  for (const node of nodesOf(file)) {
    const ranges = [
      ...(ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(file.text, node.end) ?? []),
    ]
    for (const { pos, end } of ranges) comments.set(pos, file.text.slice(pos, end))
  }
  return [...comments].map(([pos, text]) => ({ text, line: tree.getLineAndCharacterOfPosition(pos).line + 1 }))
}

function problem({ path }, line, word, where) {
  return { path, line, message: `"${word}" in ${where}: say ${VOCABULARY[word]}` }
}
