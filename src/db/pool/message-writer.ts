/**
 * Messages of PostgreSQL's extended query protocol (section 54.7 of its documentation, "Message Formats"), as many as one round
 * trip has, in one buffer that is written to the socket at once. node-postgres makes a buffer of each message, and a
 * busy process spends more on writing those than on all that it does with the answers.
 *
 * The buffers are parts of slabs. A slab is not used twice: the socket may hold a part of it for as long as it likes.
 */

const SLAB_BYTES = 64 * 1024
/** Most bytes that one UTF-16 unit becomes in UTF-8. */
const BYTES_OF_UNIT_MAX = 3

const PARSE = 0x50
const BIND = 0x42
const DESCRIBE = 0x44
const PORTAL = 0x50
const EXECUTE = 0x45
const SYNC = 0x53

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
let used = 0

/** Writes the messages of one round trip. Nothing else may be written between its making and `take`. */
export class MessageWriter {
  #start = used

  /** Prepares a statement; one without a name lasts until the next of them. The server infers the types of the parameters. */
  parse(name: string, text: string): void {
    const length = this.#begin(PARSE)
    this.#terminated(name)
    this.#terminated(text)
    this.#int16(0)
    this.#end(length)
  }

  /** Binds texts to a prepared statement, in the portal without a name. Its columns are answered as text. */
  bind(statement: string, values: readonly (string | null)[]): void {
    const length = this.#begin(BIND)
    this.#terminated('')
    this.#terminated(statement)
    // No format codes: every parameter is text.
    this.#int16(0)
    this.#int16(values.length)
    for (const value of values) this.#value(value)
    // No format codes: every column is text.
    this.#int16(0)
    this.#end(length)
  }

  /** Asks for the columns of what is bound. */
  describe(): void {
    const length = this.#begin(DESCRIBE)
    this.#reserve(2)
    slab[used++] = PORTAL
    slab[used++] = 0
    this.#end(length)
  }

  /** Runs what is bound, to its last row. */
  execute(): void {
    const length = this.#begin(EXECUTE)
    this.#terminated('')
    this.#reserve(4)
    used = slab.writeInt32BE(0, used)
    this.#end(length)
  }

  /** Ends the round trip, and with it the implicit transaction. */
  sync(): void {
    this.#end(this.#begin(SYNC))
  }

  /** All that was written, to be sent at once. */
  take(): Buffer {
    const messages = slab.subarray(this.#start, used)
    this.#start = used
    return messages
  }

  /** Makes room for so many bytes more; what is written already moves along into a new slab. */
  #reserve(bytes: number): void {
    if (used + bytes <= slab.length) return
    const written = slab.subarray(this.#start, used)
    const fresh = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written.length + bytes)))
    written.copy(fresh)
    slab = fresh
    used = written.length
    this.#start = 0
  }

  /** Begins a message and answers the place of its length, counted from the start: a slab may be exchanged before its end. */
  #begin(kind: number): number {
    this.#reserve(5)
    slab[used++] = kind
    used += 4
    return used - 4 - this.#start
  }

  /** The length counts itself, and not the byte of the kind. */
  #end(length: number): void {
    const at = this.#start + length
    slab.writeInt32BE(used - at, at)
  }

  #int16(value: number): void {
    this.#reserve(2)
    used = slab.writeUInt16BE(value, used)
  }

  #terminated(text: string): void {
    this.#reserve(text.length * BYTES_OF_UNIT_MAX + 1)
    used += slab.write(text, used)
    slab[used++] = 0
  }

  #value(text: string | null): void {
    if (text === null) {
      this.#reserve(4)
      used = slab.writeInt32BE(-1, used)
      return
    }
    this.#reserve(text.length * BYTES_OF_UNIT_MAX + 4)
    const bytes = slab.write(text, used + 4)
    used = slab.writeInt32BE(bytes, used) + bytes
  }
}
