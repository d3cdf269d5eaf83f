import { operations } from '../harness/traffic/contract.mjs'
import { asker } from './status-triggers.mjs'

/**
 * Applies statusTriggers to every operation that documents what they are for.
 *
 * @param {import('./status-triggers.mjs').StatusTrigger[]} statusTriggers
 * @param {{ subjects: import('./subjects.mjs').Subjects, answers: import('./answers.mjs').Answers, strayed: string[], queues?: number,
 *   during?: string, faults?: number[], isTimed?: boolean }} at strayed: told of each that was answered otherwise; queues: how many
 *   are asked at a time
 * @returns {Promise<number>} how many there were
 */
export async function trigger(
  statusTriggers,
  { subjects, answers, strayed, queues = 6, during = '', faults, isTimed },
) {
  const todo = statusTriggers.flatMap((statusTrigger) =>
    operations
      .filter((operation) =>
        statusTrigger.statuses.some((status) => operation.operation.responses[status] !== undefined),
      )
      .filter((operation) => statusTrigger.to?.(operation) !== false)
      .map((operation) => ({ statusTrigger, operation })),
  )
  const count = todo.length
  const ask = asker(subjects.base)
  const work = async () => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const { statusTrigger, operation } = next
      const replies = [await statusTrigger.ask({ operation, subjects, ask })].flat()
      const how = [during, statusTrigger.by].filter((words) => words !== '').join(': ')
      for (const reply of replies) answers.take(operation, reply, { how, faults, isTimed })
      const last = replies.at(-1)
      if (!statusTrigger.statuses.includes(last.status))
        strayed.push(`${operation.id} ${how}: ${last.status} ${last.json?.error?.code ?? last.error ?? ''}`)
    }
  }
  await Promise.all(Array.from({ length: queues }, work))
  return count
}
