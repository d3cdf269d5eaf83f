import { send } from '../harness/http.mjs'
import { forgetsKeys } from '../harness/sabotage.mjs'

/** @type {import('../harness/trial.mjs').Goal} */
const sameKeyAtOnce = {
  id: 'IDEM-1',
  tier: 1,
  title: 'Identical requests with one key, at once, over two instances: one execution, every other answer a replay',
  sabotages: [forgetsKeys],
  async run(t) {
    const stage = await t.stage()
    const keys = t.length(24, 200)
    const copies = 50
    const outcomes = { first: 0, replay: 0, conflict: 0, other: 0 }
    let executions = 0
    for (let at = 0; at < keys; at += 1) {
      const profile = await stage.profile()
      const key = `once-${t.seed}-${at}`
      const replies = await Promise.all(
        Array.from({ length: copies }, (_, copy) =>
          send(stage.instances[copy % 2].url, 'PATCH', `/v3/profiles/${profile}`, {
            key: stage.acme.admin,
            headers: { 'idempotency-key': key },
            body: { name: `Name ${at}` },
          }),
        ),
      )
      const first = replies.find(({ status, headers }) => status === 200 && headers['idempotent-replayed'] === undefined)
      for (const reply of replies) {
        const kind = kindOf(reply, first)
        outcomes[kind] += 1
        if (kind === 'other') t.check(false, `an answer of its own kind: ${reply.status} ${reply.error} ${reply.text.slice(0, 200)}`)
      }
      executions += await stage.count(
        `select count(*) from profile_history where profile_id = $1 and operation = 'updateProfile'`,
        [profile],
      )
    }
    t.figure('keys', keys)
    t.figure('copies', copies)
    for (const [kind, count] of Object.entries(outcomes)) t.figure(kind, count)
    t.figure('executions', executions)
    t.equal(executions, keys, 'executions')
    t.equal(outcomes.first, keys, 'first answers')
    t.equal(outcomes.other, 0, 'other answers')
  },
}

function kindOf({ status, headers, text, json }, first) {
  if (status === 200 && headers['idempotent-replayed'] === undefined) return 'first'
  if (status === 200) {
    const isSame = text === first?.text && headers['x-original-request-id'] === first?.json.meta.request_id
    return isSame ? 'replay' : 'other'
  }
  const isConflict = status === 409 && json?.error?.code === 'CONFLICT_001' && headers['retry-after'] !== undefined
  return isConflict ? 'conflict' : 'other'
}

/** @type {import('../harness/trial.mjs').Goal[]} */
export const idempotencyGoals = [sameKeyAtOnce]
