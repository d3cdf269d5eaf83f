/** A table of the installation and its columns. */
export interface Table {
  name: string
  columns: string[]
}

/** `child` has a foreign key to `parent`. */
export interface Reference {
  child: string
  parent: string
}

/**
 * The tables, each after those it refers to, so that they can be loaded one after the other under their foreign keys. A
 * table that refers to itself is no obstacle: keys are checked at the end of a statement. Fails on a longer circle.
 */
export function inLoadingOrder(tables: readonly Table[], references: readonly Reference[]): Table[] {
  const ordered: Table[] = []
  let waiting = [...tables]
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name))
    const isBlocked = ({ name }: Table) =>
      references.some(({ child, parent }) => child === name && parent !== name && names.has(parent))
    const free = waiting.filter((table) => !isBlocked(table))
    if (free.length === 0) throw new Error(`foreign keys in a circle: ${[...names].join(', ')}`)
    ordered.push(...free)
    waiting = waiting.filter(isBlocked)
  }
  return ordered
}
