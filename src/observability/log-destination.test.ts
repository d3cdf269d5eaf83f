import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

/** Runs a script that holds `openLogDestination`; its standard output stays unread until the caller reads it. */
function run(script: string) {
  const from = new URL('./log-destination.js', import.meta.url).href
  const code = `import { openLogDestination } from ${JSON.stringify(from)}\n${script}`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

test('every buffered line is out at a normal exit', async () => {
  const child = run(`
    const log = openLogDestination()
    for (let i = 0; i < 1000; i++) log.write('{"i":' + i + '}\\n')
    process.exit(0)
  `)
  const lines = (await readAll(child.stdout)).trimEnd().split('\n')
  assert.equal(lines.length, 1000)
})

test('a line is on its way within a flush interval, without a full buffer', async () => {
  const child = run(`
    openLogDestination().write('{"event":"alone"}\\n')
    setInterval(() => {}, 1000)
  `)
  const [chunk] = await once(child.stdout, 'data')
  assert.equal(String(chunk), '{"event":"alone"}\n')
  child.kill()
})

test('while the reader is blocked lines are dropped and counted, and the next read says how many (OBS-6)', async () => {
  const child = run(`
    let dropped = 0
    const log = openLogDestination({ waitingBytesMax: 65536, onLineDropped: () => { dropped += 1 } })
    const line = '{"event":"x","fill":"' + 'y'.repeat(78) + '"}\\n'
    let written = 0
    const timer = setInterval(() => {
      for (let i = 0; i < 500; i++) log.write(line)
      written += 500
      if (written < 5000) return
      clearInterval(timer)
      process.stderr.write(JSON.stringify({ written, dropped }) + '\\n')
      setTimeout(() => process.exit(0), 1500)
    }, 5)
  `)
  const [chunk] = await once(child.stderr, 'data')
  const { written, dropped } = JSON.parse(String(chunk)) as { written: number; dropped: number }
  // 64 KiB wait in the process; a pipe and the reading side of this test hold no more than 256 KiB.
  assert.ok(dropped >= written - (65_536 + 262_144) / 100, `${dropped} of ${written} lines were dropped`)
  const lines = (await readAll(child.stdout))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const missing = lines.filter((line) => line.event === 'log_lines_dropped')
  assert.equal(
    missing.reduce((sum, line) => sum + Number(line.lines), 0),
    dropped,
  )
  assert.equal(lines.length - missing.length, written - dropped)
})

test('a reader that goes away costs lines and not the process', async () => {
  const child = run(`
    const log = openLogDestination()
    process.on('SIGTERM', () => process.exit(7))
    setInterval(() => log.write('{"event":"x"}\\n'), 10)
    setTimeout(() => process.stderr.write('alive'), 700)
  `)
  child.stdout.destroy()
  await once(child.stderr, 'data')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 7)
})
