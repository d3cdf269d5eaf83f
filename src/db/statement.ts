/** A value that may travel to PostgreSQL. Objects and arrays travel as JSON text. */
export type Param = string | number | boolean | null | object

/** One SQL text with a name of its own: the name under which every connection prepares it once. */
export interface Statement<Row extends object> {
  readonly name: string
  readonly text: string
  /** Carries the row type only; never present at run time. */
  readonly row?: Row
}

const textOfName = new Map<string, string>()

/**
 * Declares a statement. Columns are named one by one, never `*`, so that a migration cannot change a cached plan's shape.
 *
 * @throws when the name was used for another text: two texts under one name would answer each other's rows.
 */
export function statement<Row extends object>(name: string, text: string): Statement<Row> {
  const known = textOfName.get(name)
  if (known !== undefined && known !== text) throw new Error(`statement name used twice: ${name}`)
  textOfName.set(name, text)
  return { name, text }
}

/** The text of every statement declared so far, by its name. */
export function declaredStatements(): ReadonlyMap<string, string> {
  return textOfName
}
