/**
 * Messages of the PostgreSQL protocol 3.0 (its documentation, chapter "Frontend/Backend Protocol"): one byte of type,
 * four bytes of length that count themselves, the content.
 */

/** Cuts a stream into whole messages. */
export class MessageReader {
  /** @type {Buffer} */
  #rest = Buffer.alloc(0)

  /**
   * @param {Buffer} chunk
   * @returns {{ type: string, bytes: Buffer }[]} the messages that are complete now
   */
  read(chunk) {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const messages = []
    while (this.#rest.length >= 5) {
      const length = 1 + this.#rest.readInt32BE(1)
      if (this.#rest.length < length) break
      messages.push({ type: String.fromCharCode(this.#rest[0]), bytes: this.#rest.subarray(0, length) })
      this.#rest = this.#rest.subarray(length)
    }
    return messages
  }

  /**
   * The first message of a connection has no type.
   *
   * @param {Buffer} chunk
   * @returns {{ startup: Buffer, after: Buffer } | null} null while it is incomplete
   */
  readStartup(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk])
    if (this.#rest.length < 4 || this.#rest.length < this.#rest.readInt32BE(0)) return null
    const length = this.#rest.readInt32BE(0)
    const startup = this.#rest.subarray(0, length)
    const after = this.#rest.subarray(length)
    this.#rest = Buffer.alloc(0)
    return { startup, after }
  }
}

/** @param {Buffer} bytes @param {number} from @returns {{ text: string, end: number }} */
function textAt(bytes, from) {
  const end = bytes.indexOf(0, from)
  return { text: bytes.toString('utf8', from, end), end: end + 1 }
}

/** @param {{ type: string, bytes: Buffer }} message a Parse @returns {{ name: string, text: string, tail: Buffer }} */
export function readParse({ bytes }) {
  const name = textAt(bytes, 5)
  const text = textAt(bytes, name.end)
  return { name: name.text, text: text.text, tail: bytes.subarray(text.end) }
}

/** @param {{ bytes: Buffer }} message a Bind @returns {string} the name of the prepared statement */
export function readBoundName({ bytes }) {
  return textAt(bytes, textAt(bytes, 5).end).text
}

/** @param {{ bytes: Buffer }} message a simple Query */
export function readQuery({ bytes }) {
  return textAt(bytes, 5).text
}

/** @param {string} name @param {string} text @param {Buffer} tail @returns {Buffer} a Parse */
export function writeParse(name, text, tail) {
  const content = Buffer.concat([Buffer.from(`${name}\0${text}\0`), tail])
  const head = Buffer.alloc(5)
  head.write('P')
  head.writeInt32BE(4 + content.length, 1)
  return Buffer.concat([head, content])
}
