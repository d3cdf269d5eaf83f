import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'
import { type Config, describeConfig, forgetDriverVariables, type LoadOptions, loadConfig } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'letterhead-config-'))
after(() => rmSync(folder, { recursive: true }))

const key = () => randomBytes(32).toString('base64')

function accepted(env: Record<string, string>, options: LoadOptions = {}): Config {
  const loaded = loadConfig(env, { execArgv: [], ...options })
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.join('\n'))
  return loaded.config
}

function refused(env: Record<string, string>, options: LoadOptions = {}): string[] {
  const loaded = loadConfig(env, { execArgv: [], ...options })
  assert.equal(loaded.ok, false, 'a bad configuration was accepted')
  return loaded.ok ? [] : loaded.problems
}

test('no configuration at all gives a working laptop server', () => {
  const config = accepted({})
  assert.deepEqual(
    [config.http.host, config.http.port, config.ops.host, config.ops.port],
    ['127.0.0.1', 8080, '127.0.0.1', 9090],
  )
  assert.equal(config.environment, 'development')
  assert.ok(isAbsolute(config.dataDir))
  assert.equal(config.database.url, null)
  assert.equal(config.keyMaterial, null)
  const { payments, whatsapp, brandRegistry, carrier } = config
  const chosen = [payments, whatsapp, brandRegistry, carrier].map(({ provider }) => provider)
  assert.deepEqual(chosen, Array(4).fill('simulator'))
  assert.deepEqual(brandRegistry.fees, { brand: 4.5, revet: 4.5, vetting: 40, campaignReview: 15 })
  assert.equal(brandRegistry.vetting, 'off')
  assert.deepEqual(config.mail, {
    provider: 'outbox',
    folder: join(config.dataDir, 'mail'),
    from: { name: 'Letterhead', address: 'letterhead@localhost' },
  })
  assert.equal(config.http.hasRateLimits, true)
})

test('a blank variable holds its default', () => {
  assert.equal(accepted({ PORT: ' ', DATABASE_URL: '' }).http.port, 8080)
})

test('every form of every variable is read', () => {
  const config = accepted({
    PORT: '0',
    HOST: '::1',
    PUBLIC_URL: 'https://api.example.com/',
    ALLOWED_HOSTS: 'API.example.com, localhost:8080,[::1]:80',
    TRUST_PROXY: '10.0.0.0/8, 2001:db8::1,',
    RATE_LIMITS: 'off',
    RATE_LIMIT_FACTOR: '5',
    DATABASE_POOL_SIZE: '4',
    DATABASE_PREPARED: 'off',
    LOG_LEVEL: 'error',
    WHATSAPP: 'meta',
    META_APP_TOKEN: '123456|abcdefgh',
    META_REGISTRATION_PIN: '042424',
    REGISTRY_FEES: 'brand=4, campaign_review=15.50',
    VETTING: 'aegis_enhanced',
    CARRIER: 'none',
    PAYMENTS: 'none',
  })
  assert.equal(config.http.port, 0)
  assert.equal(config.http.publicUrl, 'https://api.example.com')
  assert.deepEqual(config.http.allowedHosts, ['api.example.com', 'localhost:8080', '[::1]:80'])
  assert.deepEqual(config.http.trustedHops, ['10.0.0.0/8', '2001:db8::1'])
  assert.deepEqual([config.http.hasRateLimits, config.http.rateLimitFactor], [false, 5])
  assert.deepEqual(config.database, { url: null, ownerUrl: null, poolSize: 4, isPrepared: false })
  assert.deepEqual(config.payments, { provider: 'none' })
  assert.equal(config.whatsapp.provider === 'meta' && config.whatsapp.appToken?.reveal(), '123456|abcdefgh')
})

