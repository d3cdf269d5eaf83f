import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { forgetsKeys } from '../../harness/injected-bugs.mjs'
import { send } from '../../harness/traffic/http.mjs'
import { step } from '../../model/commands.mjs'
import { canonical, ReferenceModel } from '../../model/reference-model.mjs'
import { nakedWithoutWall, switchWallOff } from '../security/tenancy.mjs'

let sequences = 0

/** Runs one sequence against the server and the referenceModel, and fails at the first difference. */
class Run {
  constructor(environment) {
    sequences += 1
    this.prefix = `m${sequences}-`
    this.environment = environment
    this.referenceModel = new ReferenceModel()
    /** @type {{ id: string, etag: string, staleTag: string | null }[]} */
    this.made = []
    /** @type {Map<string, string>} */
    this.bodies = new Map()
    this.requests = 0
  }

  keyOf(caller) {
    return caller === 'other' ? this.environment.other.admin : this.environment.acme[caller]
  }

  async take(one) {
    this.requests += 1
    if (one.kind === 'read') return this.read(one)
    if (one.kind === 'foreign') return this.foreign(one)
    await this.change(one)
  }

  target(at) {
    return this.made.length === 0 || at >= this.made.length ? null : at
  }

  async change({ kind, at = 0, body, caller, key, isMerge = false, isStrict, tag = 'none' }) {
    const target = kind === 'create' ? null : this.target(at)
    const known = target === null ? undefined : this.made[target]
    const usedTag = known === undefined || (tag === 'stale' && known.staleTag === null) ? 'none' : tag
    const verdict = this.referenceModel.change({
      operation: kind,
      target: kind === 'create' ? null : (target ?? -1),
      made: this.made.length,
      body,
      caller,
      key,
      isMerge,
      isStrict,
      tag: usedTag,
    })
    const [method, path] = {
      create: ['POST', '/v3/profiles'],
      update: ['PATCH', this.path(known)],
      delete: ['DELETE', this.path(known)],
    }[kind]
    const reply = await send(this.environment.url, method, path, {
      key: this.keyOf(caller),
      body,
      headers: {
        ...(isMerge ? { 'content-type': 'application/merge-patch+json' } : {}),
        ...(key === null ? {} : { 'idempotency-key': `${this.prefix}${key}` }),
        ...(isStrict ? { prefer: 'handling=strict' } : {}),
        ...(usedTag === 'none' ? {} : { 'if-match': usedTag === 'right' ? known.etag : known.staleTag }),
      },
    })
    this.compare(
      verdict,
      reply,
      `${kind} ${JSON.stringify(body)} by ${caller} key ${key} ${isMerge ? 'merge ' : ''}${isStrict ? 'strict ' : ''}${usedTag}`,
    )
    const isSandbox = body.sandbox === true || caller === 'test'
    if (verdict.isReplay || verdict.status >= 300 || isSandbox) return
    if (kind === 'create') this.made.push({ id: reply.json.data.id, etag: reply.headers.etag, staleTag: null })
    else if (kind === 'update' && reply.headers.etag !== known.etag) {
      known.staleTag = known.etag
      known.etag = reply.headers.etag
    }
  }

  path(known) {
    return `/v3/profiles/${known?.id ?? randomUUID()}`
  }

  compare(verdict, reply, what) {
    const code = reply.json?.error?.code
    if (reply.status !== verdict.status || (verdict.code !== undefined && code !== verdict.code)) {
      throw new Error(`${what}: ${reply.status} ${code ?? ''}, not ${verdict.status} ${verdict.code ?? ''}`)
    }
    if ((reply.headers['idempotent-replayed'] === 'true') !== (verdict.isReplay === true))
      throw new Error(`${what}: replayed or not`)
    if (verdict.state && reply.json?.data && !verdict.isReplay) this.sameState(verdict.state, reply.json.data, what)
  }

  sameState(expected, data, what) {
    for (const [member, value] of Object.entries(expected)) {
      const seen =
        member === 'billing_contact' && data[member] !== null
          ? { name: data[member].name, email: data[member].email }
          : data[member]
      if (canonical(seen) !== canonical(value))
        throw new Error(`${what}: ${member} is ${JSON.stringify(seen)}, not ${JSON.stringify(value)}`)
    }
  }

  async read({ at, caller }) {
    const target = this.target(at)
    const known = target === null ? undefined : this.made[target]
    const reply = await send(this.environment.url, 'GET', this.path(known), { key: this.keyOf(caller) })
    const profile = target === null ? undefined : this.referenceModel.profiles.get(target)
    const isThere = profile !== undefined && !profile.isDeleted && caller !== 'other'
    if (reply.status !== (isThere ? 200 : 404)) throw new Error(`read by ${caller}: ${reply.status}`)
    if (!isThere) return
    this.sameState(profile.settings, reply.json.data, 'read')
    if (reply.headers.etag !== known.etag) throw new Error('read: the tag changed without a change')
  }

