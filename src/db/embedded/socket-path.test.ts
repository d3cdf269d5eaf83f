import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { refreshAddress, shortAddress } from './socket-path.ts'

async function longFolder(t: TestContext): Promise<{ sockets: string; record: string }> {
  const root = await mkdtemp('/tmp/letterhead-address-')
  const record = join(root, 'socket-folder')
  t.after(async () => {
    const folder = await readFile(record, 'utf8').catch(() => '')
    if (folder !== '') await rm(folder.trim(), { recursive: true, force: true })
    await rm(root, { recursive: true })
  })
  const sockets = join(root, 'x'.repeat(100))
  await mkdir(sockets)
  return { sockets, record }
}

test('a short path is used as it is', async () => {
  assert.equal(await shortAddress('/srv/letterhead/run', '/srv/letterhead/socket-folder'), '/srv/letterhead/run')
})

test('processes that start at once agree on one link to a long path, and later ones keep to it', async (t) => {
  const { sockets, record } = await longFolder(t)
  const addresses = await Promise.all(Array.from({ length: 10 }, () => shortAddress(sockets, record)))
  addresses.push(await shortAddress(sockets, record))
  assert.equal(new Set(addresses).size, 1)
  const address = addresses[0] ?? ''
  assert.equal(await readlink(address), sockets)
  assert.equal(await readFile(record, 'utf8'), `${dirname(address)}\n`)
})

test('a folder that others can enter is not used', async (t) => {
  const { sockets, record } = await longFolder(t)
  const open = await shortAddress(sockets, record)
  t.after(() => rm(dirname(open), { recursive: true }))
  await chmod(dirname(open), 0o755)
  assert.notEqual(await shortAddress(sockets, record), open)
  await assert.rejects(refreshAddress(open, sockets), /does not lead to/)
})

test('a link that was cleaned away is made again; one that leads elsewhere is refused', async (t) => {
  const { sockets, record } = await longFolder(t)
  const address = await shortAddress(sockets, record)
  await rm(dirname(address), { recursive: true })
  await refreshAddress(address, sockets)
  assert.equal(await readlink(address), sockets)
  await rm(address)
  await symlink('/tmp', address)
  await assert.rejects(refreshAddress(address, sockets), /does not lead to/)
})
