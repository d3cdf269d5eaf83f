import { randomUUID } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { openapi, operations, resolve } from '../harness/contract.mjs'
import { send } from '../harness/http.mjs'
import { broken, fitting, hostileValue } from '../model/arbitrary.mjs'

/** Compiled checks of every documented answer, by operation and status. */
function answerChecks() {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false })
  ajv.addSchema({ $id: 'api', ...openapi })
  const pointer = (text) => text.replaceAll('~', '~0').replaceAll('/', '~1')
  const checks = new Map()
  for (const { id, method, path, operation } of operations) {
    for (const [status, answer] of Object.entries(operation.responses)) {
      const direct = `#/paths/${encodeURIComponent(pointer(path))}/${method.toLowerCase()}/responses/${status}`
      const base = answer.$ref ?? direct
      const hasBody = resolve(answer).content?.['application/json']?.schema !== undefined
      checks.set(
        `${id} ${status}`,
        hasBody ? ajv.compile({ $ref: `api${base}/content/application~1json/schema` }) : null,
      )
    }
  }
  return checks
}

/** Picks the values of a request; what is unusual about it comes along as its kind. */
function makeRequest(operation, { random, stage, ids }) {
  const kind = random.pick(['fits', 'fits', 'fits', 'broken', 'broken', 'broken', 'path', 'headers', 'caller', 'query'])
  const body = operation.body === null || !operation.isChange ? undefined : fitting(operation.body, random)
  const headers = {}
  if (kind === 'headers') {
    const name = random.pick([
      'idempotency-key',
      'if-match',
      'prefer',
      'x-profile-id',
      'accept',
      'content-type',
      'x-request-id',
      'traceparent',
    ])
    const value = random.pick([
      '',
      'a',
      '"tag"',
      '*',
      'W/"x"',
      'handling=strict',
      randomUUID(),
      'text/html',
      'application/merge-patch+json',
      'x'.repeat(300),
      '4242424242424242',
    ])
    headers[name] = value
  }
  const strange = () => random.pick([randomUUID(), 'x', '%00', encodeURIComponent("' or 1=1"), '0'.repeat(40)])
  const profileId = kind === 'path' ? strange() : random.pick(ids.profiles)
  const path = operation.path
    .replace('{profileId}', profileId)
    .replace(/\{(\w+)\}/g, () => (kind === 'path' ? strange() : randomUUID()))
  const parameters = (operation.operation.parameters ?? []).map(resolve).filter((parameter) => parameter.in === 'query')
  const query = parameters
    .filter(() => random.chance(kind === 'query' ? 0.7 : 0.2))
    .map(
      ({ name, schema }) =>
        `${name}=${encodeURIComponent(String(kind === 'query' ? hostileValue(random) : fitting(schema, random)).replaceAll(/[\ud800-\udfff]/g, ''))}`,
    )
  const key =
    kind === 'caller'
      ? random.pick([stage.acme.developer, stage.acme.billing, stage.acme.test, stage.other.admin, 'nobody', undefined])
      : stage.acme.admin
  const isMerge = operation.isChange && operation.method === 'PATCH' && random.chance(0.3)
  if (isMerge && headers['content-type'] === undefined) headers['content-type'] = 'application/merge-patch+json'
  return {
    kind,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    options: {
      headers,
      ...(key === undefined ? {} : { key }),
      ...(body === undefined ? {} : { body: kind === 'broken' ? broken(body, operation.body, random) : body }),
    },
  }
}

