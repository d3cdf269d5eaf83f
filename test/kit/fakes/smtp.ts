import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  from: string
  to: string[]
  source: string
  isSecure: boolean
  user: string | null
}

/** What the next session meets. */
export interface SmtpBehaviour {
  /** `<code> <text>` for the sender, the recipient or the mail; null takes it. */
  sender?: string
  recipient?: string
  mail?: string
  /** Never answers the mail. */
  hangs?: boolean
}

export interface FakeSmtp extends AsyncDisposable {
  port: number
  readonly received: ReceivedMail[]
  behaviour: SmtpBehaviour
}

const USER = { user: 'letterhead', pass: 'p@ss/word' }

function refusal(text: string): Error {
  const [code = '550', ...words] = text.split(' ')
  return Object.assign(new Error(words.join(' ')), { responseCode: Number(code) })
}

/**
 * A mail server on this machine that speaks SMTP as a real one does. `offersTls` makes it change to TLS with a certificate
 * that nobody vouches for; `asksForUser` makes it take USER alone.
 */
export async function startFakeSmtp(options: { offersTls?: boolean; asksForUser?: boolean } = {}): Promise<FakeSmtp> {
  const received: ReceivedMail[] = []
  const fake = { behaviour: {} as SmtpBehaviour }
  const server = new SMTPServer({
    logger: false,
    authOptional: options.asksForUser !== true,
    allowInsecureAuth: true,
    disabledCommands: options.offersTls === true ? [] : ['STARTTLS'],
    closeTimeout: 100,
    onAuth: (auth, _session, callback) => {
      if (auth.username === USER.user && auth.password === USER.pass) callback(null, { user: USER.user })
      else callback(refusal('535 5.7.8 jane@example.com is not who you say'))
    },
    onMailFrom: (_address, _session, callback) => {
      callback(fake.behaviour.sender === undefined ? null : refusal(fake.behaviour.sender))
    },
    onRcptTo: (_address, _session, callback) => {
      callback(fake.behaviour.recipient === undefined ? null : refusal(fake.behaviour.recipient))
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (fake.behaviour.hangs === true) return
        if (fake.behaviour.mail !== undefined) {
          callback(refusal(fake.behaviour.mail))
          return
        }
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('utf8'),
          isSecure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        })
        callback(null)
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return Object.assign(fake, {
    port,
    received,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  })
}
