import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type DatabaseTrouble,
  databaseTrouble,
  isRefusal,
  LockNotHad,
  NotAnswered,
  NotConnected,
} from './database-error.ts'

const failed = (code: string, more: object = {}) => Object.assign(new Error('says nothing'), { code, ...more })
const SENT: DatabaseTrouble = { kind: 'unreachable', isSent: true }

const TROUBLES: [string, unknown, DatabaseTrouble][] = [
  ['no connection could be had', new NotConnected(failed('ECONNREFUSED')), { kind: 'unreachable', isSent: false }],
  ['connection refused', failed('ECONNREFUSED'), SENT],
  ['connection reset', failed('ECONNRESET'), SENT],
  ['no such socket', failed('ENOENT'), SENT],
  ['broken pipe', failed('EPIPE'), SENT],
  ['connection failure', failed('08006'), SENT],
  ['protocol violation', failed('08P01'), SENT],
  ['server shutting down', failed('57P01'), SENT],
  ['server crashed', failed('57P02'), SENT],
  ['server starting', failed('57P03'), SENT],
  ['too many connections', failed('53300'), SENT],
  ['a network that is gone', failed('ENETUNREACH', { syscall: 'write' }), SENT],
  ['TLS that broke', failed('ERR_SSL_WRONG_VERSION_NUMBER'), SENT],
  ['TLS that another protocol answered', failed('EPROTO'), SENT],
  ['a stream that was closed before', failed('ERR_STREAM_DESTROYED'), SENT],
  ['an argument that the program got wrong', failed('ERR_INVALID_ARG_TYPE'), { kind: 'other' }],
  ['connection ended by the driver', new Error('Connection terminated unexpectedly'), SENT],
  ['connection that broke before', new Error('Client has encountered a connection error and is not queryable'), SENT],
  ['no answer to a command in time', new Error('Query read timeout'), SENT],
  ['no answer to a statement in time', new NotAnswered(), SENT],
  ['row lock not had in time', failed('55P03'), { kind: 'lock_timeout' }],
  ['statement took too long', failed('57014'), { kind: 'statement_timeout' }],
  ['statement that only waited for a lock', new LockNotHad(failed('57014')), { kind: 'lock_timeout' }],
  ['serialization failure', failed('40001'), { kind: 'serialization' }],
  ['deadlock', failed('40P01'), { kind: 'serialization' }],
  ['unique violation', failed('23505', { constraint: 'a' }), { kind: 'unique', constraint: 'a' }],
  ['unique violation without a name', failed('23505'), { kind: 'unique', constraint: '' }],
  ['foreign key violation', failed('23503', { constraint: 'b' }), { kind: 'foreign_key', constraint: 'b' }],
  ['disk full', failed('53100'), { kind: 'full' }],
  ['syntax error', failed('42601'), { kind: 'other' }],
  ['an error of the program', new TypeError('x is not a function'), { kind: 'other' }],
  ['no error at all', 'Connection terminated', { kind: 'other' }],
]
for (const [says, error, trouble] of TROUBLES) {
  test(`${says}: ${trouble.kind}`, () => assert.deepEqual(databaseTrouble(error), trouble))
}

/** As PostgreSQL says it: only its own words have a severity. */
const said = (code: string) => failed(code, { severity: 'ERROR' })

const OPEN: [string, unknown][] = [
  ['a disk that is full may have the commit', said('53100')],
  ['an error of the disk may come after the commit', said('58030')],
  ['a server in trouble with itself', said('XX000')],
  ['a server that became read-only', said('25006')],
  ['a server that ends', said('57P01')],
  ['a connection failure', said('08006')],
  ['a connection that broke', failed('ECONNRESET')],
  ['a code that is not said by PostgreSQL', failed('23505')],
  ['no answer to a command in time', new Error('Query read timeout')],
  ['no answer to a statement in time', new NotAnswered()],
  ['no error at all', 'ERROR'],
]
for (const [says, error] of OPEN) {
  test(`what may have happened is no refusal: ${says}`, () => assert.equal(isRefusal(error), false))
}

test('whatever else PostgreSQL says of what was sent is a refusal: nothing of it was done', () => {
  for (const code of ['23505', '23503', '22012', '40001', '40P01', '42601', '42501', '55P03', '57014']) {
    assert.equal(isRefusal(said(code)), true, code)
  }
})
