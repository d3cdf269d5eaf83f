import type { Param } from '../statement.ts'
import { MessageWriter } from './message-writer.ts'

/**
 * One round trip to PostgreSQL that carries the tenant with it (decision 20).
 *
 * `set_config('app.org', …, true)` and the statement go out before a single Sync, so PostgreSQL runs both in one implicit
 * transaction: row-level security sees the organization, and nothing of it is left on the connection afterwards. Statements
 * that travel batcher happen all or none, in their order, and before each that is another organization's than the one
 * before it there is a scope.
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

/** The limits of statements that travel batcher: who waits, or takes long, holds up the others. */
export interface SharedLimits {
  lockMs: number
  statementMs: number
}

interface Field {
  name: string
  dataTypeID: number
}

/** Makes a row of its columns' texts. */
type ReadRow = (texts: readonly (string | null)[]) => object

/** The part of node-postgres's connection that a query of one's own may use. */
interface Wire {
  stream: { readonly writable: boolean; write(messages: Buffer): unknown }
  on(event: 'parseComplete', listener: () => void): this
  sync(): void
  sendCopyFail(message: string): void
}

const SCOPE = { name: 'scope', text: "select set_config('app.org', $1, true)" }
/** The first scope of statements that travel batcher. PostgreSQL counts either limit anew for each of them. */
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
  readonly readers = new Map<string, ReadRow>()
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

  /** Whether it is prepared whatever becomes of the round trips under way. */
  isConfirmed(name: string): boolean {
    return this.#confirmed.has(name)
  }

  /** Confirmed, and its rows can be read without a description. */
  isKnown(name: string): boolean {
    return this.#confirmed.has(name) && this.readers.has(name)
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

const READERS: Readonly<Record<number, 'toBoolean' | 'toNumber' | 'toJson'>> = {
  16: 'toBoolean',
  20: 'toNumber',
  21: 'toNumber',
  23: 'toNumber',
  26: 'toNumber',
  701: 'toNumber',
  114: 'toJson',
  3802: 'toJson',
}

/**
 * A function for the rows of one statement, written as the object that it makes: an object that is filled column by column
 * becomes a hash table where there are more than a dozen, and costs a GET a sixth of its time to write and to read.
 */
function readerOf(fields: readonly Field[]): ReadRow {
  const members = fields.map(({ name, dataTypeID }, index) => {
    const read = READERS[dataTypeID]
    const text = `texts[${index}]`
    return `${JSON.stringify(name)}: ${read === undefined ? text : `${text} === null ? null : ${read}(${text})`}`
  })
  const made = new Function('toBoolean', 'toNumber', 'toJson', `return (texts) => ({ ${members.join(', ')} })`)
  return made((text: string) => text === 't', Number, JSON.parse) as ReadRow
}

/** One statement on its way: what reads its rows, and the rows so far. */
interface Step {
  readonly isScope: boolean
  readonly name: string
  read: ReadRow | null
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
  #wire: Wire | null = null
  #prepared: Prepared | null = null

  /** @param limits of statements that travel batcher; null for one by itself, which has those of its connection. */
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
  get inFlight(): number | null {
    const answered = this.#steps.slice(0, this.#at).filter(({ isScope }) => !isScope).length
    return answered < this.#items.length ? answered : null
  }

  /** Whether any of it may have reached the server. */
  get isSent(): boolean {
    return this.#wire !== null
  }

  /** Called when it is its turn to be answered; it may have been sent before. */
  submit(connection: object): Error | null {
    if (this.#wire === null) this.#sendOn(connection as Wire)
    return null
  }

  /**
   * Sends `next` before this one is answered, once this one is sent; its answer follows that of this one. Only what is prepared
   * and described goes ahead, else an error of this one would take a Parse with it that `next` relies on; anything else is sent
   * when it is submitted. May be called again until it is sent.
   */
  sendBehind(next: ScopedQuery): void {
    if (this.#wire === null || next.isSent) return
    if (next.#isPreparedOn(this.#wire)) next.#sendOn(this.#wire)
  }

  #isPreparedOn(wire: Wire): boolean {
    const prepared = preparedOf.get(wire)
    if (prepared === undefined) return false
    const organizations = new Set(this.#items.map(({ organizationId }) => organizationId))
    const scopes = [this.#limits === null ? SCOPE : SCOPE_TOGETHER, ...(organizations.size > 1 ? [SCOPE] : [])]
    return (
      scopes.every(({ name }) => prepared.isConfirmed(name)) && this.#items.every(({ name }) => prepared.isKnown(name))
    )
  }

  #sendOn(wire: Wire): void {
    const prepared = preparedBy(wire)
    this.#wire = wire
    this.#prepared = prepared
    const writer = new MessageWriter()
    let scopedAs: string | null = null
    for (const { name, text, organizationId, values } of this.#items) {
      // Statements of one organization that follow each other have one scope.
      if (organizationId !== null && organizationId !== scopedAs) {
        this.#writeScope(writer, { organizationId, isFirst: scopedAs === null, isNamed: name !== '' })
        scopedAs = organizationId
      }
      this.#write(writer, name, text, values)
      const read = name === '' ? null : (prepared.readers.get(name) ?? null)
      if (read === null) writer.describe()
      writer.execute()
      this.#steps.push({ isScope: false, name, read, rows: [] })
    }
    writer.sync()
    // A connection that is broken tells of it by itself.
    if (wire.stream.writable) wire.stream.write(writer.take())
  }

  #writeScope(writer: MessageWriter, of: { organizationId: string; isFirst: boolean; isNamed: boolean }): void {
    const limits = of.isFirst ? this.#limits : null
    const scope = limits === null ? SCOPE : SCOPE_TOGETHER
    const more = limits === null ? [] : [`${limits.lockMs}ms`, `${limits.statementMs}ms`]
    this.#write(writer, of.isNamed ? scope.name : '', scope.text, [of.organizationId, ...more])
    writer.execute()
    this.#steps.push({ isScope: true, name: scope.name, read: null, rows: [] })
  }

  #write(writer: MessageWriter, name: string, text: string, values: (string | null)[]): void {
    if (this.#prepared?.has(name) !== true) {
      writer.parse(name, text)
      this.#prepared?.sent(name)
    }
    writer.bind(name, values)
  }

  handleRowDescription(message: { fields: Field[] }): void {
    const step = this.#steps[this.#at]
    if (step === undefined) return
    this.#know(step, readerOf(message.fields))
  }

  #know(step: Step, read: ReadRow): void {
    step.read = read
    if (step.name !== '') this.#prepared?.readers.set(step.name, read)
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    const step = this.#steps[this.#at]
    if (this.#broken !== null || step === undefined || step.isScope || step.read === null) return
    try {
      step.rows.push(step.read(message.fields))
    } catch (error) {
      this.#broken = error instanceof Error ? error : new Error('row cannot be read')
    }
  }

  handleCommandComplete(): void {
    const step = this.#steps[this.#at]
    // It was described, and has no rows.
    if (step !== undefined && !step.isScope && step.read === null) this.#know(step, () => ({}))
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
