-- expand
-- Events are written by the statement that makes the change, and only where the organization has a webhook to tell. Their
-- sequence counts up within a profile, whatever of it changes.

alter table profiles add column event_sequence bigint not null default 0;

create table events (
  organization_id uuid not null,
  id uuid not null,
  profile_id uuid,
  sequence bigint,
  type text not null,
  payload jsonb not null,
  created_at timestamptz not null,
  primary key (organization_id, id)
);

create index events_by_time on events (organization_id, created_at, id);
create index events_expiry on events (created_at);

-- profile_id is the account that the webhook belongs to; null for the organization itself, which hears of every profile.
create table webhooks (
  organization_id uuid not null references organizations (organization_id),
  id uuid not null,
  profile_id uuid,
  display_name text not null,
  endpoint_url text not null,
  signing_secret text not null,
  previous_secret text,
  previous_secret_until timestamptz,
  is_active boolean not null,
  event_types jsonb not null,
  event_filters jsonb,
  retry_count integer not null,
  timeout_seconds integer not null,
  last_delivery_attempt_at timestamptz,
  last_successful_delivery_at timestamptz,
  consecutive_failures integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz,
  primary key (organization_id, id),
  constraint webhooks_profile foreign key (organization_id, profile_id) references profiles (organization_id, id)
);

alter table events enable row level security;
alter table webhooks enable row level security;

create policy tenant on events using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on webhooks using (organization_id = nullif(current_setting('app.org', true), '')::uuid);

-- The sweeper runs as the nil organization. It sees and deletes events that are too old to be told again, and no others.
create policy sweep_seen on events for select using (created_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
create policy sweep_deleted on events for delete using (created_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
