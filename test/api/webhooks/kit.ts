import assert from 'node:assert/strict'
import type { TestOrganization } from '../../kit/builders/organization.ts'
import type { Receiver } from '../../kit/fakes/webhook-receiver.ts'
import type { TestApp } from '../../kit/servers/app.ts'
import type { Client, Json, Reply } from '../../kit/servers/client.ts'

/** What tests of deliveries do again and again. */

export interface MadeWebhook {
  id: string
  secret: string
  path: string
}

/** A webhook of the organization, or of the account that `caller` acts as. */
export async function aWebhook(
  caller: Client,
  url: string,
  members: Json = {},
  headers: Record<string, string> = {},
): Promise<MadeWebhook> {
  const reply: Reply = await caller.post(
    '/v3/webhooks',
    { display_name: 'Receiver', endpoint_url: url, event_types: ['profile'], timeout_seconds: 5, ...members },
    headers,
  )
  assert.equal(reply.status, 201, reply.text)
  const id = String(reply.data.id)
  return { id, secret: String(reply.data.signing_secret), path: `/v3/webhooks/${id}` }
}

export async function deliveriesOf(caller: Client, { path }: MadeWebhook): Promise<Json[]> {
  const reply = await caller.get(`${path}/events?page=1&page_size=100`)
  assert.equal(reply.status, 200, reply.text)
  return reply.data.events as Json[]
}

/** Makes every delivery that waits for its next attempt due, and runs what is due. */
export async function runNextAttempts(app: TestApp): Promise<void> {
  await app.sql("update jobs set due_at = now() - interval '1 second' where kind = 'deliver_webhook'")
  await app.app.jobs.runDue()
}

/** An organization with a receiver and a webhook for profile events. */
export async function scene(
  app: TestApp,
  receiver: Receiver,
  members: Json = {},
): Promise<{ org: TestOrganization; webhook: MadeWebhook }> {
  const org = await app.organization()
  const webhook = await aWebhook(org.admin, receiver.url, members)
  return { org, webhook }
}
