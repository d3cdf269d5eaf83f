import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReadiness, type ReadinessParts } from './readiness.ts'

const parts = (changes: Partial<ReadinessParts> = {}): ReadinessParts => ({
  pingDatabase: async () => undefined,
  isSchemaCurrent: async () => true,
  hasSealingKey: () => true,
  isWarm: () => true,
  isDraining: () => false,
  providers: () => ({ payments: { name: 'simulator', isSimulated: true } }),
  ...changes,
})

test('ready means that every check holds', async () => {
  assert.deepEqual(await createReadiness(parts()).ready(), {
    isReady: true,
    checks: { database: true, schema: true, sealing_key: true, warm: true, accepting: true },
    providers: { payments: { name: 'simulator', isSimulated: true } },
  })
})

test('each check that does not hold makes it not ready, and is named', async () => {
  const cases: [string[], Partial<ReadinessParts>][] = [
    [['database', 'schema'], { pingDatabase: () => Promise.reject(new Error('down')) }],
    [['schema'], { isSchemaCurrent: async () => false }],
    [['schema'], { isSchemaCurrent: () => Promise.reject(new Error('no table')) }],
    [['sealing_key'], { hasSealingKey: () => false }],
    [['warm'], { isWarm: () => false }],
    [['accepting'], { isDraining: () => true }],
  ]
  for (const [names, changes] of cases) {
    const report = await createReadiness(parts(changes)).ready()
    assert.equal(report.isReady, false)
    assert.deepEqual(
      Object.keys(report.checks).filter((name) => report.checks[name] === false),
      names,
    )
  }
})

test('a database that hangs is given up', { timeout: 5_000 }, async () => {
  const report = await createReadiness(parts({ pingDatabase: () => new Promise(() => undefined) })).ready()
  assert.deepEqual([report.isReady, report.checks.database], [false, false])
})

test('the database is asked once a second, and draining is seen at once', async () => {
  let asked = 0
  let clock = 0
  let isDraining = false
  const readiness = createReadiness(
    parts({
      pingDatabase: async () => {
        asked += 1
      },
      isDraining: () => isDraining,
      now: () => clock,
    }),
  )
  await Promise.all([readiness.ready(), readiness.ready()])
  clock = 999
  await readiness.ready()
  assert.equal(asked, 1)
  isDraining = true
  assert.equal((await readiness.ready()).isReady, false)
  isDraining = false
  clock = 1_000
  assert.equal((await readiness.ready()).isReady, true)
  assert.equal(asked, 2)
})

test('a server that stops says so at once, though the database hangs, with what it knew of it', {
  timeout: 400,
}, async () => {
  const hanging = parts({ pingDatabase: () => new Promise(() => undefined), isDraining: () => true })
  assert.deepEqual((await createReadiness(hanging).ready()).checks, { sealing_key: true, warm: true, accepting: false })
  let isDraining = false
  const known = createReadiness(parts({ isDraining: () => isDraining }))
  await known.ready()
  isDraining = true
  assert.deepEqual((await known.ready()).checks, {
    database: true,
    schema: true,
    sealing_key: true,
    warm: true,
    accepting: false,
  })
})
