import { join } from 'node:path'
import { alterationLoader, repository } from './instance.mjs'
import { run } from './processes.mjs'

const program = join(repository, 'build', 'src', 'cli', 'main.js')

/**
 * The `letterhead` command.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {{ file: string, find: string, put: string }[]} [alterations]
 */
export function letterhead(args, env, alterations = []) {
  const isAltered = alterations.length > 0
  return run(process.execPath, [...(isAltered ? ['--import', alterationLoader] : []), program, ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      ...(isAltered ? { PROVE_ALTERATIONS: JSON.stringify(alterations) } : {}),
      ...env,
    },
    cwd: '/',
  })
}

/**
 * The command's result as JSON; fails when it did.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
export async function letterheadJson(args, env) {
  const { code, stdout, stderr } = await letterhead([...args, '--json'], env)
  if (code !== 0) throw new Error(`letterhead ${args.join(' ')}: ${code} ${stderr}`)
  return stdout.trim() === '' ? null : JSON.parse(stdout)
}
