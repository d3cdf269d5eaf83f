import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Failure } from '../contract/failure.ts'
import { packageRoot } from '../package-root.ts'
import type { AccessLine } from './access-line.ts'
import { createLog, type LogOptions } from './log.ts'

const CARD = '4111111111111111'
const at = new Date('2026-03-01T10:20:30.405Z')

function testLog(options: Partial<LogOptions> = {}) {
  const chunks: string[] = []
  let masked = 0
  const log = createLog({
    level: 'info',
    instance: 'one',
    now: () => at,
    onCardMasked: (count) => {
      masked += count
    },
    destination: { write: (line) => chunks.push(line), flushSoon() {}, flush() {} },
    ...options,
  })
  const lines = () => chunks.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { log, lines, chunks, text: () => chunks.join(''), masked: () => masked }
}

const request: AccessLine = {
  requestId: 'req_7X9zKp2jDw',
  method: 'PATCH',
  route: '/v3/profiles/:profileId',
  status: 200,
  code: null,
  durationMs: 4.5678,
  organizationId: '550e8400-e29b-41d4-a716-446655440000',
  keyId: '550e8400-e29b-41d4-a716-446655440001',
}

test('a request is one JSON line of the listed members', () => {
  const { log, lines, text } = testLog()
  log.access(request)
  assert.deepEqual(lines(), [
    {
      level: 'info',
      time: '2026-03-01T10:20:30.405Z',
      instance: 'one',
      event: 'request',
      request_id: request.requestId,
      method: 'PATCH',
      route: request.route,
      status: 200,
      duration_ms: 4.568,
      organization_id: request.organizationId,
      key_id: request.keyId,
    },
  ])
  assert.match(text(), /^[^\n]*\n$/)
})

test('the optional members of a request are there when they hold something', () => {
  const { log, lines } = testLog()
  const optional = {
    code: 'CONFLICT_001',
    profileId: 'p1',
    idempotency: 'conflict',
    isSandbox: true,
    errorClass: 'Failure',
  }
  log.access({ ...request, ...optional })
  const { code, profile_id, idempotency, sandbox, error_class } = lines()[0] ?? {}
  assert.deepEqual(
    [code, profile_id, idempotency, sandbox, error_class],
    ['CONFLICT_001', 'p1', 'conflict', true, 'Failure'],
  )
})

test('a member that is not listed never reaches the line of a request', () => {
  const { log, text } = testLog()
  log.access({ ...request, body: 'planted', headers: { 'x-api-key': 'planted' } } as AccessLine)
  assert.doesNotMatch(text(), /planted/)
  assert.match(text(), /PATCH/)
})

test('an event keeps its level, time, instance and fields', () => {
  const { log, lines } = testLog()
  log.info('started', { port: 8080, simulated: true, url: null })
  log.warn('slow')
  assert.deepEqual(lines(), [
    {
      level: 'info',
      time: at.toISOString(),
      instance: 'one',
      event: 'started',
      port: 8080,
      simulated: true,
      url: null,
    },
    { level: 'warn', time: at.toISOString(), instance: 'one', event: 'slow' },
  ])
})

test('lines below the level are not written', () => {
  const { log, lines } = testLog({ level: 'error' })
  log.access(request)
  log.info('a')
  log.warn('b')
  log.error('c')
  assert.deepEqual(
    lines().map((line) => line.event),
    ['c'],
  )
})

test('no text breaks or colours a line, wherever it stands (OBS-4)', () => {
  const hostile = 'a\r\nb\u001b[31mc\u2028d\u2029e\u0085f\u009b31mg\u007f"\\\ud800\u0000{"level":"error"}'
  const { log, lines, chunks } = testLog()
  log.info(hostile, { [hostile]: hostile })
  log.error(hostile, {}, new Failure('INTERNAL_001', { message: hostile }))
  log.access({ ...request, requestId: hostile, method: hostile, route: hostile, keyId: hostile, errorClass: hostile })
  assert.equal(chunks.length, 3)
  for (const chunk of chunks) assert.match(chunk, /^[\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\uffff]+\n$/)
  assert.equal(lines()[0]?.event, hostile)
  assert.equal(lines()[2]?.request_id, hostile)
})

