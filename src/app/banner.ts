import type { Config } from '../config/index.ts'
import type { ServerLog } from '../observability/log.ts'
import type { FirstStart } from './first-start.ts'

/** What a person sees when the server has started. The API key is printed by the start that made it, and never again. */
interface Started {
  url: string
  opsUrl: string
  simulated: readonly string[]
  dataDir: string | null
  first: FirstStart | null
}

/**
 * A PATCH that works as it is pasted, also when it was edited and is pasted again: without an Idempotency-Key, for a fixed one
 * would replay the first answer, and no expression makes a new one in every shell.
 */
function firstRequest(url: string, { apiKey, profileId }: FirstStart): string {
  return [
    `curl -X PATCH ${url}/v3/profiles/${profileId} \\`,
    `  -H 'x-api-key: ${apiKey}' \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"name": "Sales Team - Updated", "description": "Updated sales department sender profile"}'`,
  ].join('\n')
}

/** The lines to print. */
function banner({ url, opsUrl, simulated, dataDir, first }: Started): string {
  const lines = [
    '',
    `Letterhead is ready at ${url}`,
    '',
    `  API reference        ${url}/docs`,
    `  Health and metrics   ${opsUrl}/readyz  ${opsUrl}/metrics`,
    `  Simulated providers  ${simulated.length === 0 ? 'none' : simulated.join(', ')}`,
    `  Data                 ${dataDir ?? 'the database that DATABASE_URL names'}`,
  ]
  if (first === null) {
    const org = dataDir === null ? ' --org <id, see node scripts/letterhead.mjs org list>' : ''
    lines.push('', `  Make a new API key   node scripts/letterhead.mjs key create${org} --role admin`, '')
    return lines.join('\n')
  }
  lines.push(
    `  Organization         ${first.organizationId}`,
    `  API key (shown once) ${first.apiKey}`,
    '',
    'Your first request, ready to paste:',
    '',
    firstRequest(url, first),
    '',
  )
  return lines.join('\n')
}

/**
 * Says that the server has started. In production that is one line of the log, so that standard output holds JSON lines only.
 * Elsewhere it is text for a person, also where standard output is no terminal: the first API key is shown nowhere else.
 */
export function announce(
  environment: Config['environment'],
  log: Pick<ServerLog, 'info' | 'flush'>,
  started: Started,
  write: (text: string) => void = (text) => void process.stdout.write(text),
): void {
  if (environment !== 'production') {
    write(`${banner(started)}\n`)
    return
  }
  const { url, opsUrl, simulated, dataDir } = started
  log.info('server_started', { url, ops_url: opsUrl, simulated: simulated.join(','), data_dir: dataDir })
  log.flush()
}
