import type { TestApp } from '../servers/app.ts'

/** A webhook that only makes the organization's changes emit events: it is not active, so nothing is sent. */
export async function subscribe(app: TestApp, organizationId: string): Promise<void> {
  await app.sql(
    `insert into webhooks (organization_id, id, display_name, endpoint_url, signing_secret, is_active, event_types,
       retry_count, timeout_seconds, created_at)
     values ($1, gen_random_uuid(), 'receiver', 'sealed', 'sealed', false, '["profile"]', 3, 30, now())`,
    [organizationId],
  )
}
