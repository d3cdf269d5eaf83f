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
  /** As `toWireValues` gives them. */
  values: (string | null)[]
}

/** The limits of statements that travel together: who waits, or takes long, holds up the others. */
export interface SharedLimits {
  lockMs: number
  statementMs: number
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
/** The first scope of statements that travel together. PostgreSQL counts either limit anew for each of them. */
const SCOPE_TOGETHER = {
  name: 'scope_together',
  text: `select set_config('app.org', $1, true), set_config('lock_timeout', $2, true),
                set_config('statement_timeout', $3, true)`,
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

/** Parameters as they travel. Throws what JSON.stringify throws, before anything is sent. */
export function toWireValues(params: readonly Param[]): (string | null)[] {
  return params.map(toText)
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
  readonly #limits: SharedLimits | null
  readonly #steps: Step[] = []
  /** The step whose answer is being read. */
  #at = 0
  #broken: Error | null = null
  #prepared: Prepared | null = null

  /** @param limits of statements that travel together; null for one by itself, which has those of its connection. */
  constructor(
    items: readonly ScopedItem[],
    limits: SharedLimits | null,
    callback: (error: Error | null, rows: object[][]) => void,
  ) {
    // Behind another's scope it would be run as that organization.
    if (items.length > 1 && items.some(({ organizationId }) => organizationId === null)) {
      throw new Error('what travels together has an organization each')
    }
    this.#items = items
    this.#limits = limits
    this.callback = callback
  }

  /** Place of the statement that is being answered; null once all have been. */
  get underway(): number | null {
    const answered = this.#steps.slice(0, this.#at).filter(({ isScope }) => !isScope).length
    return answered < this.#items.length ? answered : null
  }

  submit(connection: object): Error | null {
    const wire = connection as Wire
    const prepared = preparedBy(wire)
    this.#prepared = prepared
    wire.stream.cork()
    try {
      for (const [index, { name, text, organizationId, values }] of this.#items.entries()) {
        if (organizationId !== null) {
          this.#sendScope(wire, { organizationId, isFirst: index === 0, isNamed: name !== '' })
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

  #sendScope(wire: Wire, of: { organizationId: string; isFirst: boolean; isNamed: boolean }): void {
    const limits = of.isFirst ? this.#limits : null
    const scope = limits === null ? SCOPE : SCOPE_TOGETHER
    const more = limits === null ? [] : [`${limits.lockMs}ms`, `${limits.statementMs}ms`]
    this.#send(wire, of.isNamed ? scope.name : '', scope.text, [of.organizationId, ...more])
    wire.execute({ portal: '' })
    this.#steps.push({ isScope: true, name: scope.name, fields: null, rows: [] })
  }

  #send(wire: Wire, name: string, text: string, values: (string | null)[]): void {
    if (this.#prepared?.has(name) !== true) {
      wire.parse({ name, text })
      this.#prepared?.sent(name)
    }
    wire.bind({ statement: name, portal: '', values })
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
      let index = 0
      for (const { name, dataTypeID } of step.fields) {
        row[name] = fromText(message.fields[index] ?? null, dataTypeID)
        index += 1
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
    if (this.#at !== this.#steps.length) this.#broken ??= new Error('a statement was not answered')
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
