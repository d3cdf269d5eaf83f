import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../observability/log.ts'
import { announce } from './banner.ts'

const started = {
  url: 'http://127.0.0.1:3000',
  opsUrl: 'http://127.0.0.1:9090',
  simulated: ['payments', 'mail'],
  dataDir: null,
  first: null,
}

function said(environment: 'production' | 'development' | 'test', about: Parameters<typeof announce>[2]) {
  const lines: string[] = []
  const texts: string[] = []
  const log = createLog({
    level: 'info',
    instance: 'one',
    destination: { write: (line) => void lines.push(line), flush: () => undefined, flushSoon: () => undefined },
  })
  announce(environment, log, about, (text) => void texts.push(text))
  return { lines, text: texts.join('') }
}

test('E7: in production a start says one JSON line and nothing else', () => {
  const { lines, text } = said('production', started)
  assert.equal(text, '')
  assert.equal(lines.length, 1)
  const { time: _time, ...line } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(line, {
    level: 'info',
    instance: 'one',
    event: 'server_started',
    url: 'http://127.0.0.1:3000',
    ops_url: 'http://127.0.0.1:9090',
    simulated: 'payments,mail',
    data_dir: null,
  })
})

test('E7: elsewhere a start prints the first key for a person, and no line of the log', () => {
  const first = { organizationId: 'o', profileId: 'p', apiKey: 'made-up-key' }
  for (const environment of ['development', 'test'] as const) {
    const { lines, text } = said(environment, { ...started, first: first as never })
    assert.deepEqual(lines, [])
    assert.match(text, /Letterhead is ready at http:\/\/127\.0\.0\.1:3000\n/)
    assert.match(text, /API key \(shown once\) made-up-key\n/)
  }
})
