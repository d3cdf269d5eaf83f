import type { Database, Executor } from './database.ts'
import { statement } from './statement.ts'

const reached = statement<{ name: string }>(
  'reach_milestone',
  'insert into milestones (name, reached_at) values ($1, now()) on conflict (name) do nothing returning name',
)

/** Marks something that happens once in the life of a database. True for the one caller that marked it. */
export async function milestone(db: Executor, organizationId: string, name: string): Promise<boolean> {
  return (await db.run(organizationId, reached, [name])).length === 1
}

const marked = statement<object>(
  'mark_milestone',
  'insert into milestones (name, reached_at) values ($1, now()) on conflict (name) do nothing',
)

const keyChecksFound = statement<{ name: string }>(
  'find_key_checks',
  "select name from milestones where name like 'pepper:%' or name like 'sealing_key:%'",
)

/** What earlier starts noted of the keys that this database's data was written with. */
export async function findKeyChecks(db: Database): Promise<string[]> {
  return (await db.runUnscoped(keyChecksFound, [])).map(({ name }) => name)
}

/** Notes which keys the data is written with from now on. */
export async function noteKeyChecks(db: Database, names: readonly string[]): Promise<void> {
  for (const name of names) await db.runUnscoped(marked, [name])
}

const FIRST_PROFILE = 'first_profile:'

const firstProfileFound = statement<{ name: string }>(
  'find_first_profile',
  "select name from milestones where name like 'first\\_profile:%' limit 1",
)

/** The id of the profile that the first start made; null where none did. */
export async function findFirstProfile(db: Database): Promise<string | null> {
  const [found] = await db.runUnscoped(firstProfileFound, [])
  return found?.name.slice(FIRST_PROFILE.length) ?? null
}

/** Notes the profile that the first start makes. */
export async function noteFirstProfile(db: Executor, organizationId: string, profileId: string): Promise<void> {
  await milestone(db, organizationId, `${FIRST_PROFILE}${profileId}`)
}
