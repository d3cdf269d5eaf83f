import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Setting } from './setting.ts'
import { configEntries, type Values, type VariableName } from './variables.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type Source = 'default' | 'environment' | 'file'

export interface ReadValues {
  /** A variable that could not be read holds its default, so that the cross rules can still be checked. */
  readonly values: Values
  readonly sources: Readonly<Record<VariableName, Source>>
  readonly problems: readonly string[]
}

type Found = { text: string; source: 'environment' | 'file' } | { problem: string } | null

/** Reads every variable of the table. Blank is not set. No problem ever quotes a secret. */
export function readValues(env: Environment): ReadValues {
  const values: Record<string, unknown> = {}
  const sources = {} as Record<VariableName, Source>
  const problems: string[] = []
  for (const [name, setting] of configEntries) {
    values[name] = setting.fallback
    sources[name] = 'default'
    const found = find(env, name, setting)
    if (found === null) continue
    if ('problem' in found) {
      problems.push(found.problem)
      continue
    }
    const value = setting.form.read(found.text)
    if (value === undefined) {
      problems.push(`${name}: must be ${setting.form.form}${setting.isSecret ? '' : `, not ${quote(found.text)}`}`)
      continue
    }
    values[name] = value
    sources[name] = found.source
  }
  return { values: values as Values, sources, problems }
}

function find(env: Environment, name: string, setting: Setting<unknown>): Found {
  const text = env[name]?.trim() ?? ''
  const file = setting.isSecret ? (env[`${name}_FILE`]?.trim() ?? '') : ''
  if (file === '') return text === '' ? null : { text, source: 'environment' }
  if (text !== '') return { problem: `${name}: set either ${name} or ${name}_FILE, not both` }
  try {
    const content = readFileSync(file, 'utf8').trim()
    return content === '' ? { problem: `${name}_FILE: ${quote(file)} is empty` } : { text: content, source: 'file' }
  } catch (error) {
    return { problem: `${name}_FILE: ${quote(file)} cannot be read (${errorCode(error)})` }
  }
}

/** Sentences on a certificate and key that cannot be read or do not belong together. */
export function checkTlsFiles(values: Values): string[] {
  if (values.TLS_CERT === null || values.TLS_KEY === null) return []
  const problems: string[] = []
  const read = (name: 'TLS_CERT' | 'TLS_KEY', file: string) => {
    try {
      return readFileSync(file)
    } catch (error) {
      problems.push(`${name}: ${quote(file)} cannot be read (${errorCode(error)})`)
      return null
    }
  }
  const cert = read('TLS_CERT', values.TLS_CERT)
  const key = read('TLS_KEY', values.TLS_KEY)
  if (cert === null || key === null) return problems
  try {
    createSecureContext({ cert, key })
    return []
  } catch {
    return ['TLS_CERT: the certificate and the private key of TLS_KEY are not PEM or do not belong together']
  }
}

/** One line, at most 64 characters of the value, whatever it holds. */
function quote(text: string): string {
  const short = text.length > 64 ? `${text.slice(0, 64)}…` : text
  return JSON.stringify(short).replace(/[\u007f-\u009f\u2028\u2029]/g, '?')
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'
}
