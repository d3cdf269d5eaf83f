import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/package-root.ts'

const run = promisify(execFile)
const START_MS_MAX = 300_000

/** What was installed here a moment ago is installed there without asking the registry again. */
const CACHED = { npm_config_prefer_offline: 'true' }

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** Everything the process prints until `wanted` is in it. */
function printed(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error(`not printed in time: ${wanted}\n${text}`)), START_MS_MAX)
    const take = (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (!wanted.test(text)) return
      clearTimeout(timer)
      resolve(text)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.on('exit', (code) => reject(new Error(`npm start ended with ${code}\n${text}`)))
  })
}

/** The shell commands of the README's first code block. */
function readmeCommands(): string[] {
  const [, block = ''] = /```sh[^\n]*\n([\s\S]*?)```/.exec(readFileSync(join(packageRoot, 'README.md'), 'utf8')) ?? []
  return block.split('\n').flatMap((line) => /^(npm \w+)/.exec(line)?.[1] ?? [])
}

test('on a clean clone the README’s command starts the server, and the request that it prints works as it is pasted', async () => {
  const [startCommand, testCommand] = readmeCommands()
  assert.equal(startCommand, 'npm start')
  assert.equal(testCommand, 'npm test')
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-clone-'))
  const clone = join(folder, 'letterhead')
  await run('git', ['clone', '--quiet', packageRoot, clone])
  const { NODE_OPTIONS: _options, ...env } = process.env
  const ports = { PORT: String(await freePort()), OPS_PORT: String(await freePort()) }
  const server = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...env, ...ports, ...CACHED },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => server.once('exit', (code) => resolve(code)))
  try {
    const shown = await printed(server, /ready to paste:[\s\S]*'\}'|ready to paste:[\s\S]*\}'\n/)
    for (const promised of ['API reference', 'Simulated providers', 'Data ', 'API key (shown once)']) {
      assert.ok(shown.includes(promised), `${promised} is printed`)
    }
    const [request = ''] = /curl -X PATCH[\s\S]*?\}'/.exec(shown) ?? []
    const { stdout } = await run('sh', ['-c', `${request} -s`])
    const answer = JSON.parse(stdout) as { success: boolean; data: { name: string } }
    assert.equal(answer.success, true)
    assert.equal(answer.data.name, 'Sales Team - Updated')
    const ready = await fetch(`http://127.0.0.1:${ports.OPS_PORT}/readyz`)
    assert.equal(ready.status, 200)
  } finally {
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
})
