import { createReadStream } from 'node:fs'
import type { JsonValue } from '../contract/fields/json-value.ts'
import { usage } from './command-failure.ts'

/** One value of a file, and the line that holds it; null where it goes over several. */
export interface FilePacket {
  value: JsonValue
  line: number | null
}

/** Far more than a packet is. */
const PACKET_CHARS_MAX = 4 * 1024 * 1024

async function* linesOf(path: string): AsyncGenerator<string> {
  const source = path === '-' ? process.stdin : createReadStream(path)
  // Incomplete characters at the end of a piece wait for the next.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const piece of source) {
    rest += decoder.decode(piece as Buffer, { stream: true })
    let from = 0
    for (let at = rest.indexOf('\n'); at !== -1; at = rest.indexOf('\n', from)) {
      yield rest.slice(from, at)
      from = at + 1
    }
    rest = rest.slice(from)
    if (rest.length > PACKET_CHARS_MAX) throw usage(`${path} holds a line that is longer than any packet.`)
  }
  yield rest + decoder.decode()
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/**
 * The packets of a file, or of standard input for `-`: one JSON value, or one on each line (JSON Lines), which are read one
 * after the other and not kept. Problems never quote the content.
 */
export async function* readPackets(path: string): AsyncGenerator<FilePacket> {
  try {
    yield* packetsOf(path)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw usage(`${path} is not UTF-8.`)
    if (code !== undefined && /^E[A-Z]+$/.test(code)) throw usage(`${path} cannot be read (${code}).`)
    throw error
  }
}

async function* packetsOf(path: string): AsyncGenerator<FilePacket> {
  /** The lines of a value that goes over several. */
  const whole: string[] = []
  let size = 0
  let line = 0
  let given = 0
  for await (const text of linesOf(path)) {
    line += 1
    const shown = line === 1 ? text.replace(/^\ufeff/, '') : text
    if (whole.length === 0 && shown.trim() === '') continue
    const value = whole.length === 0 ? parsed(shown) : undefined
    if (value !== undefined) {
      given += 1
      yield { value, line }
      continue
    }
    if (given > 0) throw usage(`${path}: line ${line} does not hold valid JSON.`)
    whole.push(shown)
    size += shown.length
    if (size > PACKET_CHARS_MAX) throw usage(`${path} does not hold valid JSON.`)
  }
  if (whole.length === 0) return
  const value = parsed(whole.join('\n'))
  if (value === undefined) throw usage(`${path} does not hold valid JSON.`)
  yield { value, line: null }
}
