import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readValues } from './read-environment.ts'
import {
  checkDatabase,
  checkLadder,
  checkPairs,
  checkProcess,
  checkProduction,
  type ProcessFlags,
} from './validate.rules.ts'
import type { Values } from './variables.ts'

/** The sentences of the rules between variables. What each form of a variable takes is in config.test.ts. */

const values = (parts: Partial<Values> = {}): Values => ({ ...readValues({}).values, ...parts })
const production = (parts: Partial<Values> = {}) => values({ NODE_ENV: 'production', ...parts })
const given = (env: Record<string, string>): Partial<Values> => {
  const { values: read, problems } = readValues(env)
  assert.deepEqual(problems, [])
  return Object.fromEntries(Object.keys(env).map((name) => [name, read[name as keyof Values]]))
}

const SEALING_KEY = `k1:${Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('base64')}`
const external = given({ DATABASE_URL: 'postgres://app@db/letterhead' })
const sealing = given({ SEALING_KEY })

test('an external database is told once what it lacks', () => {
  const both = values({ ...external, ...sealing })
  assert.deepEqual(checkPairs(both), [])
  assert.deepEqual(checkDatabase(both), [
    'KEY_PEPPER: required with DATABASE_URL, because every instance must use the same one',
  ])
})

test('a shutdown may take as long as a request and the time in which one may still come', () => {
  const { REQUEST_DEADLINE_MS } = values()
  const problems = (parts: Partial<Values>) => checkLadder(values({ SHUTDOWN_GRACE_MS: REQUEST_DEADLINE_MS, ...parts }))
  assert.deepEqual(problems({}), [])
  assert.deepEqual(problems({ SHUTDOWN_DELAY_MS: 1 }), [
    `SHUTDOWN_GRACE_MS: must be at least REQUEST_DEADLINE_MS and SHUTDOWN_DELAY_MS together, but ${REQUEST_DEADLINE_MS} is less than ${REQUEST_DEADLINE_MS + 1}`,
  ])
  assert.equal(problems({ NODE_ENV: 'production' }).length, 1)
  assert.deepEqual(problems({ NODE_ENV: 'production', SHUTDOWN_DELAY_MS: 0 }), [])
})

describe('what Telnyx needs', () => {
  const key = (variable: string) => `TELNYX_API_KEY: required with ${variable}=telnyx`
  const PUBLIC_URL = 'PUBLIC_URL: required with BRAND_REGISTRY=telnyx, because brands carry the address of their events'
  const table: [Partial<Values>, string[]][] = [
    [{ BRAND_REGISTRY: 'telnyx' }, [key('BRAND_REGISTRY'), PUBLIC_URL]],
    [{ CARRIER: 'telnyx' }, [key('CARRIER')]],
    [{ BRAND_REGISTRY: 'telnyx', CARRIER: 'telnyx' }, [key('BRAND_REGISTRY'), PUBLIC_URL]],
    [{ BRAND_REGISTRY: 'telnyx', ...given({ PUBLIC_URL: 'https://a.example', TELNYX_API_KEY: 'KEY-telnyx' }) }, []],
  ]
  for (const [parts, expected] of table) {
    test(Object.entries(parts).flat().slice(0, 4).join(' '), () => {
      assert.deepEqual(checkPairs(values(parts)), expected)
    })
  }
})

describe('what production refuses', () => {
  const bases = ['STRIPE_BASE_URL', 'META_GRAPH_BASE_URL', 'TCR_BASE_URL', 'TELNYX_BASE_URL'] as const
  for (const name of bases) {
    test(`${name} without TLS`, () => {
      assert.deepEqual(checkProduction(production({ [name]: 'http://a.example' })), [
        `${name}: must be https in production`,
      ])
    })
  }

  test('an INVITATION_URL without TLS, and none with', () => {
    const page = (text: string) => checkProduction(production({ INVITATION_URL: text }))
    assert.deepEqual(page('http://a.example/{token}'), ['INVITATION_URL: must be https in production'])
    assert.deepEqual(page('https://a.example/{token}'), [])
  })

  test('an address off loopback, unless TLS ends here or in front', () => {
    const HOST = '0.0.0.0'
    assert.equal(checkProduction(production({ HOST })).length, 1)
    assert.deepEqual(checkProduction(production({ HOST, TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' })), [])
    assert.deepEqual(checkProduction(production({ HOST, BEHIND_TLS: true })), [])
  })
})

describe('a process in production', () => {
  const flags = (parts: Partial<ProcessFlags>): ProcessFlags => ({
    execArgv: [],
    nodeOptions: undefined,
    nodeDebug: undefined,
    tlsRejectUnauthorized: undefined,
    ...parts,
  })
  const check = (parts: Partial<ProcessFlags>) => checkProcess(production(), flags(parts))
  const refused = (name: string) => [
    `NODE_OPTIONS: ${name} is refused in production, because card data could leave the process`,
  ]

  const options: [nodeOptions: string, expected: string[]][] = [
    ['--inspect', refused('--inspect')],
    ['  --inspect=0  --inspect=0 ', refused('--inspect')],
    ['"--inspect-brk"', refused('--inspect-brk')],
    // Node.js joins what stands in and beside quotes, and takes what is behind a backslash in them.
    ['--in"spect"=0', refused('--inspect')],
    ['"--in\\spect=0"', refused('--inspect')],
    ['--require ./x--inspect', []],
    ['--require ./x--heapsnapshot-signal', []],
    ['--require ./x--report-on-signal', []],
    ['--require ./x--abort-on-uncaught-exception', []],
    ['--abort-on-uncaught-exception-x', []],
    ['--require ./x--insecure-http-parser', []],
    ['--insecure-http-parser-x', []],
    ['--require ./x--tls-keylog', []],
    ['--tls-keylog-x', []],
    ['', []],
  ]
  for (const [nodeOptions, expected] of options) {
    test(`${nodeOptions}: ${expected.length === 0 ? 'accepted' : 'refused'}`, () => {
      assert.deepEqual(check({ nodeOptions }), expected)
    })
  }

  test('NODE_DEBUG is refused where it says anything', () => {
    const says = 'NODE_DEBUG: refused in production, because it prints headers and bodies'
    assert.deepEqual(check({ nodeDebug: 'http' }), [says])
    for (const nodeDebug of ['', '  ']) assert.deepEqual(check({ nodeDebug }), [])
  })

  test('providers must prove who they are', () => {
    const says = 'NODE_TLS_REJECT_UNAUTHORIZED: 0 is refused in production, because providers must prove who they are'
    assert.deepEqual(check({ tlsRejectUnauthorized: '0' }), [says])
    assert.deepEqual(check({ tlsRejectUnauthorized: '1' }), [])
  })
})
