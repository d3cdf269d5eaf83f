import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { toFailure } from '../cli/command-failure.ts'
import { newClient } from './client.ts'
import { databaseTrouble, NotConnected } from './database-error.ts'
import { connectionSentence, diskSentence, fullSentence, roomSentence } from './trouble-sentence.ts'

const coded = (code: string, more: object = {}) => Object.assign(new Error('quotes a secret'), { code, ...more })

test('E5: each reason not to be let in is a sentence with what helps, and its code', () => {
  const cases: [string, RegExp][] = [
    ['28P01', /refuses the password.*URL/],
    ['28000', /pg_hba\.conf.*sslmode=verify-full/],
    ['3D000', /no database of that name/],
    ['53300', /max_connections/],
    ['57P03', /starting up/],
    ['ECONNREFUSED', /Is PostgreSQL running/],
    ['ENOTFOUND', /no host of that name/],
    ['ETIMEDOUT', /firewall/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /sslrootcert=/],
    ['CERT_HAS_EXPIRED', /expired/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another name/],
  ]
  for (const [code, says] of cases) {
    for (const error of [coded(code), new NotConnected(coded(code))]) {
      const sentence = connectionSentence(error) ?? ''
      assert.match(sentence, says)
      assert.ok(sentence.startsWith('The database cannot be reached: ') && sentence.endsWith(`(${code})`), sentence)
      assert.doesNotMatch(sentence, /secret/)
    }
    assert.deepEqual([toFailure(coded(code)).code, toFailure(coded(code)).exitCode], ['DATABASE', 1])
  }
  assert.match(
    connectionSentence(new Error('The server does not support SSL connections')) ?? '',
    /ssl = on.*sslmode=disable/,
  )
  assert.match(connectionSentence(new Error('timeout exceeded when trying to connect')) ?? '', /no answer came/)
  assert.equal(connectionSentence(coded('23505')), null)
  assert.equal(connectionSentence(new Error('something else')), null)
})

test('E5: a file that the URL names and that is not there is told with its name', async () => {
  const url = 'postgres://a@127.0.0.1:1/b?sslmode=verify-full&sslrootcert=/nowhere/ca.pem'
  assert.throws(
    () => newClient({ connectionString: url }),
    (error: unknown) => /^The file \/nowhere\/ca\.pem, .*ENOENT/.test(connectionSentence(error) ?? ''),
  )
})

test('E5: a file that is not there for another reason is not blamed on the URL, and what the driver cannot read is told', () => {
  assert.equal(connectionSentence(coded('EACCES', { syscall: 'open', path: '/data/letterhead.key' })), null)
  assert.throws(
    () => newClient({ connectionString: 'postgres://a:Kx1@b/c?sslmode=verify-ca&uselibpqcompat=true' }),
    (error: unknown) => {
      const sentence = connectionSentence(error) ?? ''
      return /^The URL of the database cannot be used: .*sslrootcert/.test(sentence) && !sentence.includes('Kx1')
    },
  )
})

test('E5: a full disk of ours is told with the file, and is no unreachable database', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO']) {
    const error = coded(code, { syscall: 'write' })
    assert.match(
      diskSentence(error, '/backups/a') ?? '',
      new RegExp(`^/backups/a cannot be written: .*\\(${code}\\)\\. Make room`),
    )
    assert.match(diskSentence(error) ?? '', /^A file cannot be written/)
    assert.match(diskSentence(coded(code, { path: '/data/x' })) ?? '', /^\/data\/x cannot be written/)
    assert.equal(databaseTrouble(error).kind, 'other')
    assert.equal(toFailure(error).code, 'DISK')
  }
  assert.equal(diskSentence(coded('ENOENT')), null)
  assert.equal(databaseTrouble(coded('ECONNRESET', { syscall: 'write' })).kind, 'unreachable')
})

test('E5: a disk without room for a database is told with what is left', async () => {
  assert.match(fullSentence('/data', 1_900_000) ?? '', /^The disk of \/data has 1 MB left, .* needs 32 MB/)
  assert.equal(fullSentence('/data', 32_000_000), null)
  assert.equal(await roomSentence('/nowhere at all'), null)
  // proc has no pool at all, and is there wherever it is read.
  const isThere = await readFile('/proc/version').then(
    () => true,
    () => false,
  )
  assert.equal((await roomSentence('/proc'))?.includes('0 MB left') ?? false, isThere)
})
