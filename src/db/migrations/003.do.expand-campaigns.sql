-- expand
-- owner_id is a profile of the organization, or the organization itself for the campaigns that profiles inherit. A deleted
-- campaign stays: one that a registry knows has to be ended there too.

create table campaigns (
  organization_id uuid not null references organizations (organization_id),
  owner_id uuid not null,
  id uuid not null,
  name text not null,
  description text not null,
  type text not null,
  use_cases jsonb not null,
  message_flow text,
  privacy_policy_link text,
  terms_and_conditions_link text,
  optin_message text,
  optout_message text,
  help_message text,
  optin_keywords text,
  optout_keywords text,
  help_keywords text,
  lock text constraint campaigns_lock check (lock in ('submitting', 'submitted')),
  submitted_at timestamptz,
  status text constraint campaigns_status check (status in ('SENT_CREATED', 'ACTIVE', 'EXPIRED')),
  tcr_campaign_id text,
  telnyx_campaign_id text,
  csp_id text,
  reseller_id text,
  upstream_cnp_id text,
  sharing_status text constraint campaigns_sharing_status check (sharing_status in ('PENDING', 'ACCEPTED', 'DECLINED')),
  cost numeric,
  billed_date timestamptz,
  tcr_sync_error text,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  deleted_at timestamptz,
  primary key (organization_id, owner_id, id),
  constraint campaigns_id_unique unique (organization_id, id)
);

alter table campaigns enable row level security;

create policy tenant on campaigns using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
