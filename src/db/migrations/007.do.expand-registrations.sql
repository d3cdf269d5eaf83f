-- expand
-- How far a profile is with its providers: one row per profile, its steps as one document that is always written whole under
-- the fence that it was read at. Words of providers lie in it after what is sealed elsewhere has been taken out of them.

create table registrations (
  organization_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  state text not null constraint registrations_state check (state in (
    'running', 'waiting', 'correction_needed', 'parked', 'submitted', 'completed', 'withdrawn')),
  run integer not null,
  steps jsonb not null,
  fence bigint not null,
  status_before text not null,
  messaging_profile_id text,
  fees_total numeric not null default 0,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (organization_id, profile_id),
  constraint registrations_id_unique unique (organization_id, id),
  constraint registrations_profile foreign key (organization_id, profile_id) references profiles (organization_id, id)
);

-- What was frozen to be submitted, kept for good: the body sealed, with its digest and its time.
create table registration_snapshots (
  organization_id uuid not null references organizations (organization_id),
  id uuid not null,
  profile_id uuid not null,
  subject_id uuid not null,
  kind text not null constraint registration_snapshots_kind check (kind in ('brand', 'campaign')),
  generation integer not null,
  body text not null,
  sha256 text not null,
  frozen_at timestamptz not null,
  primary key (organization_id, id)
);

create index registration_snapshots_of_subject on registration_snapshots (organization_id, subject_id);

-- The directory by which an event of a provider finds its registration. Stands outside row-level security, as the events
-- name no organization, and therefore holds keyed digests and ids only.
create table registration_references (
  digest text not null,
  organization_id uuid not null,
  registration_id uuid not null,
  profile_id uuid not null,
  primary key (digest, organization_id, registration_id)
);

-- What the machinery and operators do has no key and no user of its own.
alter table profile_history alter column key_id drop not null;
alter table profile_history alter column user_id drop not null;
alter table profile_history alter column request_id drop not null;
alter table profile_history add column actor text not null default 'user'
  constraint profile_history_actor check (actor in ('user', 'operator', 'system'));
-- What the registry had said when the change was made.
alter table profile_history add column registry_feedback jsonb;
-- What the registry has said since the last change by a user.
alter table profiles add column registry_feedback jsonb;

alter table registrations enable row level security;
alter table registration_snapshots enable row level security;

create policy tenant on registrations using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
create policy tenant on registration_snapshots using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
