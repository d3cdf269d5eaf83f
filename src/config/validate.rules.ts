import type { Values, VariableName } from './variables.ts'

/** How the process was started, as far as it decides whether memory and traffic stay private. */
export interface ProcessFlags {
  readonly execArgv: readonly string[]
  readonly nodeOptions: string | undefined
  readonly nodeDebug: string | undefined
  readonly tlsRejectUnauthorized: string | undefined
}

/** The time limits from the innermost outwards; each must be shorter than the next (LOAD-6 in docs/RELIABILITY.md). */
const TIMEOUT_LADDER = [
  'POOL_WAIT_MS',
  'ROW_LOCK_MS',
  'KEY_WAIT_MS',
  'STATEMENT_MS',
  'QUERY_MS',
  'PROVIDER_MS',
  'REQUEST_DEADLINE_MS',
  'LEASE_MS',
] as const satisfies readonly VariableName[]

/** Options of Node.js that write memory or decrypted traffic to a file, open a debugger or loosen the parser (CARD-5, IN-2). */
const UNSAFE_FLAGS = [
  /^--(inspect|debug)(-|$)/,
  /^--heapsnapshot-/,
  /^--report-(on-|uncaught-exception)/,
  /^--abort-on-uncaught-exception$/,
  /^--insecure-http-parser$/,
  /^--tls-keylog$/,
]

/** Whether only this machine can reach the address. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i.test(host)
}

const PRODUCTION_DELAY_MS = 1_000

/** Nobody waits for a laptop's server to leave a rotation. */
export function shutdownDelayMs({
  SHUTDOWN_DELAY_MS,
  NODE_ENV,
}: Pick<Values, 'SHUTDOWN_DELAY_MS' | 'NODE_ENV'>): number {
  return SHUTDOWN_DELAY_MS ?? (NODE_ENV === 'production' ? PRODUCTION_DELAY_MS : 0)
}

/** Sentences on limits that are not strictly inside the next one. */
export function checkLadder(values: Values): string[] {
  const pairs = TIMEOUT_LADDER.slice(1).map((outer, index) => [TIMEOUT_LADDER[index] ?? outer, outer] as const)
  const problems = pairs
    .filter(([inner, outer]) => values[inner] >= values[outer])
    .map(
      ([inner, outer]) =>
        `${inner}: must be less than ${outer}, but ${values[inner]} is not less than ${values[outer]}`,
    )
  const longest = values.REQUEST_DEADLINE_MS + shutdownDelayMs(values)
  if (values.SHUTDOWN_GRACE_MS < longest) {
    problems.push(
      `SHUTDOWN_GRACE_MS: must be at least REQUEST_DEADLINE_MS and SHUTDOWN_DELAY_MS together, but ${values.SHUTDOWN_GRACE_MS} is less than ${longest}`,
    )
  }
  return problems
}

/** Sentences on variables that need each other or exclude each other, in every environment. */
export function checkPairs(values: Values): string[] {
  const problems: string[] = []
  if (values.TLS_CERT !== null && values.TLS_KEY === null) problems.push('TLS_KEY: required when TLS_CERT is set')
  if (values.TLS_KEY !== null && values.TLS_CERT === null) problems.push('TLS_CERT: required when TLS_KEY is set')
  if (values.PORT !== 0 && values.PORT === values.OPS_PORT) {
    problems.push(`OPS_PORT: must differ from PORT, but both are ${values.PORT}`)
  }
  if (values.DATABASE_URL === null && (values.SEALING_KEY === null) !== (values.KEY_PEPPER === null)) {
    const [missing, given] = values.SEALING_KEY === null ? ['SEALING_KEY', 'KEY_PEPPER'] : ['KEY_PEPPER', 'SEALING_KEY']
    problems.push(`${missing}: required when ${given} is set; without both, the server makes its own beside the data`)
  }
  if (values.PAYMENTS === 'stripe' && values.STRIPE_SECRET_KEY === null) {
    problems.push('STRIPE_SECRET_KEY: required with PAYMENTS=stripe')
  }
  problems.push(...checkRegistries(values))
  for (const name of ['SMTP_URL', 'MAIL_FROM'] as const) {
    if (values.MAIL === 'smtp' && values[name] === null) problems.push(`${name}: required with MAIL=smtp`)
  }
  return problems
}

