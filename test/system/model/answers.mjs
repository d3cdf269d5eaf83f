import { Ajv2020 } from 'ajv/dist/2020.js'
import { openapi, operations, resolve } from '../harness/traffic/contract.mjs'

/**
 * What the document says of every answer, and how the answers that came agree with it.
 *
 * @typedef {import('../harness/traffic/contract.mjs').Operation} Operation
 * @typedef {import('../harness/traffic/http.mjs').Reply} Reply
 */

const slowMs = 2_000

/** Answers counted by what is wrong with them, and the documented pairs of operation and status that were answered. */
export class Answers {
  constructor() {
    this.checks = answerChecks()
    /** How often each pair was answered. @type {Map<string, number>} */
    this.seen = new Map()
    this.errorCase = { server: 0, schema: 0, undocumented: 0, slow: 0 }
    /** @type {{ kind: string, text: string }[]} */
    this.examples = []
  }

  /**
   * Judges one answer.
   *
   * @param {Operation} operation
   * @param {Reply} reply
   * @param {{ how: string, faults?: readonly number[], isTimed?: boolean }} asked how it was asked for; which 5xx the goalRun has
   *   brought about itself; whether it has to be quick
   */
  take(operation, reply, { how, faults = [], isTimed = true }) {
    const name = `${operation.id} ${reply.status}`
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1)
    const slowness = isTimed && reply.ms > slowMs ? { kind: 'slow', says: `${Math.round(reply.ms)} ms` } : null
    for (const fault of [slowness, this.#faultOf(name, reply, faults)]) {
      if (fault === null) continue
      this.errorCase[fault.kind] += 1
      this.examples.push({ kind: fault.kind, text: `${name} ${how}: ${fault.says}` })
    }
  }

  get requests() {
    return [...this.seen.values()].reduce((sum, count) => sum + count, 0)
  }

  get documented() {
    return [...this.checks.keys()]
  }

  /** The documented pairs that were never answered. */
  get missing() {
    return this.documented.filter((name) => !this.seen.has(name))
  }

  /** The first example of a kind of errorCase. @param {string} kind */
  exampleOf(kind) {
    return this.examples.find((example) => example.kind === kind)?.text ?? ''
  }

  #faultOf(name, reply, faults) {
    if (reply.status === 0 || (reply.status >= 500 && !faults.includes(reply.status)))
      return { kind: 'server', says: `${reply.error ?? ''} ${reply.text.slice(0, 120)}` }
    const check = this.checks.get(name)
    if (check === undefined) return { kind: 'undocumented', says: 'undocumented' }
    if (check === null) return reply.text === '' ? null : { kind: 'schema', says: 'a body where none is documented' }
    if (check(reply.json)) return hasExtra(check, reply)
    return { kind: 'schema', says: JSON.stringify(check.errors?.[0]).slice(0, 200) }
  }
}

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
