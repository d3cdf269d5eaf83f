import type { Database, Executor } from '../../../src/db/database.ts'
import { type Param, type Statement, statement } from '../../../src/db/statement.ts'

/** A statement that ran, with the parameters of its last run. */
export interface Ran {
  statement: Statement<object>
  params: readonly Param[]
}

type Change = <Row extends object>(statement: Statement<Row>) => Statement<Row>

/** Passes every statement of a server through `change`, and remembers what ran in the end. */
export function rewire(db: Database, change: Change = (same) => same): Map<string, Ran> {
  const ran = new Map<string, Ran>()
  const through = (run: Executor['run']): Executor['run'] => {
    return (organizationId, asked, params) => {
      const changed = change(asked)
      ran.set(changed.name, { statement: changed, params })
      return run(organizationId, changed, params)
    }
  }
  const [run, transaction] = [db.run.bind(db), db.transaction.bind(db)]
  const { reads, lists, writes } = db
  Object.assign(db, {
    run: through(run),
    reads: { run: through(reads.run) },
    lists: { run: through(lists.run) },
    writes: { run: through(writes.run) },
    transaction: <T>(organizationId: string, work: (tx: Executor) => Promise<T>) =>
      transaction(organizationId, (tx) => work({ run: through(tx.run) })),
  })
  return ran
}

/** The statement without any word on which organization it means. */
export const withoutOrganization: Change = ({ name, text }) =>
  statement(
    `naked_${name}`,
    text
      .replace(/(?:\b\w+\.)?\borganization_id = \$1\b/g, '($1::uuid is not null)')
      .replace(/\b\w+\.organization_id = \w+\.organization_id\b/g, 'true'),
  )
