import { forgetsKeys } from '../../harness/injected-bugs.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { aCardChange } from '../../harness/traffic/request-bodies.mjs'
import { untilFinal } from '../../harness/traffic/retry.mjs'

/**
 * The crash sweep. Between two statements or calls a server changes nothing that outlives it, so the points before and
 * after each of them are all there are: the proxies to the database and the processor stop there, and the server is killed.
 */

/** Statements that run on their own account. */
const background =
  /^(claim_due_jobs|claim_receiver_jobs|read_own_role|read_schema|read_outbox|sweep_|find_abandoned|take_abandoned|hold_|give_back|clear_undone|delete_undone|leave_|forget_|finish_job|postpone_job|park_job|touch_)/

/** @typedef {{ name: string, method: string, path: (id: string) => string, body: unknown, operation: string, withProfile: boolean }} Scenario */

/** @type {Scenario[]} */
const scenarios = [
  {
    name: 'update',
    method: 'PATCH',
    path: (id) => `/v3/profiles/${id}`,
    body: { name: 'Renamed', description: 'After' },
    operation: 'updateProfile',
    withProfile: true,
  },
  {
    name: 'card',
    method: 'PATCH',
    path: (id) => `/v3/profiles/${id}`,
    body: { name: 'Paying', ...aCardChange() },
    operation: 'updateProfile',
    withProfile: true,
  },
  {
    name: 'create',
    method: 'POST',
    path: () => '/v3/profiles',
    body: { name: 'Made' },
    operation: 'createProfile',
    withProfile: false,
  },
  {
    name: 'delete',
    method: 'DELETE',
    path: (id) => `/v3/profiles/${id}`,
    body: undefined,
    operation: 'deleteProfile',
    withProfile: true,
  },
]

class Sweep {
  constructor(t, environment) {
    this.t = t
    this.environment = environment
    ;[this.victim, this.survivor] = environment.instances
    /** @type {((point: string) => boolean) | null} true kills the victim there */
    this.onPoint = null
    this.killing = Promise.resolve()
    environment.proxies[0].watcher = (phase, { names }) => {
      if (names.every((name) => background.test(name) || name === '')) return
      return this.#at(`${phase} ${names.join('+')}`)
    }
    environment.stripe.watcher = (phase, { step }) => this.#at(`${phase} stripe.${step}`)
  }