test('every problem is reported at once, one line each, by the name of its variable', () => {
  const problems = refused({
    PORT: '70000',
    OPS_PORT: 'abc',
    HOST: 'a b',
    LOG_LEVEL: 'loud\nline',
    RATE_LIMITS: 'maybe',
    TRUST_PROXY: '10.0.0.0/33',
    DATABASE_URL: 'mysql://root:hunter22@db/app',
    SEALING_KEY: 'k1:short',
    PAYMENTS: 'stripe',
    TLS_CERT: '/nowhere.pem',
    KEY_WAIT_MS: '9000',
  })
  const names = problems.map((problem) => problem.split(':')[0])
  assert.deepEqual(names, [
    'PORT',
    'HOST',
    'TRUST_PROXY',
    'RATE_LIMITS',
    'OPS_PORT',
    'LOG_LEVEL',
    'DATABASE_URL',
    'SEALING_KEY',
    'KEY_WAIT_MS',
    'TLS_KEY',
    'STRIPE_SECRET_KEY',
  ])
  for (const problem of problems) assert.doesNotMatch(problem, /[\r\n]/)
  assert.equal(problems[0], 'PORT: must be a port number from 0 to 65535, not "70000"')
})

test('no problem quotes a secret', () => {
  const problems = refused({
    DATABASE_URL: 'mysql://root:hunter22@db/app',
    SEALING_KEY: 'k1:hunter22',
    KEY_PEPPER: 'hunter22',
    STRIPE_SECRET_KEY: 'hunter22 with spaces',
  })
  assert.equal(problems.length, 4)
  for (const problem of problems) assert.doesNotMatch(problem, /hunter22/)
})

test('E1: what the driver would read on its own is forgotten; with DATABASE_URL, PG* completes it', () => {
  const given = {
    PGUSER: 'a',
    PGSSLMODE: 'require',
    NODE_PG_FORCE_NATIVE: '1',
    PGX: 'b',
    HOME: '/',
    PG: 'c',
    PORT: '1',
  }
  const left = (more: Record<string, string>) => {
    const env: NodeJS.ProcessEnv = { ...given, ...more }
    forgetDriverVariables(env)
    return Object.keys(env).sort()
  }
  assert.deepEqual(left({}), ['HOME', 'PG', 'PORT'])
  assert.deepEqual(left({ DATABASE_URL: ' ' }), ['DATABASE_URL', 'HOME', 'PG', 'PORT'])
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL', 'DATABASE_URL_FILE', 'DATABASE_OWNER_URL_FILE'])
    assert.deepEqual(left({ [name]: 'x' }), [name, 'HOME', 'PG', 'PGSSLMODE', 'PGUSER', 'PGX', 'PORT'].sort())
})

test('C14: name and address of a sender are told apart, whatever punctuation the name has', () => {
  const from = (text: string) => {
    const { mail } = accepted({ MAIL_FROM: text })
    return mail.provider === 'outbox' ? mail.from : null
  }
  const address = 'no-reply@example.com'
  const cases: Record<string, string> = {
    'Acme: Sales (EU) <no-reply@example.com>': 'Acme: Sales (EU)',
    'Acme, Inc. <no-reply@example.com>': 'Acme, Inc.',
    '"Acme, Inc." <no-reply@example.com>': 'Acme, Inc.',
    'Müller & Söhne; Köln <no-reply@example.com>': 'Müller & Söhne; Köln',
    'no-reply@example.com': '',
  }
  for (const [text, name] of Object.entries(cases)) assert.deepEqual(from(text), { name, address }, text)
})

