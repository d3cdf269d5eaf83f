/** Every reference opens: the decisions and the sections of the contract that the code cites exist. */

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./source-files.mjs').Problem} Problem */

/**
 * Comments cite "decision 14" and "contract 8.9". The first is a page below docs/decisions/, the second a heading or a
 * numbered line of docs/contract.md.
 *
 * @param {SourceFile[]} files
 * @param {{ decisionPaths: string[], contract: string }} documents
 * @returns {Problem[]}
 */
export function checkCitations(files, { decisionPaths, contract }) {
  const decisions = new Set(decisionPaths.map((path) => Number(/decisions\/(\d+)-/.exec(path)?.[1])))
  const sections = new Set([
    ...[...contract.matchAll(/^#{2,3} (\d+(?:\.\d+)?)[. ]/gm)].map(([, number]) => number),
    ...[...contract.matchAll(/\b17-\d+\b/g)].map(([reading]) => reading),
  ])
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, at) => {
      const cited = [
        ...[...line.matchAll(/\bdecisions? (\d+)(?: and (\d+))?/g)].flatMap(([, ...numbers]) =>
          numbers
            .filter((number) => number !== undefined && !decisions.has(Number(number)))
            .map((n) => `decision ${n}`),
        ),
        ...[...line.matchAll(/\bcontract (\d+-\d+|\d+\.\d+|\d+)\b/g)]
          .filter(([, section]) => !sections.has(section))
          .map(([, section]) => `contract ${section}`),
      ]
      return cited.map((what) => ({ path, line: at + 1, message: `"${what}" leads nowhere` }))
    }),
  )
}
