import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageRoot } from '../setup/package-root.mjs'

/** @typedef {{ name: string, args: string[] }} Step a check that is one run of Node */
/** @typedef {{ name: string, ok: boolean, seconds: number, output: string }} StepResult */

/** What is checked beside the tests. The build comes first, because it takes longest. */
export function checkSteps() {
  return [
    { name: 'types and build', args: ['scripts/build.mjs', '--with-tests'] },
    {
      name: 'format and lint',
      args: [toolPath('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '--max-diagnostics=50'],
    },
    { name: 'import rules', args: ['scripts/check-imports.mjs'] },
    { name: 'dead code', args: [toolPath('knip', 'knip'), '--no-progress'] },
    { name: 'structure', args: ['scripts/check-structure.mjs'] },
    {
      name: 'API document',
      args: [
        toolPath('@redocly/cli', 'redocly'),
        'lint',
        'openapi.json',
        '--extends=recommended-strict',
        '--max-problems=50',
      ],
    },
  ]
}

/** The script behind a package's command: started with this Node, it needs neither a shell nor the links of `.bin`. */
function toolPath(packageName, command) {
  const manifestPath = join(packageRoot, 'node_modules', packageName, 'package.json')
  const { bin } = createRequire(import.meta.url)(manifestPath)
  return join(dirname(manifestPath), typeof bin === 'string' ? bin : bin[command])
}

/**
 * Runs the steps, at most `parallel` at a time, and tells each result when it is known.
 *
 * @param {Step[]} steps
 * @param {number} parallel
 * @param {(result: StepResult) => void} onResult
 * @returns {Promise<StepResult[]>}
 */
export async function runSteps(steps, parallel, onResult) {
  const waiting = [...steps]
  const results = []
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step)
      results.push(result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  return results
}

/** @returns {Promise<StepResult>} */
function runStep({ name, args }) {
  const startedAt = performance.now()
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const child = spawn(process.execPath, args, { cwd: packageRoot, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ name, ok: code === 0, seconds: (performance.now() - startedAt) / 1000, output: output.trimEnd() })
    })
  })
}
