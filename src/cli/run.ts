import { Command, CommanderError } from 'commander'
import { packageVersion } from '../package-root.ts'
import { type CommandFailure, EXIT, type ExitCode, toFailure, usage, withoutSecrets } from './command-failure.ts'
import type { Output } from './output.ts'

type Add = (program: Command, output: Output) => void

/** The commands in the order of the help. Only the one that is asked for is loaded: some bring half of the server with them. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  serve: async () => (await import('./commands/serve.ts')).addServe,
  migrate: async () => (await import('./commands/migrate.ts')).addMigrate,
  org: async () => (await import('./commands/org.ts')).addOrg,
  user: async () => (await import('./commands/user.ts')).addUser,
  key: async () => (await import('./commands/key.ts')).addKey,
  profile: async () => (await import('./commands/profile.ts')).addProfile,
  jobs: async () => (await import('./commands/jobs.ts')).addJobs,
  lint: async () => (await import('./commands/lint.ts')).addLint,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  backup: async () => (await import('./commands/backup.ts')).addBackup,
  restore: async () => (await import('./commands/restore.ts')).addRestore,
}

async function createProgram(args: readonly string[], output: Output, onErrorText: (text: string) => void) {
  const program = new Command('letterhead')
    .description('Sender profiles on your own server. Every command reads its configuration from the environment.')
    .version(packageVersion)
    .option('--json', 'answer one JSON value on standard output; failures as JSON on standard error')
    .exitOverride()
    .configureOutput({ writeErr: onErrorText })
    .configureHelp({ showGlobalOptions: true })
  const asked = args.find((arg) => !arg.startsWith('-')) ?? ''
  const loaders = Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]] : Object.values(COMMANDS)
  for (const load of loaders) (await load?.())?.(program, output)
  return program
}

/** What the parser refuses, without what may be a secret in the wrong place. */
function fromParser(error: CommanderError, helpText: string): CommandFailure {
  if (error.code === 'commander.help') return usage(`A command is needed.\n\n${helpText.trim()}`)
  const says = error.message.replace(/^error: /, '').replace(/(unknown option '--?[\w-]*)=[^']*'/, "$1'")
  return usage(withoutSecrets(says))
}

/** Runs one command line and says what came of it. Never throws; the exit codes are in docs/CLI.md. */
export async function runCli(args: readonly string[], output: Output): Promise<ExitCode> {
  let helpText = ''
  try {
    const program = await createProgram(args, output, (text) => {
      helpText += text
    })
    await program.parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    const failure = error instanceof CommanderError ? fromParser(error, helpText) : toFailure(error)
    output.failure(failure)
    return failure.exitCode
  }
}
