-- expand
-- Events of providers, each once. They come before our own record of what they are about, so they belong to no organization
-- yet: the table is outside row-level security and holds ids only, never anything of a brand.

create table inbox (
  provider text not null,
  event_id text not null,
  type text not null,
  about jsonb not null,
  received_at timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  settled_at timestamptz,
  constraint inbox_once primary key (provider, event_id)
);

create index inbox_due on inbox (due_at) where settled_at is null;
create index inbox_settled on inbox (settled_at) where settled_at is not null;
