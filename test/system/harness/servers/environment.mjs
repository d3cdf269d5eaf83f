import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeStripe, secretKey } from '../../fakes/stripe.mjs'
import { send } from '../traffic/http.mjs'
import { untilFinal } from '../traffic/retry.mjs'
import { Balancer } from './balancer.mjs'
import { FaultProxy } from './fault-proxy.mjs'
import { Instance } from './instance.mjs'

/** The ladder of time limits, shortened: leases end within a goal's time. */
export const shortLadder = {
  POOL_WAIT_MS: '2000',
  ROW_LOCK_MS: '2200',
  KEY_WAIT_MS: '2400',
  STATEMENT_MS: '2600',
  QUERY_MS: '3000',
  PROVIDER_MS: '4500',
  REQUEST_DEADLINE_MS: '6000',
  LEASE_MS: '6500',
}

/** Default limits, but more patience for a connection and a lock: for goals about outcomes, on a machine that is busy. */
export const patientLadder = { POOL_WAIT_MS: '3000', ROW_LOCK_MS: '4000' }

let environments = 0

/**
 * Where one goal is proved: a database, instances of the built server, a proxy that can go wrong between each instance and
 * the database, a payment processor behind a proxy of its own, and a balancer in front.
 *
 * @typedef {object} EnvironmentOptions
 * @property {number} [instances]
 * @property {Record<string, string>} [env] `patientLadder` where nothing is said; `{}` where the server's own patience is measured
 * @property {boolean} [isDirect] without proxies before the database, where time is measured
 * @property {boolean} [withStripe]
 * @property {{ sql?: import('../injected-bugs.mjs').SqlBug[], code?: import('../injected-bugs.mjs').CodeBug[] }} [injected bug]
 */
export class Environment {
  /** @param {import('./shared-cluster.mjs').SharedCluster} sharedCluster @param {EnvironmentOptions} options */
  constructor(sharedCluster, options) {
    this.sharedCluster = sharedCluster
    this.options = options
    environments += 1
    this.folder = join(sharedCluster.folder, `stage-${environments}`)
    this.database = ''
    /** @type {FaultProxy[]} */
    this.proxies = []
    /** @type {Instance[]} */
    this.instances = []
    this.stripe = new FakeStripe()
    this.stripeProxy = new FaultProxy({ targetPort: 0 })
    this.balancer = new Balancer(() => this.instances)
    this.rewritten = new Map()
    /** @type {string[]} */
    this.rewriteProblems = []
  }

  async open() {
    const { instances = 2, env = patientLadder, isDirect = false, withStripe = false, injectedBug = {} } = this.options
    mkdirSync(this.folder)
    this.database = await this.sharedCluster.newDatabase()
    if (withStripe) {
      await this.stripe.open()
      this.stripeProxy.targetPort = this.stripe.port
      await this.stripeProxy.open()
    }
    const hasSql = (injectedBug.sql ?? []).length > 0
    for (let at = 0; at < instances; at += 1) {
      if (!isDirect || hasSql) this.proxies.push(await this.#openWire(injectedBug.sql ?? []))
      const port = this.proxies[at]?.port ?? this.sharedCluster.cluster.port
      this.instances.push(
        new Instance({
          name: `instance-${'ab'[at] ?? at}`,
          folder: this.folder,
          alterations: injectedBug.code ?? [],
          env: {
            ...this.sharedCluster.envOf(this.database),
            DATABASE_URL: this.sharedCluster.cluster.serverUrl(this.database, port),
            RATE_LIMITS: 'off',
            REGISTRY_ORDERS_PER_DAY: '1000000',
            ...(withStripe
              ? {
                  PAYMENTS: 'stripe',
                  STRIPE_SECRET_KEY: secretKey,
                  STRIPE_BASE_URL: `http://127.0.0.1:${this.stripeProxy.port}`,
                }
              : {}),
            ...env,
          },
        }),
      )
    }
    await Promise.all(this.instances.map((instance) => instance.startPatiently()))
    await this.balancer.open()
    return this
  }

  async #openWire(sql) {
    const proxy = new FaultProxy({ targetPort: this.sharedCluster.cluster.port, readsSql: true })
    if (sql.length > 0) proxy.rewriter = (name, text) => this.#rewrite(sql, name, text)
    return await proxy.open()
  }

