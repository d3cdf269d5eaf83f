import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'

/** What a process says, and how it ends, that stops in 100 ms and to which `happens`. */
async function endOf(happens: string): Promise<{ said: string[]; code: number | null }> {
  const program = `
    import { endInOrder } from ${JSON.stringify(new URL('./end-process.js', import.meta.url).href)}
    const say = (...words) => console.log(words.join(' '))
    const log = {
      info: (event, { signal }) => say(event, signal),
      warn: (event) => say(event),
      error: (event, _, error) => say(event, error.message),
      flush: () => {},
    }
    const close = () => new Promise((resolve) => setTimeout(() => { say('closed'); resolve() }, 100))
    endInOrder({ graceMs: 5_000, log, close })
    setInterval(() => {}, 1_000)
    ${happens}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { said: said.trim().split('\n'), code }
}

test('a signal ends it with 0, after what runs', async () => {
  assert.deepEqual(await endOf("process.kill(process.pid, 'SIGTERM')"), {
    said: ['stopping SIGTERM', 'closed'],
    code: 0,
  })
})

test('an error that nobody catches is told once, and ends it with 1, after what runs', async () => {
  const expected = { said: ['uncaught_error boom', 'stopping uncaught_error', 'closed'], code: 1 }
  assert.deepEqual(await endOf("setTimeout(() => { throw new Error('boom') }, 10)"), expected)
  assert.deepEqual(await endOf("void Promise.reject(new Error('boom'))"), expected)
})

test('a second reason ends it at once', async () => {
  const twice = "for (const wait of [10, 20]) setTimeout(() => process.kill(process.pid, 'SIGTERM'), wait)"
  assert.deepEqual(await endOf(twice), { said: ['stopping SIGTERM'], code: 1 })
})
