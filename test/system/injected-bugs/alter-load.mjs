import { writeSync } from 'node:fs'

/** @typedef {{ file: string, find: string, put: string }} Alteration file: the end of the built file's path */

/** @type {Alteration[]} */
let alterations = []

/** @param {Alteration[]} data */
export function initialize(data) {
  alterations = data
}

/** Puts another text in place of the one that is looked for. A text that is not there ends the server: it would prove nothing. */
export async function load(url, context, next) {
  const loaded = await next(url, context)
  const mine = alterations.filter(({ file }) => url.endsWith(`/${file}`))
  if (mine.length === 0) return loaded
  let source = String(loaded.source)
  for (const { file, find, put } of mine) {
    if (!source.includes(find)) {
      writeSync(2, `prove: nothing to alter in ${file}: ${find}\n`)
      process.exit(99)
    }
    source = source.replace(find, () => put)
    writeSync(2, `prove: altered ${file}\n`)
  }
  return { ...loaded, source }
}
