import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript, type Problem, type SourceFile } from './script.ts'

type Check = (files: SourceFile[]) => Problem[]

const { checkEnvironment, checkRulesPurity, checkNetwork } = await loadScript<{
  checkEnvironment: Check
  checkRulesPurity: Check
  checkNetwork: Check
}>('checks/purity.mjs')

const found = (check: Check, path: string, text: string) => check([{ path, text }]).length

test('reading the environment is found everywhere but in src/config/index.ts', () => {
  const readings = [
    'export const a = process.env.A',
    "export const a = process['env']",
    "import { env } from 'node:process'",
  ]
  for (const text of readings) {
    assert.equal(found(checkEnvironment, 'src/http/transport/server.ts', text), 1, text)
    assert.equal(found(checkEnvironment, 'src/config/index.ts', text), 0, text)
  }
  assert.equal(
    found(checkEnvironment, 'src/http/transport/server.ts', "// not process.env\nexport const a = 'process.env'"),
    0,
  )
})

test('clock, randomness, timers, environment and network are found in rules, and only there', () => {
  const uses = [
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'crypto.randomUUID()',
    'performance.now()',
    "fetch('http://127.0.0.1')",
    'setTimeout(() => 1, 1)',
    'process.pid',
    "console.log('a')",
  ]
  for (const use of uses) {
    const text = `export const a = ${use}`
    assert.equal(found(checkRulesPurity, 'src/resources/things/thing.rules.ts', text), 1, use)
    assert.equal(found(checkRulesPurity, 'src/resources/things/thing.jobs.ts', text), 0, use)
  }
})

test('a rule may make a date from a value and name a member after what it must not use', () => {
  const text = 'export const a = (at: string, b: { process: string }) => [new Date(at), b.process, { crypto: 1 }]'
  assert.equal(found(checkRulesPurity, 'src/resources/things/thing.rules.ts', text), 0)
})

test("an outbound connection is found outside egress, the adapters' bounded fetch, db and the CLI", () => {
  const calls = [
    "fetch('http://127.0.0.1')",
    "globalThis.fetch('http://127.0.0.1')",
    "http.request('http://127.0.0.1')",
    "https.get('https://127.0.0.1')",
    'net.connect(1)',
    'tls.connect(1)',
    "new WebSocket('ws://127.0.0.1')",
  ]
  for (const call of calls) {
    const text = `export const a = ${call}`
    for (const path of ['src/resources/things/endpoints/get.ts', 'src/adapters/stripe/client.ts', 'src/jobs/worker.ts'])
      assert.equal(found(checkNetwork, path, text), 1, `${path}: ${call}`)
    for (const path of [
      'src/egress/a.ts',
      'src/adapters/http-client/bounded-fetch.ts',
      'src/db/embedded/start.ts',
      'src/cli/client.ts',
    ]) {
      assert.equal(found(checkNetwork, path, text), 0, `${path}: ${call}`)
    }
  }
  assert.equal(
    found(checkNetwork, 'src/http/transport/server.ts', 'export const a = http.createServer(profile.get())'),
    0,
  )
})