  /** The other organization reaches for a profile: nothing happens. */
  async foreign({ method, at }) {
    const target = this.target(at)
    const known = target === null ? undefined : this.made[target]
    const reply = await send(this.environment.url, method, this.path(known), {
      key: this.environment.other.admin,
      ...(method === 'PATCH' ? { body: { name: 'Taken' } } : {}),
    })
    if (reply.status !== 404) throw new Error(`${method} by the other organization: ${reply.status}`)
  }

  /** At the end everything is where the referenceModel has it, and every version is explained. */
  async settle() {
    for (const [at] of this.made.entries()) {
      await this.read({ at, caller: 'admin' })
      const version = await this.environment.count('select version from profiles where id = $1', [this.made[at].id])
      const expected = this.referenceModel.profiles.get(at).version
      if (version !== expected) throw new Error(`version ${version}, not ${expected}`)
    }
  }
}

const code = (name, file, find, put) => ({ name, code: [{ file, find, put }] })
const sql = (name, statement, find, replace) => ({ name, sql: [{ statement, find, replace }] })

/** Twelve defects, each of which the model must find. */
const defects = [
  forgetsKeys,
  nakedWithoutWall,
  code(
    'a dry run is done for real',
    'http/pipeline/write-request.js',
    'isSandbox: (body.sandbox === true &&',
    'isSandbox: (globalThis.never &&',
  ),
  code(
    'operation and target of a key are not compared',
    'http/idempotency/idempotency.js',
    'row.i_operation !== identity.operation || row.i_target !== identity.target',
    'globalThis.never',
  ),
  code(
    'every role may',
    'contract/permissions.js',
    'return PERMISSIONS[operation]?.roles?.includes(role) ?? false',
    'return true',
  ),
  sql(
    'deleted profiles are found',
    /^admit_(get|update|delete)Profile$/,
    /p\.id = \$6::uuid and coalesce\(p\.deleted_at, 'infinity'\) = 'infinity'/,
    'p.id = $$6::uuid',
  ),
  code(
    'If-Match is not looked at',
    'http/pipeline/if-match.js',
    'if (ifMatch === undefined ||',
    'if (ifMatch !== undefined ||',
  ),
  code(
    'null clears in application/json',
    'contract/fields/patch.js',
    "if (!walk.merge || name === 'payment_details' || name === 'sandbox')",
    "if (name === 'payment_details' || name === 'sandbox')",
  ),
  code(
    'null clears nothing in a merge patch',
    'contract/fields/patch.js',
    'walk.clears.add(path);',
    'walk.never?.add(path);',
  ),
  code(
    'strict mode takes another body',
    'http/idempotency/idempotency.js',
    'request.isStrict && isMismatch',
    'globalThis.never && isMismatch',
  ),
  code('strict mode takes unknown members', 'contract/fields/patch.js', 'if (!isStrict)', 'if (!isStrict || true)'),
  code(
    'a paying profile needs no contact',
    'resources/profiles/profile.rules.js',
    "given(change, 'billing_model') !== undefined &&",
    "given(change, 'billing_model') === 'never' &&",
  ),
]

/** @type {import('../../harness/run.mjs').Goal} */
const model = {
  id: 'TEST-1',
  tier: 1,
  title:
    'Random sequences of requests agree with a reference model in memory in status, code and state; 12 injected bugs are found',
  injectedBugs: defects,
  async run(t) {
    const environment = await t.environment({ instances: 1 })
    await switchWallOff(t, environment)
    const sequencesMax = t.length(60, 2_000)
    let requests = 0
    const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50 }), async (steps) => {
      const run = new Run(environment)
      for (const one of steps) await run.take(one)
      await run.settle()
      requests += run.requests
    })
    const result = await fc.check(property, {
      seed: t.seed,
      numRuns: sequencesMax,
      endOnFailure: t.injectedBug !== null,
      interruptAfterTimeLimit: t.length(90_000, 3_600_000),
    })
    t.figure('sequences', result.numRuns)
    t.figure('requests', requests)
    t.figure('path', result.counterexamplePath ?? 'none')
    const reason = String(result.errorInstance?.message ?? '').slice(0, 300)
    t.check(
      !result.failed || (result.interrupted && reason === ''),
      `differs from the oracle: ${reason} after ${result.counterexample?.[0]?.length ?? 0} steps`,
    )
    t.check(requests > 50 || t.injectedBug !== null, 'hardly a request was compared')
  },
}

/** @type {import('../../harness/run.mjs').Goal[]} */
export const modelGoals = [model]
