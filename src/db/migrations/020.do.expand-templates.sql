-- expand
-- owner_id is a profile of the organization, or the organization itself. The definition is text and no jsonb, which would not keep the
-- order of its members. `submission` names one handing in for review: a review that ends later than the next one changes nothing.

create table templates (
  organization_id uuid not null references organizations (organization_id),
  owner_id uuid not null,
  id uuid not null,
  name text not null,
  category text not null,
  language text not null,
  status text not null constraint templates_status check (status in ('DRAFT', 'PENDING', 'APPROVED', 'REJECTED')),
  definition text not null,
  creation_source text not null,
  submission uuid,
  whatsapp_template_id text,
  review_reason text,
  reviewed_at timestamptz,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);

create index templates_by_time on templates (organization_id, created_at, id);
create index templates_of_owner on templates (organization_id, owner_id, name);

alter table templates enable row level security;

create policy tenant on templates using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
