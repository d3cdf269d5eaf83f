import { join } from 'node:path'
import { repository } from './instance.mjs'
import { Child } from './processes.mjs'

/**
 * Runs a program of `test/system/network-namespace/` where it is root over a network of its own, with nothing in it, and over mounts of its
 * own: no rights are needed but to make namespaces. What it starts ends with it.
 *
 * @param {string} name of the program
 * @param {Record<string, unknown>} task
 * @param {{ folder: string, withinMs: number }} options
 * @returns {Promise<{ result: Record<string, any>, output: string }>}
 * @throws {Error} where namespaces cannot be made, or the program failed
 */
export async function runInside(name, task, { folder, withinMs }) {
  const program = join(repository, 'test', 'system', 'network-namespace', name)
  const flags = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child']
  const child = new Child('unshare', [...flags, process.execPath, program], {
    env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, PROVE_TASK: JSON.stringify(task) },
    cwd: folder,
    outputPath: join(folder, `${name}.log`),
  })
  const timer = setTimeout(() => child.signal('SIGKILL'), withinMs)
  const { code, signal } = await child.ended
  clearTimeout(timer)
  const output = child.output()
  const found = /^RESULT (.*)$/m.exec(output)
  if (code !== 0 || found === null)
    throw new Error(`in a namespace of its own ${name} ended by ${signal ?? code}: ${output.slice(-1_500)}`)
  return { result: JSON.parse(found[1]), output }
}
