import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSmtpUrl } from '../../src/adapters/smtp/client.ts'
import { smtpMail } from '../../src/adapters/smtp/index.ts'
import { type FakeSmtp, startFakeSmtp } from '../kit/fakes/smtp.ts'
import { kindAndAbout } from '../kit/outcome-kind.ts'
import { aMail, FROM, type MailHarness, mailSuite, newLog } from './mail.suite.ts'

const CREDENTIALS = `letterhead:${encodeURIComponent('p@ss/word')}`

type Options = Parameters<typeof startFakeSmtp>[0] & {
  from?: { name: string; address: string }
  credentials?: string
  host?: string
  timeoutMs?: number
}

async function open(options: Options = {}): Promise<MailHarness & { server: FakeSmtp }> {
  const server = await startFakeSmtp(options)
  const { log, logged } = newLog()
  const { credentials, host = '127.0.0.1', timeoutMs = 10_000 } = options
  const url = `smtp://${credentials === undefined ? '' : `${credentials}@`}${host}:${server.port}`
  let isClosed = false
  const close = async () => {
    if (!isClosed) await server[Symbol.asyncDispose]()
    isClosed = true
  }
  return {
    server,
    mail: smtpMail({ url, from: options.from ?? FROM, log, timeoutMs }),
    logged,
    sources: async () => server.received.map(({ source }) => source),
    breakDown: close,
    [Symbol.asyncDispose]: close,
  }
}

mailSuite('smtp', () => open())

test('the envelope names sender and recipient, and the credentials of the URL are used', async () => {
  await using harness = await open({ asksForUser: true, credentials: CREDENTIALS })
  assert.equal((await harness.mail.send({ message: aMail() })).kind, 'done')
  const [mail] = harness.server.received
  assert.deepEqual([mail?.from, mail?.to, mail?.user], ['no-reply@example.org', ['jane@example.com'], 'letterhead'])
})

test('C14: a sender’s name with a colon, a comma or brackets leaves one sender with its address', async () => {
  for (const name of ['Acme: Sales (EU)', 'Acme, Inc.', 'Acme; Sales', 'Acme <Sales']) {
    await using harness = await open({ from: { name, address: 'no-reply@example.com' } })
    assert.equal((await harness.mail.send({ message: aMail() })).kind, 'done', name)
    const [mail] = harness.server.received
    assert.equal(mail?.from, 'no-reply@example.com', name)
    assert.match(
      mail?.source ?? '',
      new RegExp(`^From: "${name.replace(/[()]/g, '\\$&')}" <no-reply@example\\.com>\r?$`, 'm'),
    )
  }
})

const ANSWERS: [string, FakeSmtp['behaviour'], string, string][] = [
  ['an unknown mailbox', { recipient: '550 5.1.1 no jane@example.com here' }, 'refused', 'recipient_not_accepted'],
  ['A1: a full mailbox', { recipient: '452 4.2.2 jane@example.com is full' }, 'unavailable of subject', 'not_now'],
  ['A1: grey-listing', { recipient: '451 4.7.1 try again, jane@example.com' }, 'unavailable of subject', 'not_now'],
  ['A1: a busy mailbox', { recipient: '450 jane@example.com is busy' }, 'unavailable of subject', 'not_now'],
  [
    'A1: grey-listing after the mail',
    { mail: '451 4.7.1 try again, jane@example.com' },
    'unavailable of subject',
    'not_now',
  ],
  ['A1: a mailbox that is off after the mail', { mail: '450 jane@example.com' }, 'unavailable of subject', 'not_now'],
  ['a server without room at the recipient', { recipient: '452 4.3.1 no room' }, 'unavailable of service', 'not_now'],
  ['a recipient that needs credentials', { recipient: '530 5.7.0 who are you' }, 'unavailable of service', 'not_now'],
  [
    'a server that goes at the recipient',
    { recipient: '421 4.3.2 going down' },
    'unavailable of service',
    'unreachable',
  ],
  ['a server that goes at the mail', { mail: '421 4.3.2 going down' }, 'unavailable of service', 'not_now'],
  ['a sender who sends too much', { sender: '450 4.7.1 slower' }, 'unavailable of service', 'sender_not_accepted'],
  [
    'a sender it does not know',
    { sender: '550 5.7.1 no-reply@example.org is not yours' },
    'unavailable of service',
    'sender_not_accepted',
  ],
  [
    'a mail it finds unwanted',
    { mail: '554 5.7.1 jane@example.com does not want this' },
    'refused',
    'mail_not_accepted',
  ],
  ['a lack of room', { mail: '452 4.3.1 jane@example.com later' }, 'unavailable of service', 'not_now'],
  ['a lack of room in old words', { mail: '452 later' }, 'unavailable of service', 'not_now'],
]
for (const [says, behaviour, kind, reason] of ANSWERS) {
  test(`${says} is ${kind}, and the log has our word and the code alone`, async () => {
    await using harness = await open()
    harness.server.behaviour = behaviour
    const outcome = await harness.mail.send({ message: aMail() })
    assert.equal(kindAndAbout(outcome), kind)
    assert.deepEqual(harness.server.received, [])
    assert.equal(harness.logged.length, 1)
    const code = Number(Object.values(behaviour)[0]?.toString().slice(0, 3))
    assert.deepEqual(harness.logged[0]?.fields, { reason, response_code: code })
    assert.doesNotMatch(JSON.stringify(harness.logged), /jane|example/)
  })
}

test('wrong credentials are an outage that the log names', async () => {
  await using harness = await open({ asksForUser: true, credentials: 'letterhead:hunter22' })
  assert.equal((await harness.mail.send({ message: aMail() })).kind, 'unavailable')
  assert.deepEqual(harness.logged[0]?.fields, { reason: 'credentials_not_accepted', response_code: 535 })
  assert.doesNotMatch(JSON.stringify(harness.logged), /hunter22|jane/)
})

test('a certificate that nobody vouches for is not trusted', async () => {
  await using harness = await open({ offersTls: true })
  assert.equal((await harness.mail.send({ message: aMail() })).kind, 'unavailable')
  assert.deepEqual(harness.server.received, [])
})

test('a server that never answers is a timeout', async () => {
  await using harness = await open({ timeoutMs: 300 })
  harness.server.behaviour = { hangs: true }
  assert.deepEqual(await harness.mail.send({ message: aMail() }), { kind: 'timeout', of: 'service' })
})

test('the URL says how TLS is spoken: from the first byte, before anything is said, or, to this machine, not at all', () => {
  const read = (url: string) => {
    const { host, port, secure, requireTLS } = readSmtpUrl(url)
    return [host, port, secure, requireTLS]
  }
  assert.deepEqual(read('smtps://mail.example.com'), ['mail.example.com', 465, true, false])
  assert.deepEqual(read('smtp://mail.example.com'), ['mail.example.com', 587, false, true])
  assert.deepEqual(read('smtp://10.0.0.7:25'), ['10.0.0.7', 25, false, true])
  assert.deepEqual(read('smtp://127.0.0.1:1025'), ['127.0.0.1', 1025, false, false])
  assert.deepEqual(read('smtp://localhost'), ['localhost', 587, false, false])
  assert.deepEqual(read('smtp://[::1]:25'), ['::1', 25, false, false])
  assert.deepEqual(readSmtpUrl(`smtps://${CREDENTIALS}@mail.example.com`).auth, {
    user: 'letterhead',
    pass: 'p@ss/word',
  })
  assert.equal(readSmtpUrl('smtps://mail.example.com').auth, null)
})
