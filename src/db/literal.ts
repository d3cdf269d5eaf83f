/**
 * A function of `given`, written as the object that it makes: an object that is filled member by member becomes a hash table
 * where there are more than a dozen, and costs a GET a sixth of its time to write and to read.
 *
 * @param members names with their expressions, which are the program's own and no one else's; they may use `given` and `helpers`.
 */
export function literal(
  members: readonly (readonly [name: string, expression: string])[],
  helpers: Readonly<Record<string, unknown>> = {},
): (given: never) => object {
  const written = members.map(([name, expression]) => `${JSON.stringify(name)}: ${expression}`)
  const made = new Function(...Object.keys(helpers), `return (given) => ({ ${written.join(', ')} })`)
  return made(...Object.values(helpers)) as (given: never) => object
}
