import assert from 'node:assert/strict'
import { link, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, holderOf, openPresenceSocket, tryLock, withLock } from './socket-lock.ts'

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp('/tmp/letterhead-lock-')
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** Leaves the socket of a holder that is gone under the given number. */
async function plantStale(folder: string, number: number): Promise<void> {
  const presenceSocket = await openPresenceSocket(folder, 'claim')
  await link(presenceSocket.path, join(folder, `server.${number}`))
  await presenceSocket.close()
  assert.deepEqual(await ask(join(folder, `server.${number}`)), { alive: false })
}

test('of many contenders exactly one takes the lock, and all others learn its number', async (t) => {
  const folder = await emptyFolder(t)
  for (let round = 0; round < 5; round += 1) {
    const attempts = await Promise.all(Array.from({ length: 40 }, () => tryLock(folder, 'server')))
    const winners = attempts.filter(({ taken }) => taken)
    assert.equal(winners.length, 1)
    for (const attempt of attempts) if (!attempt.taken) assert.equal(attempt.pid, process.pid)
    for (const attempt of attempts) if (attempt.taken) await attempt.release()
    assert.deepEqual(await holderOf(folder, 'server'), { alive: false })
  }
  assert.equal((await readdir(folder)).length, 1)
})

test('a stale lock is taken over by exactly one of many, and the older entries are removed', async (t) => {
  const folder = await emptyFolder(t)
  for (const number of [3, 4]) await plantStale(folder, number)
  const attempts = await Promise.all(Array.from({ length: 40 }, () => tryLock(folder, 'server')))
  assert.equal(attempts.filter(({ taken }) => taken).length, 1)
  assert.deepEqual(await readdir(folder), ['server.5'])
  for (const attempt of attempts) if (attempt.taken) await attempt.release()
})

test('an entry below the highest does not count, even if somebody listens on it', async (t) => {
  const folder = await emptyFolder(t)
  const late = await openPresenceSocket(folder, 'claim')
  t.after(late.close)
  await plantStale(folder, 7)
  await link(late.path, join(folder, 'server.6'))
  const attempt = await tryLock(folder, 'server')
  assert.ok(attempt.taken)
  await attempt.release()
})

test('locks of different names do not exclude each other', async (t) => {
  const folder = await emptyFolder(t)
  const [server, control] = [await tryLock(folder, 'server'), await tryLock(folder, 'control')]
  assert.ok(server.taken && control.taken)
  await Promise.all([server.release(), control.release()])
})

test('work under one lock never overlaps, and who waits too long is told', async (t) => {
  const folder = await emptyFolder(t)
  let inside = 0
  const place = (waitMs: number) => ({
    directory: folder,
    name: 'control',
    waitMs,
    onTimeout: (pid: number | null) => new Error(`held by ${pid}`),
  })
  const work = async () => {
    inside += 1
    assert.equal(inside, 1)
    await sleep(20)
    inside -= 1
  }
  await Promise.all(Array.from({ length: 8 }, () => withLock(place(10_000), work)))
  await withLock(place(0), async () => {
    await assert.rejects(
      withLock(place(50), async () => undefined),
      { message: `held by ${process.pid}` },
    )
  })
  await assert.rejects(
    withLock(place(0), async () => {
      throw new Error('work failed')
    }),
    { message: 'work failed' },
  )
  await withLock(place(0), async () => undefined)
})