test('mail over SMTP needs a server and a sender; production has none unless it is named', () => {
  assert.deepEqual(
    refused({ MAIL: 'smtp' }).map((problem) => problem.split(':')[0]),
    ['SMTP_URL', 'MAIL_FROM'],
  )
  const env = {
    MAIL: 'smtp',
    SMTP_URL: 'smtps://user:p%40ss@mail.example.com',
    MAIL_FROM: 'Acme <no-reply@example.com>',
  }
  const { mail, settings } = accepted(env)
  assert.ok(mail.provider === 'smtp' && mail.url.reveal() === env.SMTP_URL)
  assert.deepEqual(mail.from, { name: 'Acme', address: 'no-reply@example.com' })
  assert.equal(settings.find(({ name }) => name === 'SMTP_URL')?.value, 'smtps://mail.example.com')
  assert.equal(accepted({ NODE_ENV: 'production' }).mail.provider, 'none')
  assert.equal(accepted({ NODE_ENV: 'production', MAIL: 'outbox' }).mail.provider, 'outbox')
  const wrong: Record<string, string[]> = {
    SMTP_URL: [
      'mail.example.com',
      'http://mail.example.com',
      'smtp://',
      'smtp://a?tls.rejectUnauthorized=false',
      'smtp://a/b',
      'smtp://%ff@a',
    ],
    MAIL_FROM: [
      'Acme',
      'a@b\r\nBcc: c@d',
      'A <a@b>, B <c@d>',
      'Acme <a b@c>',
      'A: B <a:b@c>',
      'a,b@c',
      'a..b@c',
      'a@-b',
      'a@b.',
      '"A" B <a@b>',
      '"A\\" <a@b>',
      'Acme <>',
      '<a@b',
    ],
    INVITATION_URL: [
      'https://example.com',
      'https://example.com/{token}/{token}',
      'ftp://a/{token}',
      '/{token}',
      'https://u:p@a/{token}',
    ],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const problems = refused({ ...env, [name]: value })
      assert.deepEqual([problems.length, problems[0]?.split(':')[0]], [1, name], value)
    }
  }
  assert.equal(
    accepted({ INVITATION_URL: 'http://localhost:3000/join#{token}' }).invitationUrl,
    'http://localhost:3000/join#{token}',
  )
  const production = { NODE_ENV: 'production', INVITATION_URL: 'http://example.com/{token}' }
  assert.deepEqual(refused(production), ['INVITATION_URL: must be https in production'])
})

test('an external database needs a sealing key and a pepper', () => {
  const DATABASE_URL = 'postgres://app@db/letterhead'
  assert.deepEqual(
    refused({ DATABASE_URL }).map((problem) => problem.split(':')[0]),
    ['SEALING_KEY', 'KEY_PEPPER'],
  )
  const config = accepted({ DATABASE_URL, SEALING_KEY: `new:${key()},old:${key()}`, KEY_PEPPER: key() })
  const material = config.keyMaterial?.reveal()
  assert.deepEqual([material?.activeId, material?.keys.map((one) => one.id)], ['new', ['new', 'old']])
  assert.equal(material?.pepper.length, 32)
  assert.ok(accepted({ DATABASE_URL }, { purpose: 'command' }), 'a command runs without the keys')
})

test("an owner's URL alone serves commands only", () => {
  const env = { DATABASE_OWNER_URL: 'postgres://owner@db/letterhead' }
  assert.match(refused(env)[0] ?? '', /^DATABASE_URL: required .*--create-role/)
  assert.equal(accepted(env, { purpose: 'command' }).database.ownerUrl?.reveal(), env.DATABASE_OWNER_URL)
})

test('weak, doubled and malformed sealing keys are refused', () => {
  const one = key()
  const zeros = Buffer.alloc(32).toString('base64')
  const long = randomBytes(33).toString('base64')
  const cases = [
    'k1',
    `k1:${zeros}`,
    `k1:${long}`,
    `k.1:${one}`,
    `k1:${one},k1:${key()}`,
    `k1:${one}:x`,
    `:${one}`,
    ',',
  ]
  for (const SEALING_KEY of cases) assert.equal(refused({ SEALING_KEY }).length, 1, SEALING_KEY)
  const KEY_PEPPER = key()
  assert.ok(accepted({ SEALING_KEY: `k1:${one}`, KEY_PEPPER }))
  assert.ok(accepted({ SEALING_KEY: `k1:${Buffer.from(one, 'base64').toString('base64url')}`, KEY_PEPPER }))
  for (const weak of [zeros, randomBytes(31).toString('base64'), `${one}!`]) {
    assert.equal(refused({ KEY_PEPPER: weak }).length, 1, weak)
  }
})

test('a sealing key and a pepper come together or not at all', () => {
  assert.match(refused({ KEY_PEPPER: key() }).join('|'), /^SEALING_KEY: required when KEY_PEPPER is set[^|]*$/)
  assert.match(refused({ SEALING_KEY: `k1:${key()}` }).join('|'), /^KEY_PEPPER: required when SEALING_KEY is set[^|]*$/)
})