/** @type {import('../harness/trial.mjs').Goal} */
const fuzz = {
  id: 'TEST-2',
  tier: 1,
  title:
    'Requests made from openapi.json, fitting and broken, to every operation: no 5xx, every answer documented and of its schema',
  sabotages: [
    {
      name: 'an undocumented member is answered',
      code: [
        {
          file: 'resources/profiles/view.rules.js',
          find: 'organization_id: profile.organization_id,',
          put: 'organization_id: profile.organization_id, secret_member: 1,',
        },
      ],
    },
    {
      name: 'an inner member is left out',
      code: [{ file: 'resources/profiles/view.rules.js', find: 'billing_model: profile.billing_model,', put: '' }],
    },
  ],
  async run(t) {
    const stage = await t.stage({ instances: 2 })
    const checks = answerChecks()
    const profiles = []
    for (let at = 0; at < 6; at += 1) profiles.push(await stage.profile())
    const ids = { profiles }
    const total = t.length(1_500, 50_000)
    const seen = new Map()
    const trouble = { server: 0, schema: 0, undocumented: 0, slow: 0 }
    const examples = []
    const lane = async (random) => {
      for (let n = 0; n < total / 6 && trouble.server + trouble.schema + trouble.undocumented < 30; n += 1) {
        const operation = random.pick(operations)
        const { path, options, kind } = makeRequest(operation, { random, stage, ids })
        const base = random.pick(stage.instances).url
        const reply = await send(base, operation.method, path, options)
        if (operation.id === 'createProfile' && reply.status === 201 && reply.headers['x-sandbox'] === undefined)
          ids.profiles[random.below(12)] = reply.json.data.id
        const name = `${operation.id} ${reply.status}`
        seen.set(name, (seen.get(name) ?? 0) + 1)
        const fault = faultOf(checks, name, reply)
        if (reply.ms > 2_000) trouble.slow += 1
        if (fault === null) continue
        trouble[fault.kind] += 1
        examples.push(
          `${name} ${kind}: ${fault.says} (${operation.method} ${path.slice(0, 80)} ${JSON.stringify(options.body ?? '').slice(0, 200)})`,
        )
      }
    }
    await Promise.all(Array.from({ length: 6 }, (_, at) => lane(t.random.part(`lane ${at}`))))
    const documented = [...checks.keys()].filter((name) => !/ (50\d|429|431|default)$/.test(name))
    const reached = documented.filter((name) => seen.has(name))
    t.figure(
      'requests',
      [...seen.values()].reduce((sum, count) => sum + count, 0),
    )
    t.figure('pairs_reached', `${reached.length}/${documented.length}`)
    for (const [name, count] of Object.entries(trouble)) t.figure(name, count)
    t.equal(trouble.server, 0, `5xx answers (${examples.find((text) => / 5\d\d /.test(text)) ?? ''})`)
    t.equal(trouble.schema, 0, `answers against their schema (${examples[0] ?? ''})`)
    t.equal(
      trouble.undocumented,
      0,
      `undocumented statuses (${examples.find((text) => text.includes('undocumented')) ?? ''})`,
    )
    t.equal(trouble.slow, 0, 'answers that took over 2 s')
  },
}

function faultOf(checks, name, reply) {
  if (reply.status >= 500 || reply.status === 0)
    return { kind: 'server', says: `${reply.error ?? ''} ${reply.text.slice(0, 120)}` }
  const check = checks.get(name)
  if (check === undefined) return { kind: 'undocumented', says: 'undocumented' }
  if (check === null) return reply.text === '' ? null : { kind: 'schema', says: 'a body where none is documented' }
  if (check(reply.json)) return hasExtra(check, reply)
  return { kind: 'schema', says: JSON.stringify(check.errors?.[0]).slice(0, 200) }
}

/** Members that no schema of the answer names. */
function hasExtra(check, { json }) {
  const extra = extraMember(resolveSchema(check.schema), json, '')
  return extra === null ? null : { kind: 'schema', says: `undocumented member ${extra}` }
}

function resolveSchema(schema) {
  const reference = schema?.$ref
  if (typeof reference !== 'string') return schema
  return resolveSchema(resolve({ $ref: decodeURIComponent(reference.replace(/^api/, '')) }))
}

function extraMember(given, value, path) {
  const schema = resolveSchema(given)
  if (schema === undefined || value === null || typeof value !== 'object') return null
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices !== undefined) {
    const found = choices.map((choice) => extraMember(choice, value, path))
    return found.includes(null) ? null : found[0]
  }
  if (Array.isArray(value))
    return (
      value.map((item, at) => extraMember(schema.items, item, `${path}[${at}]`)).find((extra) => extra !== null) ?? null
    )
  if (schema.properties === undefined) return null
  for (const [name, inner] of Object.entries(value)) {
    if (!Object.hasOwn(schema.properties, name)) {
      if (schema.additionalProperties === undefined || schema.additionalProperties === false) return `${path}.${name}`
      continue
    }
    const extra = extraMember(schema.properties[name], inner, `${path}.${name}`)
    if (extra !== null) return extra
  }
  return null
}

/** @type {import('../harness/trial.mjs').Goal[]} */
export const fuzzGoals = [fuzz]
