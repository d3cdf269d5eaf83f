import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createOutput } from '../../../src/cli/output.ts'
import { runCli } from '../../../src/cli/run.ts'
import { type EmbeddedDatabase, openEmbedded } from '../../../src/db/embedded/index.ts'
import { killPostmaster, quietLog } from '../../kit/servers/embedded-processes.ts'

/**
 * The command line, as a person runs it (`asProcess`: the built program in a process of its own) or as that process runs it
 * inside: the same function, environment and exit code, without the second that a process needs to begin. Each command
 * that src/cli/run.ts lists is run as a process somewhere.
 */

const PROGRAM = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url))

/** A command that does not end by itself, as a server that should have been refused, is ended then. */
const PATIENCE_MS = 90_000

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>
  /** Given, it is read by a process of its own. */
  stdin?: string
  asProcess?: boolean
  /** The most that a file may hold, as on a disk that is full then; for a process of its own. */
  fileKilobytes?: number
}

function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LOG_LEVEL: 'warn', ...env }
}

function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { timeout = 0, fileKilobytes = 0 }: { timeout?: number; fileKilobytes?: number | undefined } = {},
): ChildProcess {
  const command = [process.execPath, PROGRAM, ...args]
  // The shell counts in blocks of 512 bytes.
  const limited = ['sh', '-c', `ulimit -f ${fileKilobytes * 2} && exec "$@"`, 'sh', ...command]
  const [file = '', ...rest] = fileKilobytes === 0 ? command : limited
  return spawn(file, rest, {
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  })
}

/** Runs one command to its end. */
export function letterhead(
  args: readonly string[],
  { env = {}, stdin, fileKilobytes, asProcess = stdin !== undefined || fileKilobytes !== undefined }: RunOptions = {},
): Promise<Ran> {
  if (asProcess) return runProcess(args, { env, stdin: stdin ?? '', fileKilobytes })
  const ran = last.then(() => runInside(args, env))
  last = ran.catch(() => undefined)
  return ran
}

/** One after the other, because the environment is that of the whole process. */
let last: Promise<unknown> = Promise.resolve()

async function runInside(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const outside = process.env
  const ran = { code: 0, stdout: '', stderr: '' }
  const collect = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      ran[name] += text
    },
  })
  const output = createOutput(args.includes('--json'), { stdout: collect('stdout'), stderr: collect('stderr') })
  process.env = environment(env)
  try {
    ran.code = await runCli(args, output)
  } finally {
    process.env = outside
  }
  return ran
}

async function runProcess(
  args: readonly string[],
  {
    env,
    stdin,
    fileKilobytes,
  }: { env: Readonly<Record<string, string>>; stdin: string; fileKilobytes: number | undefined },
): Promise<Ran> {
  const child = start(args, env, { timeout: PATIENCE_MS, fileKilobytes })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  child.stdin?.end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Runs one command that must succeed, and returns its JSON. */
export async function answered<T = Record<string, string>>(args: readonly string[], options: RunOptions): Promise<T> {
  const ran = await letterhead([...args, '--json'], options)
  if (ran.code !== 0) throw new Error(`letterhead ${args.slice(0, 2).join(' ')} ended with ${ran.code}: ${ran.stderr}`)
  return JSON.parse(ran.stdout) as T
}

/** Runs one command that must fail, and returns how. */
export async function refused(
  args: readonly string[],
  options: RunOptions,
): Promise<{ exit: number | null; code: string; message: string; details?: Record<string, string[]> }> {
  const ran = await letterhead([...args, '--json'], options)
  if (ran.code === 0) throw new Error(`letterhead ${args.slice(0, 2).join(' ')} was not refused: ${ran.stdout}`)
  return { exit: ran.code, ...JSON.parse(ran.stderr).error }
}

export interface DataDirectory {
  path(): Promise<string>
  /** Something to end before the directory goes. */
  closing(undo: () => unknown): void
}

/** A data directory for this test file. It goes, with whatever runs on it, when the file is done. Call while it loads. */
export function dataDirectory(): DataDirectory {
  let made: Promise<string> | null = null
  const undoing: (() => unknown)[] = []
  after(async () => {
    for (const undo of undoing.reverse()) await undo()
    if (made === null) return
    const path = await made
    killPostmaster(path)
    await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  })
  return {
    path: () => {
      made ??= mkdtemp(join(tmpdir(), 'letterhead-cli-'))
      return made
    },
    closing: (undo) => void undoing.push(undo),
  }
}

/** Keeps the embedded database of a directory running, so that commands need not start it one by one. */
export async function keepRunning(directory: DataDirectory): Promise<EmbeddedDatabase> {
  const database = await openEmbedded({ dataDir: await directory.path(), purpose: 'command', log: quietLog })
  directory.closing(() => database.close())
  return database
}

/** Starts `letterhead serve` on free ports, and waits for what it prints. */
export async function serve(env: Readonly<Record<string, string>>): Promise<{
  url: string
  opsUrl: string
  /** The curl that a first start prints; empty on a later one. */
  request: string
  apiKey: string | null
  profileId: string | null
  stop(): Promise<number | null>
}> {
  const child = start(['serve'], { ...env, PORT: '0', OPS_PORT: '0' })
  child.stdin?.end()
  child.stderr?.pipe(process.stderr)
  let printed = ''
  if (child.stdout === null) throw new Error('the server has no standard output')
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      printed += `${line}\n`
      // The last line of what a start prints, in either of its forms.
      if (/^ {2}-d |Make a new API key/.test(line)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
  })
  await ready
  const found = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? null
  return {
    url: found(/ready at (\S+)/) ?? '',
    opsUrl: found(/(\S+)\/readyz/) ?? '',
    request: found(/(curl [\s\S]*?\}')/) ?? '',
    apiKey: found(/(sk_live_\w+)/),
    profileId: found(/profiles\/([0-9a-f-]{36})/),
    async stop() {
      child.removeAllListeners('exit')
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number | null]) : [child.exitCode]
      return code
    },
  }
}
