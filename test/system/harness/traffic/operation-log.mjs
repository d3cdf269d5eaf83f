import { send } from './http.mjs'
import { untilFinal } from './retry.mjs'

/**
 * What clients were promised while something went wrong: each keyed change, its acknowledgement, and afterwards what is
 * stored. A client whose answer was lost asks again with its key, as the API tells it to.
 */
export class OperationLog {
  constructor(environment, { profiles, random, name }) {
    this.environment = environment
    this.random = random
    this.name = name
    this.ids = []
    this.profiles = profiles
    /** @type {{ id: string, value: string }[]} */
    this.acknowledged = []
    this.unfinished = 0
    this.attempts = { total: 0, failed: 0 }
    this.codes = new Map()
  }

  async open() {
    for (let at = 0; at < this.profiles; at += 1) this.ids.push(await this.environment.profile())
    return this
  }

  /** One change by one client, asked for until there is a final answer. */
  async change(n, { withinMs = 15_000, isRead = false } = {}) {
    const id = this.ids[n % this.ids.length]
    if (isRead)
      return this.#count(
        await send(this.environment.url, 'GET', `/v3/profiles/${id}`, { key: this.environment.acme.admin }),
      )
    const value = `${this.name} ${n}`
    const { reply } = await untilFinal(
      async () =>
        this.#count(
          await send(this.environment.url, 'PATCH', `/v3/profiles/${id}`, {
            key: this.environment.acme.admin,
            headers: { 'idempotency-key': `${this.name}-${n}` },
            body: { description: value },
            timeoutMs: 12_000,
          }),
        ),
      { withinMs },
    )
    if (reply.status === 200) this.acknowledged.push({ id, value })
    else this.unfinished += 1
    return reply
  }

  #count(reply) {
    this.attempts.total += 1
    if (reply.status >= 500 || reply.status === 0) this.attempts.failed += 1
    const code =
      reply.status > 0 && reply.status < 300
        ? String(reply.status)
        : `${reply.status}/${reply.json?.error?.code ?? reply.error ?? 'balancer'}`
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
    return reply
  }

  /**
   * Every acknowledged change is in the history once, and versions have no gap. A change that is made again at once finds its
   * value there and changes nothing, but it makes a version, so the versions are counted as well.
   */
  async judge(t) {
    const rows = await this.environment.query(
      `select profile_id, change->>'to' as value, count(*)::int as times
         from profile_history, jsonb_array_elements(changes) as change
        where operation = 'updateProfile' and change->>'member' = 'description' group by 1, 2`,
    )
    const times = new Map(rows.map(({ profile_id: id, value, times: count }) => [`${id} ${value}`, count]))
    const lost = this.acknowledged.filter(({ id, value }) => !times.has(`${id} ${value}`))
    const doubled = [...times.values()].filter((count) => count > 1)
    const gaps = await this.environment.count(
      `select count(*) from profiles p where p.organization_id = $1 and p.version <> (select count(*) from profile_history h
        where h.organization_id = p.organization_id and h.profile_id = p.id)`,
      [this.environment.acme.id],
    )
    const made = await this.environment.count(
      "select count(*) from profile_history where operation = 'updateProfile' and profile_id = any($1::uuid[])",
      [this.ids],
    )
    t.figure('acknowledged', this.acknowledged.length)
    t.figure('unfinished', this.unfinished)
    t.figure('attempts', this.attempts.total)
    t.figure('answers', [...this.codes].map(([code, count]) => `${code}:${count}`).join(','))
    t.check(
      rows.some(({ value }) => value !== null) || this.acknowledged.length === 0,
      'the history does not show values: the search is blind',
    )
    t.equal(lost.length, 0, 'acknowledged changes that are lost')
    t.equal(doubled.length, 0, 'changes that were made twice')
    t.atMost(made, this.acknowledged.length + this.unfinished, 'changes that were made')
    t.equal(gaps, 0, 'profiles whose version is not the number of their changes')
  }

  /** Codes of failures, with none that is not named. */
  others(allowed) {
    return [...this.codes.keys()].filter((code) => !allowed.test(code))
  }
}
