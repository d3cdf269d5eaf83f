#!/usr/bin/env node
import { createOutput } from './output.ts'
import { runCli } from './run.ts'

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', () => process.exit(0))

const args = process.argv.slice(2)
process.exitCode = await runCli(args, createOutput(args.includes('--json')))
