import { Command, CommanderError } from 'commander'
import { packageVersion } from '../package-root.ts'
import { type CommandFailure, EXIT, type ExitCode, toFailure, usage, withoutSecrets } from './command-failure.ts'
import { addBackup, addRestore } from './commands/backup.ts'
import { addDoctor } from './commands/doctor.ts'
import { addKey } from './commands/key.ts'
import { addMigrate } from './commands/migrate.ts'
import { addOrg } from './commands/org.ts'
import { addProfile } from './commands/profile.ts'
import { addServe } from './commands/serve.ts'
import { addUser } from './commands/user.ts'
import { createOutput, type Output } from './output.ts'

function createProgram(output: Output, onErrorText: (text: string) => void): Command {
  const program = new Command('letterhead')
    .description('Sender profiles on your own server. Every command reads its configuration from the environment.')
    .version(packageVersion)
    .option('--json', 'answer one JSON value on standard output; failures as JSON on standard error')
    .exitOverride()
    .configureOutput({ writeErr: onErrorText })
    .configureHelp({ showGlobalOptions: true })
  addServe(program)
  addMigrate(program, output)
  addOrg(program, output)
  addUser(program, output)
  addKey(program, output)
  addProfile(program, output)
  addDoctor(program, output)
  addBackup(program, output)
  addRestore(program, output)
  return program
}

/** What the parser refuses, without what may be a secret in the wrong place. */
function fromParser(error: CommanderError, helpText: string): CommandFailure {
  if (error.code === 'commander.help') return usage(`A command is needed.\n\n${helpText.trim()}`)
  const says = error.message.replace(/^error: /, '').replace(/(unknown option '--?[\w-]*)=[^']*'/, "$1'")
  return usage(withoutSecrets(says))
}

/** Runs one command line and says what came of it. Never throws; the exit codes are in docs/CLI.md. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const output = createOutput(args.includes('--json'))
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', () => process.exit(EXIT.ok))
  let helpText = ''
  const program = createProgram(output, (text) => {
    helpText += text
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    const failure = error instanceof CommanderError ? fromParser(error, helpText) : toFailure(error)
    output.failure(failure)
    return failure.exitCode
  }
}
