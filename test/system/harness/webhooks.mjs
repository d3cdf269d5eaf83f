import { createHmac } from 'node:crypto'
import { send } from './traffic/http.mjs'

/** What goals about webhooks need of the API, as docs/WEBHOOKS.md describes it. */

/** Lets a server call addresses of this machine, where the receiver of the system test is. */
export const allowsPrivate = { WEBHOOKS_ALLOW_PRIVATE: 'on' }

/** @param {import('./servers/environment.mjs').Environment} environment @param {string} url @param {Record<string, unknown>} [members] @param {string} [key] */
export async function subscribe(environment, url, members = {}, key = environment.acme.admin) {
  const body = {
    display_name: 'Prover',
    endpoint_url: url,
    event_types: ['profile'],
    retry_count: 5,
    timeout_seconds: 5,
    ...members,
  }
  return await send(environment.url, 'POST', '/v3/webhooks', { key, body })
}

/** The same where a refusal is no part of the goal. @returns {Promise<{ id: string, signing_secret: string }>} */
export async function subscribed(environment, url, members = {}, key = environment.acme.admin) {
  const { status, text, json } = await subscribe(environment, url, members, key)
  if (status !== 201) throw new Error(`no webhook: ${status} ${text}`)
  return json.data
}

/** Lets the next attempts of deliveries begin now, as if their time had passed. */
export function hastenDeliveries(environment) {
  return environment.query(
    `update jobs set due_at = now() where kind in ('deliver_webhook', 'deliver_callback') and due_at > now() and lease_until is null`,
  )
}

const signatureOf = (secret, id, at, body) => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`
}

/** Whether the signature after the event's id is by the secret. @param {import('../fakes/receiver.mjs').IncomingRequest} incoming */
export function isSignedForEvent({ headers, body }, secret) {
  const right = signatureOf(secret, headers['webhook-id'], headers['webhook-timestamp'], body)
  return headers['webhook-signature']?.split(' ').includes(right) === true
}

/** Whether the signature after the webhook's id, which is a single one, is by the secret. */
export function isSignedForWebhook({ headers, body }, secret) {
  const right = signatureOf(secret, headers['x-webhook-id'], headers['x-webhook-timestamp'], body)
  return headers['x-webhook-signature'] === right
}

/** Verifies a delivery as a receiver does. @param {number} [now] milliseconds since 1970 */
export function isGenuine(incoming, secret, now = Date.now()) {
  if (Math.abs(now / 1_000 - Number(incoming.headers['webhook-timestamp'])) > 300) return false
  return isSignedForEvent(incoming, secret) && isSignedForWebhook(incoming, secret)
}
