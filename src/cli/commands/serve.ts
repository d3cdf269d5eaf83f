import type { Command } from 'commander'

/** `letterhead serve`: the server itself, until it is told to stop. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('run the server; it is configured by the environment (docs/OPERATIONS.md)')
    .action(async () => {
      // Loaded only here: no other command needs the server.
      const { serve } = await import('../../app/serve.ts')
      await serve()
    })
}
