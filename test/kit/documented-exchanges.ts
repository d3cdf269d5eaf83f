import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isDefinite, notAccepted } from '../../src/adapters/resilience/http-status.rules.ts'
import { packageRoot } from '../../src/package-root.ts'
import type { CallbackReading } from '../../src/ports/event-receiver.ts'
import { type Outcome, refused } from '../../src/ports/outcome.ts'
import type { EventSubject } from '../../src/ports/provider-event.ts'
import { send, startFakeProvider } from './fakes/provider.ts'

/**
 * One exchange with a provider as its own documentation shows it, in `src/adapters/<adapter>/fixtures/<name>.json`. Members
 * and types are the provider's, values are invented. The body is compared whole, so a member that we send and the
 * provider does not document fails. In `event-*.json` the provider asks and we answer.
 */
interface DocumentedExchange {
  /** Where the provider documents it. */
  source: string
  request: {
    method: string
    path: string
    query?: Record<string, string>
    /** Those that the documentation asks for; others may go along. */
    headers?: Record<string, string>
    body?: unknown
  }
  answer: { status: number; headers?: Record<string, string>; body?: unknown }
}

/** A member of an answer, as `records.0.brandId`, and what stands there instead; nothing: it is missing. */
type Damage = readonly [exchange: string, path: string, instead?: unknown]

export interface DocumentedCall<Port> {
  title: string
  /** In the order in which the adapter asks for them. */
  exchanges: readonly string[]
  ask(port: Port): Promise<Outcome<unknown>>
  gives: Outcome<unknown>
  /** Each of these alone makes the answer one that is not believed. */
  damage?: readonly Damage[]
}

export interface DocumentedEvent {
  exchange: string
  gives: { type: string; about: EventSubject }
  damage: readonly Damage[]
}

interface Documented<Port> {
  adapter: string
  open(baseUrl: string): Port
  calls: readonly DocumentedCall<Port>[]
  /**
   * What a change is taken for whose answer is not believed; a read is `unavailable`. A definite error of another shape was
   * answered and not executed: it is refused, with its status alone, or the operator's matter and `unavailable`.
   */
  changeInDoubt: 'timeout' | 'unavailable'
}

/** Every documented exchange of a port, played to the adapter as it is, then damaged in one place after the other. */
export function documentedCalls<Port>({ adapter, open, calls, changeInDoubt }: Documented<Port>): void {
  for (const { title, exchanges, ask, gives, damage = [] } of calls) {
    it(title, async () => {
      const played = exchanges.map((name) => readExchange(adapter, name))
      const { outcome, requests } = await play(played, (baseUrl) => ask(open(baseUrl)))
      assert.deepEqual(
        requests,
        played.map(({ request }) => request),
      )
      assert.deepEqual(outcome, gives)
    })
    for (const [name, path, ...instead] of damage) {
      const what = instead.length === 0 ? 'is missing' : `is ${JSON.stringify(instead[0])}`
      it(`${title}: not when ${path || 'the answer'} of ${name} ${what}`, async () => {
        const played = exchanges.map((each) => readExchange(adapter, each))
        const damaged = played[exchanges.indexOf(name)] ?? assert.fail(`${name} is not played`)
        damaged.answer.body = damagedBody(damaged.answer.body, path, instead)
        const { outcome } = await play(played, (baseUrl) => ask(open(baseUrl)))
        const { status } = damaged.answer
        if (isDefinite(status) && outcome.kind !== 'unavailable') {
          assert.deepEqual(outcome, refused(notAccepted(status)))
          return
        }
        if (!isDefinite(status))
          assert.equal(outcome.kind, damaged.request.method === 'GET' ? 'unavailable' : changeInDoubt)
      })
    }
  }
}

/** Every documented event, as the provider sends it, then damaged: it is then about nothing of ours. */
export function documentedEvents(
  adapter: string,
  receive: (request: DocumentedExchange['request']) => CallbackReading,
  events: readonly DocumentedEvent[],
): void {
  for (const { exchange, gives, damage } of events) {
    it(`reads ${exchange}`, () => {
      const reading = receive(readExchange(adapter, exchange).request)
      assert.ok(reading.kind === 'events')
      assert.deepEqual(
        reading.events.map(({ type, about }) => ({ type, about })),
        [gives],
      )
    })
    for (const [name, path, ...instead] of damage) {
      it(`reads no ${name} when ${path} is ${instead.length === 0 ? 'missing' : JSON.stringify(instead[0])}`, () => {
        const { request } = readExchange(adapter, name)
        const reading = receive({ ...request, body: damagedBody(request.body, path, instead) })
        assert.deepEqual(reading, { kind: 'events', events: [] })
      })
    }
  }
}

/** No exchange lies beside the adapter that nothing plays, and each names its source. */
export function everyExchangeIsPlayed(adapter: string, played: readonly string[]): void {
  describe(`documented exchanges of ${adapter}`, () => {
    it('are all played, and name where they are documented', () => {
      const names = readdirSync(folderOf(adapter)).map((file) => file.replace(/\.json$/, ''))
      assert.deepEqual([...new Set(played)].sort(), names.sort())
      for (const name of names) assert.match(readExchange(adapter, name).source, /\S+/)
    })
  })
}

function folderOf(adapter: string): string {
  return join(packageRoot, 'src', 'adapters', adapter, 'fixtures')
}

function readExchange(adapter: string, name: string): DocumentedExchange {
  return JSON.parse(readFileSync(join(folderOf(adapter), `${name}.json`), 'utf8')) as DocumentedExchange
}

/** A server that gives the answers in their order, whatever is asked, and keeps what was asked. */
async function play(exchanges: readonly DocumentedExchange[], ask: (baseUrl: string) => Promise<Outcome<unknown>>) {
  const requests: DocumentedExchange['request'][] = []
  const provider = await startFakeProvider(async (incoming, text, response) => {
    const exchange = exchanges[requests.length]
    requests.push(requestOf(incoming, text, Object.keys(exchange?.request.headers ?? {})))
    if (exchange === undefined) return void response.destroy()
    const { status, body, headers } = exchange.answer
    send(response, status, body ?? '', headers)
  })
  try {
    return { outcome: await ask(provider.url), requests }
  } finally {
    await provider.close()
  }
}

function requestOf(incoming: IncomingMessage, text: string, headerNames: readonly string[]) {
  const url = new URL(incoming.url ?? '', 'http://provider')
  const query = Object.fromEntries(url.searchParams)
  const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(url.pathname),
    ...(url.search === '' ? {} : { query }),
    ...(headerNames.length === 0 ? {} : { headers: headersOf(incoming, headerNames) }),
    ...(text === ''
      ? {}
      : { body: isForm ? Object.fromEntries(new URLSearchParams(text)) : (JSON.parse(text) as unknown) }),
  }
}

function headersOf(incoming: IncomingMessage, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(incoming.headers[name])]))
}

/** The body with another value at the path, or none. The empty path is the whole. */
function damagedBody(body: unknown, path: string, instead: readonly unknown[]): unknown {
  if (path === '') return instead[0]
  const copy = structuredClone(body)
  const names = path.split('.')
  const last = names.pop() ?? ''
  const holder = names.reduce((at, name) => (at as Record<string, unknown>)[name], copy) as Record<string, unknown>
  assert.ok(last in holder, `the answer has no ${path}`)
  if (instead.length === 0) delete holder[last]
  else holder[last] = instead[0]
  return copy
}
