/**
 * A cte of the statement that deletes a profile: its webhooks end. They are told of the deletion and of what was before it,
 * and stay for the organization to see until the sweeper takes them. `source` has the columns organization_id, owner_id and at.
 */
export function endWebhooksBranch(source: string): string {
  return `ended_webhooks as (
    update webhooks w set ended_at = s.at from ${source} s
     where w.organization_id = s.organization_id and w.profile_id = s.owner_id and w.ended_at is null)`
}
