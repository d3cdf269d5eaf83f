import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersFor, type HostPolicy, isHost } from './host.ts'

const OF_API: HostPolicy = { names: ['api.example.com', 'other.example:8443'], anyPort: false, anyAddress: false }
const OF_OPS: HostPolicy = { names: ['localhost', 'metrics.example', '[::1]'], anyPort: true, anyAddress: true }

test('a Host is a name or an address, with a port or without', () => {
  for (const host of [
    'a',
    'API.example.com',
    'a_b-c.d',
    'a:1',
    '127.0.0.1:8080',
    '[::1]',
    '[::ffff:127.0.0.1]:65535',
  ]) {
    assert.equal(isHost(host), true, host)
  }
  for (const host of [
    '',
    ' ',
    'a b',
    'a:',
    'a:123456',
    'a/b',
    'u@a',
    '::1',
    '[::1',
    '[x]',
    'é.example',
    'a\n',
    `${'a'.repeat(254)}`,
  ]) {
    assert.equal(isHost(host), false, JSON.stringify(host))
  }
})

test('a list is meant to the letter: letters of any case, a port only where it says one', () => {
  for (const host of ['api.example.com', 'API.Example.COM', 'other.example:8443']) {
    assert.equal(answersFor(host, OF_API), true, host)
  }
  for (const host of [
    'api.example.com:80',
    'other.example',
    'other.example:1',
    'evil.example',
    '127.0.0.1',
    '[::1]',
    '',
  ]) {
    assert.equal(answersFor(host, OF_API), false, host)
  }
})

test('E13: where any port and any address may be asked for, a name still has to be known', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:9090',
    'metrics.example:1',
    '127.0.0.1:9090',
    '10.1.2.3',
    '[::1]:9090',
    '[2001:db8::7]',
  ]) {
    assert.equal(answersFor(host, OF_OPS), true, host)
  }
  for (const host of [
    'rebound.example:9090',
    'localhost.rebound.example',
    'xlocalhost',
    '127.0.0.1.rebound.example',
    '1.2.3',
    '1.2.3.4.5',
    'metrics.example.',
    'localhost:9090:1',
    '::1',
    '',
  ]) {
    assert.equal(answersFor(host, OF_OPS), false, host)
  }
})
