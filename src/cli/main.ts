#!/usr/bin/env node
import { forgetDriverVariables } from '../config/index.ts'

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', () => process.exit(0))

forgetDriverVariables()
const [{ createOutput }, { runCli }] = await Promise.all([import('./output.ts'), import('./run.ts')])
const args = process.argv.slice(2)
process.exitCode = await runCli(args, createOutput(args.includes('--json')))
