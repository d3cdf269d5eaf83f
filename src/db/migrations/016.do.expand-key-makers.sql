-- expand
-- Who made a key. Null where an operator did, or a release that did not note it.
alter table api_keys add column created_by uuid;
alter table api_keys add constraint api_keys_maker foreign key (organization_id, created_by) references users (organization_id, id);

create index api_keys_of_maker on api_keys (organization_id, created_by) where created_by is not null and revoked_at is null;

-- What was done to keys, by whom. A key is made, revoked and forgotten once each, and outlived by its history. Without a user
-- it was the operator, by a command. reason says what took a key with it: the removal of its user or its maker, or its profile's end.
create table api_key_history (
  organization_id uuid not null references organizations (organization_id),
  api_key_id uuid not null,
  operation text not null constraint api_key_history_operation check (operation in ('createKey', 'importKey', 'revokeKey', 'forgetKey')),
  actor text not null constraint api_key_history_actor check (actor in ('user', 'operator')),
  request_id text,
  key_id uuid,
  user_id uuid,
  reason text,
  changes jsonb not null,
  changed_at timestamptz not null,
  primary key (organization_id, api_key_id, operation)
);

create index api_key_history_by_time on api_key_history (organization_id, changed_at, api_key_id);

alter table api_key_history enable row level security;

create policy tenant on api_key_history using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
