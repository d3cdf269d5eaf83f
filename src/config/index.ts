import { type Config, toConfig } from './config.ts'
import { type ShownSetting, showValues } from './describe.ts'
import { checkTlsFiles, type Environment, readValues } from './read-environment.ts'
import {
  checkDatabase,
  checkLadder,
  checkPairs,
  checkProcess,
  checkProduction,
  type ProcessFlags,
} from './validate.rules.ts'
import type { Values } from './variables.ts'

export type { Config } from './config.ts'
export type { ShownSetting } from './describe.ts'
export { configTable } from './variables.ts'

export type LoadedConfig = { ok: true; config: Config } | { ok: false; problems: string[] }

export interface LoadOptions {
  /**
   * `serve` (the default) also checks what only a listening server needs: keys for an external database, TLS off
   * loopback, private process flags. `command` is for the CLI: `migrate` runs with an owner's URL and no keys.
   */
  purpose?: 'serve' | 'command'
  /** The options that Node.js was started with. */
  execArgv?: readonly string[]
}

/**
 * Reads the whole configuration, or says everything that is wrong with it: one line per problem, each starting with
 * the variable's name and a colon, none holding a secret. Reads secret files and TLS files; never throws.
 */
export function loadConfig(env: Environment = process.env, options: LoadOptions = {}): LoadedConfig {
  const read = readValues(env)
  const values = withProviders(read.values)
  const unread = read.problems.map((problem) => (problem.split(':')[0] ?? '').replace(/_FILE$/, ''))
  const cross = [
    ...checkLadder(values),
    ...checkPairs(values),
    ...(options.purpose === 'command' ? [] : checkServer(values, toFlags(env, options.execArgv ?? process.execArgv))),
  ]
  // A rule about a variable that could not be read would judge its default.
  const problems = [
    ...read.problems,
    ...cross.filter((problem) => !unread.some((name) => namesVariable(problem, name))),
  ]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, config: toConfig(values, showValues({ values, sources: read.sources })) }
}

/**
 * Takes from the environment what the driver of PostgreSQL would read behind the configuration's back. Another binding of the
 * driver cannot be used here, whatever the database. The embedded database is reached by what the launcher says alone, so there the
 * variables of PostgreSQL's own programs go too; with DATABASE_URL they complete it, as they do for those.
 *
 * To be called before the driver is loaded, which reads the first of them then.
 */
export function forgetDriverVariables(env: NodeJS.ProcessEnv = process.env): void {
  const isExternal = ['DATABASE_URL', 'DATABASE_OWNER_URL'].some((name) =>
    [name, `${name}_FILE`].some((each) => (env[each] ?? '').trim() !== ''),
  )
  for (const name of Object.keys(env)) {
    if (name === 'NODE_PG_FORCE_NATIVE' || (!isExternal && /^PG[A-Z]/.test(name))) delete env[name]
  }
}

/** Every variable as it may be printed, for `letterhead doctor`. */
export function describeConfig(config: Config): readonly ShownSetting[] {
  return config.settings
}

function checkServer(values: Values, flags: ProcessFlags): string[] {
  return [
    ...checkTlsFiles(values),
    ...checkDatabase(values),
    ...checkProduction(values),
    ...checkProcess(values, flags),
  ]
}

/** A provider that is not named is simulated, except in production, where it is refused (decision 23). */
function withProviders(values: Values): Values {
  const isProduction = values.NODE_ENV === 'production'
  const unnamed = isProduction ? 'none' : 'simulator'
  return {
    ...values,
    PAYMENTS: values.PAYMENTS ?? unnamed,
    WHATSAPP: values.WHATSAPP ?? unnamed,
    MAIL: values.MAIL ?? (isProduction ? 'none' : 'outbox'),
    BRAND_REGISTRY: values.BRAND_REGISTRY ?? unnamed,
    CARRIER: values.CARRIER ?? unnamed,
  }
}

function toFlags(env: Environment, execArgv: readonly string[]): ProcessFlags {
  return {
    execArgv,
    nodeOptions: env.NODE_OPTIONS,
    nodeDebug: env.NODE_DEBUG,
    tlsRejectUnauthorized: env.NODE_TLS_REJECT_UNAUTHORIZED,
  }
}

function namesVariable(problem: string, name: string): boolean {
  return new RegExp(`(^|[^A-Z_])${name}([^A-Z_]|$)`).test(problem)
}
