import { join } from 'node:path'
import { repository } from './instance.mjs'
import { run } from './processes.mjs'

const program = join(repository, 'build', 'src', 'cli', 'main.js')

/**
 * The `letterhead` command.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {string} [input]
 */
export function letterhead(args, env, input) {
  return run(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd: '/',
    ...(input === undefined ? {} : { input }),
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
