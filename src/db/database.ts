import pg from 'pg'
import type { Trace } from '../observability/trace.ts'
import { databaseTrouble, mustBeDestroyed, NotAnswered, NotConnected } from './database-error.ts'
import { Breaker } from './pool/circuit-breaker.ts'
import { ConnectionQuota, QUOTA_FROM, type Use } from './pool/connection-quota.ts'
import { PipelinedConnection, type PipelineOptions } from './pool/pipelined-connection.ts'
import { QueryTimeouts } from './pool/query-timeouts.ts'
import { StatementBatcher } from './pool/statement-batcher.ts'
import { ScopedQuery, toWireValues } from './pool/tenant-query.ts'
import type { Param, Statement } from './statement.ts'

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

const ATTEMPTS_MAX = 3
/** Long enough to keep the pool warm between two bursts: a new connection has to plan every statement several times. */
const IDLE_CONNECTION_MS = 300_000

/** How statements of one kind share round trips. */
interface Shape {
  use: Use
  /** Connections. */
  lines: number
  /** Round trips behind each other on each. */
  depth: number
  /** Connections behind a pooler, where each round trip may need one of its own. */
  apart: number
  /** Statements in one round trip. */
  itemsMax: number
  /** Whether a round trip carries one organization's statements only. */
  isApart: boolean
  /** Connections on which only one and the same organization has something under way, in a pool of so many. */
  ofOneMax(poolSize: number): number
  /** Connections at one time, in a pool of so many. */
  linesMax(poolSize: number): number
}

/** What takes its time leaves three quarters of the connections to other organizations, where the pool is large enough. */
const quarter = (poolSize: number) => (poolSize < QUOTA_FROM ? poolSize : Math.floor(poolSize / 4))

/** Round trips behind each other keep PostgreSQL and this process busy at the same time, with one process of PostgreSQL awake. */
const READING: Shape = {
  use: 'reads',
  lines: 1,
  depth: 4,
  apart: 4,
  itemsMax: 4,
  isApart: false,
  ofOneMax: quarter,
  linesMax: (poolSize) => poolSize,
}
/** Changes wait for the disk, which is the longer part: a commit carries all that came meanwhile. */
const WRITING: Shape = { ...READING, use: 'writes', depth: 2, apart: 1, itemsMax: 16 }
/**
 * A list may take long and use a core of the database for itself. So nothing goes behind one, an organization has one round trip
 * at a time where its last took long, and two otherwise, and all of them have half of the connections.
 */
const LISTING: Shape = {
  use: 'lists',
  lines: 4,
  depth: 1,
  apart: 4,
  itemsMax: 4,
  isApart: true,
  ofOneMax: () => 1,
  linesMax: (poolSize) => Math.max(1, Math.floor(poolSize / 2)),
}
/** Who waits for a lock in a shared round trip holds up the others, so nobody waits there for long. */
const SHARED_LOCK_MS = 50

/** A pool of connections of the server's powerless role. */
export class Database implements Executor {
  /** For the rows that a request reads by their keys: where the server is busy, several requests share a round trip. */
  readonly reads: Executor
  /**
   * The same for whatever else an answer is made of: many rows, or a count of them. An organization has two round trips of
   * them at a time, or one where they take long, and what finds no turn in time is refused with TooManyOfOne.
   */
  readonly lists: Executor
  /** The same for changes of one statement, which so share a commit. */
  readonly writes: Executor
  readonly #queues: StatementBatcher[] = []
  readonly #pool: pg.Pool
  readonly #prepared: boolean
  readonly #breaker: Breaker
  readonly #trace: Trace | undefined
  readonly #queryMs: number
  readonly #timeouts: QueryTimeouts
  readonly #quota: ConnectionQuota
  /** Connections that are lent out. */
  #lent = 0
  /** What each of them is lent for. */
  readonly #holderOf = new WeakMap<pg.PoolClient, { use: Use; organizationId: string | null }>()