test('a card number is masked and counted, wherever it stands', () => {
  const { log, text, masked } = testLog()
  log.info(`event ${CARD}`, { text: `card 4111 1111 1111 1111 end`, number: Number(CARD), [`key${CARD}`]: 1 })
  log.error('failed', {}, new Failure('INTERNAL_001', { message: `for ${CARD}`, cause: new Error(`of ${CARD}`) }))
  log.access({ ...request, method: CARD, route: `/v3/${CARD}`, errorClass: `E${CARD}` })
  assert.doesNotMatch(text().replaceAll(/[ -]/g, ''), /4111/)
  assert.equal(masked(), 9)
})

test('a time in milliseconds and an id are no card numbers', () => {
  const { log, lines, masked } = testLog()
  log.info('seen', { at: 1_772_360_430_405, id: '41111111-1111-4111-8111-111111111111' })
  assert.equal(lines()[0]?.at, 1_772_360_430_405)
  assert.equal(lines()[0]?.id, '41111111-1111-4111-8111-111111111111')
  assert.equal(masked(), 0)
})

test('a field cannot replace the level, time, instance or event of its line', () => {
  const { log, lines, text } = testLog()
  log.info('real', { level: 'error', time: 'x', instance: 'x', event: 'x' })
  assert.deepEqual([lines()[0]?.level, lines()[0]?.event, lines()[0]?.event_], ['info', 'real', 'x'])
  assert.equal(text().split('"level":').length, 2)
})

test('an error of ours is written with name, code, message, frames and causes', () => {
  const { log, lines } = testLog()
  log.error('request_failed', { request_id: 'req_1' }, new Failure('INTERNAL_001', { cause: new TypeError('inner') }))
  const line = lines()[0] ?? {}
  assert.deepEqual([line.error_name, line.error_code, line.cause_name], ['Failure', 'INTERNAL_001', 'TypeError'])
  assert.equal(line.cause_message, 'inner')
  assert.match(String(line.error_stack), /^at .*log\.test/)
  assert.equal(line.request_id, 'req_1')
})

test('of a foreign error the message is left out, because libraries quote what they were given', () => {
  const planted = 'planted-value'
  const thrown = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      return error
    }
    return assert.fail('nothing was thrown')
  }
  const posing = new Error(`${planted}\n    at pose (${join(packageRoot, 'build/src/app/app.js')}:1:1)`)
  posing.stack = `Error: ${posing.message}\n    at Parser.parse (/x/node_modules/pg-protocol/dist/parser.js:1:1)`
  const changed = new Error('first')
  assert.match(changed.stack ?? '', /first/)
  changed.message = planted
  const database = Object.assign(new Error(planted), { code: '22P02', constraint: 'profiles_name', detail: planted })
  database.stack = `error: ${planted}\n    at Parser.parse (/x/node_modules/pg-protocol/dist/parser.js:1:1)`
  const errors = [
    thrown(() => JSON.parse(`{"a": ${planted}`)),
    thrown(() => new URL(planted)),
    thrown(() => BigInt(planted)),
    posing,
    changed,
    database,
    planted,
    { message: planted },
  ]
  const { log, lines, text } = testLog()
  for (const error of errors) log.error('failed', {}, error)
  assert.equal(lines().length, errors.length)
  assert.doesNotMatch(text(), /planted/)
  assert.deepEqual([lines()[5]?.error_code, lines()[5]?.error_constraint], ['22P02', 'profiles_name'])
  assert.equal(lines()[6]?.error_name, 'a thrown string')
  log.error('failed', {}, new Error(planted))
  assert.match(text(), /planted/, 'the message of an error of ours is there')
})
