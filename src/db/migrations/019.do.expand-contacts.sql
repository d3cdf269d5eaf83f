-- expand
-- People whom an account sends to. owner_id is a profile of the organization, or the organization itself. Of a number there are two
-- keyed digests, by which it is found, and an envelope, by which it is shown. A dissociated contact keeps the first digest and opt_out
-- alone: who opted out stays opted out, whoever adds the number again. Without foreign keys, since one send may add a thousand.

create table contacts (
  organization_id uuid not null,
  owner_id uuid not null,
  id uuid not null,
  number_digest text not null,
  national_digest text,
  number text,
  channels text not null,
  default_channel text not null,
  opt_out boolean not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  dissociated_at timestamptz,
  primary key (organization_id, id),
  constraint contacts_of_number unique (organization_id, number_digest, owner_id)
);

-- For the lists of an account, for that of the organization over all its accounts, and for a search. Each says in words of its own which
-- contacts are no more: a plan that is made while the table is empty can then take no other index than the one that is meant.
create index contacts_of_owner on contacts (organization_id, owner_id, created_at desc, id desc) where dissociated_at is null;
create index contacts_by_time on contacts (organization_id, created_at desc, id desc) where number is not null;
create index contacts_of_national_number on contacts (organization_id, national_digest) where national_digest is not null;

-- The profiles whose contacts their siblings see.
create index profiles_that_share_contacts on profiles (organization_id, id) where allow_contact_sharing and deleted_at is null;

alter table contacts enable row level security;

create policy tenant on contacts using (organization_id = nullif(current_setting('app.org', true), '')::uuid);