  async #at(name) {
    if (this.onPoint === null || !this.onPoint(name)) return
    this.onPoint = null
    this.killing = this.victim.kill()
    await this.killing
    if (name.includes('stripe.') && name.startsWith('before')) throw new Error('never arrived')
    return 'drop'
  }

  ask(instance, { method, path, body }, id, key) {
    const headers = { 'idempotency-key': key }
    return send(instance.url, method, path(id), { key: this.environment.acme.admin, headers, body, isFresh: true })
  }

  /**
   * The points that a request passes, in order. It is made several times, and the shortest way counts: on the others a
   * statement of the background came in between.
   */
  async pointsOf(scenario) {
    let shortest = null
    for (let run = 0; run < 8 && (shortest === null || run < 3); run += 1) {
      const id = scenario.withProfile ? await this.profileAtSurvivor() : ''
      const points = []
      this.onPoint = (name) => {
        points.push(name)
        return false
      }
      const { status } = await this.ask(this.victim, scenario, id, `dry-${scenario.name}-${run}-${this.t.seed}`)
      this.onPoint = null
      if (status < 300 && status > 0 && (shortest === null || points.length < shortest.length)) shortest = points
    }
    if (shortest === null) throw new Error(`the ${scenario.name} request fails without a crash`)
    return shortest
  }

  /**
   * Kills the victim at the n-th point of the request, asks the survivor, and looks what became of it. On
   * a busy machine the request may fail before it gets there: then it is made again.
   */
  async killAt(scenario, { point, name, times }, tries = 1) {
    const key = `sweep-${scenario.name}-${point}-${tries}-${this.t.seed}`
    const id = scenario.withProfile ? await this.profileAtSurvivor() : ''
    let passed = 0
    this.onPoint = (seen) => {
      if (seen === name) passed += 1
      return passed === times
    }
    const lost = await this.ask(this.victim, scenario, id, key)
    await this.killing
    const wasKilled = this.victim.child.hasEnded
    this.onPoint = null
    if (!wasKilled && lost.status >= 500 && tries < 3) return this.killAt(scenario, { point, name, times }, tries + 1)
    await this.environment.endLeases()
    const restarted = wasKilled ? this.victim.startPatiently() : Promise.resolve()
    const { reply } = await untilFinal(() => this.ask(this.survivor, scenario, id, key), { withinMs: 20_000 })
    const replay = await this.ask(this.survivor, scenario, id, key)
    await restarted
    await this.judge({ scenario, name, id, lost, wasKilled, reply, replay })
  }

  profileAtSurvivor() {
    return send(this.survivor.url, 'POST', '/v3/profiles', {
      key: this.environment.acme.admin,
      body: { name: 'Sales' },
    }).then(({ json, status, text }) => {
      if (status !== 201) throw new Error(`no profile: ${status} ${text}`)
      return json.data.id
    })
  }

  async judge({ scenario, name, id, lost, wasKilled, reply, replay }) {
    const { t, environment } = this
    const where = `${scenario.name}, ${name}`
    t.check(wasKilled, `${where}: not killed (${lost.status})`)
    t.check(
      reply.status >= 200 && reply.status < 300,
      `${where}: final answer ${reply.status} ${reply.text.slice(0, 300)}`,
    )
    const isReplay = replay.headers['idempotent-replayed'] === 'true' && replay.text === reply.text
    t.check(isReplay, `${where}: the next request was no replay (${replay.status})`)
    const target = scenario.withProfile ? id : reply.json?.data?.id
    const effects = await environment.count(
      'select count(*) from profile_history where profile_id = $1 and operation = $2',
      [target, scenario.operation],
    )
    t.equal(effects, 1, `${where}: history rows`)
    const version = await environment.count('select version from profiles where id = $1', [target])
    t.equal(version, scenario.withProfile ? 2 : 1, `${where}: version`)
    if (scenario.name !== 'card') return
    const methods = [...environment.stripe.methods.values()].filter(
      ({ profile, customer }) => profile === id && customer !== null,
    )
    const customers = [...environment.stripe.customers.values()].filter(({ profile }) => profile === id)
    t.equal(methods.length, 1, `${where}: payment methods attached at the processor`)
    t.equal(customers.length, 1, `${where}: customers at the processor`)
  }
}

/** @type {import('../../harness/run.mjs').Goal} */
const crashSweep = {
  id: 'IDEM-3',
  tier: 1,
  title:
    'The server is killed before and after every statement and every provider call of a request with a key: there is one effect',
  injectedBugs: [
    forgetsKeys,
    {
      name: 'the once-key changes with every try',
      code: [
        {
          file: 'http/pipeline/provider-calls.js',
          find: 'const onceKey = `',
          put: 'const onceKey = Math.random() + `',
        },
      ],
    },
  ],
  async run(t) {
    const environment = await t.environment({ withStripe: true })
    const sweep = new Sweep(t, environment)
    const isBroken = t.injectedBug !== null
    let kills = 0
    for (const scenario of scenarios) {
      const points = await sweep.pointsOf(scenario)
      t.figure(`${scenario.name}_points`, points.length)
      for (const [at, name] of points.entries()) {
        if (isBroken && t.failures.length > 0) return
        const times = points.slice(0, at + 1).filter((other) => other === name).length
        await sweep.killAt(scenario, { point: at, name, times })
        kills += 1
      }
    }
    t.figure('kills', kills)
    t.check(kills >= 25, `only ${kills} crash points`)
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const crashGoals = [crashSweep]
