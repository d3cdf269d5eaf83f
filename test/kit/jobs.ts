import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { newId } from '../../src/contract/new-id.ts'
import type { Database } from '../../src/db/database.ts'
import { type Claim, claimRequest, recordPaymentMethod } from '../../src/http/idempotency/claim.store.ts'
import type { Log, LogFields } from '../../src/observability/log.ts'
import { createMetrics, type Metrics } from '../../src/observability/metrics.ts'
import type { Outcome } from '../../src/ports/outcome.ts'
import type { Payments } from '../../src/ports/payments.ts'
import { createTestDatabase, type TestDatabase } from './servers/cluster.ts'
import { openTestPool } from './servers/server-pool.ts'

/** Background work over a real database: two pools as two instances would have them, and the owner's view of the rows. */

export const LEASE_MS = 30_000
export const DETACHED: Outcome<null> = { kind: 'done', value: null }

export interface Logged {
  level: 'info' | 'warn' | 'error'
  event: string
  fields: LogFields
}

export interface ClaimState {
  state: string
  attempt: number
  fence: number
  payment_method: Record<string, unknown> | null
  is_leased: boolean
}

export interface JobState {
  attempts: number
  fence: number
  is_leased: boolean
  due_in_seconds: number
}

export class JobsBench implements AsyncDisposable {
  readonly db: Database
  readonly otherDb: Database
  readonly logged: Logged[] = []
  readonly metrics: Metrics = createMetrics({ version: 'test', withProcess: false })
  readonly log: Log
  readonly #database: TestDatabase
  readonly #owner: pg.Client

  private constructor(database: TestDatabase, owner: pg.Client) {
    const open = () => openTestPool(database.server)
    this.#database = database
    this.#owner = owner
    this.db = open()
    this.otherDb = open()
    const write =
      (level: Logged['level']) =>
      (event: string, fields: LogFields = {}) =>
        void this.logged.push({ level, event, fields })
    this.log = { info: write('info'), warn: write('warn'), error: write('error') }
  }

  static async open(): Promise<JobsBench> {
    const database = await createTestDatabase()
    const owner = new pg.Client(database.owner)
    await owner.connect()
    return new JobsBench(database, owner)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.db.close(), this.otherDb.close()])
    // A pool is closed before the server has seen the end of its connections, and dropping would break those aloud.
    while (await this.#hasOtherConnections()) await sleep(5)
    await this.#owner.end()
    await this.#database.drop()
  }

  async #hasOtherConnections(): Promise<boolean> {
    const rows = await this.sql(
      'select pid from pg_stat_activity where datname = current_database() and usename is not null and pid <> pg_backend_pid()',
    )
    return rows.length > 0
  }

  /** As the owner, whom row-level security does not bind. */
  async sql<Row extends object = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#owner.query<Row>(text, values)).rows
  }

  async organization(): Promise<string> {
    const id = newId()
    await this.sql(
      `insert into organizations (organization_id, kind, name, email, state, data_key, created_at)
       values ($1, 'organization', 'Acme', 'team@acme.com', 'ACTIVE', '', now())`,
      [id],
    )
    return id
  }

  /** A claim as a request makes it, its job with it. */
  async claim(organizationId: string, made: { isKeyless?: boolean; method?: string } = {}): Promise<Claim> {
    const id = newId()
    const claim = await claimRequest(
      this.db,
      organizationId,
      {
        id,
        customerId: organizationId,
        mode: 'live',
        key: made.isKeyless === true ? `~${id}` : `key-${id}`,
        operation: 'updateProfile',
        target: '',
        fingerprint: '',
        requestId: `req_${id}`,
        isSandbox: false,
      },
      LEASE_MS,
    )
    if (made.method !== undefined) {
      const method = { processor: 'fake', customer: 'cus_1', reference: made.method }
      await recordPaymentMethod(this.db, organizationId, claim, method)
    }
    return claim
  }

  /** The owner of the claim has been silent for longer than its lease: its job is due. */
  async letLeaseEnd({ id }: { id: string }): Promise<void> {
    await this.sql("update idempotency_keys set lease_until = now() - interval '1 second' where id = $1", [id])
    await this.makeDue({ id })
  }

  async makeDue({ id }: { id: string }): Promise<void> {
    await this.sql("update jobs set due_at = now() - interval '1 second' where id = $1", [id])
  }

  async claimState({ id }: { id: string }): Promise<ClaimState | null> {
    const [row] = await this.sql<ClaimState>(
      `select state, attempt, fence, payment_method, coalesce(lease_until > now(), false) as is_leased
         from idempotency_keys where id = $1`,
      [id],
    )
    return row ?? null
  }

  async jobState({ id }: { id: string }): Promise<JobState | null> {
    const [row] = await this.sql<JobState>(
      `select attempts, fence, coalesce(lease_until > now(), false) as is_leased,
              extract(epoch from due_at - now())::double precision as due_in_seconds
         from jobs where id = $1`,
      [id],
    )
    return row ?? null
  }

  /** Jobs of a kind of the test's own. @returns their ids. */
  async jobs(organizationId: string, kind: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => newId())
    await this.sql(
      `insert into jobs (organization_id, id, kind, subject_id, due_at, created_at)
       select $1, id, $2, id, now() - interval '1 second', now() from unnest($3::uuid[]) as id`,
      [organizationId, kind, ids],
    )
    return ids
  }

  events(name: string): LogFields[] {
    return this.logged.filter(({ event }) => event === name).map(({ fields }) => fields)
  }

  /** The value of a series without labels. */
  async counted(series: string): Promise<number> {
    const line = (await this.metrics.render()).split('\n').find((text) => text.startsWith(`${series} `))
    return Number(line?.slice(series.length + 1))
  }
}

export interface DetachCall {
  onceKey: string
  reference: string
}

/** A processor that answers each detachment with what `answer` says, and remembers what it was asked. */
export function fakePayments(
  answer: (call: DetachCall, index: number) => Promise<Outcome<null>> | Outcome<null> = () => DETACHED,
): Payments & { calls: DetachCall[] } {
  const calls: DetachCall[] = []
  return {
    name: 'fake',
    isSimulated: true,
    calls,
    attachCard: () => Promise.reject(new Error('no card is attached by background work')),
    async detachCard({ onceKey, reference }) {
      calls.push({ onceKey, reference })
      return answer({ onceKey, reference }, calls.length - 1)
    },
  }
}
