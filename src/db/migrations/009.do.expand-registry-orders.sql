-- expand
-- What was ordered at a registry, which charges for it: counted against the quota of the organization, and kept for good.

create table registry_orders (
  organization_id uuid not null references organizations (organization_id),
  profile_id uuid not null,
  subject_id uuid not null,
  kind text not null constraint registry_orders_kind check (kind in ('brand', 'check', 'vetting', 'campaign')),
  run integer not null,
  ordered_at timestamptz not null,
  primary key (organization_id, profile_id, subject_id, kind, run)
);

create index registry_orders_of_day on registry_orders (organization_id, kind, ordered_at);

alter table registry_orders enable row level security;
create policy tenant on registry_orders using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
