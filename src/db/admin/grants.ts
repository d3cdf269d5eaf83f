/** What the server's role may do, table by table. It owns nothing, so row-level security binds it (decision 20). */
const RIGHTS: Record<string, string> = {
  organizations: 'select, insert, update',
  users: 'select, insert, update',
  profiles: 'select, insert, update',
  brands: 'select, insert, update',
  campaigns: 'select, insert, update',
  campaign_history: 'select, insert',
  templates: 'select, insert, update, delete',
  api_keys: 'select, insert, update',
  api_key_history: 'select, insert',
  imported_keys: 'select, insert, delete',
  idempotency_keys: 'select, insert, update, delete',
  profile_history: 'select, insert',
  rate_windows: 'select, insert, update',
  registrations: 'select, insert, update',
  registration_snapshots: 'select, insert, update (taken_at, verdict)',
  registration_references: 'select, insert',
  registry_orders: 'select, insert',
  events: 'select, insert, delete',
  contacts: 'select, insert, update',
  webhooks: 'select, insert, update, delete',
  deliveries: 'select, insert, update, delete',
  callbacks: 'select, insert, update, delete',
  inbox: 'select, insert, update, delete',
  jobs: 'select, insert, update, delete',
  milestones: 'select, insert',
  schema_versions: 'select',
}

/** A role name as PostgreSQL quotes it. */
export function quoteRole(role: string): string {
  return `"${role.replaceAll('"', '""')}"`
}

/** The grant statements for one role, to be run by the owner of the tables. */
export function grantsFor(role: string): string[] {
  return Object.entries(RIGHTS).map(([table, rights]) => `grant ${rights} on ${table} to ${quoteRole(role)}`)
}