test('a secret may come from a file, but not from both, and never from an empty or missing one', () => {
  const file = join(folder, 'stripe')
  writeFileSync(file, 'sk_test_from_file\n')
  const config = accepted({ PAYMENTS: 'stripe', STRIPE_SECRET_KEY_FILE: file })
  assert.equal(config.payments.provider === 'stripe' && config.payments.secretKey.reveal(), 'sk_test_from_file')
  const shown = describeConfig(config).find((setting) => setting.name === 'STRIPE_SECRET_KEY')
  assert.deepEqual([shown?.value, shown?.source], ['[secret]', 'file'])

  writeFileSync(join(folder, 'empty'), '\n')
  const one = (env: Record<string, string>) => refused({ PAYMENTS: 'stripe', ...env })
  assert.match(one({ STRIPE_SECRET_KEY_FILE: file, STRIPE_SECRET_KEY: 'sk_test_env' }).join('|'), /^[^|]*not both$/)
  assert.match(one({ STRIPE_SECRET_KEY_FILE: join(folder, 'none') }).join('|'), /^[^|]*cannot be read \(ENOENT\)$/)
  assert.match(one({ STRIPE_SECRET_KEY_FILE: join(folder, 'empty') }).join('|'), /^[^|]*is empty$/)
})

test('production simulates only what is asked for by name', () => {
  const config = accepted({ NODE_ENV: 'production' })
  assert.deepEqual([config.payments.provider, config.whatsapp.provider], ['none', 'none'])
  assert.equal(accepted({ NODE_ENV: 'production', PAYMENTS: 'simulator' }).payments.provider, 'simulator')
})

test('a registry and a carrier come with what they need', () => {
  const tcr = { BRAND_REGISTRY: 'tcr', TCR_API_KEY: 'tcr-key-1', TCR_API_SECRET: 'tcr-secret-1' }
  const telnyx = { BRAND_REGISTRY: 'telnyx', CARRIER: 'telnyx', TELNYX_API_KEY: 'KEY-telnyx' }
  const PUBLIC_URL = 'https://letterhead.example'
  assert.deepEqual(
    refused({ BRAND_REGISTRY: 'tcr' }).map((problem) => problem.split(':')[0]),
    ['TCR_API_KEY', 'TCR_API_SECRET'],
  )
  assert.match(refused({ CARRIER: 'telnyx' }).join('|'), /^TELNYX_API_KEY: required with CARRIER=telnyx$/)
  assert.match(refused(telnyx).join('|'), /^PUBLIC_URL: required with BRAND_REGISTRY=telnyx/)
  const { brandRegistry, carrier } = accepted({ ...telnyx, PUBLIC_URL })
  assert.deepEqual([brandRegistry.provider, carrier.provider], ['telnyx', 'telnyx'])
  assert.equal(
    brandRegistry.provider === 'telnyx' && brandRegistry.callbackUrl,
    'https://letterhead.example/callbacks/telnyx',
  )
  assert.equal(accepted(tcr).brandRegistry.provider, 'tcr')
  assert.equal(refused({ ...tcr, TCR_UPSTREAM_CNP: 'a b' }).length, 1)
  assert.equal(refused({ ...telnyx, PUBLIC_URL, TELNYX_PUBLIC_KEY: 'short' }).length, 1)
  for (const REGISTRY_FEES of ['brand', 'brand=x', 'brand=1,brand=2', 'other=1', 'brand=1.234', '=1']) {
    assert.equal(refused({ REGISTRY_FEES }).length, 1, REGISTRY_FEES)
  }
})

test('events of a provider are taken where they can be checked, and of a chosen provider only', () => {
  const TELNYX_PUBLIC_KEY = randomBytes(32).toString('base64')
  const secrets = {
    TCR_API_KEY: 'tcr-key-1',
    TCR_API_SECRET: 'tcr-secret-1',
    TELNYX_PUBLIC_KEY,
    META_APP_SECRET: 'meta-secret',
  }
  assert.deepEqual(accepted(secrets).callbacks, { tcr: null, telnyx: null, meta: null })
  const chosen = {
    ...secrets,
    BRAND_REGISTRY: 'tcr',
    CARRIER: 'telnyx',
    TELNYX_API_KEY: 'KEY-telnyx',
    WHATSAPP: 'meta',
  }
  const { tcr, telnyx, meta } = accepted({ ...chosen, PUBLIC_URL: 'https://letterhead.example/' }).callbacks
  assert.deepEqual([tcr?.url, telnyx?.publicKey], ['https://letterhead.example/callbacks/tcr', TELNYX_PUBLIC_KEY])
  assert.equal(meta?.appSecret.reveal(), 'meta-secret')
  assert.equal(accepted(chosen).callbacks.tcr, null, 'without a public address TCR signs for one that we do not know')
})

