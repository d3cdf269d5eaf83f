create table api_key_history (
  actor text not null,
  api_key_id uuid not null,
  changed_at timestamp with time zone not null,
  changes jsonb not null,
  key_id uuid,
  operation text not null,
  organization_id uuid not null,
  reason text,
  request_id text,
  user_id uuid,
  constraint api_key_history_actor CHECK ((actor = ANY (ARRAY['user'::text, 'operator'::text]))),
  constraint api_key_history_operation CHECK ((operation = ANY (ARRAY['createKey'::text, 'importKey'::text, 'revokeKey'::text, 'forgetKey'::text]))),
  constraint api_key_history_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint api_key_history_pkey PRIMARY KEY (organization_id, api_key_id, operation)
);
CREATE INDEX api_key_history_by_time ON api_key_history USING btree (organization_id, changed_at, api_key_id);
alter table api_key_history enable row level security;
create policy tenant on api_key_history for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on api_key_history to server;
grant select on api_key_history to server;

create table api_keys (
  created_at timestamp with time zone not null,
  created_by uuid,
  digest text not null,
  id uuid not null,
  last_four text not null,
  last_used_at timestamp with time zone,
  mode text not null,
  name text,
  organization_id uuid not null,
  profile_id uuid,
  revoked_at timestamp with time zone,
  user_id uuid not null,
  constraint api_keys_digest_unique UNIQUE (organization_id, digest),
  constraint api_keys_maker FOREIGN KEY (organization_id, created_by) REFERENCES users(organization_id, id),
  constraint api_keys_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
  constraint api_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint api_keys_pkey PRIMARY KEY (organization_id, id),
  constraint api_keys_profile FOREIGN KEY (organization_id, profile_id) REFERENCES profiles(organization_id, id),
  constraint api_keys_user FOREIGN KEY (organization_id, user_id) REFERENCES users(organization_id, id)
);
CREATE INDEX api_keys_of_maker ON api_keys USING btree (organization_id, created_by) WHERE ((created_by IS NOT NULL) AND (revoked_at IS NULL));
CREATE INDEX api_keys_of_profile ON api_keys USING btree (organization_id, profile_id) WHERE (revoked_at IS NULL);
CREATE INDEX api_keys_of_user ON api_keys USING btree (organization_id, user_id);
alter table api_keys enable row level security;
create policy tenant on api_keys for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on api_keys to server;
grant select on api_keys to server;
grant update on api_keys to server;

create table brands (
  business jsonb not null,
  compliance jsonb not null,
  contact text not null,
  created_at timestamp with time zone not null,
  csp_id text,
  id uuid not null,
  identity_status text,
  lock text,
  locked_by uuid,
  organization_id uuid not null,
  owner_id uuid not null,
  status text,
  submitted_at timestamp with time zone,
  tax_id text,
  tcr_brand_id text,
  universal_ein text,
  updated_at timestamp with time zone,
  constraint brands_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint brands_pkey PRIMARY KEY (organization_id, owner_id)
);
alter table brands enable row level security;
create policy tenant on brands for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on brands to server;
grant select on brands to server;
grant update on brands to server;

