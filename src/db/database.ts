import pg from 'pg'
import type { Trace } from '../observe/trace.ts'
import { Breaker } from './breaker.ts'
import { databaseTrouble, mustBeDestroyed, NotAnswered, NotConnected } from './database-error.ts'
import { Line } from './line.ts'
import { Overdue } from './overdue.ts'
import { ScopedQuery, type SharedLimits, toWireValues } from './scoped-query.ts'
import type { Param, Statement } from './statement.ts'
import { Together } from './together.ts'

/** Runs statements on the data of one organization. A pool and an open transaction are both executors. */
export interface Executor {
  /** Every row of `statement`, run as the organization: row-level security shows nothing of any other. */
  run<Row extends object>(organizationId: string, statement: Statement<Row>, params: readonly Param[]): Promise<Row[]>
}

/** How to reach a database, in node-postgres's terms. */
export type Connection = pg.PoolConfig

export interface DatabaseOptions {
  connection: pg.PoolConfig
  poolSize: number
  /** Off for connection poolers that cannot keep prepared statements. */
  prepared: boolean
  poolWaitMs: number
  rowLockMs: number
  statementMs: number
  queryMs: number
  /** A span for each statement, by its name; none unless given. */
  trace?: Trace
  /** Told of errors on idle connections, which have no caller. */
  onIdleError: (error: Error) => void
}

/**
 * A plan is made once on each connection: else the first five uses of every statement would plan it anew, which costs a fresh
 * instance more than its requests. It is kept while the tables grow. Where a table is small, reading it whole is the cheapest
 * plan, so that way is closed: every statement here has an index. So is the one that gathers rows before it looks at them: most
 * organizations are small, and a page of the one that is not would be read and sorted whole, where its index has the order. A
 * plan without an index looks dear, which is no reason to compile it.
 */
