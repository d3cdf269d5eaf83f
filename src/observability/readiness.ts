const DATABASE_MS_MAX = 500
const CACHE_MS = 1_000

export interface ReadyReport {
  isReady: boolean
  /** Name of each check to whether it holds. */
  checks: Record<string, boolean>
  /** Ports by name, as `payments`, to the provider behind them. */
  providers: Record<string, { name: string; isSimulated: boolean }>
}

export interface ReadinessParts {
  /** One round trip to the database; rejects when it fails. May hang: it is given up after 500 ms. */
  pingDatabase(): Promise<unknown>
  /** Whether the schema of the database is one that this version works with. Asked only of a database that answers. */
  isSchemaCurrent(): Promise<boolean>
  /** Whether the key that encrypts new secrets is there. */
  hasSealingKey(): boolean
  /** Whether what a start puts off has been done: no request compiles a check. */
  isWarm(): boolean
  /** Whether the server is stopping. */
  isDraining(): boolean
  providers(): ReadyReport['providers']
  /** Milliseconds that never go back. */
  now?(): number
}

/**
 * Whether requests should be sent here. The database is asked at most once a second, by one
 * question at a time, however many ask, and no more while the server stops; the rest is looked at each time.
 */
export function createReadiness(parts: ReadinessParts): { ready(): Promise<ReadyReport> } {
  const now = parts.now ?? (() => performance.now())
  let asked: { at: number; answer: Promise<DatabaseState> } | null = null
  let known: DatabaseState | null = null
  const databaseState = async () => {
    if (asked === null || now() - asked.at >= CACHE_MS) asked = { at: now(), answer: askDatabase(parts) }
    known = await asked.answer
    return known
  }
  return {
    async ready() {
      // Whoever stops is not ready, whatever the database says: a load balancer is told at once.
      const state = parts.isDraining() ? known : await databaseState()
      const checks = {
        ...state,
        sealing_key: parts.hasSealingKey(),
        warm: parts.isWarm(),
        accepting: !parts.isDraining(),
      }
      return { isReady: Object.values(checks).every(Boolean), checks, providers: parts.providers() }
    },
  }
}

interface DatabaseState {
  database: boolean
  schema: boolean
}

async function askDatabase(parts: ReadinessParts): Promise<DatabaseState> {
  const database = await within(DATABASE_MS_MAX, async () => {
    await parts.pingDatabase()
    return true
  })
  return { database, schema: database && (await within(DATABASE_MS_MAX, () => parts.isSchemaCurrent())) }
}

/** The answer of the question; false when it fails or takes longer. */
async function within(milliseconds: number, question: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds)
  })
  try {
    return await Promise.race([question(), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
