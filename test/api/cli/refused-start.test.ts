import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { answered, dataDirectory, keepRunning, letterhead, serve } from './letterhead.ts'

const directory = dataDirectory()
let env: Record<string, string>
let keyFile: string
let right: string

before(async () => {
  env = { DATA_DIR: await directory.path(), PORT: '0', OPS_PORT: '0' }
  // Kept running, so that each start below need not start it.
  await keepRunning(directory)
  await answered(['org', 'create', '--name', 'Example', '--email', 'owner@example.com'], { env })
  keyFile = join(await directory.path(), 'letterhead.key')
  right = await readFile(keyFile, 'utf8')
})

const other = () => randomBytes(32).toString('base64')
const id = () => /SEALING_KEY=([\w-]+):/.exec(right)?.[1] ?? ''

const FOREIGN: [string, () => string, () => string][] = [
  [
    'under another name',
    () => right.replace(/SEALING_KEY=.*/, `SEALING_KEY=other:${other()}`),
    () => `letterhead: The sealing key "${id()}", which the data was sealed with, is not configured.\n`,
  ],
  [
    'under the name of the right one',
    () => right.replace(/(SEALING_KEY=[\w-]+:).*/, `$1${other()}`),
    () => `letterhead: The sealing key "${id()}" is not the one of that name that the data was sealed with.\n`,
  ],
  [
    'with another pepper',
    () => right.replace(/KEY_PEPPER=.*/, `KEY_PEPPER=${other()}`),
    () => 'letterhead: KEY_PEPPER is not the one that the API keys in this database were stored with.\n',
  ],
]
for (const [how, text, says] of FOREIGN) {
  test(`a server whose keys are foreign to the data, ${how}, ends with 78 and says which`, async () => {
    await writeFile(keyFile, text())
    try {
      const ran = await letterhead(['serve'], { env, asProcess: true })
      assert.deepEqual(ran, { code: 78, stdout: '', stderr: says() })
    } finally {
      await writeFile(keyFile, right)
    }
  })
}

test('a server without the key file of its data ends with 78, says where it belongs, and invents none', async () => {
  await rm(keyFile)
  try {
    const ran = await letterhead(['serve'], { env, asProcess: true })
    assert.deepEqual([ran.code, ran.stdout], [78, ''])
    assert.match(ran.stderr, /^letterhead: There is no key file .*letterhead\.key\. Put the one back/)
    await assert.rejects(readFile(keyFile), /ENOENT/)
  } finally {
    await writeFile(keyFile, right, { mode: 0o600 })
  }
})

test('with the right keys it starts', async () => {
  const server = await serve(env)
  assert.match(server.url, /^http/)
  assert.equal(await server.stop(), 0)
})