export const SESSION_OPTIONS = [
  'timezone=UTC',
  'default_transaction_isolation=read\\ committed',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'jit=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

const SERIALIZATION_RETRIES_MAX = 3
/** Long enough to keep the pool warm between two bursts: a new connection has to plan every statement several times. */
const IDLE_CONNECTION_MS = 300_000

/**
 * How statements share round trips: connections (`lines`), round trips behind each other on each (`depth`), statements in one.
 * Round trips behind each other keep PostgreSQL and this process busy at the same time, with one process of PostgreSQL awake
 * and not several. Behind a pooler each may need a connection of its own (`apart`).
 */
const READING = { lines: 1, depth: 4, apart: 4, itemsMax: 4 }
/** Changes wait for the disk, which is the longer part: a commit carries all that came meanwhile. */
const WRITING = { lines: 1, depth: 2, apart: 1, itemsMax: 16 }
/** A list may take long, so nothing goes behind one. */
const LISTING = { lines: 4, depth: 1, apart: 4, itemsMax: 4 }
/** Who waits for a lock in a shared round trip holds up the others, so nobody waits there for long. */
const SHARED_LOCK_MS = 50

/** A pool of connections of the server's powerless role. */
export class Database implements Executor {
  /** For the rows that a request reads by their keys: where the server is busy, several requests share a round trip. */
  readonly reads: Executor
  /** The same for whatever else an answer is made of: many rows, or a count of them. */
  readonly lists: Executor
  /** The same for changes of one statement, which so share a commit. */
  readonly writes: Executor
  readonly #queues: Together[] = []
  readonly #pool: pg.Pool
  readonly #prepared: boolean
  readonly #breaker: Breaker
  readonly #trace: Trace | undefined
  readonly #queryMs: number
  readonly #overdue: Overdue
  /** Connections that are lent out. */
  #lent = 0

  constructor(options: DatabaseOptions) {
    this.#prepared = options.prepared
    this.#trace = options.trace
    this.#queryMs = options.queryMs
    this.#overdue = new Overdue(options.queryMs)
    this.#pool = new pg.Pool({
      ...options.connection,
      max: options.poolSize,
      connectionTimeoutMillis: options.poolWaitMs,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      lock_timeout: options.rowLockMs,
      statement_timeout: options.statementMs,
      idle_in_transaction_session_timeout: 10_000,
      options: SESSION_OPTIONS,
      keepAlive: true,
    })
    this.#pool.on('error', options.onIdleError)
    // A connection that breaks while it is lent out tells whoever waits for its answer. It is an event too, and one that
    // nobody listens to ends the process: the pool listens only while a connection is idle.
    this.#pool.on('connect', (client) => {
      client.on('error', () => undefined)
    })
    this.#pool.on('acquire', () => {
      this.#lent += 1
    })
    this.#pool.on('release', () => {
      this.#lent -= 1
    })
    this.#breaker = new Breaker(() => this.#ping(options.poolWaitMs))
    this.reads = this.#share(options, READING)
    this.lists = this.#share(options, LISTING)
    this.writes = this.#share(options, WRITING)
  }

  #share(
    { poolSize, poolWaitMs, rowLockMs, statementMs, queryMs, prepared }: DatabaseOptions,
    shape: typeof READING,
  ): Executor {
    const limits = {
      lockMs: Math.min(rowLockMs, SHARED_LOCK_MS),
      // However long each takes, the round trip stays within half of what the connection is given.
      statementMs: Math.max(1, Math.min(statementMs, Math.floor(queryMs / 2 / shape.itemsMax))),
    }
    const queue = new Together({
      ...(prepared ? shape : { ...shape, lines: shape.apart, depth: 1 }),
      linesMax: poolSize,
      waitMs: poolWaitMs,
      areOthersWaiting: () => this.#pool.waitingCount > this.#pool.idleCount,
      open: ({ isAlone }) => this.#line(isAlone ? null : limits),
    })
    this.#queues.push(queue)
    return {
      run: (organizationId, statement, params) =>
        this.#traced(statement, () => queue.run(organizationId, this.#sent(statement), params)),
    }
  }

  #line(limits: SharedLimits | null): Line {
    return new Line({
      connect: () => this.#connect(),
      limits,
      overdue: this.#overdue,
      heard: (error) => this.#heard(error),
    })
  }

  /** Connections in use and requests that wait for one, for the metrics. */
  get load(): { inUse: number; waiting: number } {
    const queued = this.#queues.reduce((sum, { waiting }) => sum + waiting, 0)
    return { inUse: this.#pool.totalCount - this.#pool.idleCount, waiting: this.#pool.waitingCount + queued }
  }

  run<Row extends object>(organizationId: string, statement: Statement<Row>, params: readonly Param[]): Promise<Row[]> {
    return this.#once(organizationId, statement, params)
  }

  /** For the few tables that stand outside row-level security: key directory, jobs. Sees no tenant table's rows. */
  runUnscoped<Row extends object>(statement: Statement<Row>, params: readonly Param[]): Promise<Row[]> {
    return this.#once(null, statement, params)
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#breaker.isOpen) throw new NotConnected(new Error('the database did not answer others'))
    try {
      return await this.#pool.connect()
    } catch (error) {
      // While others hold connections, theirs are the word: a slow machine is no database that is gone.
      if (this.#lent === 0) this.#breaker.failed()
      throw new NotConnected(error)
    }
  }

  /** Resolves when the database answers within `withinMs`. */
  async #ping(withinMs: number): Promise<void> {
    const client = await this.#pool.connect()
    try {
      await command(client, 'select 1', withinMs)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  /** Counts what a statement's outcome says about the database. */
  #heard(error: unknown): void {
    const { kind } = databaseTrouble(error)
    if (kind === 'unreachable') this.#breaker.failed()
    else this.#breaker.succeeded()
  }

  #once<Row extends object>(
    organizationId: string | null,
    statement: Statement<Row>,
    params: readonly Param[],
  ): Promise<Row[]> {
    return this.#onConnection((client) => this.#send(client, organizationId, statement, params))
  }

  async #onConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    try {
      const result = await work(client)
      this.#breaker.succeeded()
      client.release()
      return result
    } catch (error) {
      this.#heard(error)
      client.release(mustBeDestroyed(error))
      throw error
    }
  }

  #send<Row extends object>(
    client: pg.PoolClient,
    organizationId: string | null,
    statement: Statement<Row>,
    params: readonly Param[],
  ): Promise<Row[]> {
    const send = () =>
      new Promise<Row[]>((resolve, reject) => {
        const item = { ...this.#sent(statement), organizationId, values: toWireValues(params) }
        let unwatch = () => {}
        const query = new ScopedQuery([item], null, (error, [rows = []]) => {
          unwatch()
          if (error === null) resolve(rows as Row[])
          else reject(error)
        })
        unwatch = this.#overdue.begin(() => query.handleError(new NotAnswered()))
        client.query(query)
      })
    return this.#traced(statement, send)
  }

  /** A statement without a name is prepared for this one time. */
  #sent<Row extends object>({ name, text }: Statement<Row>): Statement<Row> {
    return { name: this.#prepared ? name : '', text }
  }

  #traced<T>({ name }: Statement<object>, work: () => Promise<T>): Promise<T> {
    if (this.#trace === undefined) return work()
    const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': name }
    return this.#trace({ name, kind: 'client', attributes }, work)
  }

  /**
   * Runs `work` in one transaction as the organization, and commits. A serialization failure or deadlock runs it again,
   * at most three times, so `work` must have no effect outside the database.
   */
  async transaction<T>(organizationId: string, work: (tx: Executor) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transactionOnce(organizationId, work)
      } catch (error) {
        if (databaseTrouble(error).kind !== 'serialization' || attempt >= SERIALIZATION_RETRIES_MAX) throw error
      }
    }
  }

  async #transactionOnce<T>(organizationId: string, work: (tx: Executor) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    try {
      await command(client, 'begin', this.#queryMs)
      const result = await work({
        run: (id, statement, params) => {
          if (id !== organizationId) throw new Error('a transaction belongs to one organization')
          return this.#send(client, organizationId, statement, params)
        },
      })
      await command(client, 'commit', this.#queryMs)
      client.release()
      return result
    } catch (error) {
      this.#heard(error)
      await this.#rollback(client, error)
      throw error
    }
  }

  async #rollback(client: pg.PoolClient, error: unknown): Promise<void> {
    if (databaseTrouble(error).kind === 'unreachable') {
      client.release(true)
      return
    }
    try {
      await command(client, 'rollback', this.#queryMs)
      client.release()
    } catch {
      client.release(true)
    }
  }

  /** Waits for the connections in use, then closes all. */
  close(): Promise<void> {
    this.#breaker.stop()
    return this.#pool.end()
  }
}

/** A command without rows, which has `withinMs` to be answered. */
async function command(client: pg.PoolClient, text: string, withinMs: number): Promise<void> {
  const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: withinMs }
  await client.query(query)
}
