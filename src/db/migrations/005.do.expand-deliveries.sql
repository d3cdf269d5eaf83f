-- expand
-- What webhooks are sent, and what became of it. The body is stored as the bytes that every attempt sends.

-- disabled_by is the delivery whose failure switched the webhook off; null while it is on, or when a user switched it off.
alter table webhooks add column disabled_at timestamptz;
alter table webhooks add column disabled_by uuid;

create index webhooks_of_account on webhooks (organization_id, profile_id, created_at, id);

create table deliveries (
  organization_id uuid not null,
  webhook_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  event_type text not null,
  body text not null,
  is_test boolean not null,
  state text not null constraint deliveries_state check (state in ('PENDING', 'RETRYING', 'DELIVERED', 'FAILED')),
  attempts integer not null default 0,
  http_status_code integer,
  duration_ms integer,
  error_message text,
  created_at timestamptz not null,
  processing_started_at timestamptz,
  processing_completed_at timestamptz,
  primary key (organization_id, webhook_id, id),
  constraint deliveries_webhook foreign key (organization_id, webhook_id) references webhooks (organization_id, id) on delete cascade
);

create index deliveries_by_time on deliveries (organization_id, webhook_id, created_at, id);
create index deliveries_expiry on deliveries (created_at);

-- Where a run of a profile's completion is to be told of, once its outcome is known.
create table callbacks (
  organization_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  url text not null,
  signing_secret text not null,
  state text not null constraint callbacks_state check (state in ('open', 'due', 'delivered', 'failed')),
  body text,
  attempts integer not null default 0,
  http_status_code integer,
  error_message text,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (organization_id, profile_id, id),
  constraint callbacks_profile foreign key (organization_id, profile_id) references profiles (organization_id, id)
);

create index callbacks_expiry on callbacks (ended_at) where ended_at is not null;

-- Deliveries are claimed by turns of their receivers, so that one receiver's backlog delays nobody else's.
create index jobs_by_receiver on jobs (organization_id, subject_id, due_at) where kind in ('deliver_webhook', 'deliver_callback');
create index jobs_in_flight on jobs (organization_id, subject_id)
  where kind in ('deliver_webhook', 'deliver_callback') and lease_until is not null;

alter table deliveries enable row level security;
alter table callbacks enable row level security;

create policy tenant on deliveries using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on callbacks using (organization_id = nullif(current_setting('app.org', true), '')::uuid);

-- The sweeper runs as the nil organization. It sees and deletes what is too old to be looked up, and nothing else.
create policy sweep_seen on deliveries for select using (created_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
create policy sweep_deleted on deliveries for delete using (created_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
create policy sweep_seen on callbacks for select using (ended_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
create policy sweep_deleted on callbacks for delete using (ended_at < now() - interval '7 days' and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
