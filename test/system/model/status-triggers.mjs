import { randomUUID } from 'node:crypto'
import { fill, permissions } from '../harness/traffic/contract.mjs'
import { send } from '../harness/traffic/http.mjs'

/**
 * How each documented status is brought about, for every operation that documents it: by what is asked, while nothing is wrong
 * with the server or around it.
 *
 * @typedef {import('../harness/traffic/contract.mjs').Operation} Operation
 * @typedef {import('../harness/traffic/http.mjs').Reply} Reply
 * @typedef {import('./subjects.mjs').Fitting} Fitting
 * @typedef {{ operation: Operation, subjects: import('./subjects.mjs').Subjects,
 *   ask: (fitting: Fitting, changes?: Partial<Fitting>) => Promise<Reply> }} Go
 * @typedef {object} StatusTrigger
 * @property {number[]} statuses one of them is answered
 * @property {string} by what is done
 * @property {(operation: Operation) => boolean} [to] of the operations that document one of the statuses, only these
 * @property {(go: Go) => Promise<Reply | Reply[]>} ask the last answer counts as the one that was triggered
 */

/** Sends a fitting request with changes, on a connection of its own: what is refused may end it. */
export function asker(base) {
  return (fitting, changes = {}) => {
    const { method, path, key, body, headers } = { ...fitting, ...changes }
    return send(base, method, path, {
      headers,
      isFresh: true,
      ...(key === undefined ? {} : { key }),
      ...(body === undefined ? {} : { body }),
    })
  }
}

const allowed = permissions()
const isChange = (operation) => operation.isChange
const isKeyed = (operation) => !operation.isPublic
const named = (id) => (operation) => operation.id === id

/** About things that exist, where the refusal comes before anything could happen to them. @param {Omit<Go, 'ask'>} go */
export const standing = ({ operation, subjects }) => subjects.about(operation, subjects.standing)

/** An entry that changes one thing about a request to the standing things. */
function changed(status, by, changes, to) {
  const ask = (go) => go.ask(standing(go), typeof changes === 'function' ? changes(go) : changes)
  return { statuses: [status], by, ask, ...(to === undefined ? {} : { to }) }
}

const header = (name, value) => ({ headers: { [name]: value } })

/** As the request, in one documented member another; where no member is documented, by a card, which every fingerprint notes. */
function otherBody({ body }, { operation }) {
  const member = operation.requestBody !== undefined ? { sandbox: true } : { payment_details: true }
  return { ...body, ...member }
}

/** @type {StatusTrigger[]} */
export const statusTriggers = [
  {
    statuses: [200, 201, 202, 204],
    by: 'a fitting request',
    ask: async ({ operation, subjects, ask }) => ask(await subjects.fitting(operation)),
  },
  {
    statuses: [200],
    by: 'a profile that is complete',
    to: named('completeProfile'),
    ask: async ({ operation, subjects, ask }) => {
      const fitting = await subjects.fitting(operation)
      await subjects.complete(fitting.ids.profileId, () => ask(fitting))
      return ask(fitting)
    },
  },
  changed(400, 'a body that is no JSON', { body: '{' }, isChange),
  changed(400, 'a body where there can be none', { body: {} }, (operation) => !operation.isChange),
  changed(401, 'no key', { key: undefined }, isKeyed),
  changed(
    403,
    'a role that may not',
    ({ subjects }) => ({ key: subjects.environment.acme.developer }),
    ({ id }) => allowed.get(id)?.developer === false,
  ),
  changed(403, 'the key of a profile that names a profile', ({ subjects }) => ({
    key: subjects.profileKey,
    ...header('x-profile-id', subjects.standing.profileId),
  })),
  changed(404, 'to act as a profile that does not exist', () => header('x-profile-id', randomUUID()), isKeyed),
  {
    statuses: [404],
    by: 'ids of nothing',
    to: ({ members }) => members.length > 0,
    ask: ({ operation, subjects, ask }) => {
      const { token } = subjects.standing
      const ids = Object.fromEntries(operation.members.map((name) => [name, randomUUID()]))
      const path = fill(operation.path, { ...ids, token: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` })
      return ask(standing({ operation, subjects }), { path })
    },
  },
  changed(406, 'only HTML is accepted', header('accept', 'text/html')),
  {
    statuses: [409],
    by: 'the Idempotency-Key of another operation',
    ask: ({ operation, subjects, ask }) => {
      const [, used] = Object.entries(subjects.used).find(([id]) => id !== operation.id)
      return ask(standing({ operation, subjects }), header('idempotency-key', used))
    },
  },
  {
    statuses: [412],
    by: 'the tag of a profile that was changed since',
    to: ({ id }) => id === 'updateProfile' || id === 'deleteProfile',
    ask: async ({ operation, subjects, ask }) => {
      const fitting = await subjects.fitting(operation)
      const read = await ask({ ...fitting, method: 'GET', body: undefined })
      await ask({ ...fitting, method: 'PATCH', body: { name: 'Changed since' } })
      return ask(fitting, header('if-match', read.headers.etag))
    },
  },
  changed(412, 'a tag that nothing has', header('if-match', '"nothing"')),
  changed(413, 'a body of more than 128 KiB', { body: { name: 'x'.repeat(140_000) } }),
  changed(414, 'a target of more than 2 KiB', (go) => ({ path: `${standing(go).path}?search=${'x'.repeat(2_100)}` })),
  changed(415, 'a body in a coding', header('content-encoding', 'gzip')),
  changed(415, 'a body that says it is text', { body: {}, ...header('content-type', 'text/plain') }, isChange),
  changed(417, 'an expectation', header('expect', '200-maybe')),
  {
    statuses: [422],
    by: 'strict mode, and another body under the same Idempotency-Key',
    ask: async ({ operation, subjects, ask }) => {
      const fitting = await subjects.fitting(operation)
      const key = { 'idempotency-key': randomUUID() }
      const first = await ask(fitting, { headers: key })
      const body = otherBody(fitting, operation)
      return [first, await ask(fitting, { body, headers: { ...key, prefer: 'handling=strict' } })]
    },
  },
  changed(431, 'headers of more than 16 KiB', header('x-padding', 'x'.repeat(17_000))),
]
