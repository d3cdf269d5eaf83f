import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressClass } from './address.rules.ts'
import { type EgressPolicy, mayDial, readTarget } from './target.rules.ts'

const STRICT: EgressPolicy = { allowsPrivate: false, ports: [443] }
const OPEN: EgressPolicy = { allowsPrivate: true, ports: [443] }

const CLASSES: Record<ReturnType<typeof addressClass>, readonly string[]> = {
  public: [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
  ],
  loopback: [
    '127.0.0.1',
    '127.0.0.0',
    '127.255.255.255',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:7f00:1',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    'fc00::1',
    'fdff::1',
    'fd00:ec2::253',
    'fd20:ce::255',
    '::ffff:10.0.0.1',
    '::ffff:c0a8:1',
  ],
  forbidden: [
    '',
    'localhost',
    '0.0.0.0',
    '0.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.0.1',
    '169.254.169.254',
    '192.0.0.1',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.175.48.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '1.2.3',
    ' 8.8.8.8',
    '8.8.8.8 ',
    '8.8.8.256',
    '::',
    '::7f00:1',
    '::127.0.0.1',
    '::8.8.8.8',
    '::a00:1',
    '::808:808',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700:4700::1111%eth0',
    'febf::1',
    'fec0::1',
    'ff02::1',
    '100::1',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::a00:1',
    '::ffff:0:7f00:1',
    '2606:4700::ffff:127.0.0.1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:80ff:fffe',
    '2001:2::1',
    '2001:3::1',
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '2002:808:808::1',
    '2620:4f:8000::1',
    '3fff::1',
    '5f00::1',
    '4000::1',
    '1000::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    'FD00:EC2:0::254',
    '::ffff:169.254.169.254',
    '::ffff:0.0.0.0',
  ],
}

for (const [expected, addresses] of Object.entries(CLASSES)) {
  test(`addresses that are ${expected}`, () => {
    for (const address of addresses) assert.equal(addressClass(address), expected, address)
  })
}

const NOT_URLS = [
  '',
  ' ',
  'example.com',
  '//example.com',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'gopher://example.com:70/_',
  'ftp://example.com',
  'data:text/plain,x',
  'ws://example.com',
  'https:',
  'https:/',
  'https://',
  'https:///path',
  'https:example.com',
  'https://?',
  'https://#',
  'https:\\\\example.com',
  'https://example.com\\@127.0.0.1',
  'https://exam ple.com',
  'https://example.com/a b',
  ' https://example.com',
  'https://example.com\n',
  'https://exa\tmple.com',
  'https://example.com/\u0000',
  'https://example.com/\u200b',
  'https://[::1',
  'https://[::1]extra',
  'https://[fe80::1%25eth0]',
  'https://999.1.1.1',
  'https://1.2.3.4.5',
  'https://example.com:99999',
  'https://example.com:-1',
  'https://exa%00mple.com',
  'https://ex<ample.com',
  'https://.',
  'https://..',
  'https://a..b',
  `https://${'a'.repeat(64)}.com`,
  `https://${'a.'.repeat(130)}com`,
  'null',
  'undefined',
]

test('what is not an http or https URL is told so', () => {
  for (const text of NOT_URLS) assert.equal(readTarget(text, STRICT).kind, 'not_a_url', JSON.stringify(text))
})

test('a literal address is told apart from a name', () => {
  const isLiteral = (text: string) => {
    const target = readTarget(text, OPEN)
    return target.kind === 'target' && target.isLiteral
  }
  for (const text of ['https://8.8.8.8', 'https://[2606:4700:4700::1111]', 'https://10.0.0.1'])
    assert.ok(isLiteral(text))
  for (const text of ['https://example.com', 'https://1.2.3.4.example', 'https://a.1.2.3.4.b'])
    assert.ok(!isLiteral(text))
})

