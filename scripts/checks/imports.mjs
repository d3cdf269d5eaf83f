import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../setup/package-root.mjs'
import { readSources } from './source-files.mjs'

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {{ source: string, dependencies: unknown[] }} ReadModule as dependency-cruiser reports it */

/**
 * Checks the imports of src/, test/, scripts/docs/ and bench/ below `root` against .dependency-cruiser.cjs.
 *
 * @param {string} root
 * @returns {Promise<{ read: number, problems: string[] }>} problems as `rule: from -> to`, or what was left unread
 */
export async function checkImports(root) {
  const files = readSources(root, ['src', 'test', 'scripts/docs', 'bench'], ['.ts', '.mjs'])
  const { modules, summary } = await cruise(root)
  const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
  return { read: modules.length, problems: [...unreadFiles(files, modules), ...violations] }
}

/**
 * dependency-cruiser reports success for a language version that it cannot read, so a file that it left out, or in which
 * it saw none of the imports, is a problem of its own.
 *
 * @public
 * @param {SourceFile[]} files
 * @param {ReadModule[]} modules
 * @returns {string[]}
 */
export function unreadFiles(files, modules) {
  const dependenciesOf = new Map(modules.map(({ source, dependencies }) => [source, dependencies.length]))
  return files.flatMap(({ path, text }) => {
    const count = dependenciesOf.get(path)
    if (count === undefined) return [`not read: ${path}`]
    return count === 0 && /^(import|export) .*from '/m.test(text) ? [`imports not seen: ${path}`] : []
  })
}

/** @returns {Promise<{ modules: ReadModule[], summary: { violations: { rule: { name: string }, from: string, to: string }[] } }>} */
function cruise(root) {
  const tool = join(packageRoot, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const config = join(packageRoot, '.dependency-cruiser.cjs')
  const folders = ['src', 'test', 'scripts/docs', 'bench'].filter((folder) => existsSync(join(root, folder)))
  const args = [tool, '--config', config, '--output-type', 'json', ...folders]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let answer = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    complaint += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      try {
        resolve(JSON.parse(answer))
      } catch {
        reject(new Error(`dependency-cruiser gave no report (exit code ${code}): ${complaint.trim()}`))
      }
    })
  })
}
