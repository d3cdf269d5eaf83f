import { randomUUID } from 'node:crypto'
import { parsed, sendRaw } from '../harness/traffic/http.mjs'
import { aCardChange } from '../harness/traffic/request-bodies.mjs'
import { standing } from './status-triggers.mjs'

/**
 * How the documented statuses are brought about that no request brings about alone: something around the server is wrong, or
 * there is too much or too little of the request.
 *
 * @typedef {import('./status-triggers.mjs').StatusTrigger} StatusTrigger
 * @typedef {import('../harness/servers/environment.mjs').Environment} Environment
 * @typedef {object} ErrorCase
 * @property {string} name
 * @property {number[]} faults the 5xx that may be answered meanwhile
 * @property {StatusTrigger[]} statusTriggers
 * @property {(environment: Environment) => unknown} [enter]
 * @property {(environment: Environment) => unknown} [leave]
 */

/** A policy that the owner of the database adds, so that every look at a user meets it. */
const policy = (environment, condition) =>
  environment.query(`create policy trouble on users as restrictive for all to public using (${condition})`)
const noPolicy = (environment) => environment.query('drop policy trouble on users')

const plain = (go) => go.ask(standing(go))

const insistences = 3

/** Asks again where there was no connection in time to a database that is about to answer in its own bad way. */
async function insist(go) {
  const replies = [await plain(go)]
  while (replies.at(-1).status === 503 && replies.length < insistences) replies.push(await plain(go))
  return replies
}

/** @type {ErrorCase} */
const gone = {
  name: 'the database is gone',
  faults: [503],
  enter: ({ proxies: [proxy] }) => {
    proxy.refuses = true
    proxy.reset()
  },
  leave: ({ proxies: [proxy] }) => proxy.heal(),
  statusTriggers: [
    { statuses: [503], by: 'a request', ask: plain },
    {
      statuses: [503],
      by: 'an Idempotency-Key',
      to: ({ isChange, isPublic }) => isChange && !isPublic,
      ask: (go) => go.ask(standing(go), { headers: { 'idempotency-key': randomUUID() } }),
    },
  ],
}

/** @type {ErrorCase} */
const broken = {
  name: 'the database fails in a way that nobody foresaw',
  faults: [500, 503],
  enter: (environment) => policy(environment, '1 / (length(id::text) - 36) is null'),
  leave: noPolicy,
  statusTriggers: [{ statuses: [500], by: 'a request', ask: insist }],
}

/** @type {ErrorCase} */
const slow = {
  name: 'the database is slower than a statement may be',
  faults: [503, 504],
  enter: (environment) => policy(environment, 'pg_sleep(20)::text is not null'),
  leave: noPolicy,
  statusTriggers: [{ statuses: [504], by: 'a request', ask: insist }],
}

/** @type {ErrorCase} */
const unpaid = {
  name: 'the payment processor is gone',
  faults: [502],
  enter: ({ stripeProxy }) => {
    stripeProxy.refuses = true
    stripeProxy.reset()
  },
  leave: ({ stripeProxy }) => stripeProxy.heal(),
  statusTriggers: [
    {
      statuses: [502],
      by: 'a card',
      ask: (go) => go.ask(standing(go), { body: { name: 'Paying', ...aCardChange() } }),
    },
  ],
}

/** @type {ErrorCase} */
export const halves = {
  name: 'half of each request',
  faults: [],
  statusTriggers: [{ statuses: [408], by: 'half of a request', ask: half }],
}

/** @type {ErrorCase} */
export const crowds = {
  name: 'more requests than are allowed',
  faults: [],
  statusTriggers: [{ statuses: [429], by: 'many at once', ask: concurrencyLimit }],
}

/** What goes wrong around one server, one after the other. */
export const errorCases = [gone, broken, slow, unpaid]

/** Of a change the head and a part of its body; of a read a part of its head. Then nothing more, until the server gives up. */
async function half(go) {
  const { method, path, key } = standing(go)
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...(key === undefined ? [] : [`X-Api-Key: ${key}`])]
  const body = ['Content-Type: application/json', 'Content-Length: 20', '', '{"name"']
  const port = Number(new URL(go.subjects.base).port)
  const startedAt = performance.now()
  const bytes = [...lines, ...(go.operation.isChange ? body : ['Accept: applica'])].join('\r\n')
  const { text } = await sendRaw(port, bytes, { quietMs: 30_000 })
  return readReply(text, performance.now() - startedAt)
}

/** An answer in bytes, as `send` gives one. @returns {import('../harness/traffic/http.mjs').Reply} */
function readReply(bytes, ms) {
  const [head, text = ''] = bytes.split('\r\n\r\n')
  const [line, ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((each) => each.split(': ')).map(([name, value]) => [name, value]))
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? 0)
  return { status, headers, text, json: parsed(text), ms, error: null }
}

const atOnce = 25
const roundsMax = 20

/** Asks until there is too much of it. A key is held to its rate, somebody without one to what may be guessed. */
async function concurrencyLimit({ operation, subjects, ask }) {
  const nothing = Object.fromEntries(operation.members.map((name) => [name, randomUUID()]))
  const { test } = subjects.environment.acme
  const fitting = { ...subjects.about(operation, nothing), ...(operation.isPublic ? {} : { key: test }) }
  const replies = []
  for (let round = 1; round <= roundsMax; round += 1) {
    replies.push(...(await Promise.all(Array.from({ length: atOnce }, () => ask(fitting)))))
    const refused = replies.find(({ status }) => status === 429)
    if (refused !== undefined) return [...replies.filter((reply) => reply !== refused), refused]
  }
  return replies
}