test('a misspelt NODE_ENV is refused, so that it never turns production off', () => {
  assert.match(
    refused({ NODE_ENV: 'prod' })[0] ?? '',
    /^NODE_ENV: must be production, development or test, not "prod"$/,
  )
})

test('production off loopback needs TLS or a proxy that ends it', () => {
  const NODE_ENV = 'production'
  for (const HOST of ['0.0.0.0', '::', '10.1.2.3', 'api.example.com']) {
    assert.match(refused({ NODE_ENV, HOST }).join('|'), /^HOST: [^|]*$/, HOST)
    assert.ok(accepted({ NODE_ENV, HOST, BEHIND_TLS: '1' }))
    assert.ok(accepted({ HOST }), 'outside production any address may be used')
  }
  for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.ok(accepted({ NODE_ENV, HOST }), HOST)
})

test('TLS files that cannot be read or are no certificate are refused', () => {
  const file = join(folder, 'not.pem')
  writeFileSync(file, 'not a certificate')
  assert.match(
    refused({ TLS_CERT: '/nowhere.pem', TLS_KEY: '/nokey.pem' }).join('|'),
    /^TLS_CERT: [^|]*ENOENT\)\|TLS_KEY: /,
  )
  assert.match(refused({ TLS_CERT: file, TLS_KEY: file }).join('|'), /^TLS_CERT: the certificate [^|]*$/)
})

test('production speaks to providers over https only', () => {
  const urls = { STRIPE_BASE_URL: 'http://127.0.0.1:9', META_GRAPH_BASE_URL: 'http://127.0.0.1:9' }
  assert.equal(refused({ NODE_ENV: 'production', ...urls }).length, 2)
  assert.ok(accepted(urls))
})

test('webhooks go to public addresses on port 443, elsewhere only where the operator says so, and never in production', () => {
  assert.deepEqual(accepted({}).egress, { allowsPrivate: false, ports: [443] })
  const open = accepted({ WEBHOOKS_ALLOW_PRIVATE: '1', WEBHOOK_PORTS: '443, 8443' })
  assert.deepEqual(open.egress, { allowsPrivate: true, ports: [443, 8443] })
  const [problem, ...more] = refused({ NODE_ENV: 'production', WEBHOOKS_ALLOW_PRIVATE: 'on' })
  assert.match(problem ?? '', /^WEBHOOKS_ALLOW_PRIVATE: on is refused in production/)
  assert.deepEqual(more, [])
  for (const ports of ['0', '65536', '443,', 'https', '443,x']) {
    const isTaken = ports === '443,'
    if (isTaken) assert.deepEqual(accepted({ WEBHOOK_PORTS: ports }).egress.ports, [443])
    else
      assert.match(refused({ WEBHOOK_PORTS: ports })[0] ?? '', /^WEBHOOK_PORTS: must be a comma list of port numbers/)
  }
})

test('a file of TLS needs the other one', () => {
  for (const [given, missing] of [
    ['TLS_KEY', 'TLS_CERT'],
    ['TLS_CERT', 'TLS_KEY'],
  ] as const)
    assert.ok(refused({ [given]: '/nowhere.pem' }).includes(`${missing}: required when ${given} is set`))
})

test('only loopback is taken for loopback', () => {
  for (const HOST of ['127.0.0.1', '127.12.255.255', '::1', '::ffff:127.0.0.12', 'LOCALHOST'])
    assert.ok(accepted({ NODE_ENV: 'production', HOST }), HOST)
  for (const HOST of ['x.localhost', 'localhost.example.com', '10.127.0.0.1', '127.0.0.1.example.com', '::ffff:127.0'])
    assert.match(refused({ NODE_ENV: 'production', HOST }).join(), /^HOST: /, HOST)
})

