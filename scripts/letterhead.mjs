#!/usr/bin/env node
/** The `letterhead` command: makes sure that the program is built from the sources that are here, then runs it. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitWith } from './setup/failure.mjs'
import { packageRoot } from './setup/package-root.mjs'
import { prepare } from './setup/prepare.mjs'

try {
  await prepare({ withTests: false })
} catch (error) {
  exitWith(error)
}
await import(pathToFileURL(join(packageRoot, 'build', 'src', 'cli', 'main.js')).href)
