-- expand
-- Tenant tables: organization_id leads every primary and foreign key, so that the data can be spread by organization
-- (decision 9), and row-level security is the second wall behind the predicate that every statement carries (decision 20).

create table organizations (
  organization_id uuid primary key,
  kind text not null constraint organizations_kind check (kind in ('organization', 'user')),
  name text not null,
  email text not null,
  icon text,
  description text,
  state text not null constraint organizations_state check (state in (
    'SIGNED_UP', 'KYC_STARTED', 'WHITELISTED', 'KYC_RESUBMISSION_REQUESTED', 'ONBOARDING_STARTED', 'KYC_COMPLETED',
    'MESSAGE_COMPLIANCE_COMPLETED', 'ACTIVATION_PENDING', 'ACTIVE', 'SUSPENDED')),
  waba_id text,
  waba_name text,
  data_key text not null,
  created_at timestamptz not null,
  updated_at timestamptz
);

create table users (
  organization_id uuid not null references organizations (organization_id),
  id uuid not null,
  email text not null,
  name text not null,
  role text not null constraint users_role check (role in ('owner', 'admin', 'billing', 'developer')),
  status text not null constraint users_status check (status in ('active', 'invited', 'suspended', 'rejected')),
  is_service boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz,
  primary key (organization_id, id),
  constraint users_email_unique unique (organization_id, email)
);

create table profiles (
  organization_id uuid not null references organizations (organization_id),
  id uuid not null,
  name text not null,
  icon text,
  description text,
  short_name text,
  status text not null constraint profiles_status check (status in ('incomplete', 'pending_review', 'approved', 'rejected')),
  allow_contact_sharing boolean not null,
  allow_template_sharing boolean not null,
  inherit_contacts boolean not null,
  inherit_templates boolean not null,
  inherit_tcr_brand boolean not null,
  inherit_tcr_campaign boolean not null,
  billing_model text not null constraint profiles_billing_model check (
    billing_model in ('profile', 'organization', 'profile_and_organization')),
  billing_contact text,
  sending_phone_number_profile_id uuid,
  sending_whatsapp_number_profile_id uuid,
  sending_phone_number text,
  whatsapp_phone_number text,
  allow_number_change_during_onboarding boolean,
  waba_id text,
  waba_phone_number_id text,
  waba_access_token text,
  payment_method jsonb,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  deleted_at timestamptz,
  primary key (organization_id, id)
);

create index profiles_live on profiles (organization_id, created_at, id) where deleted_at is null;

-- owner_id is a profile of the organization, or the organization itself for the brand that profiles inherit.
create table brands (
  organization_id uuid not null references organizations (organization_id),
  owner_id uuid not null,
  id uuid not null,
  contact text not null,
  business jsonb not null,
  tax_id text,
  compliance jsonb not null,
  lock text constraint brands_lock check (lock in ('submitting', 'submitted')),
  tcr_brand_id text,
  status text,
  identity_status text,
  universal_ein text,
  csp_id text,
  submitted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz,
  primary key (organization_id, owner_id),
  constraint brands_id_unique unique (organization_id, id)
);

create table api_keys (
  organization_id uuid not null references organizations (organization_id),
  id uuid not null,
  user_id uuid not null,
  profile_id uuid,
  mode text not null constraint api_keys_mode check (mode in ('live', 'test')),
  name text,
  digest text not null,
  last_four text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (organization_id, id),
  constraint api_keys_digest_unique unique (organization_id, digest),
  constraint api_keys_user foreign key (organization_id, user_id) references users (organization_id, id),
  constraint api_keys_profile foreign key (organization_id, profile_id) references profiles (organization_id, id)
);

create index api_keys_of_profile on api_keys (organization_id, profile_id) where revoked_at is null;

-- The directory of imported keys, whose text does not name their organization. Stands outside row-level security and
-- therefore holds a keyed digest and an organization only.
create table imported_keys (
  digest text primary key,
  organization_id uuid not null
);

-- One row per Idempotency-Key of a customer: claimed while a provider is called, kept once there is an answer to replay.
create table idempotency_keys (
  organization_id uuid not null references organizations (organization_id),
  customer_id uuid not null,
  mode text not null,
  key text not null,
  id uuid not null,
  state text not null constraint idempotency_keys_state check (state in ('claimed', 'kept')),
  operation text not null,
  target text not null,
  fingerprint text not null,
  request_id text not null,
  is_sandbox boolean not null,
  status integer,
  etag text,
  answer text,
  payment_method jsonb,
  attempt integer not null,
  fence integer not null,
  lease_until timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (organization_id, customer_id, mode, key)
);

create index idempotency_keys_expiry on idempotency_keys (expires_at);
create index idempotency_keys_claimed on idempotency_keys (organization_id, id) where state = 'claimed';

create table profile_history (
  organization_id uuid not null,
  profile_id uuid not null,
  version bigint not null,
  operation text not null,
  request_id text not null,
  key_id uuid not null,
  user_id uuid not null,
  changed_at timestamptz not null,
  changes jsonb not null,
  primary key (organization_id, profile_id, version),
  constraint profile_history_profile foreign key (organization_id, profile_id) references profiles (organization_id, id)
);

create table rate_windows (
  organization_id uuid not null references organizations (organization_id),
  customer_id uuid not null,
  rate_class text not null,
  window_start bigint not null,
  leased bigint not null,
  primary key (organization_id, customer_id, rate_class)
);

-- Background work. Holds ids only, because workers look for due rows of every organization.
create table jobs (
  organization_id uuid not null,
  id uuid not null,
  kind text not null,
  subject_id uuid not null,
  due_at timestamptz not null,
  lease_until timestamptz,
  fence integer not null default 0,
  attempts integer not null default 0,
  created_at timestamptz not null,
  primary key (organization_id, id)
);

create index jobs_due on jobs (due_at);

-- What happens once in the life of a database, whichever instance gets there first.
create table milestones (
  name text primary key,
  reached_at timestamptz not null
);

alter table organizations enable row level security;
alter table users enable row level security;
alter table profiles enable row level security;
alter table brands enable row level security;
alter table api_keys enable row level security;
alter table idempotency_keys enable row level security;
alter table profile_history enable row level security;
alter table rate_windows enable row level security;

create policy tenant on organizations using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on users using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on profiles using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on brands using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on api_keys using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on idempotency_keys using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on profile_history using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on rate_windows using (organization_id = nullif(current_setting('app.org', true), '')::uuid);

-- The sweeper runs as the nil organization. It sees and deletes what has expired in every organization, and nothing live.
create policy sweep_seen on idempotency_keys for select using (expires_at < now() and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
create policy sweep_deleted on idempotency_keys for delete using (expires_at < now() and current_setting('app.org', true) = '00000000-0000-0000-0000-000000000000');
