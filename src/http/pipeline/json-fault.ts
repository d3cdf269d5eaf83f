/**
 * Where text stops being JSON, and what a person does about it. The parser's own error is of no use: it quotes its input,
 * which may hold a card number, and tells a place in some versions of Node only.
 */
export interface JsonFault {
  /** Index of the first character that is wrong. */
  at: number
  /** One of a fixed set of sentences. */
  says: string
}

const SAYS = {
  end: 'The body ends too early there: a quotation mark or a closing bracket is missing.',
  trailingComma: 'There is a comma before a closing bracket: take it out.',
  quote: 'JSON has straight double quotation marks only: write "name", not \'name\'.',
  key: 'The name of a member is expected there, in double quotation marks.',
  comma: 'A comma or a closing bracket is missing before that place.',
  colon: 'A colon is missing between the name of a member and its value.',
  value: 'A value is expected there: text in double quotation marks, a number, true, false, null, a list or an object.',
  control: 'Text may hold no line break, tab or other control character as it is: write \\n or \\t.',
  escape: 'A backslash in text must be followed by one of " \\ / b f n r t, or by u and four hexadecimal digits.',
  number:
    'A number has no leading zero or plus sign, and digits on both sides of its point. Put identifiers in quotation marks.',
  after: 'Something follows the end of the object: send one object and nothing else.',
  comment: 'JSON has no comments: take it out.',
  duplicate: 'The name of this member stands in the same object before: send it once.',
  reserved: 'A member cannot have this name: take it out.',
} as const

class Found {
  readonly at: number
  readonly kind: keyof typeof SAYS

  constructor(at: number, kind: keyof typeof SAYS) {
    this.at = at
    this.kind = kind
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const BLANK = /[ \t\n\r]*/y
/** Every character from the blank on but the quotation mark and the backslash. */
const PLAIN = /[ !#-[\]-\u{10ffff}]*/uy
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/**
 * The first fault of text that `JSON.parse` refuses, or that names a key twice or a reserved one. Null where there is none.
 * Text that is nested as deep as the stack is no input: its depth is bounded before.
 */
export function findJsonFault(text: string, isReserved: (key: string) => boolean): JsonFault | null {
  const walk = new Walk(text, isReserved)
  try {
    walk.document()
    return null
  } catch (error) {
    if (!(error instanceof Found)) throw error
    return { at: error.at, says: SAYS[error.kind] }
  }
}

class Walk {
  readonly #text: string
  readonly #isReserved: (key: string) => boolean
  #at = 0

  constructor(text: string, isReserved: (key: string) => boolean) {
    this.#text = text
    this.#isReserved = isReserved
  }

  document(): void {
    this.#blank()
    this.#value()
    this.#blank()
    if (this.#at < this.#text.length) throw this.#fault('after')
  }

  /** What stands there goes before what is missing there. */
  #fault(kind: keyof typeof SAYS): Found {
    const next = this.#text[this.#at]
    if (next === undefined) return new Found(this.#at, 'end')
    const follows = this.#text[this.#at + 1]
    if (next === '#' || (next === '/' && (follows === '/' || follows === '*'))) return new Found(this.#at, 'comment')
    return new Found(this.#at, kind)
  }

  /** The index after what the expression finds at this place, or null. */
  #endOf(expression: RegExp): number | null {
    expression.lastIndex = this.#at
    return expression.test(this.#text) ? expression.lastIndex : null
  }

  #blank(): void {
    this.#at = this.#endOf(BLANK) ?? this.#at
  }

  #value(): void {
    const next = this.#text[this.#at] ?? ''
    if (next === '{') this.#list('}', () => this.#member(new Set()))
    else if (next === '[') this.#list(']', () => () => this.#value())
    else if (next === '"') this.#string()
    else if (/[-+.\d]/.test(next)) this.#number()
    else {
      const end = this.#endOf(WORD)
      if (end === null || /\w/.test(this.#text[end] ?? '')) throw this.#fault(isQuote(next) ? 'quote' : 'value')
      this.#at = end
    }
  }

  #list(close: '}' | ']', begin: () => () => void): void {
    const entry = begin()
    this.#at += 1
    this.#blank()
    if (this.#text[this.#at] === close) {
      this.#at += 1
      return
    }
    for (;;) {
      entry()
      this.#blank()
      const next = this.#text[this.#at]
      if (next === close) break
      if (next !== ',') throw this.#fault('comma')
      const comma = this.#at
      this.#at += 1
      this.#blank()
      if (/[}\]]/.test(this.#text[this.#at] ?? '')) throw new Found(comma, 'trailingComma')
    }
    this.#at += 1
  }

  #member(seen: Set<string>): () => void {
    return () => {
      const next = this.#text[this.#at] ?? ''
      if (next !== '"') throw this.#fault(isQuote(next) ? 'quote' : 'key')
      const from = this.#at
      this.#string()
      const key = JSON.parse(this.#text.slice(from, this.#at)) as string
      if (this.#isReserved(key)) throw new Found(from, 'reserved')
      if (seen.has(key)) throw new Found(from, 'duplicate')
      seen.add(key)
      this.#blank()
      if (this.#text[this.#at] !== ':') throw this.#fault('colon')
      this.#at += 1
      this.#blank()
      this.#value()
    }
  }

  #string(): void {
    this.#at += 1
    for (;;) {
      this.#at = this.#endOf(PLAIN) ?? this.#at
      const next = this.#text[this.#at]
      if (next === undefined) throw new Found(this.#at, 'end')
      if (next === '"') break
      const end = next === '\\' ? this.#endOf(ESCAPE) : null
      if (end === null) throw new Found(this.#at, next === '\\' ? 'escape' : 'control')
      this.#at = end
    }
    this.#at += 1
  }

  #number(): void {
    const end = this.#endOf(NUMBER)
    if (end === null || /[\w.+-]/.test(this.#text[end] ?? '')) throw this.#fault('number')
    this.#at = end
  }
}

function isQuote(character: string): boolean {
  return character !== '' && "'`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb".includes(character)
}

/** A place in text as editors count: line and column from 1, in characters; and the offset in bytes from 0. */
export function placeIn(text: string, at: number): { line: number; column: number; offset: number } {
  const before = text.slice(0, at)
  const lines = before.split(/\r\n|\r|\n/)
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1, offset: Buffer.byteLength(before) }
}
