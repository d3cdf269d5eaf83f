/**
 * What the published contract says a server must do, in memory: the referenceModel that a run of requests is compared with. It
 * knows profiles, roles, test keys, dry runs, Idempotency-Keys, tags and the rules of billing, and nothing of SQL.
 */

const shortNameGrammar = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}$/
const bearing = ['profile', 'profile_and_organization']

const defaults = {
  description: null,
  icon: null,
  short_name: null,
  allow_contact_sharing: false,
  billing_model: 'profile',
  billing_contact: null,
}

/** @typedef {{ status: number, code?: string, state?: Record<string, unknown> | null, isReplay?: boolean }} Verdict */

export class ReferenceModel {
  constructor() {
    /** @type {Map<number, { settings: Record<string, unknown>, version: number, isDeleted: boolean }>} */
    this.profiles = new Map()
    /** @type {Map<string, { operation: string, target: number | null, asks: string, verdict: Verdict, isSandbox: boolean }>} */
    this.kept = new Map()
  }

  /**
   * Judges a change, and makes it.
   *
   * @param {{ operation: 'create' | 'update' | 'delete', target: number | null, made: number, body: Record<string, any>, caller: string,
   *   key: string | null, isMerge: boolean, isStrict: boolean, tag: 'none' | 'right' | 'stale' }} request
   * @returns {Verdict}
   */
  change(request) {
    const { operation, target, body, caller, key, isStrict } = request
    if (caller === 'developer') return { status: 403, code: 'AUTH_004' }
    const isSandbox = body.sandbox === true || caller === 'test'
    const keyName = key === null ? null : `${caller === 'test' ? 'test' : 'live'} ${key}`
    const kept = keyName === null ? undefined : this.kept.get(keyName)
    if (kept !== undefined) return this.#replay(kept, request, { isSandbox })
    const profile = target === null ? undefined : this.profiles.get(target)
    if (operation !== 'create' && (profile === undefined || profile.isDeleted))
      return { status: 404, code: 'RESOURCE_014' }
    if (request.tag === 'stale') return { status: 412, code: 'PRECONDITION_001' }
    if (operation !== 'delete') {
      const applied = this.#apply(profile?.settings ?? { ...defaults, name: null }, request, { isStrict })
      if (applied === null) return { status: 400, code: 'VALIDATION_001' }
      return this.#finish(request, applied, { isSandbox, keyName })
    }
    return this.#finish(request, { next: null, isTouched: true }, { isSandbox, keyName })
  }

  #replay(kept, request, { isSandbox }) {
    const { operation, target, isStrict } = request
    if (kept.operation !== operation || kept.target !== target) return { status: 409, code: 'CONFLICT_002' }
    if (isStrict && kept.isSandbox && !isSandbox) return { status: 409, code: 'STRICT_002' }
    if (isStrict && kept.asks !== asks(request)) return { status: 422, code: 'STRICT_001' }
    return { ...kept.verdict, isReplay: true }
  }

  #finish(request, { next, isTouched }, { isSandbox, keyName }) {
    const { operation, target, made } = request
    const status = { create: 201, update: 200, delete: 204 }[operation]
    const verdict = { status, state: next }
    if (!isSandbox) {
      if (operation === 'create') this.profiles.set(made, { settings: next, version: 1, isDeleted: false })
      else if (isTouched) this.#change(this.profiles.get(target), operation, next)
    }
    if (keyName !== null) this.kept.set(keyName, { operation, target, asks: asks(request), verdict, isSandbox })
    return verdict
  }

  #change(profile, operation, next) {
    if (operation === 'delete') profile.isDeleted = true
    else profile.settings = next
    profile.version += 1
  }

  /** The settings after the request, and whether it gave any, be it what they were; null where it is refused. */
  #apply(settings, { operation, body, isMerge, isStrict }) {
    const next = { ...settings }
    let isTouched = false
    for (const [member, value] of Object.entries(body)) {
      if (member === 'sandbox') continue
      if (!(member in next)) {
        if (isStrict) return null
        continue
      }
      if (value === null && !isMerge) continue
      if (!isFine(member, value, isMerge)) return null
      next[member] = clears(member, value) ? null : value
      isTouched = true
    }
    if (operation === 'create' && (typeof body.name !== 'string' || body.name.trim() === '')) return null
    const asksForModel = body.billing_model !== undefined && body.billing_model !== null
    if (bearing.includes(next.billing_model) && next.billing_contact === null) {
      if (asksForModel) return null
      if (isMerge && body.billing_contact === null) return null
    }
    return { next, isTouched }
  }
}

/**
 * What a request asks for, as docs/API.md says when two bodies are one: members that the operation does not know say nothing,
 * null says nothing outside of a merge patch, and whatever clears a member says the same.
 */
function asks({ operation, body, isMerge }) {
  const known = operation === 'delete' ? ['sandbox'] : ['sandbox', 'name', ...Object.keys(defaults)]
  const said = Object.entries(body)
    .filter(([member, value]) => known.includes(member) && (isMerge || value !== null))
    .map(([member, value]) => [member, clears(member, value) ? null : value])
  return `${isMerge ? 'merge' : 'json'} ${canonical(Object.fromEntries(said))}`
}

function clears(member, value) {
  return value === null || (value === '' && (member === 'description' || member === 'icon'))
}

function isFine(member, value, isMerge) {
  if (value === null) return isMerge && ['description', 'icon', 'short_name', 'billing_contact'].includes(member)
  switch (member) {
    case 'name':
      return typeof value === 'string' && value.trim() !== '' && value.length <= 255
    case 'description':
      return typeof value === 'string' && value.length <= 5_000
    case 'icon':
      return value === '' || /^https?:\/\/[a-z]+\.[a-z]+/.test(String(value))
    case 'short_name':
      return typeof value === 'string' && shortNameGrammar.test(value)
    case 'allow_contact_sharing':
      return typeof value === 'boolean'
    case 'billing_model':
      return ['profile', 'organization', 'profile_and_organization'].includes(value)
    case 'billing_contact':
      return (
        typeof value === 'object' &&
        typeof value.name === 'string' &&
        value.name !== '' &&
        /^\S+@\S+\.\S+$/.test(String(value.email))
      )
    default:
      return false
  }
}

/** The same text for the same value, whatever the order of its members. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${name}:${canonical(value[name])}`)
    .join()}}`
}
