import type { Param } from './statement.ts'

/**
 * One round trip to PostgreSQL that carries the tenant with it (decision 20).
 *
 * `set_config('app.org', …, true)` and the statement go out before a single Sync, so PostgreSQL runs both in one implicit
 * transaction: row-level security sees the organization, and nothing of it is left on the connection afterwards. Statements
 * that travel together have a scope each, in the order of the statements, and happen all or none.
 * The row description of a prepared statement is asked for once per connection and kept, which saves its cost on the hot path.
 */

/** A statement with its parameters, and the organization that it is run as; null for tables outside row-level security. */
export interface ScopedItem {
  name: string
  text: string
  organizationId: string | null
  values: readonly Param[]
}

interface Field {
  name: string
  dataTypeID: number
}

/** The part of node-postgres's connection that a query of one's own may use. */
interface Wire {
  stream: { cork(): void; uncork(): void }
  on(event: 'parseComplete', listener: () => void): this
  parse(query: { name: string; text: string }): void
  bind(query: { statement: string; portal: string; values: (string | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows?: number }): void
  sync(): void
  sendCopyFail(message: string): void
}

const SCOPE = { name: 'scope', text: "select set_config('app.org', $1, true)" }
/** The first scope of statements that travel together: who waits for a lock holds up the others, so nobody waits for long. */
const SCOPE_TOGETHER = {
  name: 'scope_together',
  text: "select set_config('app.org', $1, true), set_config('lock_timeout', '50ms', true)",
}

/**
 * What one connection has prepared. Kept here and not by node-postgres, whose own book-keeping knows one Parse per query.
 * A name counts as prepared when its ParseComplete has arrived: a later error of the same round trip does not undo it.
 */
class Prepared {
  readonly fields = new Map<string, readonly Field[]>()
  readonly #confirmed = new Set<string>()
  #awaiting: string[] = []

  constructor(wire: Wire) {
    wire.on('parseComplete', () => {
      const name = this.#awaiting.shift()
      if (name !== undefined && name !== '') this.#confirmed.add(name)
    })
  }

  /** Whether a Bind may name it: prepared before, or by a Parse that the server reads first. */
  has(name: string): boolean {
    return name !== '' && (this.#confirmed.has(name) || this.#awaiting.includes(name))
  }

  sent(name: string): void {
    this.#awaiting.push(name)
  }

  /** After an error the server answers nothing more of this round trip. */
  forgetAwaited(): void {
    this.#awaiting = []
  }
}

const preparedOf = new WeakMap<object, Prepared>()

function preparedBy(wire: Wire): Prepared {
  const known = preparedOf.get(wire)
  if (known !== undefined) return known
  const fresh = new Prepared(wire)
  preparedOf.set(wire, fresh)
  return fresh
}

function toText(value: Param): string | null {
  if (value === null) return null
  if (typeof value === 'string') return value
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

function fromText(text: string | null, type: number): unknown {
  if (text === null) return null
  switch (type) {
    case 16:
      return text === 't'
    case 20:
    case 21:
    case 23:
    case 26:
    case 701:
      return Number(text)
    case 114:
    case 3802:
      return JSON.parse(text)
    default:
      return text
  }
}

/** One statement on its way: what its rows are read by, and the rows so far. */
interface Step {
  readonly isScope: boolean
  readonly name: string
  fields: readonly Field[] | null
  readonly rows: object[]
}

/** A query in node-postgres's own plug-in form (`submit` and the `handle…` callbacks). */
export class ScopedQuery {
  /** Wrapped by node-postgres where a query timeout is set; called once with the outcome, the rows of each statement. */
  callback: (error: Error | null, rows: object[][]) => void
  readonly #items: readonly ScopedItem[]
  readonly #steps: Step[] = []
  /** The step whose answer is being read. */
  #at = 0
  #broken: Error | null = null
  #prepared: Prepared | null = null

  constructor(items: readonly ScopedItem[], callback: (error: Error | null, rows: object[][]) => void) {
    this.#items = items
    this.callback = callback
  }

  submit(connection: object): Error | null {
    const wire = connection as Wire
    const prepared = preparedBy(wire)
    this.#prepared = prepared
    wire.stream.cork()
    try {
      for (const [index, { name, text, organizationId, values }] of this.#items.entries()) {
        if (organizationId !== null) {
          const scope = index === 0 && this.#items.length > 1 ? SCOPE_TOGETHER : SCOPE
          this.#send(wire, name === '' ? '' : scope.name, scope.text, [organizationId])
          wire.execute({ portal: '' })
          this.#steps.push({ isScope: true, name: scope.name, fields: null, rows: [] })
        }
        this.#send(wire, name, text, values)
        const fields = name === '' ? null : (prepared.fields.get(name) ?? null)
        if (fields === null) wire.describe({ type: 'P', name: '' })
        wire.execute({ portal: '' })
        this.#steps.push({ isScope: false, name, fields, rows: [] })
      }
      wire.sync()
    } finally {
      wire.stream.uncork()
    }
    return null
  }

  #send(wire: Wire, name: string, text: string, values: readonly Param[]): void {
    if (this.#prepared?.has(name) !== true) {
      wire.parse({ name, text })
      this.#prepared?.sent(name)
    }
    wire.bind({ statement: name, portal: '', values: values.map(toText) })
  }

  handleRowDescription(message: { fields: Field[] }): void {
    const step = this.#steps[this.#at]
    if (step === undefined) return
    step.fields = message.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }))
    if (step.name !== '') this.#prepared?.fields.set(step.name, step.fields)
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    const step = this.#steps[this.#at]
    if (this.#broken !== null || step === undefined || step.isScope || step.fields === null) return
    try {
      const row: Record<string, unknown> = {}
      for (const [index, field] of step.fields.entries()) {
        row[field.name] = fromText(message.fields[index] ?? null, field.dataTypeID)
      }
      step.rows.push(row)
    } catch (error) {
      this.#broken = error instanceof Error ? error : new Error('row cannot be read')
    }
  }

  handleCommandComplete(): void {
    this.#at += 1
  }

  handleEmptyQuery(): void {
    this.#at += 1
  }

  handleReadyForQuery(): void {
    this.callback(
      this.#broken,
      this.#steps.filter(({ isScope }) => !isScope).map(({ rows }) => rows),
    )
  }

  handleError(error: Error): void {
    this.#prepared?.forgetAwaited()
    this.callback(error, [])
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: object): void {
    const wire = connection as Wire
    wire.sendCopyFail('not a copy')
    // The server overlooks the Sync that was sent with the statement while it waits for the copy's rows.
    wire.sync()
  }

  handleCopyData(): void {}
}
