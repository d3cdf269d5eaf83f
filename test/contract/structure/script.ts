import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../../../src/package-root.ts'

/** A file as the checks in scripts/checks/ take it: path from the root, and content. */
export interface SourceFile {
  path: string
  text: string
}

/** One finding of a check. */
export interface Problem {
  path: string
  line: number
  message: string
}

/** The exports of a module below scripts/, which is JavaScript because it runs before anything is compiled. */
export function loadScript<Exports>(path: string): Promise<Exports> {
  return loadUncompiled(`scripts/${path}`)
}

/** The exports of any module that is not compiled, by its path from the root. */
export async function loadUncompiled<Exports>(path: string): Promise<Exports> {
  return (await import(pathToFileURL(join(packageRoot, path)).href)) as Exports
}
