import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TablesBusy } from '../db/admin/migrate.ts'
import { type CommandFailure, EXIT, toFailure } from './command-failure.ts'
import type { Output } from './output.ts'
import { runCli } from './run.ts'

/** Runs a command line here, and keeps what it says. */
async function run(...args: string[]) {
  const failures: CommandFailure[] = []
  const output: Output = {
    isJson: true,
    result: () => undefined,
    lines: () => undefined,
    note: () => undefined,
    failure: (failure) => void failures.push(failure),
  }
  const code = await runCli(args, output)
  return { code, failure: failures[0] }
}

const ORG = '11111111-1111-4111-8111-111111111111'

test('what cannot be meant ends with 64 before anything is opened', async () => {
  const wrong = [
    ['org', 'state', 'set', '--org', ORG, 'ACTIV'],
    ['user', 'list', '--org', 'x'],
    ['user', 'add', '--org', ORG, '--email', 'nobody', '--name', 'N', '--role', 'admin'],
    ['user', 'add', '--org', ORG, '--email', 'n@example.com', '--name', 'N', '--role', 'owner'],
    ['user', 'suspend', '--org', ORG],
    ['org', 'create', '--name', ' ', '--email', 'n@example.com'],
    ['org', 'create', '--name', 'N', '--email', 'n@example.com', '--state', 'OPEN'],
    ['org', 'create', '--name', 'N', '--email', 'n@example.com', '--waba-name', 'W'],
    ['org', 'waba', 'set', '--org', ORG, '--id', 'a b'],
    ['org', 'brand', 'set', '--org', ORG, '--file', '/nonexistent/file.json'],
    ['key', 'create', '--org', ORG],
    ['key', 'create', '--org', ORG, '--role', 'admin', '--user', 'n@example.com'],
    ['key', 'create', '--org', ORG, '--role', 'admin', '--name', '4111 1111 1111 1111'],
    ['key', 'revoke', '--org', ORG, '--id', 'x'],
    ['profile', 'get', 'x', '--api-key', 'k'],
    ['profile', 'update', ORG, '--api-key', 'k', '--url', 'http://127.0.0.1:1'],
    ['profile', 'list', '--api-key', 'k', '--url', 'ftp://127.0.0.1'],
    ['backup'],
    ['restore'],
    ['nothing'],
    ['org'],
    [],
  ]
  for (const args of wrong) {
    const { code, failure } = await run(...args)
    assert.deepEqual([code, failure?.code], [64, 'USAGE'], args.join(' '))
  }
})

test('a problem quotes no key, wherever it was typed', async () => {
  const typed = `sk_live_${'a'.repeat(71)}`
  const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
  for (const args of [
    ['key', typed],
    ['key', uuid],
    ['key', 'create', `--keyy=${typed}`],
    ['key', 'create', '--org', typed],
    ['key', 'import', '--org', ORG, '--user', 'u', '--key', `${uuid}0`],
    ['profile', 'list', '--api-key', `${typed} x`],
    ['profile', 'list', '--api-key', typed, '--url', `http://${typed}@127.0.0.1`],
  ]) {
    const { code, failure } = await run(...args)
    assert.equal(code, 64, args[1])
    assert.ok(failure !== undefined && !failure.message.includes(typed) && !failure.message.includes(uuid))
  }
})

test('a migration that waited in vain says for how long, and that nothing was changed', () => {
  const { code, exitCode, message } = toFailure(new TablesBusy(600_000))
  assert.deepEqual([code, exitCode], ['BUSY', EXIT.failed])
  assert.match(message, /in use for 10 minutes, and nothing was changed\. See what holds it/)
})
