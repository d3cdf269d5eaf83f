import { pino } from 'pino'
import { maskCards } from '../contract/cards/card-text.ts'
import { type AccessLine, renderAccessLine } from './access-line.ts'
import { describeError } from './error-fields.ts'
import { type LogDestination, openLogDestination } from './log-destination.ts'

export type LogFields = Record<string, string | number | boolean | null>

/** What any part of the server may write: an event by its fixed name, and flat fields. Never a body, a header or a query string. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  /** Of a foreign error only its name, code and frames are written: libraries quote what they were given. */
  error(event: string, fields?: LogFields, error?: unknown): void
}

/** The log as its owner holds it: also the line of each request, and the way to get everything out. */
export interface ServerLog extends Log {
  access(line: AccessLine): void
  /** Hands every buffered line to the operating system before it returns, unless the reader is blocked. */
  flush(): void
}

export interface LogOptions {
  level: 'info' | 'warn' | 'error' | 'silent'
  /** Names the process among several of one database. */
  instance: string
  /** Standard output, buffered, by default. */
  destination?: LogDestination
  now?: () => Date
  /** Card-like numbers that were masked in a line: each is a leak that some code has to answer for. */
  onCardMasked?: (count: number) => void
  onLineDropped?: () => void
}

/** Control and separator characters that JSON leaves as they are and that break or colour a line on a terminal (OBS-4). */
const UNSAFE_IN_LINE = /[\u007f-\u009f\u2028\u2029]/

const SHORTEST_CARD = 13

const OWN_MEMBERS = new Set(['level', 'time', 'instance', 'event'])

/**
 * A log of one JSON object per line. Lines are buffered and written asynchronously; while the reader is blocked, lines
 * are dropped and counted, and memory stays bounded (OBS-6). Text that looks like a card number is masked on its way.
 */
export function createLog(options: LogOptions): ServerLog {
  const now = options.now ?? (() => new Date())
  const destination =
    options.destination ??
    openLogDestination(options.onLineDropped === undefined ? {} : { onLineDropped: options.onLineDropped })
  const writer = pino(
    {
      level: options.level,
      base: { instance: options.instance },
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => destination.write(escapeUnsafe(line)) },
  )
  const mask = (text: string) => {
    if (text.length < SHORTEST_CARD) return text
    const { text: safe, masked } = maskCards(text)
    if (masked > 0) options.onCardMasked?.(masked)
    return safe
  }
  const toFields = (event: string, fields: LogFields) => ({ event: mask(event), ...maskFields(fields, mask) })
  const writesAccess = writer.isLevelEnabled('info')
  return {
    info: (event, fields = {}) => writer.info(toFields(event, fields)),
    warn: (event, fields = {}) => writer.warn(toFields(event, fields)),
    error: (event, fields = {}, error) => {
      const about = error === undefined ? {} : describeError(error)
      writer.error(toFields(event, { ...fields, ...about }))
      destination.flushSoon()
    },
    access: (line) => {
      if (writesAccess) destination.write(escapeUnsafe(renderAccessLine(line, now(), options.instance, mask)))
    },
    flush: () => destination.flush(),
  }
}

function maskFields(fields: LogFields, mask: (text: string) => string): LogFields {
  const safe: LogFields = {}
  for (const [name, value] of Object.entries(fields)) {
    safe[OWN_MEMBERS.has(name) ? `${name}_` : mask(name)] = maskValue(value, mask)
  }
  return safe
}

function maskValue(value: LogFields[string], mask: (text: string) => string): LogFields[string] {
  if (typeof value === 'string') return mask(value)
  // A time in milliseconds has 13 digits too and stays.
  return typeof value === 'number' && !isTime(value) ? maskNumber(value, mask) : value
}

function maskNumber(value: number, mask: (text: string) => string): string | number {
  const text = String(value)
  const masked = mask(text)
  return masked === text ? value : masked
}

/** Milliseconds from 2001 to 2065. Numbers of cards that had 13 digits began with 4. */
function isTime(value: number): boolean {
  return value >= 1e12 && value < 3e12
}

function escapeUnsafe(line: string): string {
  if (!UNSAFE_IN_LINE.test(line)) return line
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
