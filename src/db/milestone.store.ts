import type { Executor } from './database.ts'
import { statement } from './statement.ts'

const reached = statement<{ name: string }>(
  'reach_milestone',
  'insert into milestones (name, reached_at) values ($1, now()) on conflict (name) do nothing returning name',
)

/** Marks something that happens once in the life of a database. True for the one caller that marked it. */
export async function milestone(db: Executor, organizationId: string, name: string): Promise<boolean> {
  return (await db.run(organizationId, reached, [name])).length === 1
}