/** Sentences on what the chosen brand registry and carrier need. */
function checkRegistries(values: Values): string[] {
  const { BRAND_REGISTRY, CARRIER } = values
  const problems: string[] = []
  if (BRAND_REGISTRY === 'tcr') {
    for (const name of ['TCR_API_KEY', 'TCR_API_SECRET'] as const) {
      if (values[name] === null) problems.push(`${name}: required with BRAND_REGISTRY=tcr`)
    }
  }
  if ((BRAND_REGISTRY === 'telnyx' || CARRIER === 'telnyx') && values.TELNYX_API_KEY === null) {
    const variable = BRAND_REGISTRY === 'telnyx' ? 'BRAND_REGISTRY' : 'CARRIER'
    problems.push(`TELNYX_API_KEY: required with ${variable}=telnyx`)
  }
  if (BRAND_REGISTRY === 'telnyx' && values.PUBLIC_URL === null) {
    problems.push('PUBLIC_URL: required with BRAND_REGISTRY=telnyx, because brands carry the address of their events')
  }
  return problems
}

/** Sentences on what a server, unlike a command, must have for the database it is given (decisions 7 and 19). */
export function checkDatabase(values: Values): string[] {
  if (values.DATABASE_URL === null) {
    if (values.DATABASE_OWNER_URL === null) return []
    return [
      'DATABASE_URL: required when DATABASE_OWNER_URL is set; the server runs as a role that owns nothing (`letterhead migrate --create-role` makes it)',
    ]
  }
  return (['SEALING_KEY', 'KEY_PEPPER'] as const)
    .filter((name) => values[name] === null)
    .map((name) => `${name}: required with DATABASE_URL, because every instance must use the same one`)
}

/** Sentences on what production refuses (decisions 23 and 27). */
export function checkProduction(values: Values): string[] {
  if (values.NODE_ENV !== 'production') return []
  const problems = (['STRIPE_BASE_URL', 'META_GRAPH_BASE_URL', 'TCR_BASE_URL', 'TELNYX_BASE_URL'] as const)
    .filter((name) => values[name].startsWith('http:'))
    .map((name) => `${name}: must be https in production`)
  if (values.INVITATION_URL?.startsWith('http:') === true) problems.push('INVITATION_URL: must be https in production')
  if (values.WEBHOOKS_ALLOW_PRIVATE) {
    problems.push(
      'WEBHOOKS_ALLOW_PRIVATE: on is refused in production, because customers could then reach the networks of this server',
    )
  }
  if (!isLoopback(values.HOST) && values.TLS_CERT === null && !values.BEHIND_TLS) {
    problems.push(
      'HOST: an address off loopback needs TLS_CERT and TLS_KEY in production, or BEHIND_TLS=1 when a proxy in front ends TLS',
    )
  }
  return problems
}

/** Sentences on a process whose memory or traffic could leave it; empty outside production. */
export function checkProcess(values: Values, flags: ProcessFlags): string[] {
  if (values.NODE_ENV !== 'production') return []
  // Node.js joins what stands in quotes with what is beside them, so that --in"spect" is --inspect.
  const fromOptions = (flags.nodeOptions ?? '').split(/\s+/).map((word) => word.replaceAll(/["'\\]/g, ''))
  const names = [...flags.execArgv, ...fromOptions].map((word) => (word.split('=')[0] ?? '').replaceAll('_', '-'))
  const unsafe = new Set(names.filter((name) => UNSAFE_FLAGS.some((pattern) => pattern.test(name))))
  const problems = [...unsafe].map(
    (name) => `NODE_OPTIONS: ${name} is refused in production, because card data could leave the process`,
  )
  if (flags.nodeDebug !== undefined && flags.nodeDebug.trim() !== '') {
    problems.push('NODE_DEBUG: refused in production, because it prints headers and bodies')
  }
  if (flags.tlsRejectUnauthorized === '0') {
    problems.push('NODE_TLS_REJECT_UNAUTHORIZED: 0 is refused in production, because providers must prove who they are')
  }
  return problems
}
