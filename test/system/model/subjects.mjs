import { randomInt, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasten } from '../harness/registration.mjs'
import { fill, operations } from '../harness/traffic/contract.mjs'
import { send } from '../harness/traffic/http.mjs'
import { aBrand, aCampaign } from '../harness/traffic/request-bodies.mjs'
import { until } from '../harness/traffic/retry.mjs'

/**
 * What requests are about: for each operation a request that succeeds, with things that exist.
 *
 * @typedef {import('../harness/traffic/contract.mjs').Operation} Operation
 * @typedef {{ method: string, path: string, ids: Record<string, string>, key?: string, body?: unknown, headers: Record<string, string> }} Fitting
 */

/** Bodies that the document's examples cannot give: they hold what must be new, or of today. */
const bodies = {
  inviteUser: () => aUser(),
  createContact: () => aContactNumber(),
  // The example names a profile to send through, which has to exist.
  previewProfile: () => ({ name: 'Sales Team - Previewed' }),
  replayWebhook: () => ({ from: new Date(Date.now() - 60_000).toISOString() }),
}

/** Things that an operation wants beside those that its path names. */
const wants = { completeProfile: ['campaignId'] }

/** What a thing lies in. */
const within = { campaignId: 'profileId', keyId: 'profileId' }

/** A number that no contact has yet: an account has one contact for each. */
function aContactNumber() {
  return { phone_number: `+1415${randomInt(2_000_000, 9_999_999)}` }
}

function aUser() {
  return { email: `${randomUUID()}@example.com`, name: 'Jane Doe', role: 'developer' }
}

export class Subjects {
  /** @param {import('../harness/servers/environment.mjs').Environment} environment */
  constructor(environment) {
    this.environment = environment
    this.base = environment.instances[0].url
    /** One of each, which no request takes away. @type {Record<string, string>} */
    this.standing = {}
    /** A key that acts as the standing profile. */
    this.profileKey = ''
    /** Idempotency-Keys that were used, by the operation that did. */
    this.used = { createProfile: `used-${randomUUID()}`, inviteUser: `used-${randomUUID()}` }
  }

  async open() {
    const names = new Set(operations.flatMap(({ members }) => members))
    for (const name of names) this.standing[name] = await this.#make(name, this.standing)
    const { api_key: key } = await this.#create(`/v3/profiles/${this.standing.profileId}/keys`, {})
    this.profileKey = key
    for (const [id, used] of Object.entries(this.used)) {
      const { path } = this.about(operationOf(id), {})
      await this.#create(path, bodyOf(operationOf(id)), { 'idempotency-key': used })
    }
    return this
  }

  /** A request that the operation grants. It is about the standing things unless it changes them. @param {Operation} operation */
  async fitting(operation) {
    return this.about(operation, operation.isChange ? await this.#fresh(operation) : this.standing)
  }

  /** The operation asked of things by their ids. @param {Operation} operation @param {Record<string, string>} ids @returns {Fitting} */
  about(operation, ids) {
    const body = bodyOf(operation)
    return {
      method: operation.method,
      path: fill(operation.path, ids),
      ids,
      headers: {},
      ...(operation.isPublic ? {} : { key: this.environment.acme.admin }),
      ...(body === undefined ? {} : { body }),
    }
  }

  /** Gives a profile a number to send from, has it completed, and waits until there is nothing left to do. */
  async complete(profileId, ask) {
    const path = `/v3/profiles/${profileId}`
    const { admin: key } = this.environment.acme
    await send(this.base, 'PATCH', path, { key, body: { sending_phone_number: '+12025550123' } })
    await ask()
    const isApproved = async () => {
      await hasten(this.environment)
      return (await send(this.base, 'GET', path, { key })).json?.data?.status === 'approved'
    }
    if ((await until(isApproved, 30_000)) === Number.POSITIVE_INFINITY) throw new Error('the profile is not completed')
  }

  async #fresh({ id, members }) {
    const ids = {}
    for (const name of [...members, ...(wants[id] ?? [])]) ids[name] = await this.#make(name, ids)
    return ids
  }

  async #make(name, ids) {
    const owner = within[name] === undefined ? undefined : (ids[within[name]] ?? (await this.#make(within[name], ids)))
    switch (name) {
      case 'profileId': {
        const whole = {
          short_name: 'PROVE',
          description: 'To be completed',
          inherit_tcr_campaign: false,
          brand: aBrand(),
        }
        return (await this.#create('/v3/profiles', { name: 'Sales', ...whole })).id
      }
      case 'campaignId':
        return (await this.#create(`/v3/profiles/${owner}/campaigns`, { campaign: aCampaign() })).id
      case 'keyId':
        return (await this.#create(`/v3/profiles/${owner}/keys`, {})).id
      case 'userId':
        return (await this.#create('/v3/users', aUser())).id
      case 'webhookId':
        return (await this.#create('/v3/webhooks', operationOf('createWebhook').example)).id
      case 'contactId':
        return (await this.#create('/v3/contacts', aContactNumber())).id
      case 'templateId':
        return (await this.#create('/v3/templates', operationOf('createTemplate').example)).id
      case 'phoneNumber':
        return '+12025551234'
      case 'token':
        return await this.#invite()
      default:
        throw new Error(`nothing is known of a ${name}`)
    }
  }

  /** Invites somebody and takes the token out of the mail. */
  async #invite() {
    const user = aUser()
    await this.#create('/v3/users', user)
    const folder = join(this.environment.folder, 'data', 'mail')
    let token = ''
    const read = () => {
      const mail = mailsIn(folder).find((text) => text.includes(user.email))
      token = /\binv_[A-Za-z0-9_-]+/.exec(mail?.replaceAll('=\n', '') ?? '')?.[0] ?? ''
      return token !== ''
    }
    if ((await until(read, 20_000)) === Number.POSITIVE_INFINITY) throw new Error('no mail with an invitation')
    return token
  }

  async #create(path, body, headers = {}) {
    const { status, json, text, error } = await send(this.base, 'POST', path, {
      key: this.environment.acme.admin,
      body,
      headers,
    })
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${text} ${error}`)
    return json.data
  }
}

function operationOf(id) {
  return operations.find((operation) => operation.id === id)
}

function bodyOf(operation) {
  if (!operation.isChange || operation.method === 'DELETE') return undefined
  return bodies[operation.id]?.() ?? operation.example
}

function mailsIn(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
  } catch {
    return []
  }
}