  #rewrite(sql, name, text) {
    let put = text
    for (const { statement, find, replace, isOptional = false } of sql) {
      if (!statement.test(name)) continue
      const next = put.replace(find, replace)
      if (next === put && !isOptional) this.rewriteProblems.push(`nothing to alter in the statement ${name}: ${find}`)
      if (next !== put) this.rewritten.set(String(statement), (this.rewritten.get(String(statement)) ?? 0) + 1)
      put = next
    }
    return put
  }

  /** Whether what was to be broken was broken; fails when a text that was looked for is not there any more. */
  checkInjectedBug() {
    const { sql = [], code = [] } = this.options.injectedBug ?? {}
    const log = code.length === 0 ? '' : this.instances.map(({ logPath }) => readFileSync(logPath, 'utf8')).join('')
    const unused = [
      ...sql.filter(({ statement }) => !this.rewritten.has(String(statement))).map(({ statement }) => `${statement}`),
      ...code
        .filter(({ file, isElsewhere }) => !isElsewhere && !log.includes(`prove: altered ${file}`))
        .map(({ file }) => file),
    ]
    return [...this.rewriteProblems, ...unused.map((name) => `never reached: ${name}`)]
  }

  get url() {
    return this.balancer.url
  }

  get acme() {
    return this.sharedCluster.organizations[0]
  }

  get other() {
    return this.sharedCluster.organizations[1]
  }

  query(text, values = []) {
    return this.sharedCluster.cluster.query(this.database, text, values)
  }

  /** The one value of a statement with one row and one column, as a number. */
  async count(text, values = []) {
    const [row] = await this.query(text, values)
    return Number(Object.values(row ?? { none: Number.NaN })[0])
  }

  /** Lets the leases of all claims end now, as if their time had passed. */
  async endLeases() {
    await this.query(`update idempotency_keys set lease_until = now() where state = 'claimed'`)
  }

  /** A new profile of the organization. @returns {Promise<string>} its id */
  async profile(members = {}, key = this.acme.admin) {
    const body = { name: 'Sales', ...members }
    const make = () => send(this.instances[0].url, 'POST', '/v3/profiles', { key, body })
    const { reply } = await untilFinal(make, { withinMs: 20_000 })
    if (reply.status !== 201) throw new Error(`no profile: ${reply.status} ${reply.text} ${reply.error}`)
    return reply.json.data.id
  }

  /** The value of a counter, summed over the instances that run and over its labels that fit. */
  async metric(name, labels = '') {
    let sum = 0
    for (const { opsUrl, isRunning } of this.instances) {
      if (!isRunning) continue
      const { text } = await send(opsUrl, 'GET', '/metrics')
      for (const line of text.split('\n')) {
        if (new RegExp(`^${name}(\\{[^}]*${labels}[^}]*\\})? `).test(line)) sum += Number(line.split(' ').at(-1))
      }
    }
    return sum
  }

  logs() {
    return this.instances.map(({ logPath }) => readFileSync(logPath, 'utf8')).join('\n')
  }

  async close() {
    for (const proxy of [...this.proxies, this.stripeProxy]) proxy.heal()
    for (const proxy of this.proxies) proxy.watcher = null
    await Promise.all(this.instances.map((instance) => instance.kill()))
    await this.balancer.close()
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
    if (this.options.withStripe) {
      await this.stripeProxy.close()
      await this.stripe.close()
    }
    await this.sharedCluster.dropDatabase(this.database)
  }
}
