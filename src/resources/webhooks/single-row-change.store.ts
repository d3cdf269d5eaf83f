import type { Executor } from '../../db/database.ts'
import { type Param, type Statement, statement } from '../../db/statement.ts'
import {
  type StoredResponse,
  storedResponseCte,
  storedResponseParams,
} from '../../http/idempotency/idempotency.store.ts'

/** Of the one row that a statement changed. */
interface Written {
  id: string
}

/**
 * A change of one row as one statement, with and without an answer to keep. `head` answers organization_id, id and at of the
 * row as `changed`; `more` are ctes that take them from there. What it makes answers whether there was such a row.
 *
 * @param params how many parameters `head` and `more` have.
 */
export function written(name: string, head: string, params: number, more: readonly string[] = []) {
  const plain = [`changed as (${head})`, ...more]
  const kept = [...plain, `kept as (${storedResponseCte('changed', params + 1)})`]
  const made = (suffix: string, ctes: readonly string[]): Statement<Written> =>
    statement<Written>(`${name}${suffix}`, `with ${ctes.join(',\n')}\nselect id from changed`)
  const [without, with_] = [made('', plain), made('_kept', kept)]
  return async (db: Executor, organizationId: string, values: readonly Param[], row: StoredResponse | null) => {
    const rows =
      row === null
        ? await db.run(organizationId, without, values)
        : await db.run(organizationId, with_, [...values, ...storedResponseParams(row)])
    return rows.length === 1
  }
}
