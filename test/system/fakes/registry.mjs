import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../harness/servers/network.mjs'
import { send } from '../harness/traffic/http.mjs'

/**
 * A brand registry on loopback with the calls of The Campaign Registry for brands. Unlike the real one it takes a second
 * submission with a reference that it knows, so that one is seen. For campaigns no brand qualifies.
 *
 * @typedef {{ id: string, fields: Record<string, string>, at: number, identityStatus: string | null }} Brand
 */

const registryKey = 'registry-key-of-the-prover'
const publicUrl = 'https://letterhead.example'
const callbackUrl = `${publicUrl}/callbacks/tcr`

export class FakeRegistry {
  constructor() {
    this.port = 0
    /** @type {Brand[]} */
    this.brands = []
    this.submissions = 0
    this.lateMs = 0
    /** The server that it calls back, and how often that was taken. */
    this.hearer = ''
    this.told = 0
    /** How it is down for everything; null while it is up. @type {'hang' | 'lost' | null} */
    this.outage = null
    /** Calls while it was down. */
    this.refused = 0
    /** What it says of brands that were not told otherwise. */
    this.identityStatus = 'VERIFIED'
    /** What becomes of a submission after it was taken. @type {(fields: Record<string, string>) => 'answer' | 'hang' | 'lost' | 'late' | 'told'} */
    this.behave = () => 'answer'
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
    return this
  }

  /** @param {string} reference @returns {Brand | undefined} */
  brandOf(reference) {
    return this.brands.find(({ fields }) => fields.referenceId === reference)
  }

  /**
   * A callback as the registry signs it: HMAC-SHA1 over the address and the body with its members in order.
   *
   * @param {Record<string, unknown>} event flat, of texts
   * @param {{ secret?: string, url?: string }} [wrong] what a forger has
   */
  callback(event, { secret = registryKey, url = callbackUrl } = {}) {
    const names = Object.keys(event).sort()
    const canonical = `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(event[name])}`).join(',')}}`
    const signature = createHmac('sha1', secret).update(`${url}${canonical}`).digest('base64')
    return { body: JSON.stringify(event), headers: { 'x-registry-signature': signature } }
  }

  /** What makes a server hear it too. */
  get hearingEnv() {
    return { ...this.env, PUBLIC_URL: publicUrl }
  }

  /** What makes a server use it. */
  get env() {
    return {
      BRAND_REGISTRY: 'tcr',
      TCR_API_KEY: registryKey,
      TCR_API_SECRET: registryKey,
      TCR_BASE_URL: `http://127.0.0.1:${this.port}/v2`,
    }
  }

  async #serve({ method, url }, text, outgoing) {
    const { pathname, searchParams } = new URL(url, 'http://registry')
    const path = pathname.replace(/^\/v2\//, '')
    if (this.outage !== null) {
      this.refused += 1
      return this.outage === 'lost' ? void outgoing.destroy() : undefined
    }
    if (method === 'POST' && path === 'brand/nonBlocking') return this.#submit(JSON.parse(text), outgoing)
    if (method === 'GET' && path === 'brand') {
      const wanted = searchParams.get('referenceId')?.toLowerCase()
      const records = this.brands.filter(({ fields }) => fields.referenceId.toLowerCase() === wanted).map(shown)
      return answer(outgoing, 200, { page: 1, totalRecords: records.length, records })
    }
    const brand = this.brands.find(({ id }) => path === `brand/${id}`)
    if (brand !== undefined && method === 'GET') return answer(outgoing, 200, shown(brand))
    if (path.startsWith('campaignBuilder/brand/'))
      return answer(outgoing, 200, { mnoMetadata: { 10017: { qualify: false } } })
    if (path.startsWith('brand/feedback/')) return answer(outgoing, 200, { category: [] })
    answer(outgoing, 503, 'down')
  }

  async #submit(fields, outgoing) {
    this.submissions += 1
    const how = this.behave(fields)
    const id = `B${(this.brands.length + 1).toString(36).toUpperCase().padStart(6, '0')}`
    const brand = { id, fields, at: performance.now(), identityStatus: this.identityStatus }
    this.brands.push(brand)
    if (how === 'hang') return
    if (how === 'lost') return void outgoing.destroy()
    if (how === 'late') await sleep(this.lateMs)
    if (how === 'told') await this.#tell(brand)
    answer(outgoing, 200, shown(brand))
  }

  /** Calls back before it answers. */
  async #tell({ id, fields }) {
    const { body, headers } = this.callback({
      eventType: 'BRAND_ADD',
      brandId: id,
      brandReferenceId: fields.referenceId,
    })
    const all = { 'content-type': 'application/json', ...headers }
    const { status } = await send(this.hearer, 'POST', '/callbacks/tcr', { body, headers: all })
    if (status === 200) this.told += 1
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }
}

function shown({ id, fields, identityStatus }) {
  return { ...fields, brandId: id, cspId: 'SPROVE1', identityStatus, status: 'ACTIVE' }
}

function answer(outgoing, status, body) {
  if (outgoing.destroyed) return
  outgoing.writeHead(status, { 'content-type': 'application/json' })
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
}