  constructor(options: DatabaseOptions) {
    this.#prepared = options.prepared
    this.#trace = options.trace
    this.#queryMs = options.queryMs
    this.#timeouts = new QueryTimeouts(options.queryMs)
    this.#quota = new ConnectionQuota({ size: options.poolSize, waitMs: options.poolWaitMs })
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
    this.#pool.on('release', (_error: Error, client: pg.PoolClient) => {
      this.#lent -= 1
      const holder = this.#holderOf.get(client)
      this.#holderOf.delete(client)
      if (holder !== undefined) this.#quota.free(holder.use, holder.organizationId)
    })
    this.#breaker = new Breaker(() => this.#ping(options.poolWaitMs))
    this.reads = this.#share(options, READING)
    this.lists = this.#share(options, LISTING)
    this.writes = this.#share(options, WRITING)
  }

  #share({ poolSize, poolWaitMs, rowLockMs, statementMs, queryMs, prepared }: DatabaseOptions, shape: Shape): Executor {
    const { use, lines, depth, itemsMax, isApart } = shape
    // However long each takes, the round trip stays within half of what the connection is given. A list has no more by itself:
    // what takes longer is better asked for in parts.
    const within = (statements: number) => Math.max(1, Math.min(statementMs, Math.floor(queryMs / 2 / statements)))
    const limits = isApart
      ? (statements: number) => ({ lockMs: rowLockMs, statementMs: within(statements) })
      : () => ({ lockMs: Math.min(rowLockMs, SHARED_LOCK_MS), statementMs: within(itemsMax) })
    const ofAlone = isApart ? limits : null
    const queue = new StatementBatcher({
      lines: prepared ? lines : shape.apart,
      depth: prepared ? depth : 1,
      itemsMax,
      isApart,
      ofOneMax: shape.ofOneMax(poolSize),
      linesMax: shape.linesMax(poolSize),
      waitMs: poolWaitMs,
      areOthersWaiting: () => this.#quota.areOthersWaiting(use),
      open: ({ isAlone, organizationId }) => this.#line(isAlone ? ofAlone : limits, use, organizationId),
    })
    this.#queues.push(queue)
    return {
      run: (organizationId, statement, params) =>
        this.#traced(statement, () => queue.run(organizationId, this.#sent(statement), params)),
    }
  }

  #line(limits: PipelineOptions['limits'], use: Use, organizationId: string | null): PipelinedConnection {
    return new PipelinedConnection({
      connect: () => this.#connect(use, organizationId),
      limits,
      timeouts: this.#timeouts,
      onOutcome: (error) => this.#heard(error),
    })
  }

  /** Connections in use and requests that wait for one, for the metrics. */
  get load(): { inUse: number; waiting: number } {
    const queued = this.#queues.reduce((sum, { waiting }) => sum + waiting, 0)
    const waiting = this.#quota.waiting + this.#pool.waitingCount + queued
    return { inUse: this.#pool.totalCount - this.#pool.idleCount, waiting }
  }

  run<Row extends object>(organizationId: string, statement: Statement<Row>, params: readonly Param[]): Promise<Row[]> {
    return this.#once(organizationId, statement, params)
  }

  /** For the few tables that stand outside row-level security: key directory, jobs. Sees no tenant table's rows. */
  runUnscoped<Row extends object>(statement: Statement<Row>, params: readonly Param[]): Promise<Row[]> {
    return this.#once(null, statement, params)
  }

  /** A connection for this use, of this organization where it is one's. It goes back to the pool by its `release`. */
  async #connect(use: Use, organizationId: string | null): Promise<pg.PoolClient> {
    this.#refuseWhileAway()
    const turn = this.#quota.take(use, organizationId)
    if (turn !== null) await turn
    try {
      this.#refuseWhileAway()
      const client = await this.#pool.connect()
      this.#holderOf.set(client, { use, organizationId })
      return client
    } catch (error) {
      this.#quota.free(use, organizationId)
      // While others hold connections, theirs are the word: a slow machine is no database that is gone.
      if (this.#lent === 0 && !(error instanceof NotConnected)) this.#breaker.failed()
      throw error instanceof NotConnected ? error : new NotConnected(error)
    }
  }

  #refuseWhileAway(): void {
    if (this.#breaker.isOpen) throw new NotConnected(new Error('the database did not answer others'))
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

  /** A statement by itself; once more, prepared anew, where the connection's own preparation of it was refused. */
  async #once<Row extends object>(
    organizationId: string | null,
    statement: Statement<Row>,
    params: readonly Param[],
  ): Promise<Row[]> {
    const send = (sent: Statement<Row>) =>
      this.#onConnection(organizationId, (client) => this.#send(client, organizationId, sent, params))
    return this.#traced(statement, async () => {
      const sent = this.#sent(statement)
      try {
        return await send(sent)
      } catch (error) {
        if (databaseTrouble(error).kind !== 'stale' || sent.name === '') throw error
        return send(unnamed(sent))
      }
    })
  }

  async #onConnection<T>(organizationId: string | null, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect('work', organizationId)
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
    return new Promise<Row[]>((resolve, reject) => {
      const item = { ...statement, organizationId, values: toWireValues(params) }
      let unwatch = () => {}
      const query = new ScopedQuery([item], null, (error, [rows = []]) => {
        unwatch()
        if (error === null) resolve(rows as Row[])
        else reject(error)
      })
      unwatch = this.#timeouts.begin(() => query.handleError(new NotAnswered()))
      client.query(query)
    })
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
   * at most three times, and so does what the connection had prepared and is refused, so `work` must have no effect outside
   * the database.
   */
  async transaction<T>(organizationId: string, work: (tx: Executor) => Promise<T>): Promise<T> {
    let prepare = <Row extends object>(statement: Statement<Row>) => this.#sent(statement)
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transactionOnce(organizationId, prepare, work)
      } catch (error) {
        const { kind } = databaseTrouble(error)
        if ((kind !== 'serialization' && kind !== 'stale') || attempt >= ATTEMPTS_MAX) throw error
        if (kind === 'stale') prepare = unnamed
      }
    }
  }

  async #transactionOnce<T>(
    organizationId: string,
    prepare: <Row extends object>(statement: Statement<Row>) => Statement<Row>,
    work: (tx: Executor) => Promise<T>,
  ): Promise<T> {
    const client = await this.#connect('work', organizationId)
    try {
      await command(client, 'begin', this.#queryMs)
      const result = await work({
        run: (id, statement, params) => {
          if (id !== organizationId) throw new Error('a transaction belongs to one organization')
          return this.#traced(statement, () => this.#send(client, organizationId, prepare(statement), params))
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
    if (mustBeDestroyed(error) && databaseTrouble(error).kind !== 'other') {
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

/** The statement as it is prepared for this one time. */
function unnamed<Row extends object>({ text }: Statement<Row>): Statement<Row> {
  return { name: '', text }
}

/** A command without rows, which has `withinMs` to be answered. */
async function command(client: pg.PoolClient, text: string, withinMs: number): Promise<void> {
  const query: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: withinMs }
  await client.query(query)
}
