import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'

/** What a process says, and how it ends, that stops in 100 ms after its delay and to which `happens`. */
async function endOf(happens: string, delayMs = 0): Promise<{ said: string[]; code: number | null }> {
  const program = `
    import { endInOrder } from ${JSON.stringify(new URL('./shutdown.js', import.meta.url).href)}
    const say = (...words) => console.log(words.join(' '))
    const log = {
      info: (event, { signal }) => say(event, signal),
      warn: (event) => say(event),
      error: (event, _, error) => say(event, error.message),
      flush: () => {},
    }
    const close = () => new Promise((resolve) => setTimeout(() => { say('closed'); resolve() }, 100))
    const drain = () => say('draining')
    endInOrder({ graceMs: 5_000, delayMs: ${delayMs}, log, drain, close })
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
    said: ['stopping SIGTERM', 'draining', 'closed'],
    code: 0,
  })
})

test('after a signal it goes on for its delay, after an error not', async () => {
  const timed = (happens: string) =>
    `const begun = performance.now(); setTimeout(() => say('went on'), 150); process.on('exit', () => say(performance.now() - begun >= 290)); ${happens}`
  assert.deepEqual(await endOf(timed("process.kill(process.pid, 'SIGTERM')"), 200), {
    said: ['stopping SIGTERM', 'draining', 'went on', 'closed', 'true'],
    code: 0,
  })
  const boom = "setTimeout(() => { throw new Error('boom') }, 1)"
  assert.deepEqual(await endOf(timed(boom), 60_000), {
    said: ['uncaught_error boom', 'stopping uncaught_error', 'draining', 'closed', 'false'],
    code: 1,
  })
})

test('an error during the delay ends the delay, and it with 1, after what runs', async () => {
  const happens = "process.kill(process.pid, 'SIGTERM'); setTimeout(() => { throw new Error('boom') }, 50)"
  assert.deepEqual(await endOf(happens, 60_000), {
    said: ['stopping SIGTERM', 'draining', 'uncaught_error boom', 'closed'],
    code: 1,
  })
})

test('a second signal during the delay, or an error while it closes, ends it at once', async () => {
  const signals = "for (const wait of [10, 50]) setTimeout(() => process.kill(process.pid, 'SIGTERM'), wait)"
  assert.deepEqual(await endOf(signals, 60_000), { said: ['stopping SIGTERM', 'draining'], code: 1 })
  const error = "process.kill(process.pid, 'SIGTERM'); setTimeout(() => { throw new Error('boom') }, 50)"
  assert.deepEqual(await endOf(error), { said: ['stopping SIGTERM', 'draining', 'uncaught_error boom'], code: 1 })
})

test('an error that nobody catches is told once, and ends it with 1, after what runs', async () => {
  const expected = { said: ['uncaught_error boom', 'stopping uncaught_error', 'draining', 'closed'], code: 1 }
  assert.deepEqual(await endOf("setTimeout(() => { throw new Error('boom') }, 10)"), expected)
  assert.deepEqual(await endOf("void Promise.reject(new Error('boom'))"), expected)
})

test('a second reason ends it at once', async () => {
  const twice = "for (const wait of [10, 20]) setTimeout(() => process.kill(process.pid, 'SIGTERM'), wait)"
  assert.deepEqual(await endOf(twice), { said: ['stopping SIGTERM', 'draining'], code: 1 })
})
