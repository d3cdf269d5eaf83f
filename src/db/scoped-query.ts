import type { Param } from './statement.ts'

/**
 * One round trip to PostgreSQL that carries the tenant with it (decision 20).
 *
 * `set_config('app.org', …, true)` and the statement go out before a single Sync, so PostgreSQL runs both in one implicit
 * transaction: row-level security sees the organization, and nothing of it is left on the connection afterwards.
 * The row description of a prepared statement is asked for once per connection and kept, which saves its cost on the hot path.
 */

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

const SCOPE_NAME = 'scope'
const SCOPE_TEXT = "select set_config('app.org', $1, true)"

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

  has(name: string): boolean {
    return name !== '' && this.#confirmed.has(name)
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

/** A query in node-postgres's own plug-in form (`submit` and the `handle…` callbacks). */
export class ScopedQuery<Row extends object> {
  /** Wrapped by node-postgres where a query timeout is set; called once with the outcome. */
  callback: (error: Error | null, rows: Row[]) => void
  readonly #name: string
  readonly #text: string
  readonly #organizationId: string | null
  readonly #values: readonly Param[]
  readonly #rows: Row[] = []
  #fields: readonly Field[] | null = null
  #completionsAwaited: number
  #broken: Error | null = null
  #prepared: Prepared | null = null

  constructor(
    query: { name: string; text: string; organizationId: string | null; values: readonly Param[] },
    callback: (error: Error | null, rows: Row[]) => void,
  ) {
    this.#name = query.name
    this.#text = query.text
    this.#organizationId = query.organizationId
    this.#values = query.values
    this.#completionsAwaited = query.organizationId === null ? 1 : 2
    this.callback = callback
  }

  submit(connection: object): Error | null {
    const wire = connection as Wire
    const prepared = preparedBy(wire)
    this.#prepared = prepared
    wire.stream.cork()
    try {
      if (this.#organizationId !== null) {
        this.#send(wire, this.#name === '' ? '' : SCOPE_NAME, SCOPE_TEXT, [this.#organizationId])
        wire.execute({ portal: '' })
      }
      this.#send(wire, this.#name, this.#text, this.#values)
      this.#fields = this.#name === '' ? null : (prepared.fields.get(this.#name) ?? null)
      if (this.#fields === null) wire.describe({ type: 'P', name: '' })
      wire.execute({ portal: '' })
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
    this.#fields = message.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }))
    if (this.#name !== '') this.#prepared?.fields.set(this.#name, this.#fields)
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.#broken !== null || this.#fields === null || this.#isInScopeStep()) return
    try {
      const row: Record<string, unknown> = {}
      for (const [index, field] of this.#fields.entries()) {
        row[field.name] = fromText(message.fields[index] ?? null, field.dataTypeID)
      }
      this.#rows.push(row as Row)
    } catch (error) {
      this.#broken = error instanceof Error ? error : new Error('row cannot be read')
    }
  }

  #isInScopeStep(): boolean {
    return this.#organizationId !== null && this.#completionsAwaited === 2
  }

  handleCommandComplete(): void {
    this.#completionsAwaited -= 1
  }

  handleEmptyQuery(): void {
    this.#completionsAwaited -= 1
  }

  handleReadyForQuery(): void {
    this.callback(this.#broken, this.#rows)
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
