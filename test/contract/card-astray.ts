import type { Json, Reply } from '../kit/servers/client.ts'
import { type CanaryCard, details, type Scenario, type Stage } from './card-scenarios.ts'

/** Cards where no card belongs: in broken bodies, in other members, in headers, queries and paths. */

function astray(name: string, status: number, run: (stage: Stage, card: CanaryCard) => Promise<Reply>): Scenario {
  return { name, statuses: [status], reaches: 0, run: async (stage, card) => [await run(stage, card)] }
}

const own = ({ own: id }: Stage) => `/v3/profiles/${id}`

const unreadable: [string, (text: string) => string | Buffer][] = [
  ['cut off', (text) => text.slice(0, -3)],
  ['with a comma too many', (text) => `${text.slice(0, -1)},}`],
  ['followed by more', (text) => `${text} x`],
  ['with a key twice', (text) => text.replace('{', '{"name":"a","name":"b",')],
  ['with U+0000', (text) => text.replace('{', '{"name":"\\u0000",')],
  ['with half a pair', (text) => text.replace('{', '{"name":"\\ud800",')],
  ['with a reserved key', (text) => text.replace('{', '{"__proto__":{},')],
  ['with a byte order mark', (text) => `\ufeff${text}`],
  ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
  ['with a byte that is no UTF-8', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff])])],
  ['in a list', (text) => `[${text}]`],
  ['as text', (text) => JSON.stringify(text)],
]

const UNREADABLE = unreadable.flatMap(([name, broken]) => [
  astray(`an unreadable PATCH: ${name}`, 400, (at, card) =>
    at.org.admin.patch(own(at), broken(JSON.stringify({ payment_details: details(card) })), {
      'idempotency-key': 'never-kept',
    }),
  ),
  astray(`an unreadable POST: ${name}`, 400, (at, card) =>
    at.org.admin.post('/v3/profiles', broken(JSON.stringify({ name: 'x', payment_details: details(card) }))),
  ),
])

const STRICT = { prefer: 'handling=strict' }
const texts: [string, (number: string) => Json][] = [
  ['name', (number) => ({ name: `Card ${number}` })],
  ['description', (number) => ({ description: `pay with ${number.replace(/(.{4})(?=.)/g, '$1-')} please` })],
  ['brand.contact.name', (number) => ({ brand: { contact: { name: number }, compliance: {} } })],
  ['brand.business.street', (number) => ({ brand: { contact: { name: 'x' }, business: { street: number } } })],
  ['brand.compliance.notes', (number) => ({ brand: { contact: { name: 'x' }, compliance: { notes: `(${number})` } } })],
  ['billing_contact.address', (number) => ({ billing_contact: { name: 'x', address: number } })],
  ['an unknown member, strictly', (number) => ({ paymentDetails: { card_number: number } })],
  ['the name of a member, strictly', (number) => ({ [`card ${number}`]: 1 })],
]

const IN_TEXTS = texts.flatMap(([name, body]) => [
  astray(`PATCH with the number in ${name}`, 400, (at, card) =>
    at.org.admin.patch(own(at), body(card.number), { ...STRICT, 'idempotency-key': 'never-kept' }),
  ),
  astray(`POST with the number in ${name}`, 400, (at, card) =>
    at.org.admin.post('/v3/profiles', { name: 'x', ...body(card.number) }, STRICT),
  ),
])

const header = (name: string, status: number, made: (number: string) => string) =>
  astray(`the number in ${name}`, status, (at, card) =>
    at.org.admin.patch(own(at), { description: 'A header' }, { [name]: made(card.number) }),
  )

const ELSEWHERE = [
  header('x-card', 200, (number) => number),
  header('user-agent', 200, (number) => `card/${number}`),
  header('cookie', 200, (number) => `card=${number}`),
  header('prefer', 200, (number) => `card=${number}`),
  header('idempotency-key', 400, (number) => number),
  header('x-profile-id', 400, (number) => number),
  header('if-match', 412, (number) => `"${number}"`),
  header('x-api-key', 401, (number) => number),
  header('content-type', 200, (number) => `application/json; card=${number}`),
  header('accept', 406, (number) => `text/html; card=${number}`),
  header('content-encoding', 415, (number) => number),
  header('expect', 417, (number) => number),
  astray('the number in an unknown member', 200, (at, card) =>
    at.org.admin.patch(own(at), { paymentDetails: details(card), [card.number]: card.number }),
  ),
  astray('the number in an unknown member, with a key', 200, (at, card) =>
    at.org.admin.patch(own(at), { [`x ${card.number}`]: details(card) }, { 'idempotency-key': 'unknown-member' }),
  ),
  astray('the number in a query', 400, (at, { number }) => at.org.admin.get(`/v3/profiles?search=${number}`)),
  astray('the number in a wrong query', 400, (at, { number }) => at.org.admin.get(`/v3/profiles?cursor=${number}`)),
  astray('the number in a path', 404, (at, { number }) => at.org.admin.get(`/v3/profiles/${number}`)),
  astray('the number as a path', 404, (at, { number }) => at.org.admin.get(`/${number}`)),
  astray('the number in a broken path', 400, (at, { number }) => at.org.admin.get(`/v3/profiles/${number}%zz`)),
  astray('the number in a history query', 400, (at, { number }) =>
    at.org.admin.get(`${own(at)}/history?member=${number}`),
  ),
  astray('a card in a DELETE', 404, (at, card) =>
    at.org.admin.delete(`/v3/profiles/${at.foreign}`, { payment_details: details(card) }),
  ),
  astray('a card in a GET', 400, (at, card) =>
    at.org.admin.request('GET', own(at), { body: { payment_details: details(card) } }),
  ),
  astray('the number in the name of a key', 400, (at, { number }) =>
    at.org.admin.post(`${own(at)}/keys`, { name: number }),
  ),
]

export const ASTRAY: readonly Scenario[] = [...UNREADABLE, ...IN_TEXTS, ...ELSEWHERE]
