import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findPackageRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from
  const parent = dirname(from)
  if (parent === from) throw new Error('package.json not found above the program files')
  return findPackageRoot(parent)
}

/** The folder that holds package.json, wherever the compiled files lie below it. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)))

/** The version in package.json. */
export const packageVersion = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version
