import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { EmbeddedDatabase } from '../../../src/db/embedded/index.ts'
import { queryOnce } from '../../kit/servers/embedded-processes.ts'
import { answered, dataDirectory, keepRunning, letterhead, refused } from './letterhead.ts'

interface Listed {
  id: string
  kind: string
  state: string
  attempts: number
}

const JOBS = {
  parked: '0190a0b0-0000-7000-8000-000000000001',
  waiting: '0190a0b0-0000-7000-8000-000000000002',
  running: '0190a0b0-0000-7000-8000-000000000003',
  due: '0190a0b0-0000-7000-8000-000000000004',
  foreign: '0190a0b0-0000-7000-8000-000000000005',
}

const directory = dataDirectory()
let database: EmbeddedDatabase
let options: { env: Record<string, string> }
let org: string

const query = (text: string) => queryOnce(database.owner, text)

/** A job that is due so many minutes from now, after so many attempts. */
function insert(
  organization: string,
  id: string,
  { due, attempts, isHeld }: { due: number; attempts: number; isHeld?: true },
) {
  const lease = isHeld === true ? "now() + interval '1 hour'" : 'null'
  return query(
    `insert into jobs (organization_id, id, kind, subject_id, due_at, lease_until, attempts, created_at)
     values ('${organization}', '${id}', 'send_invitation', '${id}', now() + interval '${due} minutes', ${lease}, ${attempts}, now())`,
  )
}

before(async () => {
  options = { env: { DATA_DIR: await directory.path() } }
  const asProcess = { ...options, asProcess: true }
  org = (await answered(['org', 'create', '--name', 'Example', '--email', 'owner@example.com'], asProcess)).id ?? ''
  database = await keepRunning(directory)
  const other =
    (await answered(['org', 'create', '--name', 'Other', '--email', 'other@example.com', '--standalone'], options))
      .id ?? ''
  await insert(org, JOBS.parked, { due: -30, attempts: 8 })
  await insert(org, JOBS.due, { due: -20, attempts: 0 })
  await insert(org, JOBS.running, { due: -10, attempts: 8, isHeld: true })
  await insert(org, JOBS.waiting, { due: 60, attempts: 2 })
  await insert(other, JOBS.foreign, { due: -30, attempts: 8 })
})

test('the jobs of an organization are listed with their states, those due longest first', async () => {
  const listed = await answered<Listed[]>(['jobs', 'list', '--org', org], { ...options, asProcess: true })
  assert.deepEqual(
    listed.map(({ id, state, attempts }) => [id, state, attempts]),
    [
      [JOBS.parked, 'parked', 8],
      [JOBS.due, 'due', 0],
      [JOBS.running, 'running', 8],
      [JOBS.waiting, 'waiting', 2],
    ],
  )
  const parked = await answered<Listed[]>(['jobs', 'list', '--org', org, '--parked'], options)
  assert.deepEqual(
    parked.map(({ id, kind }) => [id, kind]),
    [[JOBS.parked, 'send_invitation']],
  )
  const shown = await letterhead(['jobs', 'list', '--org', org], options)
  assert.match(shown.stdout, /^ID +KIND +SUBJECT +STATE +ATTEMPTS +DUE$/m)
})

test('a parked job is let run again, and no other one is touched', async () => {
  for (const id of [JOBS.waiting, JOBS.running, JOBS.foreign]) {
    const failure = await refused(['jobs', 'retry', '--org', org, '--id', id], options)
    assert.equal(failure.exit, 3, id)
  }
  const retried = await answered<Listed[]>(['jobs', 'retry', '--org', org, '--id', JOBS.parked], options)
  assert.deepEqual(retried, [{ id: JOBS.parked, kind: 'send_invitation' }])
  const rows = await query('select id, attempts, due_at <= now() as is_due from jobs order by id')
  assert.deepEqual(rows, [
    { id: JOBS.parked, attempts: 0, is_due: true },
    { id: JOBS.waiting, attempts: 2, is_due: false },
    { id: JOBS.running, attempts: 8, is_due: true },
    { id: JOBS.due, attempts: 0, is_due: true },
    { id: JOBS.foreign, attempts: 8, is_due: true },
  ])
})

test('one or all is asked for, and all may be none', async () => {
  for (const args of [[], ['--all', '--id', JOBS.parked]]) {
    assert.equal((await refused(['jobs', 'retry', '--org', org, ...args], options)).exit, 64)
  }
  assert.deepEqual(await answered(['jobs', 'retry', '--org', org, '--all'], options), [])
  await query(`update jobs set attempts = 8 where id in ('${JOBS.parked}', '${JOBS.waiting}')`)
  const all = await answered<Listed[]>(['jobs', 'retry', '--org', org, '--all'], options)
  assert.deepEqual(all.map(({ id }) => id).sort(), [JOBS.parked, JOBS.waiting])
})
