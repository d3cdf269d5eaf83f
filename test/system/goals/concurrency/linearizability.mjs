import { setTimeout as sleep } from 'node:timers/promises'
import { patientLadder } from '../../harness/servers/environment.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { withoutVersion } from './concurrency.mjs'

/**
 * @typedef {{ kind: 'name' | 'description' | 'read', value: string, from: number, to: number }} Operation
 *   from asking to answer; `to` is infinite where the answer was lost, so that it may have happened at any time or never
 */

/**
 * Whether the operations on one profile can be put in an order that respects real time and explains every read: the
 * search of Wing and Gong, with the visited states remembered (Lowe).
 *
 * @param {Operation[]} operations
 * @param {{ name: string, description: string }} start
 */
function isLinearizable(operations, start) {
  const all = [...operations].sort((a, b) => a.from - b.from)
  const visited = new Set()
  const stack = [{ done: 0n, first: 0, name: start.name, description: start.description }]
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const { done, name, description } = state
    const pending = all
      .map((operation, at) => ({ operation, at }))
      .filter(({ at }) => ((done >> BigInt(at)) & 1n) === 0n)
    if (pending.every(({ operation }) => operation.to === Number.POSITIVE_INFINITY)) return true
    const earliest = Math.min(...pending.map(({ operation }) => operation.to))
    for (const { operation, at } of pending) {
      if (operation.from > earliest) break
      const isRead = operation.kind === 'read'
      if (isRead && operation.value !== `${name} ${description}`) continue
      const next = { done: done | (1n << BigInt(at)), name, description }
      if (!isRead) next[operation.kind] = operation.value
      const seen = `${next.done} ${next.name} ${next.description}`
      if (visited.has(seen)) continue
      visited.add(seen)
      stack.push(next)
    }
  }
  return false
}

async function record(environment, id, { random, clients, each }) {
  /** @type {Operation[]} */
  const operations = []
  const client = async (number) => {
    for (let n = 0; n < each; n += 1) {
      const kind = random.pick(['name', 'description', 'read', 'read'])
      const value = `${number}.${n}`
      const from = performance.now()
      const base = random.pick(environment.instances).url
      const reply = await send(base, kind === 'read' ? 'GET' : 'PATCH', `/v3/profiles/${id}`, {
        key: environment.acme.admin,
        ...(kind === 'read' ? {} : { body: { [kind]: value } }),
      })
      const to = reply.status === 200 ? performance.now() : Number.POSITIVE_INFINITY
      if (kind === 'read' && reply.status !== 200) continue
      operations.push({
        kind,
        value: kind === 'read' ? `${reply.json.data.name} ${reply.json.data.description}` : value,
        from,
        to,
      })
      if (random.chance(0.3)) await sleep(random.between(0, 5))
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  return operations
}

/** @type {import('../../harness/run.mjs').Goal} */
const linearizable = {
  id: 'CONC-2',
  tier: 2,
  title:
    'Reads and changes of two members of one profile over two instances are linearizable (search of Wing and Gong)',
  injectedBugs: [withoutVersion],
  async run(t) {
    const example = [
      { kind: 'name', value: 'a', from: 0, to: 1 },
      { kind: 'read', value: 'old -', from: 2, to: 3 },
    ]
    t.check(!isLinearizable(example, { name: 'old', description: '-' }), 'a stale read passes: the checker is blind')
    t.check(
      isLinearizable([{ ...example[0], to: 5 }, example[1]], { name: 'old', description: '-' }),
      'an allowed history is refused',
    )
    const environment = await t.environment({ env: patientLadder })
    const histories = t.length(12, 200)
    let operations = 0
    let violations = 0
    let lost = 0
    for (let at = 0; at < histories && violations === 0; at += 1) {
      const id = await environment.profile({ name: 'start', description: 'start' })
      const history = await record(environment, id, { random: t.random, clients: 8, each: t.length(12, 25) })
      operations += history.length
      lost += history.filter(({ to }) => to === Number.POSITIVE_INFINITY).length
      if (!isLinearizable(history, { name: 'start', description: 'start' })) violations += 1
    }
    t.figure('histories', histories)
    t.figure('operations', operations)
    t.figure('unknown_outcomes', lost)
    t.figure('violations', violations)
    t.equal(violations, 0, 'histories that are not linearizable')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const linearizabilityGoals = [linearizable]