create table callbacks (
  attempts integer default 0 not null,
  body text,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  error_message text,
  http_status_code integer,
  id uuid not null,
  organization_id uuid not null,
  profile_id uuid not null,
  signing_secret text not null,
  state text not null,
  url text not null,
  constraint callbacks_pkey PRIMARY KEY (organization_id, profile_id, id),
  constraint callbacks_profile FOREIGN KEY (organization_id, profile_id) REFERENCES profiles(organization_id, id),
  constraint callbacks_state CHECK ((state = ANY (ARRAY['open'::text, 'due'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX callbacks_expiry ON callbacks USING btree (ended_at) WHERE (ended_at IS NOT NULL);
alter table callbacks enable row level security;
create policy sweep_deleted on callbacks for delete using ((ended_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy sweep_seen on callbacks for select using ((ended_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy tenant on callbacks for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant delete on callbacks to server;
grant insert on callbacks to server;
grant select on callbacks to server;
grant update on callbacks to server;

create table campaign_history (
  campaign_id uuid not null,
  changed_at timestamp with time zone not null,
  changes jsonb not null,
  key_id uuid,
  operation text not null,
  organization_id uuid not null,
  owner_id uuid not null,
  request_id text,
  user_id uuid,
  version bigint not null,
  constraint campaign_history_campaign FOREIGN KEY (organization_id, owner_id, campaign_id) REFERENCES campaigns(organization_id, owner_id, id),
  constraint campaign_history_pkey PRIMARY KEY (organization_id, owner_id, campaign_id, version)
);
alter table campaign_history enable row level security;
create policy tenant on campaign_history for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on campaign_history to server;
grant select on campaign_history to server;

create table campaigns (
  attributes jsonb,
  billed_date timestamp with time zone,
  cost numeric,
  created_at timestamp with time zone not null,
  csp_id text,
  deleted_at timestamp with time zone,
  description text not null,
  help_keywords text,
  help_message text,
  id uuid not null,
  lock text,
  message_flow text,
  name text not null,
  optin_keywords text,
  optin_message text,
  optout_keywords text,
  optout_message text,
  organization_id uuid not null,
  owner_id uuid not null,
  privacy_policy_link text,
  reseller_id text,
  sharing_status text,
  status text,
  submitted_at timestamp with time zone,
  tcr_campaign_id text,
  tcr_sync_error text,
  telnyx_campaign_id text,
  terms_and_conditions_link text,
  type text not null,
  updated_at timestamp with time zone,
  upstream_cnp_id text,
  use_cases jsonb not null,
  version bigint not null,
  constraint campaigns_id_unique UNIQUE (organization_id, id),
  constraint campaigns_lock CHECK ((lock = ANY (ARRAY['submitting'::text, 'submitted'::text]))),
  constraint campaigns_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint campaigns_pkey PRIMARY KEY (organization_id, owner_id, id),
  constraint campaigns_sharing_status CHECK ((sharing_status = ANY (ARRAY['PENDING'::text, 'ACCEPTED'::text, 'DECLINED'::text]))),
  constraint campaigns_status CHECK ((status = ANY (ARRAY['SENT_CREATED'::text, 'ACTIVE'::text, 'EXPIRED'::text])))
);
alter table campaigns enable row level security;
create policy tenant on campaigns for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on campaigns to server;
grant select on campaigns to server;
grant update on campaigns to server;

create table contacts (
  channels text not null,
  created_at timestamp with time zone not null,
  default_channel text not null,
  dissociated_at timestamp with time zone,
  id uuid not null,
  national_digest text,
  number text,
  number_digest text not null,
  opt_out boolean not null,
  organization_id uuid not null,
  owner_id uuid not null,
  updated_at timestamp with time zone,
  version bigint not null,
  constraint contacts_of_number UNIQUE (organization_id, number_digest, owner_id),
  constraint contacts_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX contacts_by_time ON contacts USING btree (organization_id, created_at DESC, id DESC) WHERE (number IS NOT NULL);
CREATE INDEX contacts_of_national_number ON contacts USING btree (organization_id, national_digest) WHERE (national_digest IS NOT NULL);
CREATE INDEX contacts_of_owner ON contacts USING btree (organization_id, owner_id, created_at DESC, id DESC) WHERE (dissociated_at IS NULL);
alter table contacts enable row level security;
create policy tenant on contacts for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on contacts to server;
grant select on contacts to server;
grant update on contacts to server;

create table deliveries (
  attempts integer default 0 not null,
  body text not null,
  created_at timestamp with time zone not null,
  duration_ms integer,
  error_message text,
  event_id uuid not null,
  event_type text not null,
  http_status_code integer,
  id uuid not null,
  is_test boolean not null,
  organization_id uuid not null,
  processing_completed_at timestamp with time zone,
  processing_started_at timestamp with time zone,
  state text not null,
  webhook_id uuid not null,
  constraint deliveries_pkey PRIMARY KEY (organization_id, webhook_id, id),
  constraint deliveries_state CHECK ((state = ANY (ARRAY['PENDING'::text, 'RETRYING'::text, 'DELIVERED'::text, 'FAILED'::text]))),
  constraint deliveries_webhook FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks(organization_id, id) ON DELETE CASCADE
);
CREATE INDEX deliveries_by_time ON deliveries USING btree (organization_id, webhook_id, created_at, id);
CREATE INDEX deliveries_expiry ON deliveries USING btree (created_at);
alter table deliveries enable row level security;
create policy sweep_deleted on deliveries for delete using ((created_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy sweep_seen on deliveries for select using ((created_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy tenant on deliveries for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant delete on deliveries to server;
grant insert on deliveries to server;
grant select on deliveries to server;
grant update on deliveries to server;

create table events (
  created_at timestamp with time zone not null,
  id uuid not null,
  organization_id uuid not null,
  payload jsonb not null,
  profile_id uuid,
  sequence bigint,
  type text not null,
  constraint events_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX events_by_time ON events USING btree (organization_id, created_at, id);
CREATE INDEX events_expiry ON events USING btree (created_at);
alter table events enable row level security;
create policy sweep_deleted on events for delete using ((created_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy sweep_seen on events for select using ((created_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy tenant on events for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant delete on events to server;
grant insert on events to server;
grant select on events to server;

create table idempotency_keys (
  answer text,
  attempt integer not null,
  created_at timestamp with time zone not null,
  customer_id uuid not null,
  etag text,
  expires_at timestamp with time zone not null,
  fence integer not null,
  fingerprint text not null,
  id uuid not null,
  is_sandbox boolean not null,
  key text not null,
  lease_until timestamp with time zone,
  mode text not null,
  operation text not null,
  organization_id uuid not null,
  payment_method jsonb,
  request_id text not null,
  state text not null,
  status integer,
  target text not null,
  constraint idempotency_keys_pkey PRIMARY KEY (organization_id, customer_id, mode, key)
) with (toast_tuple_target=8160);
CREATE INDEX idempotency_keys_claimed ON idempotency_keys USING btree (organization_id, id) WHERE (state = 'claimed'::text);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys USING btree (expires_at);
alter table idempotency_keys enable row level security;
create policy sweep_deleted on idempotency_keys for delete using ((expires_at < now()) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy sweep_seen on idempotency_keys for select using ((expires_at < now()) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy tenant on idempotency_keys for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant delete on idempotency_keys to server;
grant insert on idempotency_keys to server;
grant select on idempotency_keys to server;
grant update on idempotency_keys to server;

create table imported_keys (
  digest text not null,
  organization_id uuid not null,
  constraint imported_keys_pkey PRIMARY KEY (digest)
);
grant delete on imported_keys to server;
grant insert on imported_keys to server;
grant select on imported_keys to server;

create table inbox (
  about jsonb not null,
  attempts integer default 0 not null,
  due_at timestamp with time zone not null,
  event_id text not null,
  provider text not null,
  received_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  type text not null,
  constraint inbox_once PRIMARY KEY (provider, event_id)
);
CREATE INDEX inbox_due ON inbox USING btree (due_at) WHERE (settled_at IS NULL);
CREATE INDEX inbox_settled ON inbox USING btree (settled_at) WHERE (settled_at IS NOT NULL);
grant delete on inbox to server;
grant insert on inbox to server;
grant select on inbox to server;
grant update on inbox to server;

create table jobs (
  attempts integer default 0 not null,
  created_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  fence integer default 0 not null,
  id uuid not null,
  kind text not null,
  lease_until timestamp with time zone,
  organization_id uuid not null,
  subject_id uuid not null,
  woken boolean default false not null,
  constraint jobs_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX jobs_by_organization ON jobs USING btree (organization_id, due_at) WHERE (kind <> ALL (ARRAY['deliver_webhook'::text, 'deliver_callback'::text]));
CREATE INDEX jobs_by_receiver ON jobs USING btree (organization_id, subject_id, due_at) WHERE (kind = ANY (ARRAY['deliver_webhook'::text, 'deliver_callback'::text]));
CREATE INDEX jobs_due ON jobs USING btree (due_at);
CREATE INDEX jobs_in_flight ON jobs USING btree (organization_id, subject_id) WHERE ((kind = ANY (ARRAY['deliver_webhook'::text, 'deliver_callback'::text])) AND (lease_until IS NOT NULL));
grant delete on jobs to server;
grant insert on jobs to server;
grant select on jobs to server;
grant update on jobs to server;

create table migration_lock (
  held boolean not null,
  constraint migration_lock_pkey PRIMARY KEY (held)
);

create table milestones (
  name text not null,
  reached_at timestamp with time zone not null,
  constraint milestones_pkey PRIMARY KEY (name)
);
grant insert on milestones to server;
grant select on milestones to server;

create table organizations (
  created_at timestamp with time zone not null,
  data_key text not null,
  description text,
  email text not null,
  icon text,
  kind text not null,
  name text not null,
  organization_id uuid not null,
  state text not null,
  updated_at timestamp with time zone,
  waba_id text,
  waba_name text,
  constraint organizations_kind CHECK ((kind = ANY (ARRAY['organization'::text, 'user'::text]))),
  constraint organizations_pkey PRIMARY KEY (organization_id),
  constraint organizations_state CHECK ((state = ANY (ARRAY['SIGNED_UP'::text, 'KYC_STARTED'::text, 'WHITELISTED'::text, 'KYC_RESUBMISSION_REQUESTED'::text, 'ONBOARDING_STARTED'::text, 'KYC_COMPLETED'::text, 'MESSAGE_COMPLIANCE_COMPLETED'::text, 'ACTIVATION_PENDING'::text, 'ACTIVE'::text, 'SUSPENDED'::text])))
);
alter table organizations enable row level security;
create policy tenant on organizations for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on organizations to server;
grant select on organizations to server;
grant update on organizations to server;

create table profile_history (
  actor text default 'user'::text not null,
  changed_at timestamp with time zone not null,
  changes jsonb not null,
  key_id uuid,
  operation text not null,
  organization_id uuid not null,
  profile_id uuid not null,
  registry_feedback jsonb,
  request_id text,
  user_id uuid,
  version bigint not null,
  constraint profile_history_pkey PRIMARY KEY (organization_id, profile_id, version)
);
alter table profile_history enable row level security;
create policy tenant on profile_history for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on profile_history to server;
grant select on profile_history to server;

create table profiles (
  allow_contact_sharing boolean not null,
  allow_number_change_during_onboarding boolean,
  allow_template_sharing boolean not null,
  billing_contact text,
  billing_model text not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  description text,
  event_sequence bigint default 0 not null,
  icon text,
  id uuid not null,
  inherit_contacts boolean not null,
  inherit_tcr_brand boolean not null,
  inherit_tcr_campaign boolean not null,
  inherit_templates boolean not null,
  name text not null,
  organization_id uuid not null,
  payment_method jsonb,
  registry_feedback jsonb,
  sending_phone_number text,
  sending_phone_number_profile_id uuid,
  sending_whatsapp_number_profile_id uuid,
  short_name text,
  status text not null,
  updated_at timestamp with time zone,
  version bigint not null,
  waba_access_token text,
  waba_id text,
  waba_phone_number_id text,
  whatsapp_phone_number text,
  constraint profiles_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint profiles_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX profiles_live ON profiles USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);
CREATE INDEX profiles_that_share_contacts ON profiles USING btree (organization_id, id) WHERE (allow_contact_sharing AND (deleted_at IS NULL));
alter table profiles enable row level security;
create policy tenant on profiles for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on profiles to server;
grant select on profiles to server;
grant update on profiles to server;

create table rate_windows (
  customer_id uuid not null,
  leased bigint not null,
  organization_id uuid not null,
  rate_class text not null,
  window_start bigint not null,
  constraint rate_windows_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint rate_windows_pkey PRIMARY KEY (organization_id, customer_id, rate_class)
);
alter table rate_windows enable row level security;
create policy tenant on rate_windows for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on rate_windows to server;
grant select on rate_windows to server;
grant update on rate_windows to server;

create table registration_references (
  digest text not null,
  organization_id uuid not null,
  profile_id uuid not null,
  registration_id uuid not null,
  constraint registration_references_pkey PRIMARY KEY (digest, organization_id, registration_id)
);
grant insert on registration_references to server;
grant select on registration_references to server;

create table registration_snapshots (
  body text not null,
  frozen_at timestamp with time zone not null,
  generation integer not null,
  id uuid not null,
  kind text not null,
  organization_id uuid not null,
  profile_id uuid not null,
  sha256 text not null,
  subject_id uuid not null,
  taken_at timestamp with time zone,
  verdict jsonb,
  constraint registration_snapshots_kind CHECK ((kind = ANY (ARRAY['brand'::text, 'campaign'::text]))),
  constraint registration_snapshots_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint registration_snapshots_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX registration_snapshots_of_subject ON registration_snapshots USING btree (organization_id, subject_id);
alter table registration_snapshots enable row level security;
create policy tenant on registration_snapshots for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on registration_snapshots to server;
grant select on registration_snapshots to server;
grant update (taken_at, verdict) on registration_snapshots to server;

create table registrations (
  fees_total numeric default 0 not null,
  fence bigint not null,
  finished_at timestamp with time zone,
  id uuid not null,
  messaging_profile_id text,
  organization_id uuid not null,
  profile_id uuid not null,
  run integer not null,
  started_at timestamp with time zone not null,
  state text not null,
  status_before text not null,
  steps jsonb not null,
  constraint registrations_id_unique UNIQUE (organization_id, id),
  constraint registrations_pkey PRIMARY KEY (organization_id, profile_id),
  constraint registrations_profile FOREIGN KEY (organization_id, profile_id) REFERENCES profiles(organization_id, id),
  constraint registrations_state CHECK ((state = ANY (ARRAY['running'::text, 'waiting'::text, 'correction_needed'::text, 'parked'::text, 'submitted'::text, 'completed'::text, 'withdrawn'::text])))
);
alter table registrations enable row level security;
create policy tenant on registrations for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on registrations to server;
grant select on registrations to server;
grant update on registrations to server;

create table registry_orders (
  kind text not null,
  ordered_at timestamp with time zone not null,
  organization_id uuid not null,
  profile_id uuid not null,
  run integer not null,
  subject_id uuid not null,
  constraint registry_orders_kind CHECK ((kind = ANY (ARRAY['brand'::text, 'check'::text, 'vetting'::text, 'campaign'::text]))),
  constraint registry_orders_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint registry_orders_pkey PRIMARY KEY (organization_id, profile_id, subject_id, kind, run)
);
CREATE INDEX registry_orders_of_day ON registry_orders USING btree (organization_id, kind, ordered_at);
alter table registry_orders enable row level security;
create policy tenant on registry_orders for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on registry_orders to server;
grant select on registry_orders to server;

create table schema_versions (
  md5 text,
  name text,
  run_at timestamp with time zone,
  version bigint not null,
  constraint schema_versions_pkey PRIMARY KEY (version)
);
grant select on schema_versions to server;

create table templates (
  category text not null,
  created_at timestamp with time zone not null,
  creation_source text not null,
  definition text not null,
  id uuid not null,
  language text not null,
  name text not null,
  organization_id uuid not null,
  owner_id uuid not null,
  review_reason text,
  reviewed_at timestamp with time zone,
  status text not null,
  submission uuid,
  updated_at timestamp with time zone not null,
  version bigint not null,
  whatsapp_template_id text,
  constraint templates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint templates_pkey PRIMARY KEY (organization_id, id),
  constraint templates_status CHECK ((status = ANY (ARRAY['DRAFT'::text, 'PENDING'::text, 'APPROVED'::text, 'REJECTED'::text])))
);
CREATE INDEX templates_by_time ON templates USING btree (organization_id, created_at, id);
CREATE INDEX templates_of_owner ON templates USING btree (organization_id, owner_id, name);
alter table templates enable row level security;
create policy tenant on templates for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant delete on templates to server;
grant insert on templates to server;
grant select on templates to server;
grant update on templates to server;

create table users (
  created_at timestamp with time zone not null,
  email text not null,
  id uuid not null,
  invitation_digest text,
  invitation_expires_at timestamp with time zone,
  invitation_token text,
  invited_at timestamp with time zone,
  is_service boolean default false not null,
  name text not null,
  organization_id uuid not null,
  removed_at timestamp with time zone,
  role text not null,
  status text not null,
  updated_at timestamp with time zone,
  constraint users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint users_pkey PRIMARY KEY (organization_id, id),
  constraint users_role CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'billing'::text, 'developer'::text]))),
  constraint users_status CHECK ((status = ANY (ARRAY['active'::text, 'invited'::text, 'suspended'::text, 'rejected'::text])))
);
CREATE UNIQUE INDEX users_email_unique ON users USING btree (organization_id, email) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX users_invitation ON users USING btree (organization_id, invitation_digest) WHERE (invitation_digest IS NOT NULL);
alter table users enable row level security;
create policy tenant on users for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant insert on users to server;
grant select on users to server;
grant update on users to server;

create table webhooks (
  consecutive_failures integer default 0 not null,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  disabled_by uuid,
  display_name text not null,
  ended_at timestamp with time zone,
  endpoint_url text not null,
  event_filters jsonb,
  event_types jsonb not null,
  id uuid not null,
  is_active boolean not null,
  last_delivery_attempt_at timestamp with time zone,
  last_successful_delivery_at timestamp with time zone,
  organization_id uuid not null,
  previous_secret text,
  previous_secret_until timestamp with time zone,
  profile_id uuid,
  retry_count integer not null,
  signing_secret text not null,
  timeout_seconds integer not null,
  updated_at timestamp with time zone,
  constraint webhooks_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations(organization_id),
  constraint webhooks_pkey PRIMARY KEY (organization_id, id),
  constraint webhooks_profile FOREIGN KEY (organization_id, profile_id) REFERENCES profiles(organization_id, id)
);
CREATE INDEX webhooks_ended ON webhooks USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX webhooks_of_account ON webhooks USING btree (organization_id, profile_id, created_at, id);
alter table webhooks enable row level security;
create policy sweep_deleted on webhooks for delete using ((ended_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy sweep_seen on webhooks for select using ((ended_at < (now() - '7 days'::interval)) AND (current_setting('app.org'::text, true) = '00000000-0000-0000-0000-000000000000'::text));
create policy tenant on webhooks for all using (organization_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid);
grant delete on webhooks to server;
grant insert on webhooks to server;
grant select on webhooks to server;
grant update on webhooks to server;
