import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  closedDatabase,
  type EmbeddedChild,
  postmasterOf,
  queryOnce,
  type Said,
  startChild,
} from '../../../test/kit/servers/embedded-processes.ts'

async function opened(t: TestContext, dataDir: string, purpose: 'server' | 'command'): Promise<[EmbeddedChild, Said]> {
  const child = startChild(t, dataDir, { purpose })
  const said = await child.next()
  assert.notEqual(said.opened, undefined, said.message)
  return [child, said]
}

test('a second server is refused at once and told the number of the first', async (t) => {
  const dataDir = await closedDatabase(t)
  const [first] = await opened(t, dataDir, 'server')
  const second = await startChild(t, dataDir).next()
  assert.equal(second.refused, 'in_use')
  assert.match(second.message ?? '', new RegExp(`process ${first.pid}\\b`))
})

test('of 20 servers that start at once over a stale lock exactly one wins, and there is one database', async (t) => {
  const dataDir = await closedDatabase(t)
  const [killed] = await opened(t, dataDir, 'server')
  const survivor = postmasterOf(dataDir)
  await killed.kill()
  const children = Array.from({ length: 20 }, () => startChild(t, dataDir))
  const said = await Promise.all(children.map((child) => child.next()))
  assert.equal(said.filter(({ opened: origin }) => origin === 'attached').length, 1, JSON.stringify(said))
  assert.equal(said.filter(({ refused }) => refused === 'in_use').length, 19)
  assert.equal(postmasterOf(dataDir), survivor)
})

test('a server that was killed leaves its database running; the next one adopts it and stops it', async (t) => {
  const dataDir = await closedDatabase(t)
  const [killed, before] = await opened(t, dataDir, 'server')
  await queryOnce(before.owner, 'drop table if exists kept; create table kept as select 7 as seven')
  await killed.kill()
  assert.equal((await queryOnce(before.owner, 'select seven from kept')).length, 1)
  const [next, after] = await opened(t, dataDir, 'server')
  assert.equal(after.opened, 'attached')
  assert.equal((await queryOnce(after.owner, 'select seven from kept')).length, 1)
  await next.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('a command beside a server uses its database and leaves it running', async (t) => {
  const dataDir = await closedDatabase(t)
  const [server, said] = await opened(t, dataDir, 'server')
  const [command, seen] = await opened(t, dataDir, 'command')
  assert.equal(seen.opened, 'attached')
  await command.close()
  assert.equal((await queryOnce(said.server, 'select 1 as one')).length, 1)
  await server.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('a command after a killed server leaves the database running', async (t) => {
  const dataDir = await closedDatabase(t)
  const [killed, said] = await opened(t, dataDir, 'server')
  await killed.kill()
  const [command] = await opened(t, dataDir, 'command')
  await command.close()
  assert.equal((await queryOnce(said.server, 'select 1 as one')).length, 1)
})

test('the last of the commands that share a database stops it', async (t) => {
  const dataDir = await closedDatabase(t)
  const [first, said] = await opened(t, dataDir, 'command')
  assert.equal(said.opened, 'started')
  const [second, seen] = await opened(t, dataDir, 'command')
  assert.equal(seen.opened, 'attached')
  await first.close()
  assert.equal((await queryOnce(seen.server, 'select 1 as one')).length, 1)
  await second.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('a command that was killed does not keep the next one from stopping the database', async (t) => {
  const dataDir = await closedDatabase(t)
  const [killed] = await opened(t, dataDir, 'command')
  await killed.kill()
  const [next, said] = await opened(t, dataDir, 'command')
  assert.equal(said.opened, 'attached')
  await next.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('a server that comes while a command has the database makes it its own', async (t) => {
  const dataDir = await closedDatabase(t)
  const [command] = await opened(t, dataDir, 'command')
  const [server, said] = await opened(t, dataDir, 'server')
  assert.equal(said.opened, 'attached')
  await command.close()
  assert.equal((await queryOnce(said.server, 'select 1 as one')).length, 1)
  await server.close()
  assert.equal(postmasterOf(dataDir), null)
})

test('servers and commands that come and go at once never meet a database that is being stopped', async (t) => {
  const dataDir = await closedDatabase(t)
  for (let round = 0; round < 3; round += 1) {
    const [leaving] = await opened(t, dataDir, 'command')
    const closing = leaving.close()
    const [server, said] = await opened(t, dataDir, 'server')
    assert.equal((await queryOnce(said.server, 'select 1 as one')).length, 1)
    await closing
    const stopping = server.close()
    const [command, seen] = await opened(t, dataDir, 'command')
    await stopping
    await queryOnce(seen.server, 'select 1 as one').then(
      (rows) => assert.equal(rows.length, 1),
      // A server stops its database also under a command that attached to it.
      () => assert.equal(postmasterOf(dataDir), null),
    )
    await command.close()
    assert.equal(postmasterOf(dataDir), null)
  }
})

test('sockets and notes of processes that are gone do not pile up', async (t) => {
  const dataDir = await closedDatabase(t)
  for (let round = 0; round < 3; round += 1) {
    const [server] = await opened(t, dataDir, 'server')
    await (round === 1 ? server.kill() : server.close())
  }
  const files = await readdir(join(dataDir, 'run'))
  assert.deepEqual(files.map((file) => file.replace(/\d+$/, 'N')).sort(), ['control.N', 'server.N'])
})
