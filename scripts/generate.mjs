/** `npm run generate`: builds, then writes every file that is made from the code, and names those that changed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateDatabaseFiles } from './generate/database-files.mjs'
import { exitWith } from './setup/failure.mjs'
import { packageRoot } from './setup/package-root.mjs'
import { prepare } from './setup/prepare.mjs'

try {
  await prepare({ withTests: true })
  const built = join(packageRoot, 'build', 'scripts', 'docs', 'index.js')
  const { GENERATED_FILES } = await import(pathToFileURL(built).href)
  for (const { path, render } of GENERATED_FILES) {
    const target = join(packageRoot, path)
    const current = existsSync(target) ? readFileSync(target, 'utf8') : ''
    const wanted = render(current)
    if (wanted !== current) writeFileSync(target, wanted)
    console.log(`${wanted === current ? 'unchanged' : 'written  '}  ${path}`)
  }
  await generateDatabaseFiles()
} catch (error) {
  exitWith(error)
}
