import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readOrCreateKeyFile } from './key-file.ts'
import { KeyRing } from './key-ring.ts'
import { KeyProblem } from './key-text.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-keys-'))
  folders.push(folder)
  return folder
}

const hasModes = process.platform !== 'win32'

describe('readOrCreateKeyFile', () => {
  it('creates fresh keys in a file of its owner alone, and nothing beside it', () => {
    const folder = newFolder()
    const path = join(folder, 'keys')
    const material = readOrCreateKeyFile(path)
    assert.match(material.activeId, /^local-[0-9a-f]{8}$/)
    assert.deepEqual([material.keys.length, material.keys[0]?.bytes.length, material.pepper.length], [1, 32, 32])
    if (hasModes) assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder), ['keys'])
    assert.ok(new KeyRing(material).newDataKey('org'))
  })

  it('gives the same keys at every later start', () => {
    const path = join(newFolder(), 'keys')
    const first = readOrCreateKeyFile(path)
    const text = readFileSync(path, 'utf8')
    assert.deepEqual(readOrCreateKeyFile(path), first)
    assert.equal(readFileSync(path, 'utf8'), text)
  })

  it('gives different keys in different folders', () => {
    const [one, two] = [0, 1].map(() => readOrCreateKeyFile(join(newFolder(), 'keys')))
    assert.notDeepEqual(one?.keys[0]?.bytes, two?.keys[0]?.bytes)
    assert.notDeepEqual(one?.pepper, two?.pepper)
  })

  it('reads a file with a second key in front as rotation writes it', () => {
    const path = join(newFolder(), 'keys')
    const first = readOrCreateKeyFile(path)
    const added = `SEALING_KEY=next:${Buffer.alloc(32, 1).toString('base64')},`
    writeFileSync(path, readFileSync(path, 'utf8').replace('SEALING_KEY=', added))
    const later = readOrCreateKeyFile(path)
    assert.deepEqual([later.activeId, later.keys.map(({ id }) => id)], ['next', ['next', first.activeId]])
    assert.deepEqual(later.pepper, first.pepper)
  })

  it('refuses a file that others can use, and says what to run', { skip: hasModes ? false : 'no modes here' }, () => {
    const path = join(newFolder(), 'keys')
    readOrCreateKeyFile(path)
    for (const mode of [0o640, 0o604, 0o660, 0o644, 0o610, 0o666]) {
      chmodSync(path, mode)
      const message = `The key file ${path} has mode 0${mode.toString(8)}, so others can use it. Run: chmod 600 ${path}`
      assert.throws(() => readOrCreateKeyFile(path), { name: 'KeyProblem', message })
    }
    for (const mode of [0o600, 0o400]) {
      chmodSync(path, mode)
      assert.ok(readOrCreateKeyFile(path))
    }
  })

  it('refuses a damaged file, naming the line and no key, and leaves it as it is', () => {
    const path = join(newFolder(), 'keys')
    readOrCreateKeyFile(path)
    const text = readFileSync(path, 'utf8')
    const [sealing = '', pepper = ''] = text.trim().split('\n')
    const damaged: [string, RegExp][] = [
      ['', /has no line SEALING_KEY=/],
      [`${sealing}\n`, /has no line KEY_PEPPER=/],
      [`${pepper}\n`, /has no line SEALING_KEY=/],
      [`${sealing.slice(0, -4)}\n${pepper}\n`, /must be 32 bytes in base64/],
      [`${sealing}\n${pepper.slice(0, -6)}\n`, /pepper must be at least 32 bytes/],
      [text.slice(0, 30), /32 bytes in base64|has no line/],
    ]
    for (const [content, message] of damaged) {
      writeFileSync(path, content)
      assert.throws(
        () => readOrCreateKeyFile(path),
        (error) => {
          assert.ok(error instanceof KeyProblem)
          assert.ok(error.message.includes(path))
          assert.match(error.message, message)
          assert.equal(error.message.includes(sealing.slice(-20)), false)
          return true
        },
      )
      assert.equal(readFileSync(path, 'utf8'), content)
    }
  })

  it('fails as the disk does when the folder is missing', () => {
    assert.throws(() => readOrCreateKeyFile(join(newFolder(), 'missing', 'keys')), { code: 'ENOENT' })
  })

  it('gives processes that start at once the same keys', async () => {
    const folder = newFolder()
    const path = join(folder, 'keys')
    const program = `
      import { readOrCreateKeyFile } from ${JSON.stringify(new URL('./key-file.js', import.meta.url).href)}
      process.stdout.write('ready')
      process.stdin.once('data', () => {
        const { keys, pepper } = readOrCreateKeyFile(${JSON.stringify(path)})
        process.stdout.write(' ' + keys[0].bytes.toString('hex') + pepper.toString('hex'))
        process.stdin.destroy()
      })`
    const children = Array.from({ length: 5 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    await Promise.all(children.map((child) => once(child.stdout, 'data')))
    const answers = children.map(async (child) => {
      const text = (await child.stdout.toArray()).join('')
      return text.trim()
    })
    for (const child of children) child.stdin.write('go')
    const keys = new Set(await Promise.all(answers))
    assert.equal(keys.size, 1)
    assert.match([...keys].join(), /^[0-9a-f]{128}$/)
    assert.deepEqual(readdirSync(folder), ['keys'])
  })
})
