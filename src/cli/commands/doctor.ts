import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { buildPorts, describePorts } from '../../app/providers.ts'
import type { Config } from '../../config/index.ts'
import { describeConfig, loadConfig } from '../../config/index.ts'
import { SCHEMA_VERSION } from '../../db/admin/migrate.ts'
import { databaseProblems } from '../../db/admin/role-check.ts'
import { findKeyChecks } from '../../db/installation.store.ts'
import { keyProblems } from '../../encryption/key-check.rules.ts'
import type { KeyRing } from '../../encryption/key-ring.ts'
import { CommandFailure, toFailure } from '../command-failure.ts'
import { hasEmbedded, keyFileOf, keyRingOf, quietLog, readConfig, withInstallation } from '../installation.ts'
import { listSealingKeyIds } from '../operator.store.ts'
import { type Output, toPairs } from '../output.ts'

interface Report {
  ok: boolean
  problems: string[]
  warnings: string[]
  environment: string
  database: { kind: 'embedded' | 'external'; state: 'ready' | 'unfit' | 'unreachable' | 'not made yet' }
  schema_version: number
  keys: { source: 'environment' | 'file' | 'none'; active_id: string | null }
  providers: Record<string, { name: string; isSimulated: boolean }>
  settings: { name: string; value: string; source: string }[]
}

/** Why the server would not start, as it would say it. */
function serveProblems(): string[] {
  const loaded = loadConfig(undefined, { purpose: 'serve' })
  return loaded.ok ? [] : loaded.problems
}

function warningsOf(config: Config, providers: Report['providers']): string[] {
  const isProduction = config.environment === 'production'
  const warnings = []
  for (const [port, { name, isSimulated }] of Object.entries(providers)) {
    if (isSimulated && isProduction) warnings.push(`${port} is simulated in production: nothing real happens.`)
    if (name === 'none') warnings.push(`${port} is not configured: a request that needs it is refused.`)
  }
  if (config.mail.provider === 'smtp' && config.http.publicUrl === null && config.invitationUrl === null) {
    warnings.push(
      'Neither INVITATION_URL nor PUBLIC_URL is set: invitations name the address that the server listens on.',
    )
  }
  if (!isProduction)
    warnings.push('NODE_ENV is not production: the first start makes an organization and prints its key.')
  if (!config.http.hasRateLimits) warnings.push('RATE_LIMITS is off.')
  if (config.database.url !== null && config.database.ownerUrl !== null) {
    warnings.push('DATABASE_OWNER_URL is set here; keep it from the environment of the server, which does not need it.')
  }
  return warnings
}

function checkKeys(config: Config, report: Report): KeyRing | null {
  const isExternal = config.database.url !== null || config.database.ownerUrl !== null
  const source = config.keyMaterial !== null ? 'environment' : existsSync(keyFileOf(config)) ? 'file' : 'none'
  if (config.keyMaterial === null && (isExternal || source === 'none')) {
    if (hasEmbedded(config) && !isExternal) report.problems.push(`The key file ${keyFileOf(config)} is missing.`)
    return null
  }
  try {
    const keys = keyRingOf(config, { mayCreate: false })
    report.keys = { source, active_id: keys.activeId }
    return keys
  } catch (error) {
    report.problems.push(toFailure(error).message)
    return null
  }
}

/** Asks the database itself: role, schema, and that every organization's key can be opened. */
async function checkInside(config: Config, report: Report, keys: KeyRing | null): Promise<void> {
  const isEmbedded = config.database.url === null
  if (isEmbedded && !hasEmbedded(config)) return
  try {
    await withInstallation({ mayCreate: false }, async ({ db, asOwner, hasOwner }) => {
      const problems = await databaseProblems(db)
      report.database.state = problems.length === 0 ? 'ready' : 'unfit'
      report.problems.push(...problems)
      if (keys === null || problems.length > 0) return
      report.problems.push(...keyProblems(await findKeyChecks(db), keys.checks()))
      if (!hasOwner) return
      const missing = (await asOwner(listSealingKeyIds)).filter((id) => !keys.has(id))
      for (const id of missing)
        report.problems.push(`The sealing key "${id}", which the data needs, is not configured.`)
    })
  } catch (error) {
    report.database.state = 'unreachable'
    report.problems.push(toFailure(error).message)
  }
}

async function examine(): Promise<Report> {
  const config = readConfig()
  const providers = describePorts(await buildPorts(config, quietLog))
  const isEmbedded = config.database.url === null
  const report: Report = {
    ok: false,
    problems: serveProblems(),
    warnings: warningsOf(config, providers),
    environment: config.environment,
    database: {
      kind: isEmbedded ? 'embedded' : 'external',
      state: isEmbedded && !hasEmbedded(config) ? 'not made yet' : 'unreachable',
    },
    schema_version: SCHEMA_VERSION,
    keys: { source: 'none', active_id: null },
    providers,
    settings: describeConfig(config).map(({ name, value, source }) => ({ name, value, source })),
  }
  await checkInside(config, report, checkKeys(config, report))
  report.problems = [...new Set(report.problems)]
  report.ok = report.problems.length === 0
  return report
}

function linesOf(report: Report): string[] {
  const { database, keys, providers, settings } = report
  const changed = settings.filter(({ source }) => source !== 'default')
  const provider = ({ name, isSimulated }: { name: string; isSimulated: boolean }) =>
    isSimulated ? `${name} (simulated)` : name
  return [
    ...toPairs([
      ['Environment', report.environment],
      ['Database', `${database.kind}, ${database.state}`],
      ['Schema', `version ${report.schema_version} is what this program needs`],
      ['Keys', keys.active_id === null ? 'none' : `${keys.active_id} (${keys.source})`],
      ...Object.entries(providers).map(([port, each]) => [`Provider ${port}`, provider(each)] as const),
    ]),
    '',
    ...(changed.length === 0
      ? ['Every setting has its default.']
      : toPairs(changed.map(({ name, value }) => [name, value] as const))),
    '',
    ...report.warnings.map((warning) => `Note     ${warning}`),
    ...report.problems.map((problem) => `PROBLEM  ${problem}`),
    report.ok ? 'No problem was found.' : '',
  ]
}

/** `letterhead doctor`: what is configured, what is simulated, what is unsafe or broken. */
export function addDoctor(program: Command, output: Output): void {
  program
    .command('doctor')
    .description('say what is configured, simulated, unsafe and broken; fails when something is unsafe or broken')
    .action(async () => {
      const report = await examine()
      output.result(report, linesOf(report))
      if (!report.ok) {
        const count = report.problems.length
        throw new CommandFailure('UNFIT', count === 1 ? 'There is a problem.' : `There are ${count} problems.`)
      }
    })
}
