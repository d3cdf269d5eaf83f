import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import typescript from 'typescript'
import { packageRoot } from '../../src/package-root.ts'
import { type Block, runs } from './document-blocks.ts'

/** Runs what a page shows as a reader does: from top to bottom in one shell, against a server that was just started. */

const START_MS_MAX = 60_000
const PAGE_MS_MAX = 240_000

/** What runs a program of each language; the shell runs `sh` itself. */
export const INTERPRETERS: Readonly<Record<string, string>> = {
  js: 'node',
  ts: 'node',
  py: 'python3',
  java: 'java',
}

export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}

export interface FirstServer extends AsyncDisposable {
  url: string
  apiKey: string
  profileId: string
  dataDir: string
}

/** The server of `npm start` on an empty data directory, with simulators that need a tenth of a second. */
export async function startServer(): Promise<FirstServer> {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-page-'))
  const dataDir = join(folder, 'data')
  const { NODE_OPTIONS: _options, ...env } = process.env
  const child = spawn(process.execPath, [join(packageRoot, 'build', 'src', 'main.js')], {
    cwd: folder,
    env: {
      ...env,
      DATA_DIR: dataDir,
      PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
      SIMULATOR_DELAY_MS: '100',
      WEBHOOKS_ALLOW_PRIVATE: 'on',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  let printed = ''
  const banner = new Promise<FirstServer>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start in time:\n${printed}`)), START_MS_MAX)
    const take = (chunk: Buffer) => {
      printed += chunk.toString('utf8')
      const [, url, profileId] = /curl -X PATCH (\S+?)\/v3\/profiles\/(\S+)[\s\S]*\}'\n/.exec(printed) ?? []
      const [, apiKey] = /API key \(shown once\) (\S+)/.exec(printed) ?? []
      if (url === undefined || profileId === undefined || apiKey === undefined) return
      clearTimeout(timer)
      resolve({ url, apiKey, profileId, dataDir, [Symbol.asyncDispose]: stop })
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    void ended.then(() => reject(new Error(`the server ended:\n${printed}`)))
  })
  try {
    return await banner
  } catch (error) {
    await stop()
    throw error
  }
}

/** A program of a block as a file that its interpreter takes. @returns its path */
export function writeProgram(folder: string, { language, line, code }: Block): string {
  const path = join(folder, `block-${line}.${language === 'js' || language === 'ts' ? 'mjs' : language}`)
  const options = { target: typescript.ScriptTarget.ES2023, module: typescript.ModuleKind.ESNext }
  writeFileSync(path, language === 'ts' ? typescript.transpile(code, options) : code)
  return path
}

/** A folder to work in, where the published packages can be imported and `letterhead` and `curl` are ours. */
export function workFolder(): { path: string; bin: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'letterhead-reader-'))
  const bin = join(path, 'bin')
  mkdirSync(bin)
  symlinkSync(join(packageRoot, 'node_modules'), join(path, 'node_modules'))
  command(bin, 'letterhead', `exec "${process.execPath}" "${join(packageRoot, 'build', 'src', 'cli', 'main.js')}" "$@"`)
  command(bin, 'node', `exec "${process.execPath}" "$@"`)
  const curl = spawnSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim()
  command(bin, 'curl', `exec ${curl} "$@" -sS -w '%{stderr}\\n@status %{http_code}\\n'`)
  return { path, bin, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

function command(bin: string, name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(bin, name), 0o700)
}

export interface Session {
  exitCode: number | null
  stdout: string
  stderr: string
  /** The statuses of the requests of each block, by its line. */
  statuses: Map<number, string[]>
}

/** What a reader puts in the place of what a page cannot know. */
function filledIn(text: string, { url, apiKey, profileId }: FirstServer): string {
  return text
    .replaceAll('http://127.0.0.1:8080', url)
    .replaceAll(/sk_live_…|<api key>/g, apiKey)
    .replaceAll('<profile id>', profileId)
    .replaceAll('node scripts/letterhead.mjs', 'letterhead')
}

/** Runs the blocks of a page that can be run, one after the other; the first that fails ends it. */
export async function runPage(blocks: readonly Block[], server: FirstServer): Promise<Session> {
  using folder = workFolder()
  const parts = blocks.filter(runs).map((block) => {
    const filled = { ...block, code: filledIn(block.code, server) }
    const interpreter = INTERPRETERS[block.language]
    const run = interpreter === undefined ? filled.code : `${interpreter} "${writeProgram(folder.path, filled)}"`
    return `echo "@block ${block.line}" >&2\n${run}\n`
  })
  const { NODE_OPTIONS: _options, ...env } = process.env
  const child = spawn('bash', ['-c', `set -euo pipefail\n${parts.join('\n')}`], {
    cwd: folder.path,
    env: {
      ...env,
      PATH: `${folder.bin}${delimiter}${env.PATH ?? ''}`,
      DATA_DIR: server.dataDir,
      PORT: new URL(server.url).port,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PAGE_MS_MAX,
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    printed.stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    printed.stderr += chunk.toString('utf8')
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { exitCode, ...printed, statuses: statusesIn(printed.stderr) }
}

function statusesIn(stderr: string): Map<number, string[]> {
  const statuses = new Map<number, string[]>()
  let line = 0
  for (const [, kind, value = ''] of stderr.matchAll(/^@(block|status) (\d+)$/gm)) {
    if (kind === 'block') line = Number(value)
    else statuses.set(line, [...(statuses.get(line) ?? []), value])
  }
  return statuses
}
