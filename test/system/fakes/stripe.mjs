import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../harness/servers/network.mjs'

/**
 * A payment processor on loopback that behaves as Stripe documents for the calls of one card: form bodies, an
 * idempotency key for each call with its first answer kept (500s too), refusal of other parameters under a used key, and
 * declined test numbers. What it holds afterwards is the truth that goals are judged by.
 *
 * @typedef {{ step: string, onceKey: string, form: Record<string, string>, raw: string, at: number }} Call
 * @typedef {'answer' | 'lost' | 'hang' | 'crash' | 'reset' | 'garbage' | 'late'} Behaviour
 *   lost: done, then the connection drops; hang: done, never answered; crash: a kept 500; reset: not done;
 *   garbage: done, answered with what is not Stripe's; late: done, answered after `lateMs`
 */

const declines = new Map([
  ['4000000000000002', 'generic_decline'],
  ['4000000000009995', 'insufficient_funds'],
  ['4000000000009987', 'lost_card'],
  // No word about the card, and none about the processor: the issuer did not answer.
  ['4000000000000119', 'processing_error'],
])

export const secretKey = 'sk_test_proverproverprover'

export class FakeStripe {
  constructor() {
    this.url = ''
    this.port = 0
    /** @type {Call[]} */
    this.calls = []
    /** @type {Map<string, { id: string, customer: string | null, number: string, onceKey: string, profile: string }>} */
    this.methods = new Map()
    /** @type {Map<string, { id: string, profile: string, standard: string | null }>} */
    this.customers = new Map()
    /** @type {Map<string, { signature: string, answer: { status: number, body: unknown } | null }>} */
    this.kept = new Map()
    /** How many calls ran into a stored response. */
    this.replays = 0
    this.lateMs = 0
    /** @type {(call: Call) => Behaviour} */
    this.behave = () => 'answer'
    /** Told before and after each effect; what it awaits holds the call. @type {((phase: string, call: Call) => unknown) | null} */
    this.watcher = null
    this.server = createServer((incoming, outgoing) => {
      const chunks = []
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('end', () => {
        this.#serve(incoming, Buffer.concat(chunks).toString('utf8'), outgoing).catch(() => outgoing.destroy())
      })
    })
  }

  async open() {
    this.port = await listen(this.server)
    this.url = `http://127.0.0.1:${this.port}`
    return this
  }

  /** @param {string} step */
  count(step) {
    return this.calls.filter((call) => call.step === step).length
  }

  async #serve(incoming, raw, outgoing) {
    const { step, id } = stepOf(incoming)
    const call = {
      step,
      onceKey: String(incoming.headers['idempotency-key'] ?? ''),
      form: Object.fromEntries(new URLSearchParams(raw)),
      raw,
      at: performance.now(),
    }
    this.calls.push(call)
    const behaviour = this.behave(call)
    await this.watcher?.('before', call)
    if (behaviour === 'reset') return void outgoing.destroy()
    if (incoming.headers.authorization !== `Bearer ${secretKey}`) return answer(outgoing, 401, failure('no such key'))
    const { status, body } = this.#underKey(call, `${incoming.method} ${incoming.url}?${raw}`, id, behaviour)
    await this.watcher?.('after', call)
    if (behaviour === 'hang') return
    if (behaviour === 'lost') return void outgoing.destroy()
    if (behaviour === 'late') await sleep(this.lateMs)
    if (behaviour === 'garbage') return answer(outgoing, 200, '<html>not the processor</html>')
    answer(outgoing, status, body)
  }

  #underKey(call, signature, id, behaviour) {
    const earlier = this.kept.get(call.onceKey)
    if (earlier !== undefined && earlier.signature !== signature) return refusal(400, 'idempotency_error', {})
    if (earlier !== undefined) {
      this.replays += 1
      return earlier.answer
    }
    const result = behaviour === 'crash' ? refusal(500, 'api_error', {}) : this.#execute(call, id)
    if (call.onceKey !== '') this.kept.set(call.onceKey, { signature, answer: result })
    return result
  }

  #execute(call, id) {
    const { step, form } = call
    if (step === 'create_method') return this.#createMethod(call)
    if (step === 'create_customer') {
      const customer = {
        id: `cus_${this.customers.size + 1}`,
        profile: form['metadata[letterhead_profile]'],
        standard: null,
      }
      this.customers.set(customer.id, customer)
      return ok({ id: customer.id, object: 'customer' })
    }
    if (step === 'choose_default') {
      const customer = this.customers.get(id)
      if (customer === undefined)
        return refusal(404, 'invalid_request_error', { code: 'resource_missing', param: 'id' })
      customer.standard = form['invoice_settings[default_payment_method]'] ?? null
      return ok({ id, object: 'customer' })
    }
    const method = this.methods.get(id)
    if (method === undefined)
      return refusal(404, 'invalid_request_error', { code: 'resource_missing', param: 'payment_method' })
    if (step === 'attach') return this.#attach(method, form.customer)
    if (step === 'detach') method.customer = null
    return ok(present(method))
  }

  #createMethod({ form, onceKey }) {
    const number = form['card[number]'] ?? ''
    const id = `pm_${this.methods.size + 1}`
    const method = { id, customer: null, number, onceKey, profile: form['metadata[letterhead_profile]'] }
    this.methods.set(id, method)
    return ok(present(method))
  }

  #attach(method, customer) {
    const code = declines.get(method.number)
    if (code !== undefined) {
      return refusal(402, 'card_error', {
        code: 'card_declined',
        decline_code: code,
        message: `No to ${method.number}`,
      })
    }
    if (!this.customers.has(customer))
      return refusal(400, 'invalid_request_error', { code: 'resource_missing', param: 'customer' })
    if (method.customer !== null) return refusal(400, 'invalid_request_error', {})
    method.customer = customer
    return ok(present(method))
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }
}

function stepOf({ method, url }) {
  const [, , collection, id = '', action] = String(url).split('/')
  if (collection === 'customers') return { step: id === '' ? 'create_customer' : 'choose_default', id }
  if (method === 'GET') return { step: 'find', id }
  return { step: action ?? 'create_method', id }
}

function present({ id, customer, number }) {
  const brand = number.startsWith('5') ? 'mastercard' : 'visa'
  return { id, object: 'payment_method', type: 'card', card: { brand, last4: number.slice(-4) }, customer }
}

function ok(body) {
  return { status: 200, body }
}

function failure(message) {
  return { error: { type: 'invalid_request_error', message } }
}

function refusal(status, type, members) {
  return { status, body: { error: { type, message: 'refused', ...members } } }
}

function answer(outgoing, status, body) {
  outgoing.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_prover' })
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
}
