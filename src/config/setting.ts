import type { Form } from './parsers.ts'

export type Group = 'Server' | 'Operations' | 'Database' | 'Secrets' | 'Providers' | 'Webhooks' | 'Time limits'

/** One environment variable: where it is documented, what it accepts, and what holds when it is not set. */
export interface Setting<T, F extends T | null = T | null> {
  readonly group: Group
  readonly says: string
  readonly form: Form<T>
  readonly fallback: F
  /** The default in words, where the value alone does not say it. */
  readonly fallbackSays?: string
  /** Never printed; may also come from the file that `<NAME>_FILE` names. */
  readonly isSecret: boolean
  /** The part of a secret that may be printed. */
  shown?(value: T): string
}

/** A variable that may be printed. */
export function setting<T, F extends T | null>(
  group: Group,
  form: Form<T>,
  fallback: F,
  says: string,
  fallbackSays?: string,
): Setting<T, F> {
  const words = fallbackSays === undefined ? {} : { fallbackSays }
  return { group, form, fallback, says, isSecret: false, ...words }
}

/** A variable that may not. */
export function secret<T>(group: Group, form: Form<T>, says: string, shown?: (value: T) => string): Setting<T, null> {
  return { group, form, fallback: null, says, isSecret: true, ...(shown === undefined ? {} : { shown }) }
}

/** The database's place without user, password and parameters. */
export function databasePlace(text: string): string {
  const url = new URL(text)
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** A server's place without user and password. */
export function serverPlace(text: string): string {
  const url = new URL(text)
  return `${url.protocol}//${url.host}`
}