test('a connection is made to public addresses, and in development to this machine and its networks', () => {
  const dialled = (policy: EgressPolicy) =>
    ['8.8.8.8', '127.0.0.1', '10.0.0.1', '169.254.169.254', ''].filter((address) => mayDial(address, policy))
  assert.deepEqual(dialled(STRICT), ['8.8.8.8'])
  assert.deepEqual(dialled(OPEN), ['8.8.8.8', '127.0.0.1', '10.0.0.1'])
})

test('addresses that the policy refuses say what to do instead', () => {
  const says = (text: string, policy = STRICT) => {
    const target = readTarget(text, policy)
    return target.kind === 'refused' ? target.says : target.kind
  }
  assert.equal(says('http://example.com'), 'must use https')
  assert.equal(says('https://example.com:8443'), 'must use port 443')
  assert.equal(says('https://example.com:8443', { ...STRICT, ports: [443, 8443] }), 'target')
  assert.equal(says('https://example.com:22', { ...STRICT, ports: [443, 8443] }), 'must use port 443 or 8443')
  assert.equal(says('https://user:secret@example.com'), 'must not hold credentials')
  assert.equal(says('https://user@example.com', OPEN), 'must not hold credentials')
  assert.equal(says(`https://example.com/${'a'.repeat(2029)}`), 'must be at most 2048 characters')
  assert.equal(says(`https://example.com/${'a'.repeat(2048)}`), 'must be at most 2048 characters')
  assert.equal(says(`https://${'a'.repeat(10_240)}.com`), 'must be at most 2048 characters')
  assert.equal(says('https://127.0.0.1'), 'must not lead to a private or reserved address')
})

test('public addresses are taken, in lower case and without their brackets', () => {
  for (const [text, hostname, port] of [
    ['https://example.com/hooks?a=1', 'example.com', 443],
    ['HTTPS://EXAMPLE.COM', 'example.com', 443],
    ['https://example.com.', 'example.com', 443],
    ['https://example.com:443/', 'example.com', 443],
    ['https://8.8.8.8/', '8.8.8.8', 443],
    ['https://[2606:4700:4700::1111]/', '2606:4700:4700::1111', 443],
    ['https://bücher.example/', 'xn--bcher-kva.example', 443],
    ['https://my_hooks.example.com/', 'my_hooks.example.com', 443],
    ['https://localhost.example.com/', 'localhost.example.com', 443],
    ['https://a.b.example/', 'a.b.example', 443],
    ['https://hooks.mylocal/', 'hooks.mylocal', 443],
    ['https://local.lan.example/', 'local.lan.example', 443],
    ['https://1.2.3.4.example/', '1.2.3.4.example', 443],
    ['https://example.com/@user', 'example.com', 443],
    ['https://example.com/?@user', 'example.com', 443],
    ['https://example.com/#@user', 'example.com', 443],
    [`https://${'a'.repeat(63)}.com/`, `${'a'.repeat(63)}.com`, 443],
    [`https://example.com/${'a'.repeat(2028)}`, 'example.com', 443],
  ] as const) {
    const target = readTarget(text, STRICT)
    assert.equal(target.kind, 'target', text)
    if (target.kind === 'target') assert.deepEqual([target.hostname, target.port], [hostname, port], text)
  }
})

test('the switch for development lets http, ports and private networks through, and still not what nobody may call', () => {
  for (const text of [
    'http://localhost:3000/hook',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://hooks:8080',
    'https://10.0.0.1:8443',
    'http://[fd00::1]',
  ])
    assert.equal(readTarget(text, OPEN).kind, 'target', text)
  const plain = readTarget('http://localhost/', OPEN)
  assert.equal(plain.kind === 'target' ? plain.port : plain.kind, 80)
  for (const text of [
    'http://169.254.169.254',
    'http://[fe80::1]',
    'http://0.0.0.0:3000',
    'http://224.0.0.1',
    'http://[fd00:ec2::254]',
    'http://[::ffff:169.254.169.254]',
  ])
    assert.equal(readTarget(text, OPEN).kind, 'refused', text)
})