test('production refuses a process whose memory or traffic could leave it', () => {
  const flags = [
    '--inspect',
    '--inspect=0.0.0.0:9229',
    '--inspect-brk',
    '--inspect_brk',
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=1',
    '--report-on-fatalerror',
    '--report-uncaught-exception',
    '--report-on-signal',
    '--abort-on-uncaught-exception',
    '--insecure-http-parser',
    '--tls-keylog=/tmp/keys',
  ]
  const NODE_ENV = 'production'
  for (const flag of flags) {
    assert.equal(refused({ NODE_ENV }, { execArgv: [flag] }).length, 1, flag)
    assert.equal(refused({ NODE_ENV, NODE_OPTIONS: `--enable-source-maps "${flag}"` }).length, 1, flag)
    assert.ok(accepted({}, { execArgv: [flag] }), 'outside production it is allowed')
  }
  assert.equal(refused({ NODE_ENV, NODE_DEBUG: 'http' }).length, 1)
  assert.equal(refused({ NODE_ENV, NODE_TLS_REJECT_UNAUTHORIZED: '0' }).length, 1)
  assert.ok(accepted({ NODE_ENV, NODE_OPTIONS: '--max-old-space-size=512 --report-exclude-env' }))
})

test('the time limits must each be strictly inside the next', () => {
  const ladder = {
    POOL_WAIT_MS: '2000',
    ROW_LOCK_MS: '5000',
    KEY_WAIT_MS: '6000',
    STATEMENT_MS: '7000',
    QUERY_MS: '10000',
    PROVIDER_MS: '25000',
    REQUEST_DEADLINE_MS: '30000',
  }
  for (const [name, value] of Object.entries(ladder)) {
    const problems = refused({ [name]: value, SHUTDOWN_GRACE_MS: '60000' })
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      [name],
    )
  }
  assert.match(
    refused({ SHUTDOWN_GRACE_MS: '24999' })[0] ?? '',
    /^SHUTDOWN_GRACE_MS: must be at least REQUEST_DEADLINE_MS and SHUTDOWN_DELAY_MS/,
  )
  assert.equal(accepted({ LEASE_MS: '40000' }).http.requestTimeoutMs, 40_000)
})

test('the two listeners cannot share a port, except that 0 takes two free ones', () => {
  assert.match(refused({ PORT: '9090' })[0] ?? '', /^OPS_PORT: must differ/)
  assert.ok(accepted({ PORT: '0', OPS_PORT: '0' }))
})

test('base URLs and hosts with surprises are refused', () => {
  for (const PUBLIC_URL of ['ftp://x', 'https://u:p@x', 'https://x?a=1', 'https://x#f', 'x']) {
    assert.equal(refused({ PUBLIC_URL }).length, 1, PUBLIC_URL)
  }
  for (const ALLOWED_HOSTS of ['https://x', 'a b', 'x/y', '-x']) assert.equal(refused({ ALLOWED_HOSTS }).length, 1)
  for (const TRUST_PROXY of ['0.0.0.0/0', '::/0', 'loopback', '10.0.0.0/8/8', '10.0.0']) {
    assert.equal(refused({ TRUST_PROXY }).length, 1, TRUST_PROXY)
  }
})

test('a printed configuration holds no secret, and cannot be changed', () => {
  const password = 'hunter22'
  const sealing = key()
  const config = accepted({
    DATABASE_URL: `postgres://app:${password}@db:5432/letterhead?sslmode=verify-full`,
    SEALING_KEY: `k7:${sealing}`,
    KEY_PEPPER: key(),
    PAYMENTS: 'stripe',
    STRIPE_SECRET_KEY: `sk_live_${password}`,
  })
  const printed = [
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true }),
    `${config.keyMaterial}`,
    JSON.stringify({ ...config.database.url }),
    JSON.stringify(describeConfig(config)),
  ].join('\n')
  assert.doesNotMatch(printed, new RegExp(password))
  assert.ok(!printed.includes(sealing))
  assert.equal(config.database.url?.reveal().includes(password), true, 'the value itself is there')
  const shown = Object.fromEntries(describeConfig(config).map((setting) => [setting.name, setting.value]))
  assert.equal(shown.DATABASE_URL, 'postgres://db:5432/letterhead')
  assert.equal(shown.SEALING_KEY, 'keys k7')
  assert.equal(shown.PORT, '8080')
  assert.throws(() => Object.assign(config.http, { port: 1 }), TypeError)
})
